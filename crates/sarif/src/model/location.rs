//! Files and places in them.

use serde::Serialize;

use super::Text;

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
