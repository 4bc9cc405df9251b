//! `orgate ci-range`: which two commits the CI event compares, for the scripts that fetch them.
//!
//! Prints lines of `name=value` whose values are ids and checked names, so that a script can read them line by line:
//! `base=`, `head=` and `why=` when both commits are there (exit code 0); `missing=ID` for a commit to fetch, or
//! `history=BRANCH` for a branch whose history is needed (exit code 2, as for every other error).

use orgate_diff::{DiffError, Repository};

use super::error::CiError;
use super::{CiRange, Environment, print};
use crate::args::RangeArgs;
use crate::error::CliError;

/// Prints the range, or what is missing for it.
pub(crate) fn run(arguments: &RangeArgs) -> Result<(), CliError> {
    let sides = arguments.sides();
    let repository = Repository::open(arguments.repo.as_deref())?;
    let range = match (&arguments.base, &arguments.head) {
        (Some(base), Some(head)) => CiRange {
            base: base.clone(),
            head: head.clone(),
            why: "as named by --base and --head".to_owned(),
            on_default_branch: false,
            tip: None,
        },
        _ => match super::range(&sides, &Environment::process(), &repository) {
            Ok(Some(range)) => range,
            Ok(None) => return Err(CliError::NoCi),
            Err(error) => {
                print(&needs(&error))?;
                return Err(error.into());
            }
        },
    };
    let mut lines = String::new();
    for (name, revision) in [("base", &range.base), ("head", &range.head)] {
        match repository.resolve(revision) {
            Ok(side) => lines.extend([name, "=", &side.id, "\n"]),
            Err(error) => {
                if let (DiffError::MissingCommit { .. }, Ok(Some(id))) = (&error, super::id(name, revision)) {
                    print(&format!("missing={id}\n"))?;
                }
                return Err(error.into());
            }
        }
    }
    let why = crate::output::escape::terminal(&range.why);
    print(&format!("{lines}why={why}\n"))
}

/// What a script could fetch to mend the error.
fn needs(error: &CiError) -> String {
    match error {
        CiError::Missing { id, .. } => format!("missing={id}\n"),
        CiError::History { branch, .. } => format!("history={branch}\n"),
        _ => String::new(),
    }
}
