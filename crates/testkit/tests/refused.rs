//! Every case under `fixtures/refused/`: at head it stops the gate, with path and line; at base it is a warning.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use orgate_testkit::fixture::fixtures;
use orgate_testkit::gate::{as_orgate, list};
use orgate_testkit::sample::APP;
use orgate_testkit::{Gate, Tree};

fn refused(base: &Tree, head: &Tree, line: u64) -> Result<(), Failed> {
    let gate = Gate::default();
    for run in [gate.check(base, head, &[]), gate.check_commits(base, head, &[])] {
        let named = list(&run.report["unreadable"])
            .iter()
            .any(|file| file["path"] == APP && file["line"] == line && file["side"] == "head" && file["fatal"] == true);
        if run.code != 2 || !named {
            return Err(Failed::from(format!("wanted line {line}\n{}", run.said())));
        }
        if !run.findings().is_empty() {
            return Err(Failed::from(format!("a file that cannot be read has findings\n{}", run.said())));
        }
    }
    // Mended: the old state is told, and does not stop anybody.
    let run = gate.check(head, base, &[]);
    let told = list(&run.report["unreadable"])
        .iter()
        .any(|file| file["side"] == "base" && file["fatal"] == false);
    if run.code == 2 || !told {
        return Err(Failed::from(format!("only base is malformed\n{}", run.said())));
    }
    Ok(())
}

fn main() -> ExitCode {
    if let Some(code) = as_orgate(orgate::run) {
        return code;
    }
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for entry in std::fs::read_dir(fixtures().join("refused")).expect("fixtures") {
        let folder = entry.expect("an entry").path();
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        trials.push(Trial::test(format!("refused::{name}"), move || {
            let expect = std::fs::read_to_string(folder.join("expect")).expect("what is expected");
            let line = expect
                .trim()
                .strip_prefix("line ")
                .and_then(|line| line.parse().ok())
                .expect("a line");
            refused(&Tree::read(&folder.join("base")), &Tree::read(&folder.join("head")), line)
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
