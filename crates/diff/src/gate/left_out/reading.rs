//! Why a file is left out of a deploy: what its name, its place, the project, the rules and the manifests around it say.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use orgate_core::registry::TypeSpec;
use orgate_core::{Component, Registry, RepoPath};
use orgate_metadata::manifest::members;
use orgate_metadata::{Limits, in_foreign_folder, in_source_format, is_deployable, is_oddly_placed};

use super::super::Input;
use super::super::deployed::{Deployed, Takes};
use super::super::ignored::{Dialect, Ignored, RulesFile};
use super::super::name::Name;
use super::super::replacements::folders_above;
use super::super::text::{Text, text};
use super::super::touched::Touched;
use crate::error::DiffError;
use crate::snapshot::Snapshot;

/// Why a file is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// No tool deploys a file of this name, or one in this place.
    Name,
    /// A manifest deletes what it holds.
    Deleted,
    /// It lies in no package directory of the project in this folder.
    Package(Vec<u8>),
    /// Its name, or that of a folder, begins with a dot.
    Hidden,
    /// A `.forceignore` says so.
    Rules(RulesFile),
    /// The one that is in force for a package directory around it says so, read in this way.
    PackageRules(Dialect),
    /// The `package.xml` beside it does not name what it holds.
    Manifest,
    /// Other files have a `package.xml` beside them.
    NoManifest,
    /// It has a name of source format and a `package.xml` beside it.
    SourceName,
}

impl Reason {
    pub(super) fn text(&self) -> &'static str {
        match self {
            Self::Name => "no tool deploys a file of this name in this place as what it holds",
            Self::Deleted => "a manifest deletes what it holds",
            Self::Package(_) => "it lies in no package directory of its project",
            Self::Hidden => "the deploy tool leaves out what begins with a dot",
            Self::Rules(_) | Self::PackageRules(_) => "a `.forceignore` leaves it out",
            Self::Manifest => "the `package.xml` beside it does not name what it holds",
            Self::NoManifest => "no `package.xml` lies beside it",
            Self::SourceName => "a deploy with the `package.xml` beside it takes no `-meta.xml` for what it holds",
        }
    }
}

/// What says that files are left out, each read once.
pub(in crate::gate) struct Reading<'a> {
    input: &'a Input<'a>,
    touched: &'a Touched,
    snapshot: &'a dyn Snapshot,
    /// By folder; most hold no project file.
    projects: BTreeMap<Vec<u8>, Deployed>,
    ignored: Ignored<'a>,
    /// What `package.xml` takes, by its folder.
    packages: BTreeMap<Vec<u8>, Taken>,
}

impl<'a> Reading<'a> {
    pub(in crate::gate) fn new(input: &'a Input<'a>, touched: &'a Touched, snapshot: &'a dyn Snapshot) -> Self {
        Self {
            input,
            touched,
            snapshot,
            projects: BTreeMap::new(),
            ignored: Ignored::new(snapshot),
            packages: BTreeMap::new(),
        }
    }

    /// Whether a `package.xml` was met.
    pub(super) fn has_manifest(&self) -> bool {
        self.packages.values().any(|taken| taken.named.is_some())
    }

    pub(super) fn reasons(&mut self, component: &Component) -> Result<Vec<Reason>, DiffError> {
        let path = &component.path;
        let mut reasons = Vec::new();
        let spec = self.input.registry.get(&component.type_name);
        let source = in_source_format(path);
        if !self.is_recognised(path, spec) || is_oddly_placed(path) {
            reasons.push(Reason::Name);
        }
        if self.touched.deleted.has(component) {
            reasons.push(Reason::Deleted);
        }
        let mut in_project = false;
        let mut packages = Vec::new();
        for folder in folders_above(path) {
            let Some(project) = self.project(folder)? else { continue };
            packages.extend(project.packages_around(path));
            if matches!(project.takes(path.as_bytes()), Takes::No | Takes::Perhaps) {
                reasons.push(Reason::Package(folder.to_vec()));
            }
            if !in_project && project.is_hidden(path) {
                reasons.push(Reason::Hidden);
            }
            in_project = true;
        }
        if in_project {
            reasons.extend(self.ignored.files_against(path)?.into_iter().map(Reason::Rules));
            for package in packages {
                reasons.extend(self.ignored.in_force_against(path, &package)?.into_iter().map(Reason::PackageRules));
            }
        }
        if let Some(spec) = spec {
            let taken = self.taken(component.package_root(&spec.folder))?;
            match &taken.named {
                // Files in source format are deployed without a `package.xml` beside them.
                None if source => {}
                Some(_) if source => reasons.push(Reason::SourceName),
                None => reasons.push(Reason::NoManifest),
                Some(_) if taken.names(spec, &component.name) == Some(false) => reasons.push(Reason::Manifest),
                Some(_) => {}
            }
        }
        Ok(reasons)
    }

    /// Whether some deploy takes a file of this type, as far as its project and the rules around it say. What may be left
    /// out because of where it lies may be taken as well.
    pub(in crate::gate) fn takes(&mut self, path: &RepoPath, spec: &TypeSpec) -> Result<bool, DiffError> {
        if !self.is_recognised(path, Some(spec)) || in_foreign_folder(path) {
            return Ok(false);
        }
        let (mut inside, mut outside) = (false, false);
        for folder in folders_above(path) {
            let Some(project) = self.project(folder)? else { continue };
            match project.takes(path.as_bytes()) {
                Takes::No => outside = true,
                _ => inside = true,
            }
        }
        Ok((inside || !outside) && self.ignored.some_take(path)?)
    }

    /// Whether some deploy takes a component in a file: one of source format as [`Self::takes`] says, another one unless
    /// the `package.xml` beside it does not name it.
    pub(in crate::gate) fn takes_component(&mut self, path: &RepoPath, spec: &TypeSpec, name: &str) -> Result<bool, DiffError> {
        if in_source_format(path) {
            return self.takes(path, spec);
        }
        if !self.is_recognised(path, Some(spec)) {
            return Ok(false);
        }
        let taken = self.taken(path.package_root(&spec.folder))?;
        Ok(taken.may_name(spec, name) || taken.names(spec, name).is_none())
    }

    /// What the `package.xml` of a folder takes.
    fn taken(&mut self, folder: &[u8]) -> Result<&Taken, DiffError> {
        Ok(match self.packages.entry(folder.to_vec()) {
            Entry::Vacant(entry) => {
                let taken = Taken::of(self.snapshot, entry.key(), self.input.registry, &self.input.limits)?;
                entry.insert(taken)
            }
            Entry::Occupied(entry) => entry.into_mut(),
        })
    }

    /// Whether a tool takes a file for one of its type, by its name and place.
    fn is_recognised(&self, path: &RepoPath, spec: Option<&TypeSpec>) -> bool {
        // Without `-meta.xml`, the folder tells what a file is.
        let placed = in_source_format(path) || spec.is_none_or(|spec| path.parts().rev().nth(1) == Some(spec.folder.as_bytes()));
        placed && is_deployable(path, self.input.registry)
    }

    /// The project in a folder, if there is one.
    fn project(&mut self, folder: &[u8]) -> Result<Option<&Deployed>, DiffError> {
        if !self.projects.contains_key(folder) {
            self.projects.insert(folder.to_vec(), Deployed::of(self.snapshot, folder)?);
        }
        Ok(self.projects.get(folder).filter(|project| project.exists()))
    }
}

/// How manifests call the type of all settings.
const SETTINGS: &str = "Settings";

/// What a deploy in metadata format takes of a folder: these members of types of ours. `None` without a `package.xml`.
pub(in crate::gate) struct Taken {
    named: Option<BTreeSet<(String, Name)>>,
    /// There is one that cannot be read here, so it may name anything.
    unread: bool,
}

impl Taken {
    pub(in crate::gate) fn of(snapshot: &dyn Snapshot, folder: &[u8], registry: &Registry, limits: &Limits) -> Result<Self, DiffError> {
        let ours = |type_name: &str| type_name == SETTINGS || registry.get(type_name).is_some();
        let prefix = if folder.is_empty() { Vec::new() } else { [folder, b"/"].concat() };
        let named = match text(snapshot, &RepoPath::new([prefix.as_slice(), b"package.xml"].concat()))? {
            Text::Read(text) => members(text.as_bytes(), limits, ours).ok(),
            Text::Unread => None,
            Text::None => {
                return Ok(Self {
                    named: None,
                    unread: false,
                });
            }
        };
        let unread = named.is_none();
        let named = named.unwrap_or_default().into_iter();
        Ok(Self {
            named: Some(named.map(|one| (one.type_name, Name::of(&one.name))).collect()),
            unread,
        })
    }

    /// Whether it names something that another one does not.
    pub(in crate::gate) fn names_more(&self, before: &Self) -> bool {
        let Some(after) = &self.named else { return false };
        let known = |one: &(String, Name)| before.named.as_ref().is_some_and(|before| before.contains(one));
        (self.unread && !before.unread) || !after.iter().all(known)
    }

    /// Whether it names a component, or may do so.
    pub(in crate::gate) fn may_name(&self, spec: &TypeSpec, name: &str) -> bool {
        self.unread || self.names(spec, name) == Some(true)
    }

    /// Whether it names a component; `None` without a `package.xml`. One that cannot be read names nothing.
    pub(in crate::gate) fn names(&self, spec: &TypeSpec, name: &str) -> Option<bool> {
        let named = self.named.as_ref()?;
        // All settings are of one type in a manifest.
        let type_name: &str = if spec.folder == "settings" { SETTINGS } else { &spec.name };
        let has = |name| named.contains(&(type_name.to_owned(), name));
        Some(has(Name::of(name)) || has(Name::of("*")))
    }
}
