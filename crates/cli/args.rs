//! What was typed. Nothing here opens a file: the commands give it meaning.

mod catalog;
mod people;
mod work;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use catalog::*;
pub(crate) use people::*;
pub(crate) use work::*;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Examples:
  orgate demo                      a pull request that opens the org, and the gate on it
  orgate init                      settings, the CI job and the hook for this repository
  orgate check                     what the work tree makes weaker
  orgate explain ca-pkce-not-required
  orgate fix --dry-run             how to mend it, as a patch

Exit codes:
  0  everything was judged and nothing at or above --fail-on got weaker
  1  at least one control got weaker, and no waiver covers it
  2  could not judge: usage, settings, policies, git, unreadable metadata, output not written";

/// A policy gate for Salesforce metadata: fails a change that makes an OAuth security control weaker.
#[derive(Debug, Parser)]
#[command(name = "orgate", version, styles = STYLES, after_help = EXIT_CODES, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Say more on standard error; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Print nothing on standard error but errors, and only the verdict in the text report
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Colour the text report
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compare two revisions and fail if a control got weaker
    Check(Box<CheckArgs>),
    #[command(flatten)]
    People(PeopleCommand),
    /// Judge what is about to be committed or pushed; for pre-commit, prek, lefthook, husky
    Hook(Box<HookArgs>),
    /// Print which two commits the CI event compares, and what is missing for it
    CiRange(RangeArgs),
    /// Print the numbers of a JSON report as lines of `name=value`
    #[command(after_help = "Examples:\n  orgate check --output json=report.json\n  orgate ci-outputs report.json >> \"$GITHUB_OUTPUT\"")]
    CiOutputs {
        /// A file that `orgate check --output json=FILE` wrote
        report: PathBuf,
    },
    /// Build a small repository with a pull request that opens the org, and run the gate on it
    #[command(after_help = DEMO_EXAMPLES)]
    Demo {
        /// Keep the repository in this new folder, to go on with it [default: a temporary one that goes away]
        dir: Option<PathBuf>,
    },
}

const DEMO_EXAMPLES: &str = "\
Examples:
  orgate demo            needs git; leaves nothing behind
  orgate demo try-me     then: cd try-me && orgate fix --dry-run";

const CHECK_EXAMPLES: &str = "\
Examples:
  orgate check                                   the work tree against the default branch
  orgate check --base origin/main --head HEAD    two commits
  orgate check --base HEAD --staged              what the next commit would change
  orgate check --base-dir old --head-dir new     two folders, no repository needed
  orgate check --output sarif=orgate.sarif       text on the terminal, SARIF in a file

Exit codes:
  0  everything was judged and nothing at or above --fail-on got weaker
  1  at least one control got weaker, and no waiver covers it
  2  could not judge: usage, settings, policies, git, unreadable metadata, output not written";

#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) sides: SideArgs,
    #[command(flatten)]
    pub(crate) gate: GateArgs,
    /// Write a report in this format, to a file or to standard output; may be given several times
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]")]
    pub(crate) outputs: Vec<OutputArg>,
    /// Also write a page of HTML that stands by itself: verdict, heat map, evidence
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Report only what concerns these files or folders; they count from the current folder, as for git, or from --repo,
    /// and from the roots of --base-dir and --head-dir
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<String>,
}

/// What to compare.
#[derive(Debug, Args)]
pub(crate) struct SideArgs {
    /// The revision to compare with [default: merge base of HEAD with the default branch]
    #[arg(long, value_name = "REV", conflicts_with = "base_dir")]
    pub(crate) base: Option<String>,
    /// A folder to compare with, instead of a revision
    #[arg(long, value_name = "DIR")]
    pub(crate) base_dir: Option<PathBuf>,
    /// The revision to judge [default: the work tree]
    #[arg(long, value_name = "REV", conflicts_with_all = ["staged", "worktree", "head_dir"])]
    pub(crate) head: Option<String>,
    /// Judge the index: what the next commit would hold
    #[arg(long, conflicts_with_all = ["worktree", "head_dir"])]
    pub(crate) staged: bool,
    /// Judge the work tree: tracked files and untracked ones that are not ignored
    #[arg(long, conflicts_with = "head_dir")]
    pub(crate) worktree: bool,
    /// Judge a folder, instead of a revision
    #[arg(long, value_name = "DIR")]
    pub(crate) head_dir: Option<PathBuf>,
    /// The repository [default: found from the current folder upwards]
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) ci: CiArgs,
}

/// What a CI platform says about the change.
#[derive(Clone, Debug, Args)]
pub(crate) struct CiArgs {
    /// Take base and head from the event of a CI platform, where they are not given
    #[arg(long, value_name = "PLATFORM", default_value = "auto")]
    pub(crate) ci: CiPlatform,
    /// Judge also for `pull_request_target` and `workflow_run`, whose checkout is not the change unless you made it so
    #[arg(long)]
    pub(crate) ci_allow_untrusted_event: bool,
    /// Do without this commit if need be: the server no longer has it
    #[arg(long, value_name = "ID", hide_short_help = true)]
    pub(crate) ci_unreachable: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CiPlatform {
    /// Whichever platform's variables are there, if any
    Auto,
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
    /// None: as on anybody's machine
    Off,
}

/// Arguments of `orgate ci-range`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  orgate ci-range                  what the running job would compare\n  orgate ci-range --ci github      ... on this platform"
)]
pub(crate) struct RangeArgs {
    /// The revision to compare with, instead of the event's
    #[arg(long, value_name = "REV")]
    pub(crate) base: Option<String>,
    /// The revision to judge, instead of the event's
    #[arg(long, value_name = "REV")]
    pub(crate) head: Option<String>,
    /// The repository [default: found from the current folder upwards]
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) ci: CiArgs,
}

impl RangeArgs {
    /// The same, as `orgate check` would have them.
    pub(crate) fn sides(&self) -> SideArgs {
        SideArgs {
            base: self.base.clone(),
            base_dir: None,
            head: self.head.clone(),
            staged: false,
            worktree: false,
            head_dir: None,
            repo: self.repo.clone(),
            ci: self.ci.clone(),
        }
    }
}

/// Arguments of `orgate hook`.
#[derive(Debug, Args)]
#[command(after_help = HOOK_EXAMPLES)]
pub(crate) struct HookArgs {
    /// Which git hook runs this [default: pre-push when pre-commit's variables say so, else pre-commit]
    #[arg(long, value_name = "STAGE", default_value = "auto")]
    pub(crate) stage: HookStage,
    #[command(flatten)]
    pub(crate) gate: GateArgs,
    /// Write a report in this format, to a file or to standard output; may be given several times
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]")]
    pub(crate) outputs: Vec<OutputArg>,
    /// What git passes to the hook: the remote and its address for pre-push; not used
    #[arg(value_name = "ARGUMENT", hide = true)]
    pub(crate) rest: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HookStage {
    /// By the variables that pre-commit and prek set
    Auto,
    /// The index against HEAD
    PreCommit,
    /// What is pushed, as git tells on standard input, against what the remote has
    PrePush,
}

const HOOK_EXAMPLES: &str = "\
Examples:
  orgate hook                      in .husky/pre-commit, .git/hooks/pre-commit or lefthook.yml
  orgate hook --stage pre-push     in .husky/pre-push or .git/hooks/pre-push
  orgate hook --fail-on high       report everything, block from high on

Exit codes: as for orgate check.";

/// What fails, and by which rules of the team.
#[derive(Debug, Args)]
pub(crate) struct GateArgs {
    /// Fail from this severity on [default: low, or `fail-on` in orgate.yaml]
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOnArg>,
    /// What a weakness on a new app means [default: fail, or `introduced` in orgate.yaml]
    #[arg(long, value_name = "WHAT")]
    pub(crate) introduced: Option<IntroducedArg>,
    /// Fail also when something can no longer be judged, or when the change loosens the gate itself
    #[arg(long)]
    pub(crate) strict: bool,
    /// Where settings and waivers come from: `base` (the change cannot waive itself), `head`, or a file
    #[arg(long, value_name = "base|head|FILE", default_value = "base")]
    pub(crate) config_from: String,
    /// A folder with controls of your own
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: Vec<PathBuf>,
    /// Use only the controls of --policies
    #[arg(long, requires = "policies")]
    pub(crate) no_builtin: bool,
    /// Take this day as today when waivers expire (YYYY-MM-DD, UTC)
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOnArg {
    Low,
    Medium,
    High,
    Critical,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum IntroducedArg {
    Fail,
    Warn,
    Off,
}

/// An output format and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputArg {
    pub(crate) format: Format,
    /// Standard output when absent.
    pub(crate) file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// Everything, versioned: orgate/v1
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub workflow commands: annotations in the pull request
    Github,
    /// For a job summary or a merge-request note
    Markdown,
    /// GitLab Code Quality
    GitlabCodequality,
    /// GitLab SAST 15.2.1
    GitlabSast,
    /// JUnit XML
    Junit,
}

impl std::str::FromStr for OutputArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("the file name after `=` is empty".to_owned()),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let known: Vec<String> = Format::value_variants()
            .iter()
            .filter_map(|format| format.to_possible_value().map(|value| value.get_name().to_owned()))
            .collect();
        let near = orgate_core::policy::nearest(format, known.iter().map(String::as_str));
        let format =
            Format::from_str(format, false).map_err(|_| format!("no format is called `{format}`{near}; known: {}", known.join(", ")))?;
        Ok(Self { format, file })
    }
}
