//! A snapshot with some paths held at what another one has there: head without what a change does to these files, or base
//! without files that count as new.

use std::collections::BTreeSet;

use orgate_core::path::RepoPath;

use crate::error::DiffError;
use crate::snapshot::{FileRef, Snapshot, Source, Want};

/// `own`, but with some paths as they are in `other`; without that one there is nothing.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct HeldSnapshot<'a> {
    pub(crate) own: &'a dyn Snapshot,
    other: Option<&'a dyn Snapshot>,
    pub(crate) paths: &'a BTreeSet<RepoPath>,
}

impl<'a> HeldSnapshot<'a> {
    /// `head`, without what became of these paths since `base`.
    pub(crate) fn new(base: &'a dyn Snapshot, head: &'a dyn Snapshot, paths: &'a BTreeSet<RepoPath>) -> Self {
        Self {
            own: head,
            other: Some(base),
            paths,
        }
    }

    /// A snapshot without these paths.
    pub(crate) fn without(own: &'a dyn Snapshot, paths: &'a BTreeSet<RepoPath>) -> Self {
        Self { own, other: None, paths }
    }

    pub(crate) fn holds(&self, path: &RepoPath) -> bool {
        self.paths.contains(path)
    }

    /// Every path that is held, also by a snapshot behind this one.
    pub(crate) fn all_paths(&self) -> BTreeSet<&'a RepoPath> {
        let mut paths: BTreeSet<&RepoPath> = match self.own.source() {
            Source::Held(own) => own.all_paths(),
            _ => BTreeSet::new(),
        };
        paths.extend(self.paths);
        paths
    }

    /// Where the content of a path comes from.
    fn side(&self, path: &RepoPath) -> Option<&'a dyn Snapshot> {
        if self.holds(path) { self.other } else { Some(self.own) }
    }
}

impl Snapshot for HeldSnapshot<'_> {
    fn describe(&self) -> String {
        self.own.describe()
    }

    fn id(&self) -> Option<String> {
        self.own.id()
    }

    fn files(&self, want: Want<'_>) -> Result<Vec<FileRef>, DiffError> {
        let mut files = self.own.files(want)?;
        files.retain(|file| !self.holds(file.path()));
        if let Some(other) = self.other {
            for path in self.paths.iter().filter(|path| want(path.as_bytes())) {
                files.extend(other.file(path)?);
            }
        }
        files.sort_unstable_by(|a, b| a.path().cmp(b.path()));
        Ok(files)
    }

    fn file(&self, path: &RepoPath) -> Result<Option<FileRef>, DiffError> {
        self.side(path).map_or(Ok(None), |side| side.file(path))
    }

    fn read(&self, file: &FileRef, limit: u64) -> Result<Vec<u8>, DiffError> {
        self.side(file.path()).unwrap_or(self.own).read(file, limit)
    }

    fn target(&self, link: &FileRef) -> Result<Option<Vec<u8>>, DiffError> {
        self.side(link.path()).unwrap_or(self.own).target(link)
    }

    fn prefetch(&self, files: &[&FileRef]) -> Result<(), DiffError> {
        let (held, own): (Vec<&FileRef>, Vec<&FileRef>) = files.iter().partition(|file| self.holds(file.path()));
        if let Some(other) = self.other {
            other.prefetch(&held)?;
        }
        self.own.prefetch(&own)
    }

    fn source(&self) -> Source<'_> {
        Source::Held(self)
    }
}
