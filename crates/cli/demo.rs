//! `orgate demo`: a small repository with a pull request that opens the org, and the real gate on it.

use crate::args::Global;
use crate::error::CliError;
use orgate_core::report::verdict::Verdict;

pub(crate) fn run(_: &Global) -> Result<Verdict, CliError> {
    Err(CliError::Demo("not yet".to_owned()))
}
