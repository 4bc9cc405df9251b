//! Every case under `fixtures/controls/` gives exactly the marked findings, in JSON and SARIF, on folders and on
//! commits, at places that the location oracle accepts; and head does not differ from itself.

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use orgate_testkit::fixture::{Case, cases};
use orgate_testkit::gate::as_orgate;
use orgate_testkit::{Gate, oracle};

fn marks(case: &Case) -> Result<(), Failed> {
    let gate = Gate::default();
    let (run, sarif) = case.run(&gate);
    case.judge(&run)?;
    let wrong = oracle::misplaced(&case.base, &case.head, &run);
    if !wrong.is_empty() {
        return Err(Failed::from(wrong.join("\n")));
    }
    Ok(oracle::same_in_sarif(&run, &sarif)?)
}

/// Two commits say what two folders say.
fn commits(case: &Case) -> Result<(), Failed> {
    let gate = Gate::default();
    let (folders, _) = case.run(&gate);
    let commits = case.run_commits(&gate);
    if commits.hits() == folders.hits() && commits.code == folders.code {
        return Ok(());
    }
    Err(Failed::from(format!(
        "commits say\n{}\nfolders say\n{}",
        commits.said(),
        folders.said()
    )))
}

fn itself(case: &Case) -> Result<(), Failed> {
    let run = Gate::default().check(&case.head, &case.head, &[]);
    if run.hits().is_empty() && run.code == 0 {
        return Ok(());
    }
    Err(Failed::from(run.said()))
}

fn main() -> ExitCode {
    if let Some(code) = as_orgate(orgate::run) {
        return code;
    }
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for case in cases() {
        let case = Arc::new(case);
        let mut add = |kind: &str, test: fn(&Case) -> Result<(), Failed>| {
            let case = Arc::clone(&case);
            trials.push(Trial::test(format!("{}::{kind}", case.name), move || test(&case)));
        };
        add("marks", marks);
        add("itself", itself);
        add("commits", commits);
    }
    assert!(!trials.is_empty(), "no fixtures were found");
    libtest_mimic::run(&arguments, trials).exit_code()
}
