//! Arguments of the gate: what to compare, and what fails.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{CiArgs, OutputArg};

const CHECK_EXAMPLES: &str = "\
Examples:
  orgate check                                   the work tree against the default branch
  orgate check --base main... --head HEAD        what a branch changed since it left main
  orgate check --base v1 --head v2               two commits, one against the other
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
    /// The revision to compare with, or A...B for the merge base of two [default: merge base of HEAD with the default
    /// branch]
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

/// What fails, and what to judge by.
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
