//! Where the parts of a repository lie, by git's own rules, once its variables are known.
//!
//! Works out paths; must not read the environment itself, nor any content.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{ObjectFormat, RepositoryOpenFlags};

use crate::error::DiffError;
use crate::repository::Env;

/// Where the parts of a repository lie.
pub(crate) struct Layout {
    pub(crate) git_dir: PathBuf,
    pub(crate) common_dir: PathBuf,
    pub(crate) work_dir: Option<PathBuf>,
    pub(crate) index: PathBuf,
    /// The repository's own objects first, then what the environment adds.
    pub(crate) objects: Vec<PathBuf>,
    pub(crate) format: ObjectFormat,
}

/// Opens by libgit2, if it can.
pub(crate) fn open_by_library(start: &Path, env: &Env) -> Result<git2::Repository, git2::Error> {
    if let Some(dir) = &env.git_dir {
        let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
        return git2::Repository::open_ext(start.join(dir), flags, &[] as &[&Path]);
    }
    let mut flags = RepositoryOpenFlags::empty();
    flags.set(RepositoryOpenFlags::CROSS_FS, env.across_file_systems);
    git2::Repository::open_ext(start, flags, &env.ceilings)
}

/// The work tree by git's own rules.
pub(crate) fn work_dir(library: &git2::Repository, start: &Path, env: &Env) -> Result<Option<PathBuf>, DiffError> {
    if let Some(dir) = &env.work_tree {
        let dir = start.join(dir);
        return fs::canonicalize(&dir)
            .map(Some)
            .map_err(|error| DiffError::io("open the work tree", &dir, &error));
    }
    let config = library.config().ok();
    let configured = config.as_ref().is_some_and(|config| config.get_entry("core.worktree").is_ok());
    if env.git_dir.is_some() && !configured {
        // With GIT_DIR alone, the current directory is the top of the work tree.
        let bare = config.is_some_and(|config| config.get_bool("core.bare").unwrap_or(false));
        return Ok((!bare).then(|| start.to_path_buf()));
    }
    Ok(library.workdir().map(Path::to_path_buf))
}

/// Whether some remote promised objects that were left out.
pub(crate) fn is_partial(config: &git2::Config) -> bool {
    let Ok(entries) = config.entries(Some(r"^(extensions\.partialclone|remote\..*\.promisor)$")) else {
        return false;
    };
    let mut found = false;
    let walked = entries.for_each(|_| found = true);
    walked.is_ok() && found
}

/// The folders of objects: the repository's own, then those that the environment adds.
pub(crate) fn with_alternates(own: PathBuf, top: &Path, env: &Env) -> Result<Vec<PathBuf>, DiffError> {
    if env.quoted {
        return Err(DiffError::Environment {
            name: "GIT_ALTERNATE_OBJECT_DIRECTORIES",
            reason: "quoted paths are not supported".into(),
        });
    }
    let mut dirs = vec![own];
    dirs.extend(env.alternates.iter().map(|dir| top.join(dir)));
    Ok(dirs)
}

/// Git's refusal to work in somebody else's directory, recognised by what it says.
pub(crate) fn not_owned(error: DiffError, start: &Path) -> DiffError {
    match &error {
        DiffError::GitFailed { reason, .. } if reason.contains("dubious ownership") => {
            let dir = reason
                .split_once("repository at '")
                .and_then(|(_, rest)| rest.split_once('\''))
                .map_or_else(|| start.to_path_buf(), |(dir, _)| PathBuf::from(dir));
            DiffError::NotOwned { dir }
        }
        DiffError::GitFailed { reason, .. } if reason.contains("not a git repository") => DiffError::NotARepository {
            start: start.to_path_buf(),
        },
        DiffError::GitFailed { reason, .. } => DiffError::Open {
            path: start.to_path_buf(),
            reason: reason.clone(),
        },
        _ => error,
    }
}
