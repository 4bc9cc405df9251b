//! The snapshot of a plain folder, inside or outside of any repository.
//!
//! Knows nothing of git: no ignore rules, no index. Folders named `.git` are passed over. Symbolic links are named, never
//! followed, neither at the end of a path nor on the way.

use std::fs::{self, File, FileType};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use orgate_core::path::RepoPath;

use crate::error::DiffError;
use crate::objects::HASH_IN_MEMORY;
use crate::snapshot::{Content, FileKind, FileRef, Snapshot, Source, Want};
use crate::walk::Budget;

/// A folder on disk.
#[derive(Debug, Clone)]
pub struct DirSnapshot {
    pub(crate) root: PathBuf,
}

impl DirSnapshot {
    /// Takes a folder as a snapshot. The folder may be reached through links; below it none is followed.
    pub fn open(root: &Path) -> Result<Self, DiffError> {
        let full = fs::canonicalize(root).map_err(|error| DiffError::io("open", root, &error))?;
        if !full.is_dir() {
            return Err(DiffError::Io {
                doing: "open",
                path: root.to_path_buf(),
                reason: "it is not a folder".into(),
            });
        }
        Ok(Self { root: full })
    }
}

impl Snapshot for DirSnapshot {
    fn describe(&self) -> String {
        format!("folder {}", self.root.display())
    }

    fn id(&self) -> Option<String> {
        None
    }

    fn files(&self, want: Want<'_>) -> Result<Vec<FileRef>, DiffError> {
        let mut files = Vec::new();
        let mut budget = Budget::new(self.describe());
        walk(&self.root, &mut budget, &mut |budget, path, seen| match seen {
            Seen::Folder => Ok(!path.ends_with(b"/.git") && path != b".git"),
            Seen::Listed { .. } => Ok(true),
            Seen::File(kind) => {
                if want(path) {
                    budget.list(path)?;
                    files.push(FileRef::new(path, kind, Content::Disk));
                }
                Ok(true)
            }
        })?;
        files.sort_unstable_by(|a, b| a.path().cmp(b.path()));
        Ok(files)
    }

    fn file(&self, path: &RepoPath) -> Result<Option<FileRef>, DiffError> {
        if path.parts().any(|part| part == b".git") {
            return Ok(None);
        }
        Ok(stat(&self.root, path)?.map(|(kind, _)| FileRef::new(path.as_bytes(), kind, Content::Disk)))
    }

    fn read(&self, file: &FileRef, limit: u64) -> Result<Vec<u8>, DiffError> {
        file.regular()?;
        if file.content() != Content::Disk {
            return Err(DiffError::ForeignFile {
                path: file.path().clone(),
                snapshot: self.describe(),
            });
        }
        read(&self.root, file.path(), limit)
    }

    fn prefetch(&self, _: &[&FileRef]) -> Result<(), DiffError> {
        Ok(())
    }

    fn source(&self) -> Source<'_> {
        Source::Folder(self)
    }
}

/// What a walk came across.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen {
    /// A folder that is not opened yet.
    Folder,
    /// A folder that was opened, before anything in it is told.
    Listed {
        /// Something in it is named `.git`, in any case.
        git: bool,
    },
    File(FileKind),
}

/// Receives what was seen at a path; false for a folder leaves out what it holds.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(&mut Budget, &[u8], Seen) -> Result<bool, DiffError>;

/// Calls `visit` for every file and folder below `root`, folder by folder. The root itself is not told.
pub(crate) fn walk(root: &Path, budget: &mut Budget, visit: Visit<'_>) -> Result<(), DiffError> {
    // The path of each folder to open, without a slash behind it.
    let mut todo: Vec<(Vec<u8>, usize)> = vec![(Vec::new(), 0)];
    let mut entries = Vec::new();
    while let Some((mut path, depth)) = todo.pop() {
        budget.depth(depth)?;
        let git = list(root, &path, budget, &mut entries)?;
        if depth > 0 {
            if !visit(budget, &path, Seen::Listed { git })? {
                continue;
            }
            path.push(b'/');
        }
        let prefix = path.len();
        for (name, kind) in entries.drain(..) {
            path.truncate(prefix);
            path.extend_from_slice(&name);
            if !kind.is_dir() {
                visit(budget, &path, Seen::File(file_kind(kind)))?;
            } else if visit(budget, &path, Seen::Folder)? {
                todo.push((path.clone(), depth + 1));
            }
        }
    }
    Ok(())
}

/// Reads what a folder holds into `entries`; tells whether something is named `.git`.
fn list(root: &Path, path: &[u8], budget: &mut Budget, entries: &mut Vec<(Vec<u8>, FileType)>) -> Result<bool, DiffError> {
    entries.clear();
    let folder = locate(root, path)?;
    let failed = |error| DiffError::io("list", &folder, &error);
    let mut git = false;
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        budget.entry()?;
        let name = name_bytes(&entry.file_name(), &folder)?;
        let kind = entry.file_type().map_err(|error| DiffError::io("look at", &entry.path(), &error))?;
        git |= name.eq_ignore_ascii_case(b".git");
        entries.push((name, kind));
    }
    Ok(git)
}

pub(crate) fn file_kind(kind: FileType) -> FileKind {
    if kind.is_file() {
        FileKind::Regular
    } else if kind.is_symlink() {
        FileKind::Symlink
    } else {
        FileKind::Special
    }
}

/// Kind and size of what stands at `path`; `None` for nothing, for a folder, and for anything reached through a link.
pub(crate) fn stat(root: &Path, path: &RepoPath) -> Result<Option<(FileKind, u64)>, DiffError> {
    let mut prefix: Vec<u8> = Vec::with_capacity(path.as_bytes().len());
    let mut parts = path.parts().peekable();
    while let Some(part) = parts.next() {
        if part.is_empty() || part == b"." || part == b".." {
            return Ok(None);
        }
        prefix.extend_from_slice(part);
        let full = locate(root, &prefix)?;
        let meta = match fs::symlink_metadata(&full) {
            Ok(meta) => meta,
            Err(error) if absent(&error) => return Ok(None),
            Err(error) => return Err(DiffError::io("look at", &full, &error)),
        };
        match (meta.is_dir(), parts.peek().is_some()) {
            (true, true) => prefix.push(b'/'),
            (false, false) => return Ok(Some((file_kind(meta.file_type()), meta.len()))),
            _ => return Ok(None),
        }
    }
    Ok(None)
}

pub(crate) fn absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Reads a regular file that is not reached through a link.
pub(crate) fn read(root: &Path, path: &RepoPath, limit: u64) -> Result<Vec<u8>, DiffError> {
    let full = locate(root, path.as_bytes())?;
    match stat(root, path)? {
        Some((FileKind::Regular, _)) => read_file(&full, path, limit),
        Some((kind, _)) => Err(DiffError::NotAFile { path: path.clone(), kind }),
        None => Err(DiffError::io("read", &full, &ErrorKind::NotFound.into())),
    }
}

/// Reads at most `limit` bytes. The place of the file is known to be good.
pub(crate) fn read_file(full: &Path, path: &RepoPath, limit: u64) -> Result<Vec<u8>, DiffError> {
    let failed = |error: std::io::Error| DiffError::io("read", full, &error);
    let too_large = |size| DiffError::TooLarge {
        path: path.clone(),
        size,
        limit,
    };
    let file = File::open(full).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    if size > limit {
        return Err(too_large(size));
    }
    // The file may grow while it is read, so the limit holds for the reading and not only for the size.
    let mut content = Vec::with_capacity(usize::try_from(size.min(HASH_IN_MEMORY)).unwrap_or(0).saturating_add(1));
    file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(failed)?;
    let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
    if size > limit {
        return Err(too_large(size));
    }
    Ok(content)
}

/// The place on disk of a path of a snapshot.
#[cfg(unix)]
pub(crate) fn locate(root: &Path, path: &[u8]) -> Result<PathBuf, DiffError> {
    use std::os::unix::ffi::OsStrExt;
    if path.contains(&0) {
        return Err(unusable(root, path));
    }
    Ok(root.join(std::ffi::OsStr::from_bytes(path)))
}

/// The place on disk of a path of a snapshot.
#[cfg(not(unix))]
pub(crate) fn locate(root: &Path, path: &[u8]) -> Result<PathBuf, DiffError> {
    let text = std::str::from_utf8(path).map_err(|_| unusable(root, path))?;
    // Characters that would make the platform look elsewhere: drives, streams, its own separator.
    if text.contains(['\\', ':', '\0']) {
        return Err(unusable(root, path));
    }
    Ok(root.join(text))
}

fn unusable(root: &Path, path: &[u8]) -> DiffError {
    DiffError::Io {
        doing: "locate",
        path: root.join(String::from_utf8_lossy(path).as_ref()),
        reason: "the name cannot be used on this platform".into(),
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)]
fn name_bytes(name: &std::ffi::OsStr, _: &Path) -> Result<Vec<u8>, DiffError> {
    use std::os::unix::ffi::OsStrExt;
    Ok(name.as_bytes().to_vec())
}

#[cfg(not(unix))]
fn name_bytes(name: &std::ffi::OsStr, folder: &Path) -> Result<Vec<u8>, DiffError> {
    match name.to_str() {
        Some(name) => Ok(name.as_bytes().to_vec()),
        None => Err(DiffError::Io {
            doing: "list",
            path: folder.join(name),
            reason: "the name is not valid Unicode".into(),
        }),
    }
}
