//! Results: what everybody else here calls findings.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::location::{ArtifactLocation, Location, Region};
use super::{Level, Text};

/// One finding, or several of one rule at one line (section 3.27).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifResult {
    /// Id of the control.
    pub rule_id: String,
    /// Its place in the list of rules.
    pub rule_index: usize,
    /// From the severity in context.
    pub level: Level,
    /// Complete; the first sentence stands alone.
    pub message: Text,
    /// Exactly one: others would not be shown.
    pub locations: Vec<Location>,
    /// Identity across runs.
    pub partial_fingerprints: Fingerprints,
    /// What explains it, on both sides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Location>,
    /// Accepted exceptions. Absent, never empty, on results that have none: some readers take an empty list for
    /// "all of them accepted".
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<Suppression>,
    /// At most one: what `orgate fix` would do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
    /// Facts for programs.
    pub properties: ResultProperties,
}

/// An edit that mends a result (section 3.55).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// What it does.
    pub description: Text,
    /// In which files.
    pub artifact_changes: Vec<ArtifactChange>,
}

/// Edits of one file (section 3.56).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactChange {
    /// The file.
    pub artifact_location: ArtifactLocation,
    /// In order.
    pub replacements: Vec<Replacement>,
}

/// One edit (section 3.57).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replacement {
    /// What goes; of no width where something is inserted.
    pub deleted_region: Region,
    /// What comes.
    pub inserted_content: Content,
}

/// Text of a file (section 3.3).
#[derive(Clone, Debug, Serialize)]
pub struct Content {
    /// The text.
    pub text: String,
}

/// Identity of a result.
#[derive(Clone, Debug, Serialize)]
pub struct Fingerprints {
    /// GitHub's own.
    #[serde(rename = "primaryLocationLineHash")]
    pub line_hash: String,
    /// Ours: no line, no path, no order goes into it.
    #[serde(rename = "orgate/v1")]
    pub identity: String,
}

/// An accepted exception (section 3.35).
#[derive(Clone, Debug, Serialize)]
pub struct Suppression {
    /// It stands in the settings, not in the file.
    pub kind: &'static str,
    /// Somebody approved it.
    pub status: &'static str,
    /// Reason, person, last day.
    pub justification: String,
}

/// Facts about a result for programs.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultProperties {
    /// What happened.
    pub outcome: &'static str,
    /// In context.
    pub severity: &'static str,
    /// In context.
    pub score: f64,
    /// Whether it fails the change.
    pub fails: bool,
    /// On what.
    pub subject: Subject,
    /// How it stood; absent when the subject is not in base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<SideProperties>,
    /// How it stands; absent when the subject is not in head.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<SideProperties>,
    /// The file at base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_uri: Option<String>,
    /// The line in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_start_line: Option<u32>,
    /// The other findings that this result stands for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Other>,
}

/// A subject.
#[derive(Clone, Debug, Serialize)]
pub struct Subject {
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// How one side stood.
#[derive(Clone, Debug, Serialize)]
pub struct SideProperties {
    /// The standing.
    pub standing: &'static str,
    /// Name of the grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// Field by field; `null` for an element that is not there.
    pub values: BTreeMap<Arc<str>, Option<String>>,
}

/// Another finding of the same rule at the same line.
#[derive(Clone, Debug, Serialize)]
pub struct Other {
    /// On what.
    pub subject: Subject,
    /// Its identity.
    pub fingerprint: String,
}
