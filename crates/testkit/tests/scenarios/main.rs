//! The real program in real repositories: which sides are compared, where settings come from, what ends in which exit
//! code.

mod admitted;
mod audit;
mod configuration;
mod deployed;
mod evidence;
mod identity;
mod messages;
mod objects;
mod output;
mod revisions;
mod threads;
mod traps;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use orgate_testkit::gate::{Run, as_orgate, orgate};
use orgate_testkit::sample::{APP, CONTROL, LINE, connected_app};
use orgate_testkit::{Gate, TestRepo};

/// A repository whose branch `change` switches the client credentials flow on; returns the ids of both commits.
fn opened() -> (TestRepo, String, String) {
    let repo = TestRepo::new();
    repo.write(APP, connected_app(false));
    repo.write("README.md", "An org.\n");
    let base = repo.commit("The app");
    repo.git(&["checkout", "--quiet", "-b", "change"]);
    repo.write(APP, connected_app(true));
    let head = repo.commit("Open it");
    (repo, base, head)
}

/// `orgate check` with JSON, in a folder.
fn check(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = orgate(folder);
    command.arg("check").args(arguments);
    if !arguments.iter().any(|argument| argument.starts_with("--output")) {
        command.arg("--output=json");
    }
    Gate::finish(command)
}

/// The run found the one thing that [`opened`] does, and failed.
#[track_caller]
fn caught(run: &Run) {
    let hits = run.findings();
    let found = hits
        .iter()
        .any(|hit| hit.control == CONTROL && hit.outcome == "regressed" && hit.line == LINE && hit.path == APP);
    assert!(found && run.code == 1, "{}", run.said());
}

#[track_caller]
fn refused(run: &Run, words: &[&str]) {
    assert_eq!(run.code, 2, "{}", run.said());
    for word in words {
        assert!(run.stderr.contains(word), "`{word}` is missing:\n{}", run.stderr);
    }
}

#[track_caller]
fn passed(run: &Run) {
    assert!(run.findings().is_empty() && run.code == 0, "{}", run.said());
}

fn main() -> ExitCode {
    if let Some(code) = as_orgate(orgate::run) {
        return code;
    }
    let arguments = Arguments::from_args();
    let tests = [
        admitted::TESTS,
        audit::TESTS,
        objects::TESTS,
        revisions::TESTS,
        configuration::TESTS,
        deployed::TESTS,
        evidence::TESTS,
        identity::TESTS,
        messages::TESTS,
        output::TESTS,
        threads::TESTS,
        traps::TESTS,
    ]
    .concat();
    let trials = tests
        .into_iter()
        .map(|(name, test)| {
            Trial::test(name, move || {
                test();
                Ok(())
            })
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
