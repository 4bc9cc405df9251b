//! The structure of the format. Its doc comments are the descriptions in the published schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::judge::Standing;
use orgate_core::report::{self, Side};
use orgate_core::settings::Introduced;
use orgate_core::{Outcome, Severity};
use serde::{Serialize, Serializer};

/// A list whose entries are made when they are written: thousands of findings need not be in memory twice.
#[derive(Debug)]
pub(super) struct Each<'a, T, V>(pub(super) &'a [T], pub(super) fn(&'a T) -> V);

impl<T, V: Serialize> Serialize for Each<'_, T, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

#[cfg(test)]
impl<T, V: schemars::JsonSchema> schemars::JsonSchema for Each<'_, T, V> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Vec::<V>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<V>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        Vec::<V>::inline_schema()
    }
}

/// The document.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Document<'a> {
    /// Always `orgate/v1`.
    pub(super) format: &'static str,
    /// Version of orgate.
    pub(super) version: &'static str,
    /// `pass`, `fail` or `not-decided`; the exit code follows from it: 0, 1, 2.
    pub(super) verdict: &'static str,
    /// What was compared.
    pub(super) compared: Compared<'a>,
    /// The thresholds in force.
    pub(super) thresholds: Thresholds,
    /// Counts, and how much was looked at.
    pub(super) summary: Summary,
    /// What got weaker or wants a look, worst first. Waived findings come last.
    pub(super) findings: Each<'a, report::Finding, Finding<'a>>,
    /// What cannot be judged at head.
    pub(super) undecided: Each<'a, report::Undecided, Undecided<'a>>,
    /// What cannot be read as metadata.
    pub(super) unreadable: Vec<Unreadable<'a>>,
    /// What became better.
    pub(super) better: Vec<Better<'a>>,
    /// In what the change loosens the gate itself.
    pub(super) gate_loosened: Vec<Loosened>,
    /// Waivers that expired, cover nothing, or name no control.
    pub(super) waiver_notes: &'a [String],
    /// Remarks about odd files.
    pub(super) warnings: Vec<Warning<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Compared<'a> {
    /// What was.
    pub(super) base: SnapshotRef<'a>,
    /// What is.
    pub(super) head: SnapshotRef<'a>,
    /// Why these two.
    pub(super) why: &'a str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SnapshotRef<'a> {
    /// Full object id of the commit or tree; null for the index, the work tree and folders.
    pub(super) id: Option<&'a str>,
    /// For people: `commit <id>`, `index`, `work tree`, `folder <path>`.
    pub(super) description: &'a str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Thresholds {
    /// Severity from which on a finding fails.
    pub(super) fail_on: &'static str,
    /// `fail`, `warn` or `off`.
    pub(super) introduced: Introduced,
    /// Whether what newly cannot be judged fails.
    pub(super) strict: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Summary {
    /// Findings that fail the change.
    pub(super) failing: usize,
    pub(super) regressed: usize,
    pub(super) introduced: usize,
    pub(super) worsened: usize,
    pub(super) review: usize,
    pub(super) waived: usize,
    pub(super) undecided: usize,
    pub(super) unreadable: usize,
    pub(super) improved: usize,
    pub(super) resolved: usize,
    pub(super) unchanged: usize,
    pub(super) not_applicable: usize,
    /// Violated before and after on the touched subjects: old debt, no finding.
    pub(super) unchanged_debt: usize,
    /// Unwaived findings by severity.
    pub(super) by_severity: BTreeMap<Severity, usize>,
    /// Changed files that were looked at by name.
    pub(super) changed_files: usize,
    /// Changed files that hold judged metadata.
    pub(super) changed_metadata: usize,
    /// Metadata files read and parsed, both sides.
    pub(super) files_read: usize,
    /// Subjects that the change touches.
    pub(super) subjects: usize,
    /// Controls in force.
    pub(super) controls: usize,
    /// Pairs of control and subject that were judged.
    pub(super) judged: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Subject<'a> {
    /// `connected-app`, `external-client-app` or `org`.
    pub(super) kind: &'static str,
    pub(super) name: &'a str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct StandingView<'a> {
    /// `not-applicable`, `satisfied`, `undecided` or `violated`.
    pub(super) standing: Standing,
    /// Name of the grade, or the number with its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) grade: Option<&'a str>,
    /// Values of the fields that decided; null for absent ones.
    pub(super) values: &'a BTreeMap<Arc<str>, Option<String>>,
    /// Why it is undecided.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) reasons: &'a [String],
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Anchor {
    pub(super) path: String,
    /// One-based.
    pub(super) line: u32,
    /// One-based, in Unicode code points.
    pub(super) column: u32,
    /// Base only when the file is gone from head.
    pub(super) side: Side,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_column: Option<u32>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Evidence<'a> {
    pub(super) path: String,
    pub(super) side: Side,
    pub(super) line: u32,
    pub(super) column: u32,
    /// `Type/path/below`.
    pub(super) field: &'a str,
    /// Null when the element is absent; the place is then the element around it.
    pub(super) value: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Reason<'a> {
    /// `raises` or `lowers` the risk.
    pub(super) effect: &'static str,
    /// Name of the condition, when it has one.
    pub(super) condition: Option<&'a str>,
    pub(super) because: &'a str,
    /// Whether this change made it so.
    pub(super) changed: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Finding<'a> {
    /// Id of the control.
    pub(super) control: &'a str,
    pub(super) title: &'a str,
    /// `regressed`, `introduced`, `worsened` or `review`.
    pub(super) outcome: Outcome,
    pub(super) severity: Severity,
    /// Risk at head in its context, 0.0 to 10.0.
    pub(super) score: f64,
    /// `high`, or `low` when the verdict rests on a default that nobody documents.
    pub(super) confidence: &'static str,
    /// Whether it fails the change.
    pub(super) fails: bool,
    pub(super) subject: Subject<'a>,
    /// Null when the subject is not there.
    pub(super) base: Option<StandingView<'a>>,
    /// Null when the subject is not there.
    pub(super) head: Option<StandingView<'a>>,
    /// What raised or lowered the risk.
    pub(super) reasons: Vec<Reason<'a>>,
    pub(super) anchor: Anchor,
    pub(super) evidence: Vec<Evidence<'a>>,
    pub(super) message: &'a str,
    pub(super) why: &'a str,
    pub(super) remediation: &'a str,
    /// Address of the source page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help: Option<String>,
    /// Stable across runs; hexadecimal SHA-256.
    pub(super) fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waived: Option<Waived<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Waived<'a> {
    pub(super) reason: &'a str,
    pub(super) approved_by: &'a str,
    /// Last day on which it counts, UTC.
    pub(super) expires: &'a str,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Undecided<'a> {
    pub(super) control: &'a str,
    pub(super) subject: Subject<'a>,
    pub(super) reasons: &'a [String],
    /// Whether this change made it so (or the subject is new).
    pub(super) new: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<StandingView<'a>>,
    pub(super) anchor: Anchor,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Unreadable<'a> {
    pub(super) path: String,
    pub(super) side: Side,
    /// 0 for the whole file.
    pub(super) line: u32,
    /// 0 for the whole file.
    pub(super) column: u32,
    pub(super) reason: &'a str,
    /// Whether it keeps the gate from judging.
    pub(super) fatal: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Better<'a> {
    pub(super) control: &'a str,
    /// `improved` or `resolved`.
    pub(super) outcome: Outcome,
    pub(super) subject: Subject<'a>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Loosened {
    pub(super) path: String,
    pub(super) text: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Warning<'a> {
    pub(super) path: Option<String>,
    pub(super) line: u32,
    pub(super) text: &'a str,
}
