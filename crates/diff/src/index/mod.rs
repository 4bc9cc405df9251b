//! The snapshot of the index: what the next commit will hold.
//!
//! The index file is read by our own reader, from wherever `GIT_INDEX_FILE` says, because libgit2 is several times slower
//! than git here. Entries marked intent-to-add have no content yet and are passed over; a wanted path in conflict is an
//! error. Must not write or refresh the index.

mod against;
mod format;
mod list;
mod names;
mod pieces;
mod trees;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use orgate_core::path::RepoPath;

use crate::commit;
use crate::error::DiffError;
use crate::id::ObjectId;
use crate::objects::Objects;
use crate::repository::Repository;
use crate::snapshot::{Content, FileKind, FileRef, Snapshot, Source, Want};
use crate::spawn::Git;
use crate::tree::EntryKind;

pub(crate) use against::changes;
pub(crate) use format::{Entry, Index, parse as format_of};
pub(crate) use list::parse as listing_of;
pub(crate) use names::Names;

/// The index of a repository as it was when this snapshot was taken.
#[derive(Debug, Clone)]
pub struct IndexSnapshot {
    pub(crate) objects: Arc<Objects>,
    pub(crate) index: Arc<Index>,
}

impl Repository {
    /// The snapshot of the index. A repository without index file has an empty one.
    pub fn index(&self) -> Result<IndexSnapshot, DiffError> {
        Ok(IndexSnapshot {
            objects: Arc::clone(&self.inner.objects),
            index: Arc::new(self.load_index()?),
        })
    }

    pub(crate) fn load_index(&self) -> Result<Index, DiffError> {
        load(&self.inner.index, self.inner.objects.id_len(), &self.inner.git)
    }
}

fn load(path: &Path, id_len: usize, git: &Git) -> Result<Index, DiffError> {
    let data = match fs::read(path) {
        Ok(data) => data,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Index::default()),
        Err(error) => return Err(DiffError::io("read", path, &error)),
    };
    let broken = |reason: String| DiffError::BrokenIndex {
        path: path.to_path_buf(),
        reason,
    };
    match format::parse(data, id_len) {
        Ok(index) => Ok(index),
        Err(format::Unread::Broken(reason)) => Err(broken(reason)),
        // Split and sparse indexes, and whatever a later git adds: git itself can list them.
        Err(format::Unread::Foreign(what)) => {
            let git = git.because(format!("the index {what}"));
            let args = ["ls-files", "--stage", "--debug", "--full-name", "-z"];
            list::parse(&git.run(&args)?, id_len).map_err(broken)
        }
    }
}

impl Index {
    /// The entry as a file; `None` for what is not part of the snapshot. A conflict is an error.
    pub(crate) fn file(&self, entry: &Entry) -> Result<Option<FileRef>, DiffError> {
        let path = self.path(entry);
        if entry.stage() != 0 {
            return Err(DiffError::Unmerged { path: RepoPath::new(path) });
        }
        let leaf = self.leaf(entry).filter(|_| !entry.intent_to_add());
        Ok(leaf.map(|(kind, id)| FileRef::new(path, kind, Content::Object(id))))
    }

    /// Kind and id of an entry.
    pub(crate) fn leaf(&self, entry: &Entry) -> Option<(FileKind, ObjectId)> {
        match EntryKind::from_mode(entry.mode)? {
            EntryKind::File(kind) => Some((kind, ObjectId::from_bytes(self.id(entry))?)),
            EntryKind::Folder => None,
        }
    }

    /// Whether anything lies in the folder of this path.
    pub(crate) fn holds(&self, folder: &[u8]) -> bool {
        let prefix = [folder, b"/"].concat();
        let from = self.entries.partition_point(|entry| self.path(entry) < prefix.as_slice());
        self.entries.get(from).is_some_and(|entry| self.path(entry).starts_with(&prefix))
    }

    /// The entries of exactly this path: one, or several stages of a conflict.
    pub(crate) fn find(&self, path: &[u8]) -> &[Entry] {
        let from = self.entries.partition_point(|entry| self.path(entry) < path);
        let rest = self.entries.get(from..).unwrap_or_default();
        let len = rest.iter().take_while(|entry| self.path(entry) == path).count();
        rest.get(..len).unwrap_or_default()
    }
}

impl Snapshot for IndexSnapshot {
    fn describe(&self) -> String {
        "index".into()
    }

    fn id(&self) -> Option<String> {
        None
    }

    fn files(&self, want: Want<'_>) -> Result<Vec<FileRef>, DiffError> {
        let mut files = Vec::new();
        for entry in &self.index.entries {
            if want(self.index.path(entry)) {
                files.extend(self.index.file(entry)?);
            }
        }
        Ok(files)
    }

    fn file(&self, path: &RepoPath) -> Result<Option<FileRef>, DiffError> {
        match self.index.find(path.as_bytes()).first() {
            Some(entry) => self.index.file(entry),
            None => Ok(None),
        }
    }

    fn read(&self, file: &FileRef, limit: u64) -> Result<Vec<u8>, DiffError> {
        commit::read(&self.objects, file, limit, || self.describe())
    }

    fn target(&self, link: &FileRef) -> Result<Option<Vec<u8>>, DiffError> {
        commit::target(&self.objects, link)
    }

    fn prefetch(&self, files: &[&FileRef]) -> Result<(), DiffError> {
        commit::prefetch(&self.objects, files)
    }

    fn source(&self) -> Source<'_> {
        Source::Index(self)
    }
}
