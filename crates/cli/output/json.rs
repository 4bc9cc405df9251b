//! `json`: the whole report, versioned. Fields are added, never renamed, within `orgate/v1`. What a terminal would not
//! show as it is, is written as an escape.

mod model;

use std::collections::BTreeMap;
use std::io;

use orgate_core::Outcome;
use orgate_core::report::{self, Report};

use model::{
    Anchor, Better, Compared, Document, Each, Evidence, Finding, Loosened, Reason, SnapshotRef, StandingView, Subject, Summary, Thresholds,
    Undecided, Unreadable, Waived, Warning,
};

/// The name and version of the format.
const FORMAT: &str = "orgate/v1";

/// Writes the report, indented, with a final line break.
pub(crate) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    sarif::json::write(&Document::of(report), true, out)
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
            findings: Each(&report.findings, Finding::of),
            undecided: Each(&report.undecided, Undecided::of),
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
            waived: finding.waived.as_ref().map(|waiver| Waived {
                reason: &waiver.reason,
                approved_by: &waiver.approved_by,
                expires: &waiver.expires,
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
        let schema = crate::output::schema_of_output::<Document<'_>>();
        crate::output::fresh(
            "schemas/orgate-report.v1.json",
            &serde_json::to_string_pretty(&schema).expect("schema"),
        );
    }
}
