//! The part of SARIF 2.1.0 that orgate writes. Fields stand in the order of the specification; what is absent is left
//! out, never written as `null`.

use std::collections::BTreeMap;

use serde::Serialize;

/// A SARIF file (section 3.13).
#[derive(Clone, Debug, Serialize)]
pub struct Sarif {
    /// Address of the schema.
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    /// Always `2.1.0`.
    pub version: &'static str,
    /// Always one.
    pub runs: Vec<Run>,
}

/// One run of the tool (section 3.14).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The tool and its rules.
    pub tool: Tool,
    /// How it went.
    pub invocations: Vec<Invocation>,
    /// Of which revision of which repository.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub version_control_provenance: Vec<VersionControl>,
    /// What relative addresses are relative to.
    pub original_uri_base_ids: BTreeMap<&'static str, ArtifactLocation>,
    /// Files that results point at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Artifact>,
    /// The findings; present even when empty, as a run without it says that nothing was looked at.
    pub results: Vec<SarifResult>,
    /// Tells runs for different purposes apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automation_details: Option<AutomationDetails>,
    /// What a column counts.
    pub column_kind: &'static str,
    /// The revisions and the verdict.
    pub properties: RunProperties,
}

/// The tool (section 3.18).
#[derive(Clone, Debug, Serialize)]
pub struct Tool {
    /// Its only component.
    pub driver: Driver,
}

/// The component that has the rules (section 3.19).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Driver {
    /// Part of the identity of every result: it never changes.
    pub name: &'static str,
    /// Version of the tool.
    pub semantic_version: String,
    /// Where to read about it.
    pub information_uri: &'static str,
    /// All controls in force, sorted by id.
    pub rules: Vec<Rule>,
}

/// A rule: what everybody else here calls a control (section 3.49).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Id of the control.
    pub id: String,
    /// The id in Pascal case.
    pub name: String,
    /// The weak state in one line.
    pub short_description: Text,
    /// Why it matters.
    pub full_description: Text,
    /// Level without context.
    pub default_configuration: Configuration,
    /// Where to read about it.
    pub help_uri: String,
    /// Everything the control says.
    pub help: Text,
    /// What GitHub reads.
    pub properties: RuleProperties,
}

/// How a rule is configured (section 3.50).
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Configuration {
    /// Default level.
    pub level: Level,
}

/// Properties of a rule.
#[derive(Clone, Debug, Serialize)]
pub struct RuleProperties {
    /// At most ten.
    pub tags: Vec<String>,
    /// How often a result is right.
    pub precision: &'static str,
    /// A number in a string, above 0.0.
    #[serde(rename = "security-severity")]
    pub security_severity: String,
}

/// How bad a result is (section 3.27.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// A medium risk.
    Warning,
    /// A high or critical risk.
    Error,
}

/// A text, and the same in Markdown (sections 3.11 and 3.12).
#[derive(Clone, Debug, Serialize)]
pub struct Text {
    /// Plain text.
    pub text: String,
    /// Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<String>,
}

impl Text {
    /// Plain text only.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            markdown: None,
        }
    }
}

/// How the run went (section 3.20).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    /// Exit code of the process.
    pub exit_code: u8,
    /// What people must know besides the results.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_execution_notifications: Vec<Notification>,
    /// Whether the results mean anything.
    pub execution_successful: bool,
}

/// A remark about the run (section 3.58).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
    /// What.
    pub message: Text,
    /// How bad.
    pub level: Level,
    /// About which rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub associated_rule: Option<RuleReference>,
}

/// Names a rule (section 3.52).
#[derive(Clone, Debug, Serialize)]
pub struct RuleReference {
    /// Its id.
    pub id: String,
    /// Its place in the list.
    pub index: usize,
}

/// A revision of a repository (section 3.23).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionControl {
    /// The repository.
    pub repository_uri: String,
    /// The commit.
    pub revision_id: String,
    /// Where its root is.
    pub mapped_to: ArtifactLocation,
}

/// Address of a file (section 3.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactLocation {
    /// Percent-encoded, relative to the root of the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The root of the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri_base_id: Option<&'static str>,
    /// Place in the list of artifacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
}

/// A message that is only text; [`ArtifactLocation`] wants one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Plain text.
    pub text: &'static str,
}

/// A file (section 3.24).
#[derive(Clone, Debug, Serialize)]
pub struct Artifact {
    /// Its address.
    pub location: ArtifactLocation,
    /// `analysisTarget`, or `deleted` when only base has it.
    pub roles: Vec<&'static str>,
}

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

/// A place (section 3.28).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// For links in the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<usize>,
    /// Where.
    pub physical_location: PhysicalLocation,
    /// What is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
}

/// A file and a part of it (section 3.29).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhysicalLocation {
    /// The file.
    pub artifact_location: ArtifactLocation,
    /// The part; absent for the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// The element that the part belongs to, when it has more lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_region: Option<Region>,
}

/// A part of a file, counted from one (section 3.30).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    /// First line.
    pub start_line: u32,
    /// First column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_column: Option<u32>,
    /// Last line.
    pub end_line: u32,
    /// The column behind the last character; absent for the end of the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u32>,
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

/// Id of the run (section 3.17).
#[derive(Clone, Debug, Serialize)]
pub struct AutomationDetails {
    /// `category/`.
    pub id: String,
}

/// What was compared, and the verdict.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunProperties {
    /// `pass`, `fail`, `not-decided`.
    pub verdict: &'static str,
    /// Object id of base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_revision_id: Option<String>,
    /// Object id of head.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_revision_id: Option<String>,
    /// Findings that a waiver covers and that are left out here.
    #[serde(skip_serializing_if = "is_zero")]
    pub waived: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
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
    pub values: BTreeMap<String, Option<String>>,
}

/// Another finding of the same rule at the same line.
#[derive(Clone, Debug, Serialize)]
pub struct Other {
    /// On what.
    pub subject: Subject,
    /// Its identity.
    pub fingerprint: String,
}
