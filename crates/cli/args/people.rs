//! The commands around the gate: they teach, show, mend and set up.

use clap::Subcommand;

use super::catalog::{ControlsArgs, ExplainArgs, PolicyCommand};
use super::work::AuditArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    /// Tell all about a control: what, why, how bad, how to mend it
    Explain(ExplainArgs),
    /// Show how one snapshot stands, without a comparison: every app by every control
    Audit(Box<AuditArgs>),
    /// List the controls
    Controls(ControlsArgs),
    /// Check and test controls of your own
    #[command(subcommand)]
    Policy(PolicyCommand),
}
