//! Opening a repository: where it is, whose it is, where its objects, its index and its work tree lie.
//!
//! The only place of this crate that reads the environment, because git's own variables decide all of that (hooks set
//! them). libgit2 opens what it can; what it cannot (reftable, older partial clones, directories marked safe by means it
//! does not read) git itself is asked about. Must not read content.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use git2::{ErrorCode, ObjectFormat};

use crate::ancestry::Known;
use crate::commit::CommitSnapshot;
use crate::error::DiffError;
use crate::layout::{Layout, is_partial, not_owned, open_by_library, with_alternates, work_dir};
use crate::objects::{Objects, Promise};
use crate::revision::CommitSide;
use crate::spawn::{self, Git};

/// An open repository. Cheap to clone; snapshots keep what they need of it.
#[derive(Debug, Clone)]
pub struct Repository {
    pub(crate) inner: Arc<Inner>,
}

/// What is known about an open repository.
pub(crate) struct Inner {
    pub(crate) objects: Arc<Objects>,
    pub(crate) refs: Refs,
    pub(crate) git: Git,
    /// The git directory of this work tree.
    pub(crate) git_dir: PathBuf,
    /// The git directory all work trees share.
    pub(crate) common_dir: PathBuf,
    pub(crate) work_dir: Option<PathBuf>,
    pub(crate) index: PathBuf,
    /// Commits that were read for a common ancestor.
    pub(crate) history: Mutex<Known>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository")
            .field("git_dir", &self.git_dir)
            .field("work_dir", &self.work_dir)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// Who answers questions about refs and ignore rules.
pub(crate) enum Refs {
    /// libgit2, with the whole repository open.
    Library(Box<Mutex<git2::Repository>>),
    /// The program git.
    Program,
}

/// The variables of git that matter here, read once.
#[derive(Debug, Default)]
pub(crate) struct Env {
    pub(crate) git_dir: Option<PathBuf>,
    pub(crate) work_tree: Option<PathBuf>,
    pub(crate) index: Option<PathBuf>,
    pub(crate) objects: Option<PathBuf>,
    pub(crate) alternates: Vec<PathBuf>,
    /// The alternates are written with quotes, which nobody here reads.
    pub(crate) quoted: bool,
    pub(crate) common_dir: Option<PathBuf>,
    pub(crate) ceilings: Vec<PathBuf>,
    pub(crate) across_file_systems: bool,
    /// The user says that git may fetch what a partial clone left out.
    pub(crate) lazy_fetch: bool,
}

impl Env {
    fn read() -> Self {
        let path = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let alternates = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
        Self {
            git_dir: path("GIT_DIR"),
            work_tree: path("GIT_WORK_TREE"),
            index: path("GIT_INDEX_FILE"),
            objects: path("GIT_OBJECT_DIRECTORY"),
            alternates: env::split_paths(&alternates).filter(|dir| !dir.as_os_str().is_empty()).collect(),
            quoted: alternates.as_encoded_bytes().contains(&b'"'),
            common_dir: path("GIT_COMMON_DIR"),
            ceilings: env::var_os("GIT_CEILING_DIRECTORIES")
                .map(|list| env::split_paths(&list).filter(|dir| dir.is_absolute()).collect())
                .unwrap_or_default(),
            across_file_systems: truth("GIT_DISCOVERY_ACROSS_FILESYSTEM"),
            lazy_fetch: env::var_os("GIT_NO_LAZY_FETCH").is_some_and(|value| !value.is_empty()) && !truth("GIT_NO_LAZY_FETCH"),
        }
    }
}

/// A boolean variable as git reads it: anything but a spelling of "no" counts.
fn truth(name: &str) -> bool {
    let Some(value) = env::var_os(name) else {
        return false;
    };
    let value = value.to_string_lossy().to_lowercase();
    !matches!(value.as_str(), "" | "0" | "false" | "no" | "off")
}

impl Repository {
    /// Lets git fetch what a partial clone left out. Without this, and without `GIT_NO_LAZY_FETCH=0`, no connection is
    /// opened and nothing that the repository's configuration names is started: what is missing is an error.
    pub fn allow_fetch(&self) {
        if let Some(promise) = &self.inner.objects.promised {
            promise.allowed.store(true, Ordering::Relaxed);
        }
    }

    /// Finds and opens the repository at or above `start` (the current directory by default), as git would with `-C`:
    /// `GIT_DIR`, `GIT_INDEX_FILE` and the rest of git's variables are honoured.
    pub fn open(start: Option<&Path>) -> Result<Self, DiffError> {
        // Objects were checked when they arrived; git does not hash them on every read either.
        git2::opts::strict_hash_verification(false);
        let env = Env::read();
        let start = match start {
            Some(start) => fs::canonicalize(start).map_err(|error| DiffError::io("open the start folder", start, &error))?,
            None => env::current_dir().map_err(|error| DiffError::io("open", Path::new("."), &error))?,
        };
        if env.common_dir.is_some() {
            return Self::by_program(&start, &env, "GIT_COMMON_DIR is set");
        }
        match open_by_library(&start, &env) {
            Ok(library) => Self::by_library(library, &start, &env),
            Err(error) if error.code() == ErrorCode::NotFound && env.git_dir.is_none() => Err(DiffError::NotARepository { start }),
            Err(error) => match Self::by_program(&start, &env, error.message()) {
                Err(DiffError::GitMissing { .. }) if error.code() == ErrorCode::Owner => Err(DiffError::NotOwned { dir: start }),
                other => other,
            },
        }
    }

    fn by_library(library: git2::Repository, start: &Path, env: &Env) -> Result<Self, DiffError> {
        let work_dir = work_dir(&library, start, env)?;
        if let Some(dir) = &work_dir
            && library.workdir() != Some(dir.as_path())
        {
            library.set_workdir(dir, false).map_err(|error| DiffError::Open {
                path: dir.clone(),
                reason: error.message().to_owned(),
            })?;
        }
        // Git runs from the top of the work tree if it was started inside, and relative paths count from there.
        let top = match &work_dir {
            Some(dir) if start.starts_with(fs::canonicalize(dir).unwrap_or_default()) => dir.as_path(),
            _ => start,
        };
        let git_dir = library.path().to_path_buf();
        let common_dir = library.commondir().to_path_buf();
        let objects = match &env.objects {
            Some(dir) => top.join(dir),
            None => common_dir.join("objects"),
        };
        let layout = Layout {
            index: match &env.index {
                Some(index) => top.join(index),
                None => git_dir.join("index"),
            },
            objects: with_alternates(objects, top, env)?,
            format: library.object_format(),
            git_dir,
            common_dir,
            work_dir,
        };
        // It never reads an object: a truncated one keeps it busy for ever, a damaged pack ends the process.
        let nothing = git2::Odb::new_ext(layout.format).and_then(|nothing| library.set_odb(&nothing));
        nothing.map_err(|error| DiffError::Open {
            path: layout.git_dir.clone(),
            reason: error.message().to_owned(),
        })?;
        let promised = library.config().is_ok_and(|config| is_partial(&config));
        // Grafts invent parents. Where somebody still has them, git is asked with grafts switched off.
        let refs = if layout.common_dir.join("info/grafts").exists() {
            Refs::Program
        } else {
            Refs::Library(Box::new(Mutex::new(library)))
        };
        Self::finish(layout, refs, start, env, promised, "the library cannot read it")
    }

    fn by_program(start: &Path, env: &Env, why: &str) -> Result<Self, DiffError> {
        let git = Git::new(start, why);
        let line = |args: &[&str]| git.line(args).map(|line| spawn::path_from(&line));
        let path = |name: &str| line(&["rev-parse", "--path-format=absolute", "--git-path", name]);
        let git_dir = line(&["rev-parse", "--absolute-git-dir"]).map_err(|error| not_owned(error, start))?;
        let common_dir = line(&["rev-parse", "--path-format=absolute", "--git-common-dir"])?;
        let work_dir = match git.line(&["rev-parse", "--is-inside-work-tree"])?.as_slice() {
            b"true" => Some(line(&["rev-parse", "--path-format=absolute", "--show-toplevel"])?),
            _ => env.work_tree.as_ref().map(|dir| start.join(dir)),
        };
        let top = work_dir.as_deref().unwrap_or(start);
        let format = match git.line(&["rev-parse", "--show-object-format"])?.as_slice() {
            b"sha1" => ObjectFormat::Sha1,
            b"sha256" => ObjectFormat::Sha256,
            other => {
                return Err(DiffError::Open {
                    path: git_dir,
                    reason: format!("unknown kind of object ids: {}", String::from_utf8_lossy(other)),
                });
            }
        };
        let layout = Layout {
            objects: with_alternates(path("objects")?, top, env)?,
            index: path("index")?,
            git_dir,
            common_dir,
            work_dir,
            format,
        };
        let args = ["config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$"];
        let promised = git.output(&args)?.status.success();
        Self::finish(layout, Refs::Program, start, env, promised, why)
    }

    fn finish(layout: Layout, refs: Refs, start: &Path, env: &Env, promised: bool, why: &str) -> Result<Self, DiffError> {
        let mut objects = Objects::open(layout.format, &layout.objects)?;
        // From here on git is told where everything lies, so it finds the same repository from anywhere.
        let mut git = Git::new(layout.work_dir.as_deref().unwrap_or(start), why);
        git.env = vec![("GIT_DIR", layout.git_dir.clone()), ("GIT_INDEX_FILE", layout.index.clone())];
        git.env.extend(layout.work_dir.iter().map(|dir| ("GIT_WORK_TREE", dir.clone())));
        if env.common_dir.is_some() {
            git.env.push(("GIT_COMMON_DIR", layout.common_dir.clone()));
        }
        if env.objects.is_some() {
            let own = layout.objects.first().cloned();
            git.env.extend(own.map(|dir| ("GIT_OBJECT_DIRECTORY", dir)));
        }
        objects.promised = promised.then(|| Promise {
            git: git.because("it is a partial clone"),
            allowed: AtomicBool::new(env.lazy_fetch),
        });
        objects.shallow = fs::metadata(layout.common_dir.join("shallow")).is_ok_and(|meta| meta.len() > 0);
        Ok(Self {
            inner: Arc::new(Inner {
                objects: Arc::new(objects),
                refs,
                git,
                git_dir: layout.git_dir,
                common_dir: layout.common_dir,
                work_dir: layout.work_dir,
                index: layout.index,
                history: Mutex::default(),
            }),
        })
    }

    /// The git directory.
    pub fn git_dir(&self) -> &Path {
        &self.inner.git_dir
    }

    /// The top of the work tree; `None` in a bare repository.
    pub fn work_dir(&self) -> Option<&Path> {
        self.inner.work_dir.as_deref()
    }

    /// Whether history was cut off when this clone was made.
    pub fn is_shallow(&self) -> bool {
        self.inner.objects.shallow
    }

    /// The snapshot of a commit or a tree.
    pub fn snapshot(&self, side: &CommitSide) -> CommitSnapshot {
        CommitSnapshot {
            objects: Arc::clone(&self.inner.objects),
            tree: side.tree,
            title: if side.is_commit { "commit" } else { "tree" },
            id: side.object,
            index: Some(self.inner.index.as_path().into()),
        }
    }
}
