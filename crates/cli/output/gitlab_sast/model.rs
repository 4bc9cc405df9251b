//! The part of GitLab's security report 15.2.1 that is written, in its own words.

use std::collections::BTreeMap;

use serde::Serialize;

/// The report.
#[derive(Serialize)]
pub(super) struct Log<'a> {
    pub(super) version: &'static str,
    pub(super) scan: Scan<'a>,
    pub(super) vulnerabilities: Vec<Vulnerability<'a>>,
}

/// How the run went.
#[derive(Serialize)]
pub(super) struct Scan<'a> {
    pub(super) analyzer: Tool<'a>,
    pub(super) scanner: Tool<'a>,
    pub(super) start_time: &'a str,
    pub(super) end_time: &'a str,
    pub(super) status: &'static str,
    pub(super) r#type: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) messages: Vec<Message>,
}

/// Who judged.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Tool<'a> {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) url: &'static str,
    pub(super) version: &'a str,
    pub(super) vendor: Vendor,
}

/// Who made the tool.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Vendor {
    pub(super) name: &'static str,
}

/// A remark about the run.
#[derive(Serialize)]
pub(super) struct Message {
    pub(super) level: &'static str,
    pub(super) value: String,
}

/// One finding.
#[derive(Serialize)]
pub(super) struct Vulnerability<'a> {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) severity: &'static str,
    pub(super) solution: String,
    pub(super) identifiers: Vec<Identifier>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) links: Vec<Link>,
    pub(super) location: Location,
    pub(super) tracking: Tracking<'a>,
    pub(super) details: BTreeMap<String, Detail>,
}

/// By what GitLab knows the kind of finding.
#[derive(Serialize)]
pub(super) struct Identifier {
    pub(super) r#type: &'static str,
    pub(super) name: String,
    pub(super) value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
}

/// Where to read more.
#[derive(Serialize)]
pub(super) struct Link {
    pub(super) name: String,
    pub(super) url: String,
}

/// Lines of a file.
#[derive(Clone, Serialize)]
pub(super) struct Location {
    pub(super) file: String,
    pub(super) start_line: u32,
    pub(super) end_line: u32,
}

/// By what GitLab follows a finding through changes of its file.
#[derive(Serialize)]
pub(super) struct Tracking<'a> {
    pub(super) r#type: &'static str,
    pub(super) items: [Item<'a>; 1],
}

/// One place that is followed.
#[derive(Serialize)]
pub(super) struct Item<'a> {
    #[serde(flatten)]
    pub(super) location: Location,
    pub(super) signatures: [Signature<'a>; 1],
}

/// What is the same as long as the finding is.
#[derive(Serialize)]
pub(super) struct Signature<'a> {
    /// GitLab knows a few names only.
    pub(super) algorithm: &'static str,
    pub(super) value: &'a str,
}

/// Something to show with a finding.
#[derive(Serialize)]
pub(super) struct Detail {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) content: Content,
}

/// What a detail holds.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(super) enum Content {
    Text { value: String },
    Value { value: f64 },
    Diff { before: String, after: String },
    List { items: Vec<Content> },
    FileLocation { file_name: String, line_start: u32, line_end: u32 },
}
