//! `cargo bench`: the gate beside git on the same repositories, whole processes, in turn.
//!
//! `cargo bench --bench gate -- --generate FOLDER` only writes the repositories. `ORGATE_BENCH_DIR` says where they are
//! kept (in the target folder by default), `ORGATE_BENCH_RUNS` how often each command runs, and further arguments which
//! cases are wanted, by a part of their name.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own that prints a table")]

mod measure;
mod repository;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use repository::git;

/// Instruction counts of runs that take longer than this under valgrind are left out: the huge ones.
const COUNTED_FILES: usize = 100_000;

/// One line of the table.
struct Case {
    name: String,
    folder: PathBuf,
    git: Vec<String>,
    ours: Vec<String>,
    /// Most that the run may cost beside git: factor and milliseconds.
    target: (f64, f64),
    counted: bool,
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Two commits against each other.
fn commits(name: String, folder: &Path, base: &str, head: &str) -> Case {
    Case {
        name,
        folder: folder.to_owned(),
        git: words(&format!("diff --raw {base} {head}")),
        ours: words(&format!("check --base {base} --head {head}")),
        target: (1.2, 8.0),
        counted: true,
    }
}

fn cases(folder: &Path) -> io::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for files in [10_000, COUNTED_FILES, 300_000] {
        let large = repository::large(folder, files)?;
        let thousands = files / 1000;
        for (head, what) in [
            ("none", "no metadata"),
            ("h1", "1 file"),
            ("app1", "1 file, an app"),
            ("h100", "100 files, 1 app"),
            ("h5000", "5,000 files, 200 apps"),
        ] {
            let mut case = commits(format!("{thousands}k: {what}"), &large, "base", head);
            case.counted = files <= COUNTED_FILES;
            cases.push(case);
        }
        if files != COUNTED_FILES {
            continue;
        }
        for (head, what) in [("h100", "100 files, 1 app"), ("h5000", "5,000 files, 200 apps")] {
            let staged = repository::staged(&large, head)?;
            cases.push(Case {
                name: format!("{thousands}k: index, {what}"),
                folder: staged,
                git: words("diff --cached --raw base"),
                ours: words("check --base base --staged"),
                target: (1.3, 8.0),
                counted: true,
            });
        }
        cases.push(Case {
            name: format!("{thousands}k: work tree, 100 files, 1 app"),
            folder: repository::checked_out(&large, "h100")?,
            git: words("diff --raw base"),
            ours: words("check --base base --worktree"),
            target: (f64::INFINITY, 0.0),
            counted: true,
        });
    }
    let mut apps = commits(
        "OauthOidc, 2,000 apps".to_owned(),
        &repository::apps(folder, 2_000)?,
        "base",
        "head",
    );
    apps.target = (0.0, 1000.0);
    cases.push(apps);
    let bytes = 50 << 20;
    let mut huge = commits("profile of 50 MB".to_owned(), &repository::huge(folder, bytes)?, "base", "head");
    // Two sides, each to be inflated, read at 130 MB/s and compared.
    huge.target = (0.0, 2.0 * 52.4 / 130.0 * 1000.0);
    huge.counted = false;
    cases.push(huge);
    cases.push(Case {
        name: "history of 10,000 commits".to_owned(),
        folder: repository::history(folder, 10_000)?,
        git: words("diff --raw origin/main...head"),
        ours: words("check --head head"),
        target: (1.2, 8.0),
        counted: true,
    });
    Ok(cases)
}

fn command(program: &str, case: &Case, arguments: &[String]) -> Command {
    // Git's environment for both: nobody's configuration.
    let git = git(&case.folder);
    let mut command = Command::new(program);
    for (name, value) in git.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    for name in ["CI", "GITHUB_ACTIONS", "GITLAB_CI"] {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(&case.folder);
    command
}

fn show(figure: Option<f64>) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.1}"))
}

fn measure(case: &Case, runs: usize, scratch: &Path) -> io::Result<()> {
    let ours = || command(env!("CARGO_BIN_EXE_orgate"), case, &case.ours);
    let (git, gate) = measure::in_turn(command("git", case, &case.git), ours(), runs)?;
    let instructions = if case.counted {
        measure::instructions(&ours(), scratch)
    } else {
        None
    };
    let budget = git.median() * case.target.0 + case.target.1;
    println!(
        "{:34} {}  {}  {:6.2}  {:>8} {:>8}  {}",
        case.name,
        git.show(),
        gate.show(),
        gate.median() / git.median(),
        show(measure::peak(&ours())),
        show(instructions),
        if !budget.is_finite() {
            "no target".to_owned()
        } else if gate.median() <= budget {
            format!("within {budget:.1}")
        } else {
            format!("OVER {budget:.1}")
        }
    );
    Ok(())
}

fn main() -> io::Result<()> {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let default = || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-repositories");
    let mut folder = std::env::var_os("ORGATE_BENCH_DIR").map_or_else(default, PathBuf::from);
    let generate = arguments.first().is_some_and(|argument| argument == "--generate");
    if let (true, Some(named)) = (generate, arguments.get(1)) {
        folder = PathBuf::from(named);
    }
    std::fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    let cases = cases(&folder)?;
    if generate {
        return Ok(());
    }
    let runs = std::env::var("ORGATE_BENCH_RUNS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(15);
    println!("{runs} runs of each command in turn; milliseconds: smallest, median, largest");
    println!(
        "{:34} {:^23}  {:^23}  {:>6}  {:>8} {:>8}  target",
        "case", "git", "orgate", "ratio", "MiB", "M instr"
    );
    let wanted = |case: &&Case| arguments.is_empty() || arguments.iter().any(|part| case.name.contains(part.as_str()));
    for case in cases.iter().filter(wanted) {
        measure(case, runs, &folder)?;
    }
    Ok(())
}
