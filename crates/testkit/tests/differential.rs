//! The naive evaluator and the real one agree on generated repositories.

use std::collections::BTreeSet;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use orgate_testkit::gate::as_orgate;
use orgate_testkit::{Gate, generate, naive};

fn agree(seed: u64, apps: usize) -> Result<(), Failed> {
    let (base, head) = generate::change(seed, apps);
    let run = Gate::default().check(&base, &head, &[]);
    let known = |hit: &&orgate_testkit::gate::Hit| naive::KNOWN.contains(&hit.control.as_str());
    let counted = |hit: &&orgate_testkit::gate::Hit| matches!(hit.outcome.as_str(), "regressed" | "introduced" | "undecided");
    let real: BTreeSet<String> = run
        .hits()
        .iter()
        .filter(known)
        .filter(counted)
        .map(orgate_testkit::gate::Hit::about)
        .collect();
    let naive = naive::outcomes(&base, &head);
    let mut wrong: Vec<String> = naive.difference(&real).map(|one| format!("only naive: {one}")).collect();
    wrong.extend(real.difference(&naive).map(|one| format!("only real:  {one}")));
    if wrong.is_empty() && !real.is_empty() {
        return Ok(());
    }
    if let Some(folder) = std::env::var_os("ORGATE_KEEP") {
        let folder = std::path::PathBuf::from(folder).join(seed.to_string());
        base.write(&folder.join("base"));
        head.write(&folder.join("head"));
    }
    Err(Failed::from(format!(
        "{}\nexit {} of {} hits\n{}",
        wrong.join("\n"),
        run.code,
        real.len(),
        run.stderr
    )))
}

fn main() -> ExitCode {
    if let Some(code) = as_orgate(orgate::run) {
        return code;
    }
    let arguments = Arguments::from_args();
    let rounds = std::env::var("ORGATE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let trials = (0..rounds)
        .map(|seed| Trial::test(format!("differential::seed {seed}"), move || agree(seed, 60)))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
