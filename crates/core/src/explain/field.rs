//! A field for people: where it stands, what it may hold, and what its absence means.

use serde::Serialize;

use super::flat;
use crate::registry::{Absent, FieldKind, FieldSpec, Registry, TypeSpec};

/// What a missing element means, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Absence {
    /// For people: `true`, `undocumented`, `nothing`.
    pub text: String,
    /// Whether a reference page documents it.
    pub documented: bool,
    /// Address of that page.
    pub page: Option<String>,
}

/// A field that the control decides by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFacts {
    /// `Type/path/below`.
    pub field: String,
    /// Name of the metadata type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Element names from the root to the element.
    pub element: String,
    /// Where its files lie in source format.
    pub file: String,
    /// The kind of value.
    pub kind: FieldKind,
    /// It may occur several times.
    pub many: bool,
    /// Legal values, where they are listed.
    pub values: Vec<String>,
    /// First API version that has it.
    pub since: Option<String>,
    /// What it means.
    pub meaning: Option<String>,
    /// What its absence means.
    pub default: Absence,
}

/// The facts of a field, when the registry knows it.
pub(super) fn field(full: &str, registry: &Registry) -> Option<FieldFacts> {
    let (spec, path, field) = registry.field(full)?;
    Some(FieldFacts {
        field: full.to_owned(),
        type_name: spec.name.to_string(),
        element: path.to_owned(),
        file: file_pattern(spec),
        kind: field.kind,
        many: field.many,
        values: field.values.clone(),
        since: field.since.clone(),
        meaning: field.meaning.as_ref().map(|text| flat(text)),
        default: default(spec, field),
    })
}

/// Where files of a type lie in source format.
fn file_pattern(spec: &TypeSpec) -> String {
    let name = spec.member.as_deref().unwrap_or("*");
    format!("{}/{name}.{}-meta.xml", spec.folder, spec.suffix)
}

fn default(spec: &TypeSpec, field: &FieldSpec) -> Absence {
    let page = field.page.as_ref().or(spec.page.as_ref()).map(|slug| reference_url(slug));
    match &field.absent {
        Some(Absent::Value(value)) => Absence {
            text: value.clone(),
            documented: true,
            page,
        },
        Some(Absent::Undocumented) => Absence {
            text: "undocumented".to_owned(),
            documented: false,
            page: None,
        },
        Some(Absent::Nothing) | None => Absence {
            text: "nothing".to_owned(),
            documented: true,
            page: None,
        },
    }
}

/// Address of a page of the Metadata API Developer Guide.
fn reference_url(slug: &str) -> String {
    format!("https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/{slug}.htm")
}
