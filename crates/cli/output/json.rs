//! `json`: the whole report, versioned. Fields are added, never renamed, within `orgate/v1`. What a terminal would not
//! show as it is, is written as an escape.

use std::collections::BTreeMap;
use std::io;

use orgate_core::judge::Standing;
use orgate_core::report::{self, Report, Side};
use orgate_core::{Outcome, Severity};
use serde::Serialize;

/// The name and version of the format.
const FORMAT: &str = "orgate/v1";

/// Writes the report, indented, with a final line break.
pub(crate) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    sarif::json::write(&Document::of(report), true, out)
}

/// The document.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Document<'a> {
    /// Always `orgate/v1`.
    format: &'static str,
    /// Version of orgate.
    version: &'static str,
    /// `pass`, `fail` or `not-decided`; the exit code follows from it: 0, 1, 2.
    verdict: &'static str,
    /// What was compared.
    compared: Compared<'a>,
    /// The thresholds in force.
    thresholds: Thresholds,
    /// Counts, and how much was looked at.
    summary: Summary,
    /// What got weaker or wants a look, worst first. Waived findings come last.
    findings: Vec<Finding<'a>>,
    /// What cannot be judged at head.
    undecided: Vec<Undecided<'a>>,
    /// What cannot be read as metadata.
    unreadable: Vec<Unreadable<'a>>,
    /// What became better.
    better: Vec<Better<'a>>,
    /// In what the change loosens the gate itself.
    gate_loosened: Vec<Loosened>,
    /// Waivers that expired, cover nothing, or name no control.
    waiver_notes: &'a [String],
    /// Remarks about odd files.
    warnings: Vec<Warning<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Compared<'a> {
    /// What was.
    base: SnapshotRef<'a>,
    /// What is.
    head: SnapshotRef<'a>,
    /// Why these two.
    why: &'a str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SnapshotRef<'a> {
    /// Full object id of the commit or tree; null for the index, the work tree and folders.
    id: Option<&'a str>,
    /// For people: `commit <id>`, `index`, `work tree`, `folder <path>`.
    description: &'a str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Thresholds {
    /// Severity from which on a finding fails.
    fail_on: &'static str,
    /// `fail`, `warn` or `off`.
    introduced: orgate_core::settings::Introduced,
    /// Whether what newly cannot be judged fails.
    strict: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    /// Findings that fail the change.
    failing: usize,
    regressed: usize,
    introduced: usize,
    worsened: usize,
    review: usize,
    waived: usize,
    undecided: usize,
    unreadable: usize,
    improved: usize,
    resolved: usize,
    unchanged: usize,
    not_applicable: usize,
    /// Violated before and after on the touched subjects: old debt, no finding.
    unchanged_debt: usize,
    /// Unwaived findings by severity.
    by_severity: BTreeMap<Severity, usize>,
    /// Changed files that were looked at by name.
    changed_files: usize,
    /// Changed files that hold judged metadata.
    changed_metadata: usize,
    /// Metadata files read and parsed, both sides.
    files_read: usize,
    /// Subjects that the change touches.
    subjects: usize,
    /// Controls in force.
    controls: usize,
    /// Pairs of control and subject that were judged.
    judged: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Subject<'a> {
    /// `connected-app`, `external-client-app` or `org`.
    kind: &'static str,
    name: &'a str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct StandingView<'a> {
    /// `not-applicable`, `satisfied`, `undecided` or `violated`.
    standing: Standing,
    /// Name of the grade, or the number with its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<&'a str>,
    /// Values of the fields that decided; null for absent ones.
    values: &'a BTreeMap<String, Option<String>>,
    /// Why it is undecided.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    reasons: &'a [String],
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Anchor {
    path: String,
    /// One-based.
    line: u32,
    /// One-based, in Unicode code points.
    column: u32,
    /// Base only when the file is gone from head.
    side: Side,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Evidence<'a> {
    path: String,
    side: Side,
    line: u32,
    column: u32,
    /// `Type/path/below`.
    field: &'a str,
    /// Null when the element is absent; the place is then the element around it.
    value: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Reason<'a> {
    /// `raises` or `lowers` the risk.
    effect: &'static str,
    /// Name of the condition, when it has one.
    condition: Option<&'a str>,
    because: &'a str,
    /// Whether this change made it so.
    changed: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Finding<'a> {
    /// Id of the control.
    control: &'a str,
    title: &'a str,
    /// `regressed`, `introduced`, `worsened` or `review`.
    outcome: Outcome,
    severity: Severity,
    /// Risk at head in its context, 0.0 to 10.0.
    score: f64,
    /// `high`, or `low` when the verdict rests on a default that nobody documents.
    confidence: &'static str,
    /// Whether it fails the change.
    fails: bool,
    subject: Subject<'a>,
    /// Null when the subject is not there.
    base: Option<StandingView<'a>>,
    /// Null when the subject is not there.
    head: Option<StandingView<'a>>,
    /// What raised or lowered the risk.
    reasons: Vec<Reason<'a>>,
    anchor: Anchor,
    evidence: Vec<Evidence<'a>>,
    message: &'a str,
    why: &'a str,
    remediation: &'a str,
    /// Address of the source page.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    /// Stable across runs; hexadecimal SHA-256.
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<Waived<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Waived<'a> {
    reason: &'a str,
    approved_by: &'a str,
    /// Last day on which it counts, UTC.
    expires: &'a str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Undecided<'a> {
    control: &'a str,
    subject: Subject<'a>,
    reasons: &'a [String],
    /// Whether this change made it so (or the subject is new).
    new: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<StandingView<'a>>,
    anchor: Anchor,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Unreadable<'a> {
    path: String,
    side: Side,
    /// 0 for the whole file.
    line: u32,
    /// 0 for the whole file.
    column: u32,
    reason: &'a str,
    /// Whether it keeps the gate from judging.
    fatal: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Better<'a> {
    control: &'a str,
    /// `improved` or `resolved`.
    outcome: Outcome,
    subject: Subject<'a>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Loosened {
    path: String,
    text: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Warning<'a> {
    path: Option<String>,
    line: u32,
    text: &'a str,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report) -> Self {
        let compared = &report.compared;
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            verdict: report.verdict().as_str(),
            compared: Compared {
                base: SnapshotRef {
                    id: compared.base_id.as_deref(),
                    description: &compared.base,
                },
                head: SnapshotRef {
                    id: compared.head_id.as_deref(),
                    description: &compared.head,
                },
                why: &compared.why,
            },
            thresholds: Thresholds {
                fail_on: report.thresholds.fail_on.as_str(),
                introduced: report.thresholds.introduced,
                strict: report.thresholds.strict,
            },
            summary: Summary::of(report),
            findings: report.findings.iter().map(Finding::of).collect(),
            undecided: report.undecided.iter().map(Undecided::of).collect(),
            unreadable: report.unreadable.iter().map(Unreadable::of).collect(),
            better: report.better.iter().map(Better::of).collect(),
            gate_loosened: report
                .loosened
                .iter()
                .map(|entry| Loosened {
                    path: entry.path.to_string(),
                    text: entry.text.clone(),
                })
                .collect(),
            waiver_notes: &report.waiver_notes,
            warnings: report
                .warnings
                .iter()
                .map(|warning| Warning {
                    path: warning.path.as_ref().map(ToString::to_string),
                    line: warning.line,
                    text: &warning.text,
                })
                .collect(),
        }
    }
}

impl Summary {
    fn of(report: &Report) -> Self {
        let findings = |outcome: Outcome| report.findings.iter().filter(|finding| finding.outcome == outcome).count();
        let count = |outcome: Outcome| report.counts.get(&outcome).copied().unwrap_or_default();
        let mut by_severity = BTreeMap::new();
        for finding in report.findings.iter().filter(|finding| finding.waived.is_none()) {
            *by_severity.entry(finding.severity).or_default() += 1;
        }
        Self {
            failing: report.findings.iter().filter(|finding| finding.fails).count(),
            regressed: findings(Outcome::Regressed),
            introduced: findings(Outcome::Introduced),
            worsened: findings(Outcome::Worsened),
            review: findings(Outcome::Review),
            waived: report.findings.iter().filter(|finding| finding.waived.is_some()).count(),
            undecided: report.undecided.len(),
            unreadable: report.unreadable.len(),
            improved: count(Outcome::Improved),
            resolved: count(Outcome::Resolved),
            unchanged: count(Outcome::Unchanged),
            not_applicable: count(Outcome::NotApplicable),
            unchanged_debt: report.old_debt,
            by_severity,
            changed_files: report.work.changed_files,
            changed_metadata: report.work.changed_metadata,
            files_read: report.work.files_read,
            subjects: report.work.subjects,
            controls: report.work.controls,
            judged: report.work.judged,
        }
    }
}

impl<'a> Subject<'a> {
    fn of(subject: &'a report::SubjectRef) -> Self {
        Self {
            kind: subject.kind.as_str(),
            name: &subject.name,
        }
    }
}

impl<'a> StandingView<'a> {
    fn of(view: &'a report::SideView) -> Self {
        Self {
            standing: view.standing,
            grade: view.grade.as_deref(),
            values: &view.values,
            reasons: &view.whys,
        }
    }
}

impl Anchor {
    fn of(anchor: &report::Anchor) -> Self {
        Self {
            path: anchor.path.to_string(),
            line: anchor.line,
            column: anchor.column,
            side: anchor.side,
            end_line: anchor.end.map(|end| end.0),
            end_column: anchor.end.map(|end| end.1),
        }
    }
}

impl<'a> Finding<'a> {
    fn of(finding: &'a report::Finding) -> Self {
        Self {
            control: &finding.control.id,
            title: &finding.control.title,
            outcome: finding.outcome,
            severity: finding.severity,
            score: finding.score.value(),
            confidence: if finding.low_confidence { "low" } else { "high" },
            fails: finding.fails,
            subject: Subject::of(&finding.subject),
            base: finding.base.as_ref().map(StandingView::of),
            head: finding.head.as_ref().map(StandingView::of),
            reasons: finding
                .reasons
                .iter()
                .map(|reason| Reason {
                    effect: if reason.raises { "raises" } else { "lowers" },
                    condition: reason.condition.as_deref(),
                    because: &reason.because,
                    changed: reason.changed,
                })
                .collect(),
            anchor: Anchor::of(&finding.anchor),
            evidence: finding
                .evidence
                .iter()
                .map(|evidence| Evidence {
                    path: evidence.path.to_string(),
                    side: evidence.side,
                    line: evidence.line,
                    column: evidence.column,
                    field: &evidence.field,
                    value: evidence.value.as_deref(),
                })
                .collect(),
            message: &finding.message,
            why: &finding.control.why,
            remediation: &finding.control.remediation,
            help: finding.control.source.url(),
            fingerprint: &finding.fingerprint,
            waived: finding.waived.as_ref().map(|used| Waived {
                reason: &used.waiver.reason,
                approved_by: &used.waiver.approved_by,
                expires: &used.waiver.expires,
            }),
        }
    }
}

impl<'a> Undecided<'a> {
    fn of(entry: &'a report::Undecided) -> Self {
        Self {
            control: &entry.control.id,
            subject: Subject::of(&entry.subject),
            reasons: &entry.reasons,
            new: entry.new,
            base: entry.base.as_ref().map(StandingView::of),
            anchor: Anchor::of(&entry.anchor),
        }
    }
}

impl<'a> Unreadable<'a> {
    fn of(entry: &'a report::Unreadable) -> Self {
        Self {
            path: entry.path.to_string(),
            side: entry.side,
            line: entry.line,
            column: entry.column,
            reason: &entry.reason,
            fatal: entry.fatal,
        }
    }
}

impl<'a> Better<'a> {
    fn of(entry: &'a report::Better) -> Self {
        Self {
            control: &entry.control.id,
            outcome: entry.outcome,
            subject: Subject::of(&entry.subject),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Document;

    #[test]
    fn the_published_schema_is_the_one_of_the_code() {
        let schema = schemars::schema_for!(Document<'_>);
        crate::output::fresh(
            "schemas/orgate-report.v1.json",
            &serde_json::to_string_pretty(&schema).expect("schema"),
        );
    }
}
