//! Runs the real program on two sides and reads what it reports.
//!
//! A test binary is its own copy of the program: [`as_orgate`] at the start of its `main` turns it into `orgate` when
//! [`Gate`] starts it again. So the tests never run a stale binary and need none to be built before.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use serde_json::Value;

use crate::tree::Tree;

const MARK: &str = "ORGATE_TESTKIT_RUN";

/// Runs `program` and returns its exit code when this process was started by [`Gate`].
pub fn as_orgate(program: impl FnOnce(Vec<OsString>) -> ExitCode) -> Option<ExitCode> {
    std::env::var_os(MARK)?;
    let mut arguments = vec![OsString::from("orgate")];
    arguments.extend(std::env::args_os().skip(1));
    Some(program(arguments))
}

/// The program in a clean environment: nothing of the machine that runs the tests shows in it.
pub fn orgate(folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("the test binary"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let foreign = ["GIT", "CI_", "ORGATE_", "RUST_LOG", "BITBUCKET_", "TF_", "BUILD_", "SYSTEM_"];
        if foreign.iter().any(|prefix| text.starts_with(prefix)) || matches!(&*text, "CI" | "NO_COLOR" | "CLICOLOR" | "CLICOLOR_FORCE") {
            command.env_remove(name);
        }
    }
    command
        .env(MARK, "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("HOME", folder)
        .current_dir(folder);
    command
}

/// What a run of `orgate check` said.
#[derive(Clone, Debug)]
pub struct Run {
    /// Exit code; 255 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The parsed report, `null` when there is none.
    pub report: Value,
}

/// One finding or one undecided control, as far as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Id of the control.
    pub control: String,
    /// `regressed` and so on; `undecided` for what newly cannot be judged, `still-undecided` for what could not before.
    pub outcome: String,
    /// Name of the subject.
    pub subject: String,
    /// `head` or `base`.
    pub side: String,
    /// Path of the anchor.
    pub path: String,
    /// Line of the anchor.
    pub line: u64,
    /// Column of the anchor.
    pub column: u64,
    /// Where the region ends, if it has a known end.
    pub end: Option<(u64, u64)>,
    /// Fingerprint, empty for undecided ones.
    pub fingerprint: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Hit {
    fn new(entry: &Value, outcome: String) -> Self {
        let anchor = &entry["anchor"];
        let end = anchor["end_line"].as_u64().zip(anchor["end_column"].as_u64());
        Self {
            control: text(&entry["control"]),
            outcome,
            subject: text(&entry["subject"]["name"]),
            side: text(&anchor["side"]),
            path: text(&anchor["path"]),
            line: anchor["line"].as_u64().unwrap_or_default(),
            column: anchor["column"].as_u64().unwrap_or_default(),
            end,
            fingerprint: text(&entry["fingerprint"]),
        }
    }

    /// `control outcome subject`: what it is about, not where.
    pub fn about(&self) -> String {
        format!("{} {} {}", self.control, self.outcome, self.subject)
    }
}

impl Run {
    fn new(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(255),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            report: serde_json::from_slice(&output.stdout).unwrap_or_default(),
        }
    }

    /// All findings, sorted.
    pub fn findings(&self) -> Vec<Hit> {
        let mut hits: Vec<Hit> = list(&self.report["findings"])
            .iter()
            .map(|entry| Hit::new(entry, text(&entry["outcome"])))
            .collect();
        hits.sort();
        hits
    }

    /// Everything that could not be judged, sorted.
    pub fn undecided(&self) -> Vec<Hit> {
        let new = |entry: &Value| if entry["new"] == true { "undecided" } else { "still-undecided" };
        let mut hits: Vec<Hit> = list(&self.report["undecided"])
            .iter()
            .map(|entry| Hit::new(entry, new(entry).to_owned()))
            .collect();
        hits.sort();
        hits
    }

    /// Findings and undecided controls.
    pub fn hits(&self) -> Vec<Hit> {
        let mut hits = self.findings();
        hits.extend(self.undecided());
        hits
    }

    /// Everything that was said, for failure messages.
    pub fn said(&self) -> String {
        let hits: Vec<String> = self.hits().iter().map(|hit| format!("{hit:?}")).collect();
        format!(
            "exit {}\n{}\n{}\n{}",
            self.code,
            hits.join("\n"),
            self.report["unreadable"],
            self.stderr
        )
    }
}

/// The elements of a JSON array; none for anything else.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A place to run the gate on pairs of trees.
#[derive(Debug)]
pub struct Gate {
    holder: tempfile::TempDir,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            holder: tempfile::tempdir().expect("a temporary folder"),
        }
    }
}

impl Gate {
    /// The folder in which the program runs.
    pub fn path(&self) -> &Path {
        self.holder.path()
    }

    /// Compares two trees as plain folders.
    pub fn check(&self, base: &Tree, head: &Tree, arguments: &[&str]) -> Run {
        let (old, new) = (self.fresh("base"), self.fresh("head"));
        base.write(&old);
        head.write(&new);
        self.run(
            [
                OsStr::new("check"),
                OsStr::new("--base-dir"),
                old.as_ref(),
                OsStr::new("--head-dir"),
                new.as_ref(),
            ],
            arguments,
        )
    }

    /// Compares two trees as commits of a repository.
    pub fn check_commits(&self, base: &Tree, head: &Tree, arguments: &[&str]) -> Run {
        let repo = crate::TestRepo::new();
        base.write(repo.path());
        let old = repo.commit("base");
        repo.clear();
        head.write(repo.path());
        let new = repo.commit("head");
        self.run(
            [
                OsStr::new("check"),
                OsStr::new("--repo"),
                repo.path().as_os_str(),
                OsStr::new("--base"),
                OsStr::new(&old),
                OsStr::new("--head"),
                OsStr::new(&new),
            ],
            arguments,
        )
    }

    fn fresh(&self, name: &str) -> PathBuf {
        let folder = self.holder.path().join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).expect("the old folder goes");
        }
        folder
    }

    fn run<'a>(&self, first: impl IntoIterator<Item = &'a OsStr>, arguments: &[&str]) -> Run {
        let mut command = orgate(self.holder.path());
        command.args(first).args(arguments);
        if !arguments.iter().any(|argument| argument.starts_with("--output")) {
            command.args(["--output", "json"]);
        }
        Self::finish(command)
    }

    /// Runs a prepared command to its end.
    pub fn finish(mut command: Command) -> Run {
        Run::new(&command.output().expect("the gate starts"))
    }
}
