//! What a judgement may look at: the components of one snapshot, and the facts that settings declare.
//!
//! [`World`] is the seam between the pure logic and whoever reads files. An implementation may read lazily; it must
//! give the same answer every time.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::element::{Component, Element};
use crate::policy::raw::ClientType;
use crate::registry::{Registry, SubjectKind};

/// One side of the comparison, as far as it could be read.
pub trait World {
    /// The types that components can have.
    fn registry(&self) -> &Registry;

    /// All readable components of a type, sorted by path.
    fn components(&self, type_name: &str) -> Vec<Arc<Component>>;

    /// The readable components of a type with this full name, sorted by path.
    fn named(&self, type_name: &str, name: &str) -> Vec<Arc<Component>> {
        self.components(type_name)
            .into_iter()
            .filter(|component| component.name == name)
            .collect()
    }

    /// Whether some file of this type is in the snapshot but could not be read; with a name, some file that can hold the
    /// component of this name. It must not depend on what else was asked before.
    fn blind(&self, type_name: &str, name: Option<&str>) -> bool;

    /// What the project replaces at deploy time inside this element, tags included (`replacements` of
    /// `sfdx-project.json`), if anything: then the committed value is not the deployed one.
    fn replaced(&self, component: &Component, element: &Element) -> Option<String>;

    /// What the project replaces in this file, when that is more than values of single elements, or cannot be told:
    /// then nothing is known of any element, also of those that are absent.
    fn rewritten(&self, _component: &Component) -> Option<String> {
        None
    }
}

/// What one side says about one subject.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// Its name: the app's API name, `org`, or `Type:Name` for a component that stands for itself.
    pub name: String,
    /// The package root its files lie in; copies of one app in two package directories differ here.
    pub root: Vec<u8>,
    /// Its components by type. More than one of a type is legal in git and judged by the weakest.
    pub files: BTreeMap<Arc<str>, Vec<Arc<Component>>>,
    /// The one component a `per` control is judged on.
    pub per: Option<Arc<Component>>,
}

impl Subject {
    /// The components of one type.
    pub fn of_type(&self, type_name: &str) -> &[Arc<Component>] {
        self.files.get(type_name).map_or(&[], Vec::as_slice)
    }
}

/// What settings declare about one app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AppFacts {
    /// Whether the client can keep a secret. Overrides what the files suggest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientType>,
    /// Hosts that callbacks of this app may name without review.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callback_hosts: Vec<String>,
    /// The External Client App that replaces this Connected App, when their names differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
}

/// What settings declare about one user; users are data, not metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct UserFacts {
    /// Full name of the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Full names of the permission sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permission_sets: Vec<String>,
}

/// What metadata cannot tell, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// By app API name.
    apps: BTreeMap<String, AppFacts>,
    /// By username.
    pub users: BTreeMap<String, UserFacts>,
    /// Names of apps by their lower case; of several alike the first. Every control asks.
    alike: BTreeMap<String, String>,
}

impl Facts {
    /// What is declared about apps, by API name, and about users, by username.
    pub fn new(apps: BTreeMap<String, AppFacts>, users: BTreeMap<String, UserFacts>) -> Self {
        let mut alike = BTreeMap::new();
        for name in apps.keys() {
            alike.entry(name.to_lowercase()).or_insert_with(|| name.clone());
        }
        Self { apps, users, alike }
    }

    /// What is declared about an app. The platform knows no two names that differ only in case, so the case may differ.
    pub fn app(&self, name: &str) -> Option<&AppFacts> {
        let alike = || self.apps.get(self.alike.get(&name.to_lowercase())?);
        self.apps.get(name).or_else(alike)
    }

    /// All apps about which something is declared, by name.
    pub fn apps(&self) -> impl Iterator<Item = (&str, &AppFacts)> {
        self.apps.iter().map(|(name, facts)| (name.as_str(), facts))
    }
}
