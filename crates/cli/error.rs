//! What keeps the gate from judging, in words for whoever reads the job's log.

use std::io::Write as _;
use std::path::PathBuf;

use orgate_core::pack::PackError;
use orgate_core::policy::Problem;
use orgate_core::registry::RegistryError;
use orgate_core::settings::SettingsError;
use orgate_diff::DiffError;

use crate::ci::CiError;
use crate::output::escape::terminal_lines;
use crate::output::facts::plural;
use crate::output::guard;

/// Every error ends in exit code 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("{0}")]
    Diff(#[from] DiffError),
    #[error("the registry of metadata types is damaged: {0}")]
    Registry(#[from] RegistryError),
    #[error("{0}")]
    Pack(#[from] PackError),
    #[error("{} in {where_from}:\n{}", plural(.problems.len(), "problem"), lines(.problems))]
    Policies { where_from: String, problems: Vec<Problem> },
    #[error("no controls are loaded, so nothing can be judged; check --policies and `controls` in orgate.yaml")]
    NoControls,
    #[error("`policies: {0}` in the settings names a folder without policies; correct the name or take it out")]
    NoPolicies(String),
    #[error("settings in {place}: {source}")]
    Settings { place: String, source: SettingsError },
    #[error(
        "{0}\nthe gate judges by base, so no change can mend this by itself: judge the one that does by its own settings, with --config-from head"
    )]
    AtBase(Box<CliError>),
    #[error("settings in {place} are not UTF-8 text")]
    SettingsText { place: String },
    #[error("cannot read {}: {source}", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write {}: {source}", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("cannot write the report {}: {source}; name a file in a folder that exists and may be written to", .path.display())]
    Report { path: PathBuf, source: std::io::Error },
    #[error("cannot write to standard output: {0}")]
    Stdout(std::io::Error),
    #[error("two outputs go to standard output; give all but one a file: --output FORMAT=FILE")]
    TwoOnStdout,
    #[error("two outputs go to {}", .0.display())]
    TwoInOneFile(PathBuf),
    #[error(
        "no file or folder '{0}' is in either side of the comparison; a report restricted to it would say nothing; paths count from the current folder"
    )]
    UnknownPath(String),
    #[error(
        "no file or folder '{0}' is in either side of the comparison, but revisions can be called so; those need options: --base REV --head REV"
    )]
    PathIsRevision(String),
    #[error(
        "{option} {rev} is a range, not one revision; write --base {one} --head {other} to compare the two, or --base {one}...{other} --head {other} for what {other} changed since it left {one}"
    )]
    Range {
        option: &'static str,
        rev: String,
        one: String,
        other: String,
    },
    #[error("{option} {text}: that is no day; write YYYY-MM-DD")]
    Day { option: &'static str, text: String },
    #[error(
        "base and head are the same ({0}): an empty comparison would pass whatever was changed; name what to compare with: --base REV, or --base-dir DIR"
    )]
    NothingToCompare(String),
    #[error(
        "the merge base of HEAD with {with} is HEAD itself ({id}): in {place} that leaves out what was committed, and would pass whatever it was; name the commit to compare with: --base REV{fetch}, or --base HEAD for the work tree alone"
    )]
    NothingSinceBase {
        id: String,
        with: String,
        place: &'static str,
        fetch: &'static str,
    },
    #[error("no app, no OAuth settings and nothing else that a control judges is in {0}; is this a Salesforce project?")]
    NothingToAudit(String),
    #[error("a bare repository has no work tree, and this command is about the files in one")]
    NoWorkTree,
    #[error("{more} of the elements to mend were weak before the change; say --yes to write them too, or leave out --all")]
    NeedsYes { more: usize },
    #[error("{} is no report of orgate: {source}; write one with: orgate check --output json=FILE", .path.display())]
    NoReport { path: PathBuf, source: serde_json::Error },
    #[error("no control has the id `{id}`{near}")]
    UnknownControl { id: String, near: String },
    #[error("no control decides by the field `{field}`{near}")]
    UnknownField { field: String, near: String },
    #[error("no control names the standard `{standard}`{near}")]
    UnknownStandard { standard: String, near: String },
    #[error("{0}")]
    Ci(#[from] CiError),
    #[error("no CI platform is running here; name it (--ci github, --ci gitlab), or both commits (--base REV --head REV)")]
    NoCi,
    #[error("cannot read from standard input what is being pushed: {0}")]
    Stdin(std::io::Error),
    #[error("standard input does not list what is being pushed: git writes lines of `LOCAL-REF ID REMOTE-REF ID` there; got {0:?}")]
    PushLine(String),
    #[error("there is no repository to compare in; name one with --repo DIR")]
    NoRepository,
    #[error("{0}")]
    Demo(String),
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("  {problem}")).collect::<Vec<_>>().join("\n")
}

impl CliError {
    /// Says of broken settings and policies of base how a change gets past them that mends them.
    pub(crate) fn at_base(self) -> Self {
        match self {
            Self::Policies { .. } | Self::NoPolicies(_) | Self::Settings { .. } | Self::SettingsText { .. } | Self::Registry(_) => {
                Self::AtBase(Box::new(self))
            }
            other => other,
        }
    }

    /// Says of broken policies that they are those of head.
    pub(crate) fn at_head(self) -> Self {
        match self {
            Self::Policies { where_from, problems } => Self::Policies {
                where_from: format!("{where_from} at head"),
                problems,
            },
            other => other,
        }
    }

    /// Prints the error on standard error. Names from the repository are made harmless first.
    pub(crate) fn show(&self) {
        let text = terminal_lines(&self.to_string());
        let text = guard::defused(&text);
        // Nothing can be done about a standard error that is gone; the exit code says it all.
        let state = match self {
            Self::Report { .. } | Self::Stdout(_) => "not all that was found could be told",
            _ => "nothing was judged",
        };
        let _ = writeln!(anstream::stderr(), "orgate: error: {text}\norgate: {state} (exit code 2)");
    }
}
