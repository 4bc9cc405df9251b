//! The part of SARIF 2.1.0 that orgate writes. Fields stand in the order of the specification; what is absent is left
//! out, never written as `null`.

mod location;
mod result;
mod rule;

use std::collections::BTreeMap;

use serde::Serialize;

pub use crate::results::Results;
pub use location::{Artifact, ArtifactLocation, Description, Location, PhysicalLocation, Region};
pub use result::{
    ArtifactChange, Content, Fingerprints, Fix, Other, Replacement, ResultProperties, SarifResult, SideProperties, Subject, Suppression,
};
pub use rule::{Configuration, Driver, Rule, RuleProperties, RuleReference, Tool};

/// A SARIF file (section 3.13).
#[derive(Debug, Serialize)]
pub struct Sarif<'a> {
    /// Address of the schema.
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    /// Always `2.1.0`.
    pub version: &'static str,
    /// Always one.
    pub runs: Vec<Run<'a>>,
}

/// One run of the tool (section 3.14).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run<'a> {
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
    pub results: Results<'a>,
    /// Tells runs for different purposes apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automation_details: Option<AutomationDetails>,
    /// What a column counts.
    pub column_kind: &'static str,
    /// The revisions and the verdict.
    pub properties: RunProperties,
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
