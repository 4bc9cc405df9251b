//! A snapshot with some paths held at what another one has there: head without what a change does to these files.

use std::collections::BTreeSet;

use orgate_core::path::RepoPath;

use crate::error::DiffError;
use crate::snapshot::{FileRef, Snapshot, Source, Want};

/// `head`, but with some paths as they are in `base`.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct HeldSnapshot<'a> {
    pub(crate) head: &'a dyn Snapshot,
    base: &'a dyn Snapshot,
    paths: &'a BTreeSet<RepoPath>,
}

impl<'a> HeldSnapshot<'a> {
    pub(crate) fn new(base: &'a dyn Snapshot, head: &'a dyn Snapshot, paths: &'a BTreeSet<RepoPath>) -> Self {
        Self { head, base, paths }
    }

    pub(crate) fn holds(&self, path: &RepoPath) -> bool {
        self.paths.contains(path)
    }

    /// Where the content of a path comes from.
    fn side(&self, path: &RepoPath) -> &'a dyn Snapshot {
        if self.holds(path) { self.base } else { self.head }
    }
}

impl Snapshot for HeldSnapshot<'_> {
    fn describe(&self) -> String {
        self.head.describe()
    }

    fn id(&self) -> Option<String> {
        self.head.id()
    }

    fn files(&self, want: Want<'_>) -> Result<Vec<FileRef>, DiffError> {
        let mut files = self.head.files(want)?;
        files.retain(|file| !self.holds(file.path()));
        for path in self.paths.iter().filter(|path| want(path.as_bytes())) {
            files.extend(self.base.file(path)?);
        }
        files.sort_unstable_by(|a, b| a.path().cmp(b.path()));
        Ok(files)
    }

    fn file(&self, path: &RepoPath) -> Result<Option<FileRef>, DiffError> {
        self.side(path).file(path)
    }

    fn read(&self, file: &FileRef, limit: u64) -> Result<Vec<u8>, DiffError> {
        self.side(file.path()).read(file, limit)
    }

    fn prefetch(&self, files: &[&FileRef]) -> Result<(), DiffError> {
        let (from_base, from_head): (Vec<&FileRef>, Vec<&FileRef>) = files.iter().partition(|file| self.holds(file.path()));
        self.base.prefetch(&from_base)?;
        self.head.prefetch(&from_head)
    }

    fn source(&self) -> Source<'_> {
        Source::Held(self)
    }
}
