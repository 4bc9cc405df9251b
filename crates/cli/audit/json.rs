//! A posture for programs. Fields are added, never renamed, within `orgate-audit/v1`.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::Severity;
use orgate_core::judge::Standing;
use orgate_core::posture::{Cell, Posture};
use serde::Serialize;

use crate::error::CliError;
use crate::explain::json;

/// The document.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Document<'a> {
    /// Always `orgate-audit/v1`.
    format: &'static str,
    /// Version of orgate.
    version: &'static str,
    /// `pass`, `fail` or `not-decided`; the exit code follows from it: 0, 1, 2.
    verdict: &'static str,
    /// What was judged, for people.
    snapshot: &'a str,
    /// Full object id of the commit or tree; null for the work tree and folders.
    id: Option<&'a str>,
    /// Severity from which on a violation fails.
    fail_on: &'static str,
    summary: Summary,
    /// Every subject by every control of its kind.
    cells: Vec<Entry<'a>>,
    /// What cannot be read as metadata.
    unreadable: Vec<Unreadable<'a>>,
    /// Waivers that expired, cover nothing, or name no control.
    waiver_notes: &'a [String],
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    subjects: usize,
    controls: usize,
    files_read: usize,
    /// Violations that count and are not waived.
    violated: usize,
    waived: usize,
    /// Violations that the control excuses on a subject that never had the protection.
    excused: usize,
    undecided: usize,
    satisfied: usize,
    not_applicable: usize,
    /// The scores of all violations that count, added up.
    risk: f64,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Entry<'a> {
    control: &'a str,
    /// `connected-app`, `external-client-app` or `org`.
    kind: &'static str,
    subject: &'a str,
    /// Package root, where several hold a copy of the subject.
    #[serde(skip_serializing_if = "str::is_empty")]
    copy: &'a str,
    standing: Standing,
    /// Name of the grade, or the number with its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<&'a str>,
    /// Values of the fields that decided; null for absent ones.
    values: &'a BTreeMap<Arc<str>, Option<String>>,
    /// Why it is undecided.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    reasons: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    violation: Option<Violation<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Violation<'a> {
    /// False where the control excuses it on a subject that never had the protection.
    counts: bool,
    severity: Severity,
    score: f64,
    /// `high`, or `low` when it rests on a default that nobody documents.
    confidence: &'static str,
    path: Option<String>,
    line: Option<u32>,
    /// What raises (`+`) or lowers (`-`) the risk.
    risk: Vec<String>,
    fails: bool,
    /// Last day of the waiver that covers it, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    waived_until: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Unreadable<'a> {
    path: String,
    /// 0 for the whole file.
    line: u32,
    reason: &'a str,
}

/// The posture as indented JSON.
pub(super) fn write(posture: &Posture) -> Result<String, CliError> {
    let counts = posture.counts();
    #[expect(clippy::cast_precision_loss, reason = "a sum of scores is far below 2^52")]
    let risk = posture.risk() as f64 / 100.0;
    json(&Document {
        format: "orgate-audit/v1",
        version: env!("CARGO_PKG_VERSION"),
        verdict: posture.verdict().as_str(),
        snapshot: &posture.snapshot,
        id: posture.id.as_deref(),
        fail_on: posture.fail_on.as_str(),
        summary: Summary {
            subjects: posture.subjects,
            controls: posture.controls.len(),
            files_read: posture.files_read,
            violated: counts.violated,
            waived: counts.waived,
            excused: counts.excused,
            undecided: counts.undecided,
            satisfied: counts.satisfied,
            not_applicable: counts.not_applicable,
            risk,
        },
        cells: posture.cells.iter().map(entry).collect(),
        unreadable: posture
            .unreadable
            .iter()
            .map(|file| Unreadable {
                path: file.path.to_string(),
                line: file.line,
                reason: &file.reason,
            })
            .collect(),
        waiver_notes: &posture.waiver_notes,
    })
}

fn entry(cell: &Cell) -> Entry<'_> {
    let violation = (cell.standing == Standing::Violated).then(|| Violation {
        counts: cell.counts,
        severity: cell.severity,
        score: cell.score.value(),
        confidence: if cell.low_confidence { "low" } else { "high" },
        path: cell.anchor.as_ref().map(|anchor| anchor.path.to_string()),
        line: cell.anchor.as_ref().map(|anchor| anchor.line),
        risk: cell
            .reasons
            .iter()
            .map(|reason| {
                format!(
                    "{}{}",
                    if reason.raises { '+' } else { '-' },
                    reason.condition.as_deref().unwrap_or(&reason.because)
                )
            })
            .collect(),
        fails: cell.fails,
        waived_until: cell.waived.as_ref().map(|waiver| waiver.expires.as_str()),
    });
    Entry {
        control: &cell.control.id,
        kind: cell.subject.kind.as_str(),
        subject: &cell.subject.name,
        copy: &cell.copy,
        standing: cell.standing,
        grade: cell.view.grade.as_deref(),
        values: &cell.view.values,
        reasons: &cell.view.whys,
        violation,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_schema_is_the_one_of_the_code() {
        let schema = crate::output::schema_of_output::<super::Document<'_>>();
        crate::output::fresh(
            "schemas/orgate-audit.v1.json",
            &serde_json::to_string_pretty(&schema).expect("schema"),
        );
    }
}
