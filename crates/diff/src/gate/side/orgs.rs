//! Which org settings count for which app: a repository may hold several orgs.
//!
//! A project is deployed as a whole, so all its package directories are of one org; another project in the same
//! repository may be of another one. Where there is no project, the folders at the top are all there is to tell orgs
//! apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::{Component, RepoPath};
use orgate_metadata::classify;

use super::super::replacements::project_in;
use super::Side;
use crate::lock::lock;

/// What tells which org a folder is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Org {
    /// The project that it lies in.
    Project(Vec<u8>),
    /// In no project, the folder at the top that it lies in.
    Top(Vec<u8>),
    /// The top itself, in no project: the org of whatever is in no project either.
    Whole,
}

/// The org settings of one type, by the org that they are of.
pub(super) type ByOrg = BTreeMap<Org, Vec<Arc<Component>>>;

impl Side<'_> {
    /// The org settings of a type that count for an app in this folder. Those that are no longer in source still are in
    /// the org.
    pub(in crate::gate) fn settings_for(&self, type_name: &str, place: &[u8]) -> Vec<Arc<Component>> {
        let org = self.org(place);
        let own = self.of_one_org(type_name, &org);
        match self.before {
            Some(before) if own.is_empty() && !self.is_blind(type_name) => before.of_one_org(type_name, &org),
            _ => own,
        }
    }

    /// Where base keeps org settings of a type that count for an app in this folder and that this side no longer has in
    /// source.
    pub(in crate::gate) fn remembered(&self, type_name: &str, place: &[u8]) -> Option<RepoPath> {
        let org = self.org(place);
        let gone = self.of_one_org(type_name, &org).is_empty() && !self.is_blind(type_name);
        let before = self.before.filter(|_| gone)?;
        let kept = before.of_one_org(type_name, &org);
        kept.first().map(|component| component.path.clone())
    }

    /// The org settings of a type that are of this org, sorted by path.
    fn of_one_org(&self, type_name: &str, org: &Org) -> Vec<Arc<Component>> {
        let settings = self.by_org(type_name);
        let of = |org: &Org| settings.get(org).into_iter().flatten().cloned();
        match org {
            Org::Project(_) => of(org).collect(),
            Org::Top(_) => sorted(of(org).chain(of(&Org::Whole)).collect()),
            Org::Whole => {
                let loose = settings.iter().filter(|(org, _)| !matches!(org, Org::Project(_)));
                sorted(loose.flat_map(|(_, settings)| settings.iter().cloned()).collect())
            }
        }
    }

    fn by_org(&self, type_name: &str) -> Arc<ByOrg> {
        if let Some(known) = lock(&self.by_org).get(type_name) {
            return Arc::clone(known);
        }
        let mut orgs = ByOrg::new();
        for component in self.own(type_name) {
            // Settings that nothing deploys, because no tool knows their name, excuse nobody.
            if classify(&component.path, self.registry).is_some() {
                let folder = self.registry.get(&component.type_name).map_or("", |spec| &spec.folder);
                orgs.entry(self.org(component.package_root(folder))).or_default().push(component);
            }
        }
        let orgs = Arc::new(orgs);
        lock(&self.by_org).insert(type_name.into(), Arc::clone(&orgs));
        orgs
    }

    fn org(&self, folder: &[u8]) -> Org {
        match self.project_above(folder) {
            Some(project) => Org::Project(project),
            None if folder.is_empty() => Org::Whole,
            None => Org::Top(folder.split(|byte| *byte == b'/').next().unwrap_or_default().to_vec()),
        }
    }

    /// The nearest folder with a project file, at or above this one. What was a project before is one still: a change
    /// that takes the file away must not bring its apps under the settings of another org.
    pub(in crate::gate) fn project_above(&self, folder: &[u8]) -> Option<Vec<u8>> {
        if let Some(known) = lock(&self.homes).get(folder) {
            return known.clone();
        }
        let found = if self.has_project(folder) || self.before.is_some_and(|before| before.has_project(folder)) {
            Some(folder.to_vec())
        } else if folder.is_empty() {
            None
        } else {
            self.project_above(RepoPath::new(folder).parent())
        };
        lock(&self.homes).insert(folder.to_vec(), found.clone());
        found
    }

    fn has_project(&self, folder: &[u8]) -> bool {
        match self.snapshot.file(&project_in(folder)) {
            Ok(file) => file.is_some(),
            Err(error) => {
                self.fail(error);
                false
            }
        }
    }
}

fn sorted(mut settings: Vec<Arc<Component>>) -> Vec<Arc<Component>> {
    settings.sort_by(|a, b| a.path.cmp(&b.path));
    settings
}
