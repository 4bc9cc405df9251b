//! `junit`: for everything that shows test results. A finding that fails the change is a failed test, an unreadable
//! file an error, what is waived or cannot be judged a skipped test.

use std::fmt::Write as _;
use std::io;

use orgate_core::report::{Finding, Report, Side};
use sarif::text::unwrapped;

use super::escape::xml;
use super::facts;

/// What became of one test.
enum Result {
    Passed(Vec<String>),
    Failed(String, Vec<String>),
    Error(String, Vec<String>),
    Skipped(String),
}

struct Case {
    class: String,
    name: String,
    file: Option<String>,
    result: Result,
}

/// Writes one test suite.
pub(crate) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let cases = cases(report);
    let count = |wanted: fn(&Result) -> bool| cases.iter().filter(|case| wanted(&case.result)).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        cases.len(),
        count(|result| matches!(result, Result::Failed(..))),
        count(|result| matches!(result, Result::Error(..))),
        count(|result| matches!(result, Result::Skipped(..)))
    );
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(text, "<testsuites name=\"orgate\" {counts}>");
    let _ = writeln!(text, "  <testsuite name=\"orgate\" {counts}>");
    for case in &cases {
        show(case, &mut text);
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    out.write_all(text.as_bytes())
}

fn show(case: &Case, text: &mut String) {
    let file = case
        .file
        .as_ref()
        .map(|file| format!(" file=\"{}\"", xml(file)))
        .unwrap_or_default();
    let _ = write!(
        text,
        "    <testcase classname=\"{}\" name=\"{}\"{file}",
        xml(&case.class),
        xml(&case.name)
    );
    let lines = |lines: &[String]| lines.iter().map(|line| xml(line)).collect::<Vec<_>>().join("\n");
    let inner = match &case.result {
        Result::Passed(said) if said.is_empty() => {
            text.push_str("/>\n");
            return;
        }
        Result::Passed(said) => format!("<system-out>{}</system-out>", lines(said)),
        Result::Failed(message, said) => format!("<failure message=\"{}\">{}</failure>", xml(message), lines(said)),
        Result::Error(message, said) => format!("<error message=\"{}\">{}</error>", xml(message), lines(said)),
        Result::Skipped(message) => format!("<skipped message=\"{}\"/>", xml(message)),
    };
    let _ = writeln!(text, ">\n      {inner}\n    </testcase>");
}

fn cases(report: &Report) -> Vec<Case> {
    let mut cases = vec![verdict(report)];
    for file in &report.unreadable {
        let side = if file.side == Side::Base { " at base" } else { "" };
        let said = vec![format!("{}:{}:{}", file.path, file.line, file.column), file.reason.clone()];
        cases.push(Case {
            class: "orgate.readable".to_owned(),
            name: format!("{}{side}", file.path),
            file: Some(file.path.to_string()),
            result: if file.fatal {
                Result::Error(file.reason.clone(), said)
            } else {
                Result::Passed(said)
            },
        });
    }
    for finding in &report.findings {
        cases.push(Case {
            class: finding.control.id.to_string(),
            name: format!("{} in {}", facts::subject(&finding.subject), finding.anchor.path),
            file: Some(finding.anchor.path.to_string()),
            result: match &finding.waived {
                Some(waiver) => Result::Skipped(format!(
                    "waived: {} (approved by {}, until {})",
                    waiver.reason, waiver.approved_by, waiver.expires
                )),
                None if finding.fails => Result::Failed(finding.message.clone(), story(finding)),
                None => Result::Passed(story(finding)),
            },
        });
    }
    for entry in &report.undecided {
        let reason = facts::reasons(&entry.reasons);
        let failed = report.thresholds.strict && entry.new;
        cases.push(Case {
            class: entry.control.id.to_string(),
            name: format!("{} in {}", facts::subject(&entry.subject), entry.anchor.path),
            file: Some(entry.anchor.path.to_string()),
            result: if failed {
                Result::Failed(format!("can no longer be judged: {reason}"), Vec::new())
            } else {
                Result::Skipped(format!("cannot be judged: {reason}"))
            },
        });
    }
    for entry in &report.loosened {
        let said = format!("this change loosens the gate itself: {}", entry.text);
        cases.push(Case {
            class: "orgate.gate".to_owned(),
            name: format!("{}: {}", entry.path, entry.text),
            file: Some(entry.path.to_string()),
            result: if report.thresholds.strict {
                Result::Failed(said, Vec::new())
            } else {
                Result::Passed(vec![said])
            },
        });
    }
    cases
}

/// There is always one test: an empty suite looks like a run that did not happen.
fn verdict(report: &Report) -> Case {
    let mut said = vec![facts::verdict(report), facts::work(report)];
    said.extend(report.warnings.iter().map(|warning| {
        let path = warning.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        format!("warning: {path}{}", warning.text)
    }));
    said.extend(report.waiver_notes.iter().map(|note| format!("note: {note}")));
    Case {
        class: "orgate".to_owned(),
        name: "the gate ran".to_owned(),
        file: None,
        result: Result::Passed(said),
    }
}

fn story(finding: &Finding) -> Vec<String> {
    let anchor = &finding.anchor;
    let side = if anchor.side == Side::Base { " (at base)" } else { "" };
    let mut lines = vec![
        finding.message.clone(),
        format!("{}:{}:{}{side}", anchor.path, anchor.line, anchor.column),
        format!("{}, {} {}", finding.outcome.as_str(), finding.severity, finding.score),
    ];
    lines.extend(
        facts::changes(finding)
            .iter()
            .map(|change| format!("{}: {} -> {}", change.field, change.before.plain(), change.after.plain())),
    );
    lines.extend(facts::risk(finding));
    lines.push(format!("How to mend it: {}", unwrapped(&finding.control.remediation)));
    lines
}
