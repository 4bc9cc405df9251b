//! The registry of metadata types: which file holds what, what a missing element means and who says so.
//!
//! The registry is data (`crates/metadata/types/*.yaml`, and files of users beside their own policies). It is what
//! makes a misspelt field in a control a load error instead of a silent "absent".

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::yaml::{self, YamlError};

/// What a control judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// A Connected App: one `ConnectedApp` file.
    ConnectedApp,
    /// An External Client App: joined from its files by the `externalClientApplication` element.
    ExternalClientApp,
    /// The org: its settings, and components that stand for themselves such as profiles.
    Org,
}

impl SubjectKind {
    /// The spelling used in policies, reports and waivers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConnectedApp => "connected-app",
            Self::ExternalClientApp => "external-client-app",
            Self::Org => "org",
        }
    }
}

/// How a component of a type finds its subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Join {
    /// The component's own full name is the subject's name.
    Name,
    /// The text of this element of the root is the subject's name.
    Element(String),
    /// The component is part of the org subject.
    Org,
    /// The component belongs to no subject; conditions and per-component controls reach it by type.
    #[default]
    None,
}

/// The kind of value an element holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// `xsd:boolean`: `true`, `false`, `1`, `0`.
    Boolean,
    /// `xsd:int`.
    Integer,
    /// One of `values`.
    Enum,
    /// Any text.
    String,
    /// One text that holds a list separated by line breaks.
    Lines,
    /// One text that holds a list separated by commas.
    Commas,
    /// A certificate: PEM, or bare base64 of DER.
    Certificate,
    /// An element with children.
    Block,
}

/// What the absence of an element means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    /// The reference documents this value.
    Value(String),
    /// The product decides, and nobody documents how.
    Undocumented,
    /// There is nothing: no list members, no text, no block.
    #[default]
    Nothing,
}

/// One element of a metadata type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FieldSpec {
    /// The kind of value.
    pub kind: FieldKind,
    /// The element may occur several times.
    #[serde(default)]
    pub many: bool,
    /// What its absence means. Required for `boolean`, `integer` and `enum` fields that occur once.
    #[serde(default)]
    pub absent: Option<Absent>,
    /// Legal values of an `enum`, in the spelling of the schema.
    #[serde(default)]
    pub values: Vec<String>,
    /// First API version that has the element (documented one where known).
    #[serde(default)]
    pub since: Option<String>,
    /// Reference page that documents the absence, when it differs from the type's page.
    #[serde(default)]
    pub page: Option<String>,
    /// The type whose components the values name, by their full names or by their labels.
    #[serde(default)]
    pub names: Option<Arc<str>>,
    /// The value is a secret: it is never printed, in no format.
    #[serde(default)]
    pub secret: bool,
    /// What the element means, in one sentence of ours.
    #[serde(default)]
    pub meaning: Option<String>,
    /// The element is no longer in the schema; the name that replaced it, or `Type/path` where it lies in another file now.
    /// It is read as that, and its presence is worth a note.
    #[serde(default)]
    pub replaced_by: Option<String>,
}

impl FieldSpec {
    /// Why a field at this path cannot be taken in; `is_block` tells of a path whether a field there has children.
    fn refused(&self, path: &str, is_block: impl Fn(&str) -> bool) -> Option<String> {
        let needs_absent = !self.many && matches!(self.kind, FieldKind::Boolean | FieldKind::Integer | FieldKind::Enum);
        if needs_absent && self.absent.is_none() {
            return Some(format!(
                "field `{path}` must say what its absence means: `absent: {{ value: ... }}`, `absent: undocumented` or `absent: nothing`"
            ));
        }
        if (self.kind == FieldKind::Enum) == self.values.is_empty() {
            return Some(format!("field `{path}`: `values` belongs to kind `enum`, and only there"));
        }
        let (parent, _) = path.rsplit_once('/')?;
        (!is_block(parent)).then(|| format!("field `{path}` lies in `{parent}`, which is not a field of kind `block`"))
    }
}

/// One metadata type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TypeSpec {
    /// Name of the type and of the root element.
    #[serde(rename = "type")]
    pub name: Arc<str>,
    /// File suffix without the dot and without `-meta.xml`, for instance `connectedApp`.
    pub suffix: String,
    /// For types that share a suffix (`settings`): the full name that selects this one, for instance `OauthOidc`.
    #[serde(default)]
    pub member: Option<String>,
    /// The type's folder in metadata format.
    pub folder: String,
    /// The subject its components belong to.
    #[serde(default)]
    pub subject: Option<SubjectKind>,
    /// How they find it.
    #[serde(default)]
    pub join: Join,
    /// Suffixes that circulate for this type although no tool deploys them; read with a warning.
    #[serde(default)]
    pub misnamed: Vec<String>,
    /// Suffixes of files that hold a part of a component, in a folder with its name (`permissionsets/NAME/`).
    #[serde(default)]
    pub parts: Vec<String>,
    /// Slug of the reference page.
    #[serde(default)]
    pub page: Option<String>,
    /// A deploy changes only what the file says (profiles), so an absent element says nothing.
    #[serde(default)]
    pub overlay: bool,
    /// The element of the root by which other files may name a component instead of by its full name.
    #[serde(default)]
    pub label: Option<String>,
    /// Full names of components that Salesforce ships, by the label that other files name them by.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Elements by path below the root, parts separated by `/`.
    pub fields: BTreeMap<String, FieldSpec>,
}

impl TypeSpec {
    /// Every suffix that a file of this type can have, right or wrong.
    pub fn suffixes(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.suffix).chain(&self.misnamed).chain(&self.parts)
    }

    /// The full name that took the place of the field at `path`: its own successor, or that of a block around it.
    fn successor(&self, path: &str) -> Option<String> {
        let mut at = path;
        loop {
            if let Some(successor) = self.field(at).and_then(|field| field.replaced_by.as_deref()) {
                let rest = path.strip_prefix(at)?;
                let here = if self.field(successor).is_some() {
                    format!("{}/", self.name)
                } else {
                    String::new()
                };
                return Some(format!("{here}{successor}{rest}"));
            }
            (at, _) = at.rsplit_once('/')?;
        }
    }

    /// The field at `path` (below the root).
    pub fn field(&self, path: &str) -> Option<&FieldSpec> {
        self.fields.get(path)
    }
}

/// Why a registry file does not load.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {source}")]
pub struct RegistryError {
    /// The file as named by the caller.
    pub file: String,
    /// Position and message.
    pub source: YamlError,
}

/// All metadata types that orgate reads.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Registry {
    types: BTreeMap<Arc<str>, TypeSpec>,
    /// Names of types by the suffixes of their files, in small letters.
    #[serde(skip)]
    by_suffix: OnceLock<HashMap<Vec<u8>, Vec<Arc<str>>>>,
}

impl Registry {
    /// Adds the type described by one YAML text. A later file with the same type name extends the fields of the
    /// earlier one; that is how users add fields to a built-in type.
    ///
    /// # Errors
    /// [`RegistryError`] with the position inside `text`, where the YAML itself is wrong.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), RegistryError> {
        let at = |source| RegistryError {
            file: file.to_owned(),
            source,
        };
        let spec: TypeSpec = yaml::parse(text).map_err(at)?;
        let is_block = |parent: &str| {
            let known = || self.types.get(&spec.name).and_then(|known| known.field(parent));
            let field = spec.fields.get(parent).or_else(known);
            field.is_some_and(|field| field.kind == FieldKind::Block)
        };
        for (path, field) in &spec.fields {
            if let Some(message) = field.refused(path, is_block) {
                return Err(at(YamlError::without_position(message)));
            }
        }
        self.by_suffix = OnceLock::new();
        match self.types.get_mut(&spec.name) {
            Some(known) => known.fields.extend(spec.fields),
            None => {
                self.types.insert(Arc::clone(&spec.name), spec);
            }
        }
        Ok(())
    }

    /// The type with this name.
    pub fn get(&self, type_name: &str) -> Option<&TypeSpec> {
        self.types.get(type_name)
    }

    /// All types, sorted by name.
    pub fn types(&self) -> impl Iterator<Item = &TypeSpec> {
        self.types.values()
    }

    /// The types whose files can end in this suffix, in whatever case and right or wrong, sorted by name.
    pub fn with_suffix(&self, suffix: &[u8]) -> impl Iterator<Item = &TypeSpec> {
        let by_suffix = self.by_suffix.get_or_init(|| {
            let mut by_suffix: HashMap<Vec<u8>, Vec<Arc<str>>> = HashMap::new();
            for spec in self.types() {
                for suffix in spec.suffixes() {
                    let names = by_suffix.entry(suffix.to_ascii_lowercase().into_bytes()).or_default();
                    if names.last() != Some(&spec.name) {
                        names.push(Arc::clone(&spec.name));
                    }
                }
            }
            by_suffix
        });
        let names = by_suffix.get(&suffix.to_ascii_lowercase());
        names.into_iter().flatten().filter_map(|name| self.get(name))
    }

    /// Where older API versions kept a field: full names in other types of the same subject, by what `replaced-by` says.
    pub fn former_places(&self, full: &str) -> Vec<String> {
        let Some((own, _, field)) = self.field(full) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for spec in self.types().filter(|spec| spec.subject == own.subject && spec.name != own.name) {
            for (path, old) in &spec.fields {
                let alike = old.kind == field.kind && old.many == field.many;
                if alike && self.now(spec, path).is_some_and(|now| now == full) {
                    found.push(format!("{}/{path}", spec.name));
                }
            }
        }
        found
    }

    /// What a field is called in the newest API version, when that is another name or place.
    fn now(&self, spec: &TypeSpec, path: &str) -> Option<String> {
        let mut now = spec.successor(path)?;
        // Bounded, should names lead in a circle.
        for _ in 0..4 {
            let (spec, path, _) = self.field(&now)?;
            match spec.successor(path) {
                Some(newer) => now = newer,
                None => return Some(now),
            }
        }
        None
    }

    /// Splits `Type/path/below` into the type and the field, when both are known.
    pub fn field(&self, full: &str) -> Option<(&TypeSpec, &str, &FieldSpec)> {
        let (type_name, path) = full.split_once('/')?;
        let spec = self.get(type_name)?;
        let (path, field) = spec.fields.get_key_value(path)?;
        Some((spec, path, field))
    }
}

#[cfg(test)]
mod tests;
