//! Starts the commands around the gate.

use orgate_core::report::verdict::Verdict;

use crate::args::{Global, PeopleCommand};
use crate::error::CliError;
use crate::{audit, explain, fix, history, init, policy, shell};

/// Runs one of them.
pub(crate) fn run(command: &PeopleCommand, global: &Global) -> Result<Verdict, CliError> {
    match command {
        PeopleCommand::Explain(arguments) => explain::run(arguments),
        PeopleCommand::Audit(arguments) => audit::run(arguments, global),
        PeopleCommand::Fix(arguments) => fix::run(arguments),
        PeopleCommand::History(arguments) => history::run(arguments, global),
        PeopleCommand::Init(arguments) => init::run(arguments),
        PeopleCommand::Controls(arguments) => explain::list::run(arguments),
        PeopleCommand::Policy(command) => policy::run(command),
        PeopleCommand::Completions(arguments) => shell::completions(arguments),
        PeopleCommand::Man(arguments) => shell::man(arguments),
    }
}
