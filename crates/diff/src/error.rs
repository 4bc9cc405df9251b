//! Everything that can go wrong while reading a snapshot: what happened, where, and what to do about it.
//!
//! Must not carry types of a git library, and no variant may stand for "nothing found": an absent file is `None`,
//! a file that cannot be read is an error.

use std::path::{Path, PathBuf};

use orgate_core::path::RepoPath;
use thiserror::Error;

use crate::id::ObjectId;
use crate::snapshot::FileKind;

/// Why a repository, a revision or a snapshot could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DiffError {
    /// No repository at or above the start folder.
    #[error("there is no git repository at or above {}; start inside one, or compare two folders", .start.display())]
    NotARepository {
        /// Where the search began.
        start: PathBuf,
    },
    /// The repository belongs to somebody else and no configuration of the user calls it safe.
    #[error(
        "the repository {} belongs to another user, so git does not trust it; if you do, run: git config --global --add safe.directory {}",
        .dir.display(), shell_word(.dir)
    )]
    NotOwned {
        /// The directory to mark as safe.
        dir: PathBuf,
    },
    /// The repository was found but cannot be opened.
    #[error("cannot open the repository {}: {reason}", .path.display())]
    Open {
        /// The repository or the start folder.
        path: PathBuf,
        /// What the library or git said.
        reason: String,
    },
    /// A `GIT_*` variable has a value that cannot be used.
    #[error("the environment variable {name} cannot be used: {reason}")]
    Environment {
        /// Name of the variable.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The program `git` is needed for this repository and could not be started.
    #[error("this repository needs the program git ({why}), which could not be started: {reason}; install git and put it on PATH")]
    GitMissing {
        /// What it was needed for.
        why: String,
        /// The error of the operating system.
        reason: String,
    },
    /// The program `git` reported an error.
    #[error("git {command} failed: {reason}")]
    GitFailed {
        /// The subcommand.
        command: String,
        /// What git wrote to its error output, shortened.
        reason: String,
    },
    /// The work tree was asked for where there is none.
    #[error("the repository {} is bare and has no work tree; compare commits instead", .git_dir.display())]
    NoWorkTree {
        /// The git directory.
        git_dir: PathBuf,
    },
    /// Text that names no revision.
    #[error("'{rev}' names no revision in this repository{}{}", did_you_mean(.similar), and(.remedy))]
    UnknownRevision {
        /// The text as given.
        rev: String,
        /// Names that do exist and look alike, best first.
        similar: Vec<String>,
        /// How to get it if it exists elsewhere; empty if unknown.
        remedy: String,
    },
    /// An abbreviation that several objects share, or the name of several refs that differ.
    #[error("'{rev}' is ambiguous; write the id in full, or the ref in full, such as refs/heads/NAME")]
    Ambiguous {
        /// The text as given.
        rev: String,
    },
    /// A revision whose commit is not in this clone.
    #[error("{what} is not in this clone{}; {remedy}", if *.shallow { ", which is shallow" } else { "" })]
    MissingCommit {
        /// The revision or the commit.
        what: String,
        /// Whether history was cut off when this clone was made.
        shallow: bool,
        /// The command that gets it.
        remedy: String,
    },
    /// A revision that is neither a commit, a tag of one, nor a tree.
    #[error("'{rev}' is a {kind}, not a commit or a tree; name a commit")]
    NotATree {
        /// The revision.
        rev: String,
        /// What it is.
        kind: &'static str,
    },
    /// The repository has no commit yet.
    #[error("HEAD has no commit yet, so there is no {wanted}")]
    Unborn {
        /// What was asked for.
        wanted: &'static str,
    },
    /// No branch to compare with by default.
    #[error("no default branch to compare with (looked for {}); name the base revision", .tried.join(", "))]
    NoDefaultBase {
        /// The refs looked for, in order.
        tried: Vec<String>,
    },
    /// Two commits without a common ancestor in this clone.
    #[error("{head} and {base} have no common ancestor in this clone; {remedy}")]
    NoMergeBase {
        /// The one side.
        head: String,
        /// The other side.
        base: String,
        /// What to do.
        remedy: String,
    },
    /// An object that is damaged or that no git would have written.
    #[error("the object {id} cannot be read: {reason}")]
    BrokenObject {
        /// Its id.
        id: ObjectId,
        /// What is wrong.
        reason: String,
    },
    /// An object the snapshot needs that is not in the repository.
    #[error("the object {id}{} is not in this clone; {remedy}", at_path(.path.as_ref()))]
    MissingObject {
        /// Its id.
        id: ObjectId,
        /// The file or folder it belongs to, where known.
        path: Option<RepoPath>,
        /// What to do.
        remedy: String,
    },
    /// Content above the limit the caller set.
    #[error("{path} is {size} bytes long, more than the limit of {limit}")]
    TooLarge {
        /// The file.
        path: RepoPath,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// More files, deeper folders or longer paths than any real project has.
    #[error("{snapshot}: {what}; refusing to read on")]
    Excess {
        /// The snapshot.
        snapshot: String,
        /// Which bound was passed.
        what: String,
    },
    /// Something other than a regular file was to be read.
    #[error("{path} is {kind}, not a regular file")]
    NotAFile {
        /// The path.
        path: RepoPath,
        /// What it is.
        kind: FileKind,
    },
    /// A file reference that does not belong to the snapshot it is read from.
    #[error("{path} does not belong to {snapshot}")]
    ForeignFile {
        /// The path.
        path: RepoPath,
        /// The snapshot it was read from.
        snapshot: String,
    },
    /// A path in conflict.
    #[error("{path} is in conflict in the index; resolve the conflict first")]
    Unmerged {
        /// The path.
        path: RepoPath,
    },
    /// The index file is damaged or of an unknown kind.
    #[error("the index {} cannot be read: {reason}", .path.display())]
    BrokenIndex {
        /// The index file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The file system refused.
    #[error("cannot {doing} {}: {reason}", .path.display())]
    Io {
        /// The verb.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        reason: String,
    },
}

impl DiffError {
    pub(crate) fn io(doing: &'static str, path: &Path, error: &std::io::Error) -> Self {
        Self::Io {
            doing,
            path: path.to_path_buf(),
            reason: error.to_string(),
        }
    }

    pub(crate) fn broken(id: ObjectId, reason: impl Into<String>) -> Self {
        Self::BrokenObject { id, reason: reason.into() }
    }
}

fn did_you_mean(similar: &[String]) -> String {
    if similar.is_empty() {
        return String::new();
    }
    format!("; did you mean {}?", similar.join(" or "))
}

fn and(remedy: &str) -> String {
    if remedy.is_empty() {
        return String::new();
    }
    format!("; {remedy}")
}

fn at_path(path: Option<&RepoPath>) -> String {
    path.map(|path| format!(" of {path}")).unwrap_or_default()
}

/// The directory as one word for a POSIX shell, so that the remedy can be copied as it stands.
fn shell_word(dir: &Path) -> String {
    let text = dir.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
