//! `orgate ci-outputs`: the numbers of a JSON report as `name=value` lines, for scripts that hand them to a platform.
//!
//! Only numbers, ids and words of a closed set are printed, so that no text from metadata can end a line and begin
//! another output.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::id;
use crate::error::CliError;

#[derive(Debug, Deserialize)]
struct Report {
    verdict: String,
    compared: Compared,
    findings: Vec<Finding>,
    undecided: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Compared {
    base: End,
    head: End,
}

#[derive(Debug, Deserialize)]
struct End {
    id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Finding {
    outcome: String,
    severity: String,
    fails: bool,
    waived: Option<serde::de::IgnoredAny>,
}

/// Prints the outputs of a report that `orgate check --output json=FILE` wrote.
pub(crate) fn run(path: &Path) -> Result<(), CliError> {
    let text = std::fs::read(path).map_err(|source| CliError::Read {
        path: path.to_owned(),
        source,
    })?;
    let report: Report = serde_json::from_slice(&text).map_err(|source| CliError::NoReport {
        path: path.to_owned(),
        source,
    })?;
    super::print(&lines(&report))
}

fn lines(report: &Report) -> String {
    let mut counts: BTreeMap<&str, usize> = ["critical", "high", "medium", "low"].map(|severity| (severity, 0)).into();
    let (mut weaker, mut failing, mut waived) = (0_usize, 0_usize, 0_usize);
    for finding in &report.findings {
        if finding.waived.is_some() {
            waived = waived.saturating_add(1);
        } else if finding.outcome != "review" {
            weaker = weaker.saturating_add(1);
            failing = failing.saturating_add(usize::from(finding.fails));
            if let Some(count) = counts.get_mut(finding.severity.as_str()) {
                *count = count.saturating_add(1);
            }
        }
    }
    let result = match report.verdict.as_str() {
        "pass" => "pass",
        "fail" => "fail",
        _ => "error",
    };
    let mut text = format!("result={result}\nfindings={weaker}\nfailing={failing}\n");
    for severity in ["critical", "high", "medium", "low"] {
        let _ = writeln!(text, "{severity}={}", counts.get(severity).copied().unwrap_or_default());
    }
    let _ = writeln!(text, "waived={waived}\nundecided={}", report.undecided.len());
    for (name, end) in [("base-sha", &report.compared.base), ("head-sha", &report.compared.head)] {
        let full = end.id.as_deref().and_then(|text| id(name, text).ok().flatten()).unwrap_or_default();
        let _ = writeln!(text, "{name}={full}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Report, lines};

    #[test]
    fn only_numbers_ids_and_known_words_are_printed() {
        let json = r#"{
            "verdict": "fail\nresult=pass",
            "compared": {"base": {"id": "0123456789abcdef0123456789abcdef01234567"}, "head": {"id": "x\ny=z"}},
            "findings": [
                {"outcome": "regressed", "severity": "high", "fails": true, "waived": null},
                {"outcome": "regressed", "severity": "low\nlow=0", "fails": false},
                {"outcome": "review", "severity": "medium", "fails": false},
                {"outcome": "introduced", "severity": "critical", "fails": false, "waived": {"reason": "a\nb"}}
            ],
            "undecided": [{}]
        }"#;
        let report: Report = serde_json::from_str(json).expect("a report");
        let wanted = "result=error\nfindings=2\nfailing=1\ncritical=0\nhigh=1\nmedium=0\nlow=0\nwaived=1\nundecided=1\n\
                      base-sha=0123456789abcdef0123456789abcdef01234567\nhead-sha=\n";
        assert_eq!(lines(&report), wanted);
    }
}
