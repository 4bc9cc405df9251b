//! The commands around the gate: they teach, show, mend and set up.

use clap::Subcommand;

use super::catalog::{ControlsArgs, ExplainArgs, PolicyCommand};
use super::work::{AuditArgs, FixArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    /// Tell all about a control: what, why, how bad, how to mend it
    Explain(ExplainArgs),
    /// Show how one snapshot stands, without a comparison: every app by every control
    Audit(Box<AuditArgs>),
    /// Put the safe value back in the work tree
    Fix(Box<FixArgs>),
    /// List the controls
    Controls(ControlsArgs),
    /// Check and test controls of your own
    #[command(subcommand)]
    Policy(PolicyCommand),
}
