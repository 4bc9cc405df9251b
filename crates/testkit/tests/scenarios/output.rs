//! Where reports go, and what that has to do with the exit code: nothing.

use std::io::Read as _;
use std::process::Stdio;

use orgate_testkit::gate::orgate;

use super::{Gate, check, opened, refused};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("output::one format on standard output, alone", alone),
    ("output::two formats on standard output", two_on_stdout),
    ("output::two formats in one file", two_in_one_file),
    ("output::a link that the change brought", link),
    ("output::a file that cannot be written", unwritable),
    ("output::unknown format", unknown_format),
    ("output::a reader that goes away", broken_pipe),
    ("output::colour", colour),
    ("output::every format gives the same exit code", same_code),
    ("output::the same bytes twice", same_bytes),
];

fn alone() {
    let (repo, _, _) = opened();
    let run = check(repo.path(), &["--base=main", "--head=HEAD", "--output=json", "-v"]);
    assert!(run.report.is_object(), "{}", run.stdout);
    let file = repo.path().join("report.json");
    let run = check(
        repo.path(),
        &["--base=main", "--head=HEAD", "--output", &format!("json={}", file.display())],
    );
    assert!(
        run.code == 1 && run.stdout.contains("ca-client-credentials-enabled") && !run.report.is_object(),
        "{}",
        run.stdout
    );
    let text = std::fs::read_to_string(file).expect("the report");
    assert!(text.contains("orgate/v1"), "{text}");
}

fn two_on_stdout() {
    let (repo, _, _) = opened();
    refused(
        &check(repo.path(), &["--base=main", "--head=HEAD", "--output=json", "--output=sarif"]),
        &["standard output"],
    );
    refused(
        &check(repo.path(), &["--base=main", "--head=HEAD", "--output=json", "--output=json"]),
        &["standard output"],
    );
}

fn two_in_one_file() {
    let (repo, _, _) = opened();
    refused(
        &check(repo.path(), &["--base=main", "--head=HEAD", "--output=json=x", "--output=sarif=x"]),
        &["x"],
    );
    refused(
        &check(
            repo.path(),
            &["--base=main", "--head=HEAD", "--output=json=x", "--output=sarif=./x"],
        ),
        &["x"],
    );
    let name = repo.path().file_name().and_then(std::ffi::OsStr::to_str).expect("a name");
    let detour = format!("--output=sarif=../{name}/x");
    for other in ["--html=x", "--html=./x", detour.as_str()] {
        refused(
            &check(repo.path(), &["--base=main", "--head=HEAD", "--output=json=x", other]),
            &["two outputs go to"],
        );
    }
}

#[cfg(not(unix))]
fn link() {}

/// Whoever writes a change chooses where its links lead.
#[cfg(unix)]
fn link() {
    let (repo, _, _) = opened();
    let outside = orgate_testkit::TestRepo::folder();
    outside.write("precious", "precious");
    for (name, target) in [("file", "precious"), ("folder", "."), ("nothing", "missing")] {
        std::os::unix::fs::symlink(outside.path().join(target), repo.path().join(name)).expect("linked");
    }
    repo.commit("Innocent");
    let run = |target: &str| {
        for report in [format!("--output=json={target}"), format!("--html={target}")] {
            let run = check(repo.path(), &["--base=main", "--head=HEAD", "--output=text", &report]);
            refused(&run, &["symbolic link", target]);
        }
        for arguments in [["audit", "--html"], ["history", "--html"]] {
            let run = Gate::finish({
                let mut command = orgate(repo.path());
                command.args(arguments).arg(target);
                command
            });
            refused(&run, &["symbolic link", target]);
        }
    };
    for target in ["file", "./folder/../file", "folder/x", "nothing"] {
        run(target);
    }
    assert_eq!(std::fs::read(outside.path().join("precious")).expect("it is there"), b"precious");
    assert_eq!(std::fs::read_dir(outside.path()).expect("a folder").count(), 1);
}

fn unwritable() {
    let (repo, _, _) = opened();
    refused(
        &check(repo.path(), &["--base=main", "--head=HEAD", "--output=json=no/such/folder/x"]),
        &["no/such/folder/x"],
    );
    // Whoever reads only the last line must not take it for a pass.
    for report in ["--output=sarif=no/such/folder/x", "--html=no/such/folder/x"] {
        let run = check(repo.path(), &["--base=change", "--head=main", "--output=text", report]);
        refused(&run, &["no/such/folder/x", "could be told"]);
        assert!(
            run.stdout.contains("pass: ") && !run.stderr.contains("nothing was judged"),
            "{}",
            run.said()
        );
        let last = run.stdout.lines().last().unwrap_or_default();
        assert!(last.contains("exit code 2"), "{last}");
    }
    refused(&check(repo.path(), &["--base=main", "--head=HEAD", "--output=json=."]), &[]);
    refused(&check(repo.path(), &["--base=main", "--head=HEAD", "--output=json="]), &[]);
}

fn unknown_format() {
    let (repo, _, _) = opened();
    refused(&check(repo.path(), &["--base=main", "--head=HEAD", "--output=jsn"]), &["json"]);
}

fn broken_pipe() {
    let (repo, _, _) = opened();
    for format in ["text", "json", "sarif"] {
        let mut child = orgate(repo.path())
            .args(["check", "--base=main", "--head=HEAD", "--output", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the gate starts");
        // Closed before anything is written.
        drop(child.stdout.take());
        let mut said = String::new();
        child
            .stderr
            .take()
            .expect("standard error")
            .read_to_string(&mut said)
            .expect("text");
        let status = child.wait().expect("it ends");
        assert_eq!(status.code(), Some(1), "{format}: {said}");
    }
}

fn colour() {
    let (repo, _, _) = opened();
    let run = |more: &[&str], variable: Option<&str>| {
        let mut command = orgate(repo.path());
        command.args(["check", "--base=main", "--head=HEAD"]).args(more);
        if let Some(name) = variable {
            command.env(name, "1");
        }
        String::from_utf8_lossy(&command.output().expect("the gate starts").stdout).into_owned()
    };
    assert!(!run(&[], None).contains('\u{1b}'));
    assert!(run(&["--color=always"], None).contains('\u{1b}'));
    assert!(!run(&["--color=never"], Some("CLICOLOR_FORCE")).contains('\u{1b}'));
    assert!(!run(&[], Some("NO_COLOR")).contains('\u{1b}'));
    assert!(!run(&["--color=always", "--output=json"], None).contains('\u{1b}'));
}

fn same_code() {
    let (repo, _, _) = opened();
    for format in ["text", "json", "sarif"] {
        let run = check(repo.path(), &["--base=main", "--head=HEAD", &format!("--output={format}")]);
        assert_eq!(run.code, 1, "{format}: {}", run.stderr);
        let run = check(repo.path(), &["--base=HEAD", "--head=main", &format!("--output={format}")]);
        assert_eq!(run.code, 0, "{format}: {}", run.stderr);
    }
}

fn same_bytes() {
    let (repo, _, _) = opened();
    for format in ["text", "json", "sarif"] {
        let one = || check(repo.path(), &["--base=main", "--head=HEAD", &format!("--output={format}")]).stdout;
        assert_eq!(one(), one(), "{format}");
    }
}
