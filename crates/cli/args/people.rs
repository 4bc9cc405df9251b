//! The commands around the gate: they teach, show, mend and set up.

use clap::Subcommand;

use super::catalog::{ControlsArgs, ExplainArgs, PolicyCommand};
use super::work::{AuditArgs, CompletionsArgs, FixArgs, HistoryArgs, InitArgs, ManArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    /// Tell all about a control: what, why, how bad, how to mend it
    Explain(ExplainArgs),
    /// Show how one snapshot stands, without a comparison: every app by every control
    Audit(Box<AuditArgs>),
    /// Put the safe value back in the work tree
    Fix(Box<FixArgs>),
    /// Tell which control of which app became weaker or better, commit by commit
    History(Box<HistoryArgs>),
    /// Write settings, the CI job and the hook that fit this repository
    Init(InitArgs),
    /// List the controls
    Controls(ControlsArgs),
    /// Check and test controls of your own
    #[command(
        subcommand,
        after_help = "Examples:\n  orgate policy check gate/policies          all problems, with file, line and column\n  orgate policy test gate/policies           every example, and what came out\n  orgate policy schema > control.json        for an editor"
    )]
    Policy(PolicyCommand),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual
    Man(ManArgs),
}
