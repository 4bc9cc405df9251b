//! Risk scores in the range that the source gives, and the severity bands they fall into.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// A CVSS v3.1 style score from 0.00 to 10.00, kept in hundredths so that the middle of a range is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Score(u16);

impl Score {
    /// From hundredths; more than 1000 is cut to 10.00.
    pub fn from_hundredths(value: u16) -> Self {
        Self(value.min(1000))
    }

    /// In hundredths.
    pub fn hundredths(self) -> u16 {
        self.0
    }

    /// As a number from 0.0 to 10.0.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// The band of CVSS v3.1's qualitative scale: critical from 9.0, high from 7.0, medium from 4.0, low below.
    pub fn severity(self) -> Severity {
        match self.0 {
            900.. => Severity::Critical,
            700..=899 => Severity::High,
            400..=699 => Severity::Medium,
            _ => Severity::Low,
        }
    }
}

/// One decimal where that is exact, else two: `9.5`, `7.95`.
impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        if rest % 10 == 0 {
            write!(f, "{whole}.{}", rest / 10)
        } else {
            write!(f, "{whole}.{rest:02}")
        }
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

/// How bad a finding is, by the source's own estimate for this control in this context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Below 4.0.
    Low,
    /// 4.0 to 6.9.
    Medium,
    /// 7.0 to 8.9.
    High,
    /// 9.0 and above.
    Critical,
}

impl Severity {
    /// The spelling used in options and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The range that the source estimates for a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u16, u16)", into = "(u16, u16)")]
pub struct ScoreRange {
    /// Lower end, reached when only lowers-risk conditions hold.
    pub min: Score,
    /// Upper end, reached when only raises-risk conditions hold.
    pub max: Score,
}

impl From<(u16, u16)> for ScoreRange {
    fn from((min, max): (u16, u16)) -> Self {
        Self {
            min: Score::from_hundredths(min),
            max: Score::from_hundredths(max),
        }
    }
}

impl From<ScoreRange> for (u16, u16) {
    fn from(range: ScoreRange) -> Self {
        (range.min.0, range.max.0)
    }
}

impl ScoreRange {
    /// The score in context: the top when something raises the risk and nothing lowers it, the bottom in the
    /// opposite case, else the middle.
    pub fn in_context(self, raised: bool, lowered: bool) -> Score {
        match (raised, lowered) {
            (true, false) => self.max,
            (false, true) => self.min,
            _ => Score((self.min.0.saturating_add(self.max.0)) / 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_exact_and_shown_as_such() {
        let range = ScoreRange {
            min: Score(700),
            max: Score(890),
        };
        assert_eq!(range.in_context(false, false).to_string(), "7.95");
        assert_eq!(range.in_context(true, true).to_string(), "7.95");
        assert_eq!(range.in_context(true, false).to_string(), "8.9");
        assert_eq!(range.in_context(false, true).to_string(), "7.0");
        assert!((range.in_context(false, false).value() - 7.95).abs() < 1e-9);
    }

    #[test]
    fn bands_follow_the_qualitative_scale() {
        for (hundredths, severity) in [
            (0, "low"),
            (399, "low"),
            (400, "medium"),
            (699, "medium"),
            (700, "high"),
            (899, "high"),
            (900, "critical"),
            (1000, "critical"),
        ] {
            assert_eq!(Score(hundredths).severity().as_str(), severity, "{hundredths}");
        }
    }
}
