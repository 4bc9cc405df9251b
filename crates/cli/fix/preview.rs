//! The work tree as it would be after the edits, so that a dry run is judged as the real one is.

use orgate_core::RepoPath;
use orgate_diff::snapshot::Source;
use orgate_diff::{DiffError, FileRef, MemorySnapshot, Snapshot, Want};

/// A snapshot of which some files have another content. No file comes or goes.
#[derive(Debug)]
pub(super) struct Preview {
    own: Box<dyn Snapshot>,
    edited: MemorySnapshot,
}

impl Preview {
    pub(super) fn new(own: Box<dyn Snapshot>, edited: MemorySnapshot) -> Self {
        Self { own, edited }
    }
}

impl Snapshot for Preview {
    fn describe(&self) -> String {
        self.own.describe()
    }

    fn id(&self) -> Option<String> {
        self.own.id()
    }

    fn files(&self, want: Want<'_>) -> Result<Vec<FileRef>, DiffError> {
        self.own.files(want)
    }

    fn file(&self, path: &RepoPath) -> Result<Option<FileRef>, DiffError> {
        self.own.file(path)
    }

    fn read(&self, file: &FileRef, limit: u64) -> Result<Vec<u8>, DiffError> {
        if self.edited.file(file.path())?.is_some() {
            return self.edited.read(file, limit);
        }
        self.own.read(file, limit)
    }

    fn target(&self, link: &FileRef) -> Result<Option<Vec<u8>>, DiffError> {
        self.own.target(link)
    }

    fn prefetch(&self, files: &[&FileRef]) -> Result<(), DiffError> {
        self.own.prefetch(files)
    }

    /// Which files the change touches is told by the work tree as it lies there: an edit puts back what was, so where it
    /// is the only one in a file, nothing in that file got weaker.
    fn source(&self) -> Source<'_> {
        self.own.source()
    }
}
