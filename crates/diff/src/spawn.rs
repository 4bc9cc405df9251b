//! The program `git`, for the few things libgit2 cannot do: promised objects, reftable, split and sparse indexes.
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

    /// Makes git fetch promised objects, all in one process.
    pub(crate) fn fetch_objects(&self, ids: &[ObjectId]) -> Result<(), DiffError> {
        let args = ["cat-file", "--batch-check"];
        let mut child = self
            .command(&args)
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|error| self.missing(&error))?;
        let mut input = String::new();
        for id in ids {
            input.push_str(&id.to_string());
            input.push('\n');
        }
        let stdin = child.stdin.take();
        // The answers must be read while the questions are written, or both pipes fill up.
        let writer = std::thread::spawn(move || match stdin {
            Some(mut stdin) => stdin.write_all(input.as_bytes()),
            None => Ok(()),
        });
        let output = child.wait_with_output().map_err(|error| self.missing(&error))?;
        check(&args, &output)?;
        // A broken pipe shows in the exit code above; what matters is whether the objects are there afterwards.
        drop(writer.join());
        Ok(())
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
    Err(DiffError::GitFailed {
        command: args
            .first()
            .map(|arg| arg.as_ref().to_string_lossy().into_owned())
            .unwrap_or_default(),
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
