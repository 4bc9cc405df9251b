//! The program `git`, for the few things that are not done here: promised objects, reftable, split and sparse indexes,
//! commits named by a text or a date.
//!
//! Only plumbing with `-z`, nothing that runs hooks, pagers, filters or a file system monitor, no prompts. Must not be
//! used where the object database answers.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::error::DiffError;
use crate::id::ObjectId;

/// Bytes of git's error output that are worth showing.
const SHOWN: usize = 400;

/// How to start git in one repository.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    /// Where git runs, so that relative `GIT_*` variables mean what they mean to the caller.
    pub(crate) dir: PathBuf,
    /// Why git is needed, for the message when it is not installed.
    pub(crate) why: String,
    /// Variables to set: where the repository lies, once that is known.
    pub(crate) env: Vec<(&'static str, PathBuf)>,
}

impl Git {
    pub(crate) fn new(dir: &Path, why: impl Into<String>) -> Self {
        Self {
            dir: dir.to_path_buf(),
            why: why.into(),
            env: Vec::new(),
        }
    }

    /// The same git, needed for another reason.
    pub(crate) fn because(&self, why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            ..self.clone()
        }
    }

    fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new("git");
        command
            .args(["--no-pager", "--no-optional-locks", "--no-replace-objects"])
            .args(["-c", "core.fsmonitor=false"])
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(["-c", "maintenance.auto=false"])
            .args(["-c", "gc.auto=0"])
            .args(args)
            .current_dir(&self.dir)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_GRAFT_FILE", "/dev/null")
            .env("GIT_ADVICE", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .env_remove("GIT_EXTERNAL_DIFF")
            .env_remove("GIT_LITERAL_PATHSPECS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn missing(&self, error: &std::io::Error) -> DiffError {
        DiffError::GitMissing {
            why: self.why.clone(),
            reason: error.to_string(),
        }
    }

    /// Runs git and returns whatever came of it.
    pub(crate) fn output<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Output, DiffError> {
        self.command(args).output().map_err(|error| self.missing(&error))
    }

    /// Runs git and returns its output; an exit code other than 0 is an error.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>, DiffError> {
        let output = self.output(args)?;
        check(args, &output)?;
        Ok(output.stdout)
    }

    /// Like [`Git::run`], for commands that print one line.
    pub(crate) fn line<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>, DiffError> {
        let mut line = self.run(args)?;
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        Ok(line)
    }

    /// Fetches promised objects in one go, as git itself does for a checkout.
    pub(crate) fn fetch_objects(&self, ids: &[ObjectId]) -> Result<(), DiffError> {
        let mut list = String::new();
        for id in ids {
            list.push_str(&id.to_string());
            list.push('\n');
        }
        let mut failure = None;
        for remote in self.promisors()? {
            let args = [
                "-c",
                "fetch.negotiationAlgorithm=noop",
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-write-fetch-head",
                "--recurse-submodules=no",
                "--filter=blob:none",
                "--stdin",
                "--end-of-options",
                &remote,
            ];
            match self.feed(&args, list.clone()) {
                Ok(()) => return Ok(()),
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// The remotes that promised to deliver what is missing.
    fn promisors(&self) -> Result<Vec<String>, DiffError> {
        let mut remotes = Vec::new();
        let keys = self.output(&["config", "--null", "--name-only", "--get-regexp", r"^remote\..*\.promisor$"])?;
        for key in keys.stdout.split(|byte| *byte == 0) {
            let name = key.strip_prefix(b"remote.").and_then(|rest| rest.strip_suffix(b".promisor"));
            remotes.extend(name.map(|name| String::from_utf8_lossy(name).into_owned()));
        }
        let older = self.output(&["config", "--null", "--get", "extensions.partialClone"])?;
        let name = older.stdout.split(|byte| *byte == 0).next().unwrap_or_default();
        if older.status.success() && !name.is_empty() {
            remotes.push(String::from_utf8_lossy(name).into_owned());
        }
        remotes.dedup();
        Ok(remotes)
    }

    fn feed(&self, args: &[&str], input: String) -> Result<(), DiffError> {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|error| self.missing(&error))?;
        let stdin = child.stdin.take();
        // Answers must be read while questions are written, or both pipes may fill up.
        let writer = std::thread::spawn(move || match stdin {
            Some(mut stdin) => stdin.write_all(input.as_bytes()),
            None => Ok(()),
        });
        let output = child.wait_with_output().map_err(|error| self.missing(&error))?;
        // A broken pipe shows in the exit code; what counts is whether the objects are there afterwards.
        drop(writer.join());
        check(args, &output)
    }
}

fn check<S: AsRef<OsStr>>(args: &[S], output: &Output) -> Result<(), DiffError> {
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let mut reason: String = text.trim().chars().take(SHOWN).collect();
    if reason.is_empty() {
        reason = output.status.to_string();
    }
    // The subcommand, that is the first argument that is neither an option nor the value of `-c`.
    let command = args
        .iter()
        .map(|arg| arg.as_ref().to_string_lossy())
        .find(|arg| !arg.starts_with('-') && !arg.contains('='));
    Err(DiffError::GitFailed {
        command: command.unwrap_or_default().into_owned(),
        reason,
    })
}

/// A path as git printed it.
#[cfg(unix)]
pub(crate) fn path_from(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// A path as git printed it.
#[cfg(not(unix))]
pub(crate) fn path_from(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
