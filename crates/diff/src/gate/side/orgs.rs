//! Which org settings count for which app: a repository may hold several orgs.
//!
//! A project is deployed as a whole, so all its package directories are of one org, with whatever projects lie in them;
//! any other project in the same repository may be of another one. Where there is no project, the folders at the top are all there is to tell orgs
//! apart.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use orgate_core::{Component, RepoPath};
use orgate_metadata::classify;

use super::super::deployed::{Deployed, Takes};
use super::super::replacements::project_in;
use super::Side;
use crate::lock::lock;

/// What tells which org a folder is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::gate) enum Org {
    /// The project that it lies in.
    Project(Vec<u8>),
    /// In no project, the folder at the top that it lies in.
    Top(Vec<u8>),
    /// The top itself, in no project: the org of whatever is in no project either.
    Whole,
}

impl Org {
    /// Whether both may be one org; only two projects are told apart.
    pub(in crate::gate) fn may_be(&self, other: &Self) -> bool {
        let loose = |org: &Self| !matches!(org, Self::Project(_));
        (loose(self) && loose(other)) || self == other
    }
}

/// A project as the home of what lies below it. What is around it is shared, as projects may lie in each other a
/// thousandfold.
pub(in crate::gate) struct Home {
    folder: Vec<u8>,
    around: Option<Arc<Self>>,
    /// What it deploys, once somebody asked; nothing if that cannot be read.
    deployed: OnceLock<Option<Deployed>>,
}

impl Home {
    /// Its folder.
    pub(in crate::gate) fn folder(&self) -> &[u8] {
        &self.folder
    }

    /// This one and those around it, the nearest first.
    pub(in crate::gate) fn outwards(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |home| home.around.as_deref())
    }
}

/// For folders, the nearest project at or above each.
pub(super) type Homes = HashMap<Vec<u8>, Option<Arc<Home>>>;

/// The org settings of one type, by the org that they are of.
pub(super) type ByOrg = BTreeMap<Org, Vec<Arc<Component>>>;

impl Side<'_> {
    /// The org settings of a type that count for an app in this folder. Those that are no longer in source still are in
    /// the org.
    pub(in crate::gate) fn settings_for(&self, type_name: &str, place: &[u8]) -> Vec<Arc<Component>> {
        let org = self.org(place);
        let own = self.of_org(type_name, &org);
        match self.before {
            Some(before) if own.is_empty() && !self.is_blind(type_name) => before.of_org(type_name, &org),
            _ => own,
        }
    }

    /// Where base keeps org settings of a type that count for an app in this folder and that this side no longer has in
    /// source.
    pub(in crate::gate) fn remembered(&self, type_name: &str, place: &[u8]) -> Option<RepoPath> {
        let org = self.org(place);
        let gone = self.of_org(type_name, &org).is_empty() && !self.is_blind(type_name);
        let before = self.before.filter(|_| gone)?;
        let kept = before.of_org(type_name, &org);
        kept.first().map(|component| component.path.clone())
    }

    /// The org settings of a type that are of this org, sorted by path.
    fn of_org(&self, type_name: &str, org: &Org) -> Vec<Arc<Component>> {
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
                let settings = orgs.entry(self.org_of(&component)).or_default();
                // What says the same is one more alternative to nothing.
                if !settings.iter().any(|known| known.root.same_content(&component.root)) {
                    settings.push(component);
                }
            }
        }
        let orgs = Arc::new(orgs);
        lock(&self.by_org).insert(type_name.into(), Arc::clone(&orgs));
        orgs
    }

    /// The org that a component is deployed to.
    pub(in crate::gate) fn org_of(&self, component: &Component) -> Org {
        let folder = self.registry.get(&component.type_name).map_or("", |spec| &spec.folder);
        self.org(component.package_root(folder))
    }

    /// The org that a folder is deployed to: that of its own project, or that of the project around it which has it in a
    /// package directory. Where there is a choice, one look takes the one and another look the other.
    fn org(&self, folder: &[u8]) -> Org {
        let nearest = self.home(folder);
        let projects: Vec<&Home> = nearest.iter().flat_map(|home| home.outwards()).collect();
        let outermost = projects.iter().skip(1).rev().find(|home| self.deploys(home, folder));
        let project = match (projects.first(), outermost) {
            (Some(_), Some(outermost)) if self.outer => Some(outermost),
            (nearest, outermost) => {
                if outermost.is_some() {
                    self.nested.get_or_init(|| ());
                }
                nearest
            }
        };
        match project {
            Some(project) => Org::Project(project.folder.clone()),
            None if folder.is_empty() => Org::Whole,
            None => Org::Top(folder.split(|byte| *byte == b'/').next().unwrap_or_default().to_vec()),
        }
    }

    /// Whether some project lies in a package directory of another one.
    pub(in crate::gate) fn has_nested(&self) -> bool {
        self.nested.get().is_some()
    }

    /// Whether the project has this folder in one of its package directories.
    fn deploys(&self, project: &Home, folder: &[u8]) -> bool {
        let read = || Deployed::of(self.snapshot, &project.folder).map_err(|error| self.fail(error)).ok();
        let deployed = project.deployed.get_or_init(read);
        deployed.as_ref().is_some_and(|deployed| deployed.takes(folder) == Takes::Yes)
    }

    /// The nearest project at or above a folder, with those around it. What was a project before is one
    /// still: a change that takes the file away must not bring its apps under the settings of another org.
    pub(in crate::gate) fn home(&self, folder: &[u8]) -> Option<Arc<Home>> {
        if let Some(known) = lock(&self.homes).get(folder) {
            return known.clone();
        }
        let around = if folder.is_empty() {
            None
        } else {
            self.home(RepoPath::new(folder).parent())
        };
        let own = self.has_project(folder) || self.before.is_some_and(|before| before.has_project(folder));
        let found = if own {
            Some(Arc::new(Home {
                folder: folder.to_vec(),
                around,
                deployed: OnceLock::new(),
            }))
        } else {
            around
        };
        lock(&self.homes).insert(folder.to_vec(), found.clone());
        found
    }

    fn has_project(&self, folder: &[u8]) -> bool {
        if let Some(known) = self.related.has_project(self.which, folder) {
            return known;
        }
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
