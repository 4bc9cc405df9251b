//! The naive evaluator and the real one agree on generated repositories.

use std::collections::BTreeSet;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use orgate_testkit::gate::as_orgate;
use orgate_testkit::{Gate, Tree, generate, naive};

/// Compares the answers of both; tells how many there were.
fn agree(seed: u64, (base, head): (Tree, Tree)) -> Result<usize, Failed> {
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
    if wrong.is_empty() {
        return Ok(real.len());
    }
    if let Some(folder) = std::env::var_os("ORGATE_KEEP") {
        let folder = std::path::PathBuf::from(folder).join(seed.to_string());
        base.write(&folder.join("base"));
        head.write(&folder.join("head"));
    }
    Err(Failed::from(format!(
        "seed {seed}\n{}\nexit {} of {} hits\n{}",
        wrong.join("\n"),
        run.code,
        real.len(),
        run.stderr
    )))
}

/// Many apps at once, of which files come, go and move.
fn many(seed: u64) -> Result<(), Failed> {
    let hits = agree(seed, generate::change(seed, 60))?;
    if hits == 0 { Err("nothing was found".into()) } else { Ok(()) }
}

/// Few apps, each of which changes in content only: what a change leaves alone need not be judged on both sides.
fn few(group: u64) -> Result<(), Failed> {
    let mut hits = 0;
    for seed in group * 25..(group + 1) * 25 {
        let (base, head) = generate::change(1_000 + seed, 2);
        let head = generate::in_place(&base, &head);
        hits += agree(1_000 + seed, (base, head))?;
    }
    if hits == 0 { Err("nothing was found".into()) } else { Ok(()) }
}

fn main() -> ExitCode {
    if let Some(code) = as_orgate(orgate::run) {
        return code;
    }
    let arguments = Arguments::from_args();
    let rounds = std::env::var("ORGATE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let trials = (0..rounds)
        .flat_map(|group| {
            [
                Trial::test(format!("differential::seed {group}"), move || many(group)),
                Trial::test(format!("differential::in place {group}"), move || few(group)),
            ]
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
