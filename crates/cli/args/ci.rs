//! Arguments about the CI platform, and of `orgate ci-range`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SideArgs;

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
