//! Temporary git repositories, made with the real git.
//!
//! The environment of the test run must not show in them: every `GIT_*` variable is removed, the user's configuration is
//! out of sight, and identity and dates are fixed, so that ids are the same on every machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A repository that is deleted when dropped. Every method panics on failure, as tests want it.
#[derive(Debug)]
pub struct TestRepo {
    /// Keeps the folder alive.
    _holder: TempDir,
    root: PathBuf,
}

impl Default for TestRepo {
    fn default() -> Self {
        Self::new()
    }
}

impl TestRepo {
    /// An empty repository on the branch `main`.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// Like [`TestRepo::new`], with more arguments for `git init`, such as `--object-format=sha256`.
    pub fn with(args: &[&str]) -> Self {
        let repo = Self::folder();
        let mut all = vec!["init", "--quiet", "--initial-branch=main"];
        all.extend(args);
        repo.git(&all);
        repo
    }

    /// An empty folder without a repository, for clones and plain folders.
    pub fn folder() -> Self {
        let holder = tempfile::tempdir().expect("a temporary folder");
        let root = holder.path().canonicalize().expect("its full path");
        Self { _holder: holder, root }
    }

    /// A clone of `source` over the file protocol, so that depth and filters hold.
    pub fn clone_of(source: &Path, args: &[&str]) -> Self {
        let repo = Self::folder();
        let url = format!("file://{}", source.display());
        let mut all = vec!["clone", "--quiet"];
        all.extend(args);
        all.extend([url.as_str(), "."]);
        repo.git(&all);
        repo
    }

    /// The top of the work tree.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Writes a file, with the folders above it. The path is bytes where the platform allows it.
    pub fn write(&self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) {
        let full = self.root.join(os_path(path.as_ref()));
        std::fs::create_dir_all(full.parent().expect("a parent")).expect("folders are made");
        std::fs::write(full, content).expect("the file is written");
    }

    /// Removes a file.
    pub fn remove(&self, path: impl AsRef<[u8]>) {
        std::fs::remove_file(self.root.join(os_path(path.as_ref()))).expect("the file is removed");
    }

    /// Removes everything but the repository itself.
    pub fn clear(&self) {
        for entry in std::fs::read_dir(&self.root).expect("the folder") {
            let path = entry.expect("an entry").path();
            if path.file_name() == Some(OsStr::new(".git")) {
                continue;
            }
            let gone = if path.is_dir() && !path.is_symlink() {
                std::fs::remove_dir_all(&path)
            } else {
                std::fs::remove_file(&path)
            };
            gone.expect("it is removed");
        }
    }

    /// A git command in this repository, with a clean environment.
    pub fn command(&self, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(&self.root)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "Tester")
            .env("GIT_AUTHOR_EMAIL", "tester@example.com")
            .env("GIT_AUTHOR_DATE", "2024-01-01T00:00:00Z")
            .env("GIT_COMMITTER_NAME", "Tester")
            .env("GIT_COMMITTER_EMAIL", "tester@example.com")
            .env("GIT_COMMITTER_DATE", "2024-01-01T00:00:00Z")
            .env("LC_ALL", "C")
            .args(["-c", "core.autocrlf=false"])
            .args(["-c", "commit.gpgsign=false"])
            .args(["-c", "protocol.file.allow=always"])
            .args(args);
        command
    }

    /// Runs git and returns what it printed, whether or not it succeeded.
    pub fn output(&self, args: &[impl AsRef<OsStr>]) -> Output {
        self.command(args).output().expect("git starts")
    }

    /// Runs git, which must succeed, and returns its output as bytes.
    pub fn git_bytes(&self, args: &[impl AsRef<OsStr>]) -> Vec<u8> {
        let output = self.output(args);
        assert!(
            output.status.success(),
            "git {:?}: {}",
            args.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    /// Runs git, which must succeed, and returns its output without the last line break.
    pub fn git(&self, args: &[impl AsRef<OsStr>]) -> String {
        let text = String::from_utf8_lossy(&self.git_bytes(args)).into_owned();
        text.trim_end_matches('\n').to_owned()
    }

    /// Stages everything and commits it; returns the full id.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--no-verify", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Stores an object with `git hash-object`, unchecked, and returns its id. For objects no git would write itself.
    pub fn store(&self, kind: &str, content: &[u8]) -> String {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), content).expect("the content is written");
        let path = file.path().to_str().expect("a plain path");
        self.git(&["hash-object", "-w", "--literally", "-t", kind, path])
    }
}

#[cfg(unix)]
pub(crate) fn os_path(path: &[u8]) -> &Path {
    use std::os::unix::ffi::OsStrExt;
    Path::new(OsStr::from_bytes(path))
}

#[cfg(not(unix))]
pub(crate) fn os_path(path: &[u8]) -> &Path {
    Path::new(std::str::from_utf8(path).expect("a path in UTF-8"))
}
