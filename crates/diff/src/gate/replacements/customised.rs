//! `registryCustomizations` of `sfdx-project.json`: other names for files of a type, which only the deploy tool knows.
//!
//! It merges them into its registry of types by the id of a type, which is its name in lower case
//! (`src/registry/variants.ts` of forcedotcom/source-deploy-retrieve). An id can be a key, a value of `suffixes`, or a
//! name, so that every text in there counts.

use std::collections::BTreeSet;

use orgate_core::Registry;
use serde_json::Value;

pub(super) const KEY: &str = "registryCustomizations";
/// The one type of which all org settings are.
const SETTINGS: &str = "settings";

/// See the module.
#[derive(Debug, Default)]
pub(super) enum Customised {
    #[default]
    Nothing,
    /// What is named, in lower case.
    Names(BTreeSet<String>),
    /// It cannot be read.
    Unknown,
}

impl Customised {
    pub(super) fn new(project: &Value) -> Self {
        let Some(value) = project.get(KEY) else { return Self::Nothing };
        let mut names = BTreeSet::new();
        collect(value, &mut names);
        Self::Names(names)
    }

    pub(super) fn unknown(may_be: bool) -> Self {
        if may_be { Self::Unknown } else { Self::Nothing }
    }

    /// Why files of a type of the registry may lie where nobody looks for them.
    pub(super) fn refusal(&self, registry: &Registry) -> Option<String> {
        let which = match self {
            Self::Nothing => return None,
            Self::Unknown => "nobody can read which types".to_owned(),
            Self::Names(names) => {
                let known = registry.types().map(|spec| &*spec.name).chain([SETTINGS]);
                format!(
                    "{} among them",
                    known.into_iter().find(|name| names.contains(&name.to_lowercase()))?
                )
            }
        };
        Some(format!(
            "`{KEY}` gives types of metadata other files than they have ({which}), so what is deployed cannot be told; take the type out of `{KEY}`"
        ))
    }
}

/// Every text within a value. Its depth is bounded by the reader.
fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => _ = names.insert(text.to_lowercase()),
        Value::Array(list) => list.iter().for_each(|value| collect(value, names)),
        Value::Object(map) => {
            for (key, value) in map {
                names.insert(key.to_lowercase());
                collect(value, names);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
