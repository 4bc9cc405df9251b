//! Which files of ours a snapshot holds, changed or not: where a judgement finds the other files of what is touched.
//!
//! Git has no index by name, so this takes a look at every folder of a tree. It is done when the first judgement asks,
//! once: what base holds follows from what head holds and what differs. [`Listing`] keeps the files by type and name.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, OnceLock};

use orgate_core::RepoPath;
use orgate_core::registry::Registry;
use orgate_core::report::Side as Which;
use orgate_metadata::{Suffixes, classify, holds_bundles, identify, in_bundle};

use super::name::Name;
use super::replacements::{is_project, project_in};
use crate::compare::{changes, list_one, share_objects};
use crate::error::DiffError;
use crate::snapshot::{Change, FileRef, Snapshot, Source};

/// Whether settings want a path to be judged.
pub(super) type Wanted<'a> = &'a (dyn Fn(&[u8]) -> bool + Sync);

/// The files of both sides.
pub(super) struct Related<'a> {
    base: &'a dyn Snapshot,
    head: &'a dyn Snapshot,
    registry: &'a Registry,
    suffixes: Suffixes,
    wanted: Wanted<'a>,
    /// The same of the snapshots behind these, of which some paths are held or hidden here.
    behind: Option<&'a Related<'a>>,
    /// What differs between both sides, as far as it can be ours.
    changed: OnceLock<Vec<Change>>,
    base_files: OnceLock<Vec<FileRef>>,
    head_files: OnceLock<Vec<FileRef>>,
    /// The folders with a project file, by side.
    projects: [OnceLock<HashSet<Vec<u8>>>; 2],
}

impl<'a> Related<'a> {
    pub(super) fn new(base: &'a dyn Snapshot, head: &'a dyn Snapshot, registry: &'a Registry, wanted: Wanted<'a>) -> Self {
        Self {
            base,
            head,
            registry,
            suffixes: Suffixes::of(registry),
            wanted,
            behind: None,
            changed: OnceLock::new(),
            base_files: OnceLock::new(),
            head_files: OnceLock::new(),
            projects: [const { OnceLock::new() }; 2],
        }
    }

    /// Takes the files from those of the snapshots behind these, of which more may be wanted than here.
    pub(super) fn behind(self, behind: &'a Related<'a>) -> Self {
        Self {
            behind: Some(behind),
            ..self
        }
    }

    /// Whether settings want a path to be judged.
    pub(super) fn wants(&self, path: &[u8]) -> bool {
        (self.wanted)(path)
    }

    /// Whether a file is of a known type by its name.
    pub(super) fn names_type(&self, path: &[u8]) -> bool {
        self.suffixes.fit(path) && classify(&RepoPath::new(path), self.registry).is_some()
    }

    /// Whether a file ends as files of a known type do, whatever the rest of its name says.
    pub(super) fn ends_like_type(&self, path: &[u8]) -> bool {
        self.suffixes.fit(path)
    }

    /// Makes known what differs: every changed path for which [`Self::names_type`] holds must be among `changes`, and every
    /// project file.
    pub(super) fn know(&self, changes: &[Change]) {
        self.changed.get_or_init(|| self.ours(changes.iter().cloned()));
    }

    fn ours(&self, changes: impl Iterator<Item = Change>) -> Vec<Change> {
        changes
            .filter(|change| self.listed(change.path.as_bytes()) || is_project(change.path.as_bytes()))
            .collect()
    }

    fn listed(&self, path: &[u8]) -> bool {
        self.names_type(path) && (self.wanted)(path)
    }

    /// Whether a file counts that does not change. What lies within bundles is no evidence: no tool deploys it as what its
    /// name says.
    fn stands(&self, path: &[u8]) -> bool {
        self.listed(path) && !in_bundle(path)
    }

    /// What is asked for of a snapshot: project files lie around those of ours, and are looked for in every folder.
    fn told(&self, path: &[u8]) -> bool {
        self.stands(path) || is_project(path)
    }

    /// Whether a folder of one side has a project file; `None` where that is not known from the names of all files.
    pub(super) fn has_project(&self, side: Which, folder: &[u8]) -> Option<bool> {
        let (files, at) = match side {
            Which::Base => (&self.base_files, 0),
            Which::Head => (&self.head_files, 1),
        };
        let path = project_in(folder);
        let files = files
            .get()
            .filter(|_| !in_bundle(path.as_bytes()) && share_objects(self.base, self.head))?;
        let known = self.projects.get(at)?.get_or_init(|| {
            let projects = files.iter().map(FileRef::path).filter(|path| is_project(path.as_bytes()));
            projects.map(|path| path.parent().to_vec()).collect()
        });
        Some(known.contains(folder))
    }

    /// Every file of one side that is wanted and of a known type by its name, and every project file, sorted by path; within
    /// bundles only those that change.
    fn files(&self, side: Which) -> Result<&[FileRef], DiffError> {
        let (files, snapshot) = match side {
            Which::Base => (&self.base_files, self.base),
            Which::Head => (&self.head_files, self.head),
        };
        if let Some(behind) = self.behind {
            return get(files, || self.held(behind, snapshot, side));
        }
        if !share_objects(self.base, self.head) {
            return get(files, || {
                let standing = snapshot.files(&|path| self.told(path))?;
                Ok(with(&standing, self.changed()?, side))
            });
        }
        if files.get().is_none() {
            self.list()?;
        }
        get(files, || Ok(Vec::new()))
    }

    /// The files of one side, from those of the snapshot behind it.
    fn held(&self, behind: &Related<'_>, snapshot: &dyn Snapshot, side: Which) -> Result<Vec<FileRef>, DiffError> {
        let paths = match snapshot.source() {
            Source::Held(held) => held.all_paths(),
            _ => BTreeSet::new(),
        };
        let wanted = |path: &[u8]| is_project(path) || (self.wanted)(path) && !in_bundle(path);
        let files = behind.files(side)?.iter();
        let mut standing: Vec<FileRef> = files
            .filter(|file| !paths.contains(file.path()) && wanted(file.path().as_bytes()))
            .cloned()
            .collect();
        for path in paths.into_iter().filter(|path| self.told(path.as_bytes())) {
            standing.extend(snapshot.file(path)?);
        }
        standing.sort_unstable_by(|a, b| a.path().cmp(b.path()));
        Ok(with(&standing, self.changed()?, side))
    }

    fn changed(&self) -> Result<&[Change], DiffError> {
        get(&self.changed, || {
            changes(self.base, self.head, &|path| self.listed(path) || is_project(path))
        })
    }

    /// Lists one side, and works the other out from what differs.
    fn list(&self) -> Result<(), DiffError> {
        let changed = self.changed()?;
        let files = list_one(self.base, self.head, &|path| self.told(path), &holds_bundles)?;
        self.base_files.get_or_init(|| with(&files, changed, Which::Base));
        self.head_files.get_or_init(|| with(&files, changed, Which::Head));
        Ok(())
    }

    /// The files of one side by type and name.
    pub(super) fn listing(&self, side: Which) -> Result<Listing, DiffError> {
        let mut listing = Listing::default();
        for file in self.files(side)? {
            let Some((spec, name)) = identify(file.path(), self.registry) else {
                continue;
            };
            let files = listing.types.entry(Arc::clone(&spec.name)).or_default();
            let places = match name {
                Some(name) => files.by_name.entry(Name::of(&name)).or_default(),
                None => &mut files.nameless,
            };
            places.push(files.all.len());
            files.all.push(file.clone());
        }
        Ok(listing)
    }
}

/// What the cell holds, computed if it holds nothing yet.
fn get<T>(cell: &OnceLock<Vec<T>>, make: impl FnOnce() -> Result<Vec<T>, DiffError>) -> Result<&[T], DiffError> {
    if let Some(known) = cell.get() {
        return Ok(known);
    }
    let fresh = make()?;
    Ok(cell.get_or_init(|| fresh))
}

/// The files of a side: those of either, but with what this side has wherever they differ. Sorted by path, all of them.
fn with(either: &[FileRef], changes: &[Change], side: Which) -> Vec<FileRef> {
    let mut files = Vec::with_capacity(either.len());
    let mut either = either.iter().peekable();
    for change in changes {
        while let Some(file) = either.next_if(|file| *file.path() < change.path) {
            files.push(file.clone());
        }
        either.next_if(|file| *file.path() == change.path);
        let own = match side {
            Which::Base => &change.base,
            Which::Head => &change.head,
        };
        files.extend(own.clone());
    }
    files.extend(either.cloned());
    files
}

/// Files by type and by the full name that their name gives.
#[derive(Debug, Default)]
pub(super) struct Listing {
    types: BTreeMap<Arc<str>, Files>,
}

#[derive(Debug, Default)]
struct Files {
    all: Vec<FileRef>,
    /// Positions in `all`.
    by_name: BTreeMap<Name, Vec<usize>>,
    /// Positions of files whose names tell no full name, because they are not UTF-8.
    nameless: Vec<usize>,
}

impl Listing {
    /// All files, by type.
    pub(super) fn all(&self) -> impl Iterator<Item = &FileRef> {
        self.types.values().flat_map(|files| &files.all)
    }

    /// All files of a type, sorted by path.
    pub(super) fn of_type(&self, type_name: &str) -> Vec<&FileRef> {
        self.types.get(type_name).into_iter().flat_map(|files| &files.all).collect()
    }

    /// The files of a type whose names give this one.
    pub(super) fn named(&self, type_name: &str, name: &Name) -> Vec<&FileRef> {
        self.at(type_name, |files| files.by_name.get(name))
    }

    /// Those whose names nobody can read.
    pub(super) fn nameless(&self, type_name: &str) -> Vec<&FileRef> {
        self.at(type_name, |files| Some(&files.nameless))
    }

    fn at(&self, type_name: &str, places: impl Fn(&Files) -> Option<&Vec<usize>>) -> Vec<&FileRef> {
        let Some(files) = self.types.get(type_name) else {
            return Vec::new();
        };
        places(files).into_iter().flatten().filter_map(|at| files.all.get(*at)).collect()
    }
}

#[cfg(test)]
mod tests;
