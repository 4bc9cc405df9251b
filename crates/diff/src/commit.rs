//! The snapshot of a commit or a tree: content comes from the object database, never from a checkout.

use std::path::Path;
use std::sync::Arc;

use git2::ObjectType;
use orgate_core::path::RepoPath;

use crate::error::DiffError;
use crate::id::ObjectId;
use crate::index::Names;
use crate::listing;
use crate::objects::Objects;
use crate::snapshot::{Change, Content, FileKind, FileRef, Snapshot, Source, Want};
use crate::tree::EntryKind;
use crate::walk;

/// A commit, or a bare tree.
#[derive(Debug, Clone)]
pub struct CommitSnapshot {
    pub(crate) objects: Arc<Objects>,
    pub(crate) tree: ObjectId,
    /// `commit <id>` or `tree <id>`.
    pub(crate) title: &'static str,
    pub(crate) id: ObjectId,
    /// The index file of the repository, which knows the trees of what is checked out.
    pub(crate) index: Option<Arc<Path>>,
}

impl CommitSnapshot {
    /// Whether both are the same commit, or one is the tree of the other. Two commits of one tree are not: nothing changed
    /// between them.
    pub fn is_same_revision(&self, other: &Self) -> bool {
        let bare = self.id == self.tree || other.id == other.tree;
        self.id == other.id || (bare && self.tree == other.tree)
    }

    /// What differs between two trees of one repository.
    pub(crate) fn changes(&self, head: &Self, want: Want<'_>) -> Result<Vec<Change>, DiffError> {
        walk::walk(&self.objects, self.tree, head.tree, head.describe(), want)
    }

    /// The wanted files of the repository's index, which may know this tree.
    pub(crate) fn names(&self, want: Want<'_>) -> Option<Names> {
        Names::read(self.index.as_deref()?, self.objects.id_len(), want)
    }

    /// Every wanted file, found folder by folder where `names` does not know them.
    pub(crate) fn walk(&self, names: Option<&Names>, want: Want<'_>, closed: Want<'_>) -> Result<Vec<FileRef>, DiffError> {
        listing::files(&self.objects, self.tree, names, self.describe(), want, closed)
    }
}

impl Snapshot for CommitSnapshot {
    fn describe(&self) -> String {
        format!("{} {}", self.title, self.id)
    }

    fn id(&self) -> Option<String> {
        Some(self.id.to_string())
    }

    fn files(&self, want: Want<'_>) -> Result<Vec<FileRef>, DiffError> {
        let names = self.names(want);
        match names.as_ref().and_then(|names| names.all(self.tree)) {
            Some(files) => Ok(files.to_vec()),
            None => self.walk(names.as_ref(), want, &|_| false),
        }
    }

    fn file(&self, path: &RepoPath) -> Result<Option<FileRef>, DiffError> {
        let found = self.objects.folders.find(&self.objects, self.tree, path.as_bytes())?;
        Ok(match found {
            Some((EntryKind::File(kind), id)) => Some(FileRef::new(path.as_bytes(), kind, Content::Object(id))),
            Some((EntryKind::Folder, _)) | None => None,
        })
    }

    fn read(&self, file: &FileRef, limit: u64) -> Result<Vec<u8>, DiffError> {
        read(&self.objects, file, limit, || self.describe())
    }

    fn target(&self, link: &FileRef) -> Result<Option<Vec<u8>>, DiffError> {
        target(&self.objects, link)
    }

    fn prefetch(&self, files: &[&FileRef]) -> Result<(), DiffError> {
        prefetch(&self.objects, files)
    }

    fn source(&self) -> Source<'_> {
        Source::Commit(self)
    }
}

/// Reads a regular file whose content is an object.
pub(crate) fn read(objects: &Objects, file: &FileRef, limit: u64, snapshot: impl Fn() -> String) -> Result<Vec<u8>, DiffError> {
    file.regular()?;
    match file.content() {
        Content::Object(id) => objects.blob(id, file.path(), limit),
        Content::Disk | Content::Memory => Err(DiffError::ForeignFile {
            path: file.path().clone(),
            snapshot: snapshot(),
        }),
    }
}

/// Bytes of what a link says; a path that is longer leads nowhere.
const LONGEST_TARGET: u64 = 1 << 16;

/// What a symbolic link says whose content is an object.
pub(crate) fn target(objects: &Objects, link: &FileRef) -> Result<Option<Vec<u8>>, DiffError> {
    match link.content() {
        Content::Object(id) if link.kind() == FileKind::Symlink => match objects.blob(id, link.path(), LONGEST_TARGET) {
            Err(DiffError::TooLarge { .. }) => Ok(None),
            read => read.map(Some),
        },
        _ => Ok(None),
    }
}

/// Fetches the blobs among `files` that a partial clone left out.
pub(crate) fn prefetch(objects: &Objects, files: &[&FileRef]) -> Result<(), DiffError> {
    if objects.promised.is_none() {
        return Ok(());
    }
    let ids = files
        .iter()
        .filter(|file| file.regular().is_ok())
        .filter_map(|file| file.object_id());
    objects.fetch(&objects.absent(ids)?)?;
    Ok(())
}

/// The commit id, its tree and its parents, as the object itself says.
#[derive(Debug)]
pub(crate) struct RawCommit {
    pub(crate) tree: ObjectId,
    pub(crate) parents: Vec<ObjectId>,
    /// Seconds since 1970, for the order of a walk; 0 when unreadable.
    pub(crate) time: i64,
}

impl RawCommit {
    /// Reads a commit; `None` when it is not in this clone.
    pub(crate) fn read(objects: &Objects, id: ObjectId) -> Result<Option<Self>, DiffError> {
        match objects.here(id)? {
            None => Ok(None),
            Some((ObjectType::Commit, raw)) => Self::parse(raw.as_ref())
                .map(Some)
                .ok_or_else(|| DiffError::broken(id, "the header of the commit is malformed")),
            Some(_) => Err(DiffError::broken(id, "a commit was expected")),
        }
    }

    pub(crate) fn parse(raw: &[u8]) -> Option<Self> {
        let mut lines = raw.split(|byte| *byte == b'\n');
        let tree = ObjectId::from_hex(lines.next()?.strip_prefix(b"tree ")?)?;
        let mut parents = Vec::new();
        let mut time = 0;
        for line in lines {
            if let Some(parent) = line.strip_prefix(b"parent ") {
                parents.push(ObjectId::from_hex(parent)?);
            } else if line.starts_with(b"author ") {
            } else {
                if let Some(committer) = line.strip_prefix(b"committer ") {
                    time = timestamp(committer).unwrap_or(0);
                }
                break;
            }
        }
        Some(Self { tree, parents, time })
    }
}

fn timestamp(committer: &[u8]) -> Option<i64> {
    let after = committer.iter().rposition(|byte| *byte == b'>')? + 1;
    let text = std::str::from_utf8(committer.get(after..)?).ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// The object a tag points at.
pub(crate) fn tag_target(raw: &[u8]) -> Option<ObjectId> {
    let line = raw.split(|byte| *byte == b'\n').next()?;
    ObjectId::from_hex(line.strip_prefix(b"object ")?)
}
