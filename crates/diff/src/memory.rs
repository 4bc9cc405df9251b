//! A snapshot in memory: for tests of thousands of pairs, and for fuzzing, where a folder on disk costs more than the
//! comparison.

use std::collections::BTreeMap;

use orgate_core::path::RepoPath;

use crate::error::DiffError;
use crate::snapshot::{Content, FileKind, FileRef, Snapshot, Source, Want};

/// Files by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemorySnapshot {
    files: BTreeMap<RepoPath, Vec<u8>>,
}

impl FromIterator<(RepoPath, Vec<u8>)> for MemorySnapshot {
    fn from_iter<I: IntoIterator<Item = (RepoPath, Vec<u8>)>>(files: I) -> Self {
        Self {
            files: files.into_iter().collect(),
        }
    }
}

impl MemorySnapshot {
    fn found(path: &RepoPath) -> FileRef {
        FileRef::new(path.as_bytes(), FileKind::Regular, Content::Memory)
    }
}

impl Snapshot for MemorySnapshot {
    fn describe(&self) -> String {
        "memory".into()
    }

    fn id(&self) -> Option<String> {
        None
    }

    fn files(&self, want: Want<'_>) -> Result<Vec<FileRef>, DiffError> {
        let wanted = self.files.keys().filter(|path| want(path.as_bytes()));
        Ok(wanted.map(Self::found).collect())
    }

    fn file(&self, path: &RepoPath) -> Result<Option<FileRef>, DiffError> {
        Ok(self.files.contains_key(path).then(|| Self::found(path)))
    }

    fn read(&self, file: &FileRef, limit: u64) -> Result<Vec<u8>, DiffError> {
        let content = self.files.get(file.path()).ok_or_else(|| DiffError::ForeignFile {
            path: file.path().clone(),
            snapshot: self.describe(),
        })?;
        let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if size > limit {
            return Err(DiffError::TooLarge {
                path: file.path().clone(),
                size,
                limit,
            });
        }
        Ok(content.clone())
    }

    fn prefetch(&self, _: &[&FileRef]) -> Result<(), DiffError> {
        Ok(())
    }

    fn source(&self) -> Source<'_> {
        Source::Memory(self)
    }
}
