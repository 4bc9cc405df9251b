//! One side of a comparison: a commit, the index, the work tree, a plain folder or memory, all behind one trait.
//!
//! A snapshot lists and reads files as they are. It must not interpret their content, follow symbolic links, or answer
//! "nothing there" where the truth is "cannot read".

use std::fmt;

use orgate_core::path::RepoPath;

use crate::commit::CommitSnapshot;
use crate::dir::DirSnapshot;
use crate::error::DiffError;
use crate::held::HeldSnapshot;
use crate::id::ObjectId;
use crate::index::IndexSnapshot;
use crate::memory::MemorySnapshot;
use crate::worktree::WorktreeSnapshot;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// A regular file, executable or not.
    Regular,
    /// A symbolic link. It is never followed.
    Symlink,
    /// A submodule, that is a commit of another repository.
    Submodule,
    /// A socket, a pipe or a device; only on disk.
    Special,
}

/// As a noun with its article, for messages.
impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Regular => "a regular file",
            Self::Symlink => "a symbolic link",
            Self::Submodule => "a submodule",
            Self::Special => "a special file",
        })
    }
}

/// Where the content of a file lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Object(ObjectId),
    Disk,
    Memory,
}

/// One path of a snapshot. To be read from the snapshot it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    path: RepoPath,
    kind: FileKind,
    content: Content,
}

impl FileRef {
    pub(crate) fn new(path: impl Into<Box<[u8]>>, kind: FileKind, content: Content) -> Self {
        Self {
            path: RepoPath::new(path),
            kind,
            content,
        }
    }

    /// The path, relative to the root of the snapshot.
    pub fn path(&self) -> &RepoPath {
        &self.path
    }

    /// What stands there. Only [`FileKind::Regular`] can be read.
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// The id of the blob, unless the file lies on disk or in memory. Equal ids mean equal content.
    pub fn object_id(&self) -> Option<ObjectId> {
        match self.content {
            Content::Object(id) => Some(id),
            Content::Disk | Content::Memory => None,
        }
    }

    pub(crate) fn content(&self) -> Content {
        self.content
    }

    /// An error unless this is a regular file.
    pub(crate) fn regular(&self) -> Result<(), DiffError> {
        if self.kind == FileKind::Regular {
            return Ok(());
        }
        Err(DiffError::NotAFile {
            path: self.path.clone(),
            kind: self.kind,
        })
    }
}

/// A path whose content differs between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path.
    pub path: RepoPath,
    /// What was there, if anything.
    pub base: Option<FileRef>,
    /// What is there now, if anything.
    pub head: Option<FileRef>,
}

/// Decides by path whether a file matters to the caller.
pub type Want<'a> = &'a (dyn Fn(&[u8]) -> bool + Sync);

/// One side of a comparison. Implemented here only: comparing two of them needs to know what they are.
pub trait Snapshot: fmt::Debug + Send + Sync {
    /// For messages: `commit <full id>`, `tree <full id>`, `index`, `work tree` or `folder PATH`.
    fn describe(&self) -> String;

    /// The full id of the commit or tree, where there is one.
    fn id(&self) -> Option<String>;

    /// Every path `want` accepts, sorted by the bytes of the path. Links and submodules are listed, with their kind:
    /// one that stands in place of metadata is worth a message.
    fn files(&self, want: Want<'_>) -> Result<Vec<FileRef>, DiffError>;

    /// What stands at exactly this path; `None` when there is nothing, or a folder.
    fn file(&self, path: &RepoPath) -> Result<Option<FileRef>, DiffError>;

    /// The content of a regular file of at most `limit` bytes.
    fn read(&self, file: &FileRef, limit: u64) -> Result<Vec<u8>, DiffError>;

    /// What a symbolic link says, where that is stored as an object; `None` elsewhere.
    fn target(&self, _: &FileRef) -> Result<Option<Vec<u8>>, DiffError> {
        Ok(None)
    }

    /// Fetches in one go what a partial clone left out of `files`. Elsewhere it does nothing.
    fn prefetch(&self, files: &[&FileRef]) -> Result<(), DiffError>;

    /// Which of these this is.
    #[doc(hidden)]
    fn source(&self) -> Source<'_>;
}

/// The snapshots there are.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A commit or a tree.
    Commit(&'a CommitSnapshot),
    /// The index.
    Index(&'a IndexSnapshot),
    /// The work tree.
    Worktree(&'a WorktreeSnapshot),
    /// A plain folder.
    Folder(&'a DirSnapshot),
    /// Files in memory.
    Memory(&'a MemorySnapshot),
    /// Another one with some paths held at what base has there.
    Held(&'a HeldSnapshot<'a>),
}
