//! The orgate command line: arguments, settings, writers and exit codes.
//!
//! Everything that decides lies in `orgate-core` and `orgate-diff`. This crate chooses what to compare, hands over, and
//! shows the report. The exit code comes from the report alone, never from a writer.

mod args;
mod audit;
mod builtin;
mod check;
mod ci;
mod config;
mod demo;
#[cfg(test)]
mod docs;
mod error;
mod explain;
mod fix;
mod history;
mod hook;
mod html;
mod init;
mod logging;
mod output;
mod people;
mod place;
mod policy;
mod shell;
mod sides;
#[doc(hidden)]
pub mod testing;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use orgate_core::report::verdict::Verdict;

/// Runs the command line and returns the process's exit code: 0, 1 or 2 as `--help` says.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match args::Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let failed = error.use_stderr();
            // Nothing can be done about a terminal that is gone.
            let _ = error.print();
            return ExitCode::from(if failed { 2 } else { 0 });
        }
    };
    logging::start(&cli.global);
    cli.global.color.apply();
    let result = match &cli.command {
        args::Command::Check(arguments) => check::run(arguments, &cli.global),
        args::Command::People(command) => people::run(command, &cli.global),
        args::Command::Hook(arguments) => hook::run(arguments, &cli.global),
        args::Command::CiRange(arguments) => ci::range::run(arguments).map(|()| Verdict::Pass),
        args::Command::CiOutputs { report } => ci::outputs::run(report).map(|()| Verdict::Pass),
        args::Command::Demo { dir } => demo::run(dir.as_deref(), &cli.global),
    };
    match result {
        Ok(verdict) => ExitCode::from(verdict.exit_code()),
        Err(error) => {
            error.show();
            ExitCode::from(2)
        }
    }
}
