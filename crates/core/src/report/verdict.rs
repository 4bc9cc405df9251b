//! The verdict: three answers, decided by the report alone and never by an output format.

use super::Report;

/// What the gate decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything was judged and nothing that counts got weaker.
    Pass,
    /// Something that counts got weaker.
    Fail,
    /// The gate could not judge. Beats everything.
    NotDecided,
}

impl Verdict {
    /// The process's exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::NotDecided => 2,
        }
    }

    /// The spelling used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotDecided => "not-decided",
        }
    }
}

impl Report {
    /// The verdict of this report.
    pub fn verdict(&self) -> Verdict {
        if self.unreadable.iter().any(|file| file.fatal) {
            return Verdict::NotDecided;
        }
        let strict = self.thresholds.strict && (self.undecided.iter().any(|entry| entry.new) || !self.loosened.is_empty());
        if strict || self.findings.iter().any(|finding| finding.fails) {
            Verdict::Fail
        } else {
            Verdict::Pass
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict;

    #[test]
    fn each_verdict_has_a_word_and_an_exit_code() {
        let told = [Verdict::Pass, Verdict::Fail, Verdict::NotDecided].map(|verdict| (verdict.as_str(), verdict.exit_code()));
        assert_eq!(told, [("pass", 0), ("fail", 1), ("not-decided", 2)]);
    }
}
