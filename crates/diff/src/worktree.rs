//! The snapshot of the work tree: what lies on disk and is tracked, or untracked without being ignored.
//!
//! Content is taken as it lies there, without filters. Links are named and never followed, nested repositories are not
//! entered, ignored folders neither; tracked files count wherever they are. Must not trust file times: whether a file
//! changed is decided by its bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use orgate_core::path::RepoPath;

use crate::commit;
use crate::dir::{self, Seen};
use crate::error::DiffError;
use crate::index::{Entry, Index};
use crate::lock::lock;
use crate::nested;
use crate::repository::{Inner, Refs, Repository};
use crate::snapshot::{Content, FileKind, FileRef, Snapshot, Source, Want};
use crate::spawn;
use crate::walk::Budget;

/// The work tree of a repository. The index is read once, the files whenever they are asked for.
#[derive(Debug, Clone)]
pub struct WorktreeSnapshot {
    pub(crate) root: PathBuf,
    pub(crate) inner: Arc<Inner>,
    index: Arc<Index>,
}

impl Repository {
    /// The snapshot of the work tree; an error in a bare repository.
    pub fn work_tree(&self) -> Result<WorktreeSnapshot, DiffError> {
        let dir = self.inner.work_dir.as_ref().ok_or_else(|| DiffError::NoWorkTree {
            git_dir: self.inner.git_dir.clone(),
        })?;
        let root = fs::canonicalize(dir).map_err(|error| DiffError::io("open", dir, &error))?;
        Ok(WorktreeSnapshot {
            root,
            inner: Arc::clone(&self.inner),
            index: Arc::new(self.load_index()?),
        })
    }
}

impl WorktreeSnapshot {
    /// What lies on disk for an entry of the index; `None` if it was deleted.
    fn tracked(&self, entry: &Entry, folders: &mut Folders) -> Result<Option<FileRef>, DiffError> {
        let path = self.index.path(entry);
        let leaf = self.index.leaf(entry);
        let stored = |(kind, id)| FileRef::new(path, kind, Content::Object(id));
        let found = if folders.holds(&self.root, path)? {
            look(&self.root, path)?
        } else {
            None
        };
        Ok(match found {
            Some(Found::File(kind)) => Some(FileRef::new(path, kind, Content::Disk)),
            // A submodule is a folder on disk; which commit it is at is its own business.
            Some(Found::Folder) => leaf.filter(|leaf| leaf.0 == FileKind::Submodule).map(stored),
            // A sparse checkout leaves files out, which is no deletion.
            None => leaf.filter(|_| entry.skip_worktree()).map(stored),
        })
    }

    /// Untracked files that are not ignored. Git knows its rules best (libgit2 takes rules back otherwise than git does
    /// where several files of them meet); where git is not installed, libgit2 has to do.
    fn untracked(&self, want: Want<'_>, files: &mut Vec<FileRef>, budget: &mut Budget) -> Result<(), DiffError> {
        let args = ["ls-files", "--others", "--exclude-standard", "--full-name", "-z"];
        match self.inner.git.run(&args) {
            Ok(list) => return self.listed_by_git(&list, want, files),
            Err(error) if matches!(self.inner.refs, Refs::Program) => return Err(error),
            Err(_) => {}
        }
        dir::walk(&self.root, budget, &mut |budget, path, seen| match seen {
            // What is tracked counts wherever it is, so a folder that holds some is looked into without asking more; what
            // else it holds is asked for file by file.
            Seen::Folder => Ok(!is_git(path) && (self.index.holds(path) || !self.ignored(path)?)),
            Seen::Listed { git } => Ok(!git || !self.is_repository(path)?),
            Seen::File(kind) => {
                if want(path) && self.index.find(path).is_empty() && !is_git(path) && !self.ignored_on_the_way(path)? {
                    budget.list(path)?;
                    files.push(FileRef::new(path, kind, Content::Disk));
                }
                Ok(true)
            }
        })
    }

    fn listed_by_git(&self, list: &[u8], want: Want<'_>, files: &mut Vec<FileRef>) -> Result<(), DiffError> {
        for path in list.split(|byte| *byte == 0) {
            // A nested repository is listed as a folder.
            if path.is_empty() || path.ends_with(b"/") || !want(path) {
                continue;
            }
            if let Some((kind, _)) = dir::stat(&self.root, &RepoPath::new(path))? {
                files.push(FileRef::new(path, kind, Content::Disk));
            }
        }
        Ok(())
    }

    /// Whether an untracked file on disk belongs to the snapshot.
    fn belongs(&self, path: &RepoPath) -> Result<bool, DiffError> {
        let bytes = path.as_bytes();
        if path.parts().any(|part| part.eq_ignore_ascii_case(b".git")) {
            return Ok(false);
        }
        for folder in folders(bytes) {
            if self.is_repository(folder)? {
                return Ok(false);
            }
        }
        let program = matches!(self.inner.refs, Refs::Program);
        if program || self.ignored_on_the_way(bytes)? {
            let path = spawn::path_from(bytes);
            let args: [&std::ffi::OsStr; 7] = [
                "--literal-pathspecs".as_ref(),
                "ls-files".as_ref(),
                "--others".as_ref(),
                "--exclude-standard".as_ref(),
                "-z".as_ref(),
                "--".as_ref(),
                path.as_os_str(),
            ];
            return match self.inner.git.run(&args) {
                Ok(list) => Ok(!list.is_empty()),
                Err(error) if program => Err(error),
                Err(_) => Ok(false),
            };
        }
        Ok(true)
    }

    /// Whether a folder is the top of another repository, told as git tells it.
    fn is_repository(&self, folder: &[u8]) -> Result<bool, DiffError> {
        Ok(nested::is_repository(&dir::locate(&self.root, folder)?))
    }

    /// Whether a file is ignored, or a folder that it lies in: what lies in an ignored folder cannot be taken back.
    fn ignored_on_the_way(&self, path: &[u8]) -> Result<bool, DiffError> {
        for folder in folders(path) {
            if self.ignored(folder)? {
                return Ok(true);
            }
        }
        self.ignored(path)
    }

    fn ignored(&self, path: &[u8]) -> Result<bool, DiffError> {
        let Refs::Library(library) = &self.inner.refs else {
            return Ok(false);
        };
        let library = lock(library);
        library.is_path_ignored(spawn::path_from(path)).map_err(|error| DiffError::Io {
            doing: "apply ignore rules to",
            path: self.root.join(spawn::path_from(path)),
            reason: error.message().to_owned(),
        })
    }
}

impl Snapshot for WorktreeSnapshot {
    fn describe(&self) -> String {
        "work tree".into()
    }

    fn id(&self) -> Option<String> {
        None
    }

    fn files(&self, want: Want<'_>) -> Result<Vec<FileRef>, DiffError> {
        let tracked = || {
            let mut files = Vec::new();
            let mut folders = Folders::default();
            for entry in &self.index.entries {
                let submodule = self.index.leaf(entry).is_some_and(|leaf| leaf.0 == FileKind::Submodule);
                if submodule || want(self.index.path(entry)) {
                    files.extend(self.tracked(entry, &mut folders)?);
                }
            }
            Ok(files)
        };
        let untracked = || {
            let mut files = Vec::new();
            self.untracked(want, &mut files, &mut Budget::new(self.describe()))?;
            Ok(files)
        };
        let (tracked, untracked) = rayon::join(tracked, untracked);
        let mut files: Vec<FileRef> = tracked?;
        files.append(&mut untracked?);
        files.sort_unstable_by(|a, b| a.path().cmp(b.path()));
        // A path in conflict has several entries.
        files.dedup_by(|a, b| a.path() == b.path());
        Ok(files)
    }

    fn file(&self, path: &RepoPath) -> Result<Option<FileRef>, DiffError> {
        if let Some(entry) = self.index.find(path.as_bytes()).first() {
            return self.tracked(entry, &mut Folders::default());
        }
        match dir::stat(&self.root, path)? {
            Some((kind, _)) if self.belongs(path)? => Ok(Some(FileRef::new(path.as_bytes(), kind, Content::Disk))),
            _ => Ok(None),
        }
    }

    fn read(&self, file: &FileRef, limit: u64) -> Result<Vec<u8>, DiffError> {
        file.regular()?;
        match file.content() {
            Content::Disk => dir::read(&self.root, file.path(), limit),
            Content::Object(_) | Content::Memory => commit::read(&self.inner.objects, file, limit, || self.describe()),
        }
    }

    fn prefetch(&self, files: &[&FileRef]) -> Result<(), DiffError> {
        commit::prefetch(&self.inner.objects, files)
    }

    fn source(&self) -> Source<'_> {
        Source::Worktree(self)
    }
}

fn is_git(path: &[u8]) -> bool {
    path.rsplit(|byte| *byte == b'/')
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case(b".git"))
}

/// The folders that a path lies in, from the outermost.
fn folders(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    memchr::memchr_iter(b'/', path).filter_map(|end| path.get(..end))
}

/// What stands at a path whose folders are known to be real.
enum Found {
    File(FileKind),
    Folder,
}

fn look(root: &Path, path: &[u8]) -> Result<Option<Found>, DiffError> {
    let full = dir::locate(root, path)?;
    match fs::symlink_metadata(&full) {
        Ok(meta) if meta.is_dir() => Ok(Some(Found::Folder)),
        Ok(meta) => Ok(Some(Found::File(dir::file_kind(meta.file_type())))),
        Err(error) if dir::absent(&error) => Ok(None),
        Err(error) => Err(DiffError::io("look at", &full, &error)),
    }
}

/// Remembers the last folder that was looked at, as entries of the index come folder by folder.
#[derive(Default)]
struct Folders {
    last: Vec<u8>,
    real: bool,
}

impl Folders {
    /// Whether the folder of `path` is there, and no part of it is a link.
    fn holds(&mut self, root: &Path, path: &[u8]) -> Result<bool, DiffError> {
        let folder = match memchr::memrchr(b'/', path) {
            Some(slash) => path.get(..slash).unwrap_or_default(),
            None => return Ok(true),
        };
        if self.last == folder {
            return Ok(self.real);
        }
        self.real = true;
        for folder in folders(folder).chain([folder]) {
            if !matches!(look(root, folder)?, Some(Found::Folder)) {
                self.real = false;
                break;
            }
        }
        self.last = folder.to_vec();
        Ok(self.real)
    }
}
