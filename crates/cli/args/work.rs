//! Arguments of the commands that look at a repository: audit, fix, init, history, completions.

use std::path::PathBuf;

use clap::Args;

use super::{FailOnArg, ListFormat};

const AUDIT_EXAMPLES: &str = "\
Examples:
  orgate audit                             the work tree: every app by every control
  orgate audit v2.1 --format json          a release, for a program
  orgate audit --dir exported --fail-on never
  orgate audit --html posture.html         a page to print or to send

Exit codes:
  0  everything was judged and nothing at or above --fail-on is violated
  1  at least one control is violated, and no waiver covers it
  2  could not judge";

#[derive(Debug, Args)]
#[command(after_help = AUDIT_EXAMPLES)]
pub(crate) struct AuditArgs {
    /// The revision to judge [default: the work tree]
    #[arg(value_name = "REV", conflicts_with = "dir")]
    pub(crate) rev: Option<String>,
    /// A folder to judge, instead of a revision
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// The repository [default: found from the current folder upwards]
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) team: TeamArgs,
    /// Fail from this severity on [default: low, or `fail-on` in orgate.yaml]
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOnArg>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ListFormat,
    /// Also write a page of HTML that stands by itself
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// By which rules of the team, for commands that look at one snapshot.
#[derive(Clone, Debug, Args)]
pub(crate) struct TeamArgs {
    /// Settings and waivers from this file, instead of the snapshot's own orgate.yaml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
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
