//! `cargo bench`: the gate beside git on the same repositories, whole processes, in turn.
//!
//! `cargo bench --bench gate -- --quick` takes small repositories only, `-- --generate FOLDER` only writes the
//! repositories. `ORGATE_BENCH_DIR` says where they are kept (in the target folder by default), `ORGATE_BENCH_RUNS` how
//! often each command runs, and further arguments which cases are wanted, by a part of their name.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own that prints a table")]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

mod measure;
mod repository;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use repository::git;

/// How large the repositories are.
struct Sizes {
    /// Files of the projects.
    files: &'static [usize],
    /// Of them the one for the index and the work tree. Larger ones are not run under valgrind.
    middle: usize,
    apps: usize,
    profile: usize,
    commits: usize,
}

const FULL: Sizes = Sizes {
    files: &[10_000, 100_000, 300_000],
    middle: 100_000,
    apps: 2_000,
    profile: 50 << 20,
    commits: 10_000,
};

const QUICK: Sizes = Sizes {
    files: &[10_000],
    middle: 10_000,
    apps: 200,
    profile: 5 << 20,
    commits: 500,
};

/// One line of the table.
struct Case {
    name: String,
    folder: PathBuf,
    git: Vec<String>,
    ours: Vec<String>,
    /// Most that the run may cost beside git: factor and milliseconds.
    target: (f64, f64),
    counted: bool,
    /// Without an index, as in a bare repository.
    bare: bool,
}

impl Case {
    fn new(name: String, folder: &Path, git: &str, ours: &str, target: (f64, f64)) -> Self {
        Self {
            name,
            folder: folder.to_owned(),
            git: words(git),
            ours: words(ours),
            target,
            counted: true,
            bare: false,
        }
    }
}

/// The target where git has nothing to compare with.
const NONE: (f64, f64) = (f64::INFINITY, 0.0);

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Two commits against each other.
fn commits(name: String, folder: &Path, head: &str) -> Case {
    Case::new(
        name,
        folder,
        &format!("diff --raw base {head}"),
        &format!("check --base base --head {head}"),
        (1.2, 8.0),
    )
}

fn cases(folder: &Path, sizes: &Sizes) -> io::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for &files in sizes.files {
        let large = repository::large(folder, files)?;
        let size = format!("{}k", files / 1000);
        for (head, what) in [
            ("none", "no metadata"),
            ("h1", "1 file"),
            ("app1", "1 file, an app"),
            ("h100", "100 files, 1 app"),
            ("h5000", "5,000 files, 200 apps"),
        ] {
            let mut case = commits(format!("{size}: {what}"), &large, head);
            case.counted = files <= sizes.middle;
            cases.push(case);
        }
        for (head, what) in [("app1", "1 file, an app"), ("h100", "100 files, 1 app")] {
            let mut bare = commits(format!("{size}: {what}, bare"), &large, head);
            bare.bare = true;
            bare.counted = files <= sizes.middle;
            cases.push(bare);
        }
        if files == sizes.middle {
            index_and_work_tree(&large, &size, &mut cases)?;
        }
    }
    let mut apps = commits(
        format!("OauthOidc, {} apps", sizes.apps),
        &repository::apps(folder, sizes.apps)?,
        "head",
    );
    apps.target = (0.0, 1000.0);
    cases.push(apps);
    let mut huge = commits(
        format!("profile of {} MB", sizes.profile >> 20),
        &repository::huge(folder, sizes.profile)?,
        "head",
    );
    // Two sides, each to be inflated, read at 130 MB/s and compared.
    huge.target = (0.0, 2.0 * (sizes.profile as f64) / 130e6 * 1000.0);
    huge.counted = false;
    cases.push(huge);
    let history = repository::history(folder, sizes.commits)?;
    cases.push(Case::new(
        format!("branch off {} commits", sizes.commits),
        &history,
        "diff --raw origin/main...head",
        "check --head head",
        (1.2, 8.0),
    ));
    let mut walk = Case::new(
        format!("history of {} commits", sizes.commits),
        &history,
        "log --first-parent --raw --format=%H base",
        "history base --since 2000-01-01",
        NONE,
    );
    walk.counted = false;
    cases.push(walk);
    Ok(cases)
}

fn index_and_work_tree(large: &Path, size: &str, cases: &mut Vec<Case>) -> io::Result<()> {
    for (head, what) in [("h100", "100 files, 1 app"), ("h5000", "5,000 files, 200 apps")] {
        cases.push(Case::new(
            format!("{size}: index, {what}"),
            &repository::staged(large, head)?,
            "diff --cached --raw base",
            "check --base base --staged",
            (1.3, 8.0),
        ));
    }
    cases.push(Case::new(
        format!("{size}: work tree, 100 files, 1 app"),
        &repository::checked_out(large, "h100")?,
        "diff --raw base",
        "check --base base --worktree",
        NONE,
    ));
    Ok(())
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
    if case.bare {
        command.env("GIT_INDEX_FILE", "/nonexistent/index");
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
    let mut arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let all = arguments.len();
    arguments.retain(|argument| argument != "--quick");
    let sizes = if arguments.len() < all { QUICK } else { FULL };
    let default = || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-repositories");
    let mut folder = std::env::var_os("ORGATE_BENCH_DIR").map_or_else(default, PathBuf::from);
    let generate = arguments.first().is_some_and(|argument| argument == "--generate");
    if let (true, Some(named)) = (generate, arguments.get(1)) {
        folder = PathBuf::from(named);
    }
    std::fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    let cases = cases(&folder, &sizes)?;
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
