//! The commands around the gate: they teach, show, mend and set up.

use clap::Subcommand;

use super::catalog::{ControlsArgs, ExplainArgs, PolicyCommand};

#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    /// Tell all about a control: what, why, how bad, how to mend it
    Explain(ExplainArgs),
    /// List the controls
    Controls(ControlsArgs),
    /// Check and test controls of your own
    #[command(subcommand)]
    Policy(PolicyCommand),
}
