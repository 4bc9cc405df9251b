//! Measurements against git, to be run by hand:
//! `cargo test --release -p orgate-diff --test speed -- --ignored --nocapture`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement, not a program")]

mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use orgate_diff::{Repository, Snapshot, changes};
use orgate_testkit::TestRepo;
use support::{all, commit, git_diff, rows};

const FILES: usize = 20_000;
const RUNS: usize = 41;

/// A repository of many small files in folders like those of a project, and commits that change more and more of them.
fn large() -> (TestRepo, String, Vec<(usize, String)>) {
    let repo = TestRepo::new();
    let mut input = String::new();
    let path = |n: usize| format!("force-app/main/default/group{}/folder{}/Component_{n}.xml", n % 20, n % 700);
    let mut start = |mark: usize, from: Option<usize>| {
        writeln!(
            input,
            "commit refs/heads/c{mark}\nmark :{mark}\ncommitter T <t@example.com> 1700000000 +0000\ndata 1\nx"
        )
        .unwrap();
        if let Some(from) = from {
            writeln!(input, "from :{from}").unwrap();
        }
        input.split_off(0)
    };
    let mut whole = start(1, None);
    for n in 0..FILES {
        let content = format!("<a>{n}</a>\n").repeat(20);
        write!(whole, "M 100644 inline {}\ndata {}\n{content}\n", path(n), content.len()).unwrap();
    }
    let mut marks = Vec::new();
    for (mark, count) in [(2, 1), (3, 100), (4, 5000)] {
        whole += &start(mark, Some(1));
        for n in (0..FILES).step_by(FILES / count) {
            let content = format!("<b>{n}</b>\n").repeat(20);
            write!(whole, "M 100644 inline {}\ndata {}\n{content}\n", path(n), content.len()).unwrap();
        }
        marks.push((mark, count));
    }
    let mut child = repo.command(&["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(whole.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    repo.git(&["update-ref", "refs/heads/main", "c1"]);
    repo.git(&["repack", "-a", "-d", "--quiet"]);
    let base = repo.git(&["rev-parse", "c1"]);
    let heads = marks
        .iter()
        .map(|(mark, count)| (*count, repo.git(&["rev-parse", &format!("c{mark}")])))
        .collect();
    (repo, base, heads)
}

fn best(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[RUNS / 4]
}

fn report(what: &str, ours: Duration, git: Duration, nothing: Duration) {
    let net = git.saturating_sub(nothing);
    println!(
        "{what}: ours {ours:?} (with opening), git {git:?}, of which starting {nothing:?}; ratio {:.2}, without git's start {:.2}",
        ours.as_secs_f64() / git.as_secs_f64(),
        ours.as_secs_f64() / net.as_secs_f64().max(1e-9),
    );
}

#[test]
#[ignore = "a measurement"]
fn against_git() {
    let (repo, base, heads) = large();
    let nothing = best(|| drop(repo.git(&["rev-parse", "--git-dir"])));
    for (count, head) in &heads {
        let opened = Repository::open(Some(repo.path())).unwrap();
        let found = changes(&commit(&opened, &base), &commit(&opened, head), &all).unwrap();
        assert_eq!(found.len(), *count);
        assert_eq!(rows(&found), git_diff(&repo, &[&base, head]));
        let ours = best(|| {
            let opened = Repository::open(Some(repo.path())).unwrap();
            changes(&commit(&opened, &base), &commit(&opened, head), &all).unwrap();
        });
        let git = best(|| drop(repo.git_bytes(&["diff", "--raw", "--no-renames", &base, head])));
        report(&format!("{count} changed"), ours, git, nothing);
    }
    let ours = best(|| {
        let opened = Repository::open(Some(repo.path())).unwrap();
        assert_eq!(commit(&opened, &base).files(&all).unwrap().len(), FILES);
    });
    let git = best(|| drop(repo.git_bytes(&["ls-tree", "-r", "-z", &base])));
    report("all files of a commit", ours, git, nothing);

    repo.git(&["reset", "--quiet", "--hard"]);
    for (count, head) in &heads {
        repo.git(&["read-tree", head]);
        let ours = best(|| {
            let opened = Repository::open(Some(repo.path())).unwrap();
            let found = changes(&commit(&opened, &base), &opened.index().unwrap(), &all).unwrap();
            assert_eq!(found.len(), *count);
        });
        let git = best(|| drop(repo.git_bytes(&["diff", "--cached", "--raw", "--no-renames", &base])));
        report(&format!("{count} staged"), ours, git, nothing);
    }
    repo.git(&["reset", "--quiet", "--hard"]);
    let ours = best(|| {
        let opened = Repository::open(Some(repo.path())).unwrap();
        assert!(
            changes(&commit(&opened, &base), &opened.work_tree().unwrap(), &all)
                .unwrap()
                .is_empty()
        );
    });
    let git = best(|| drop(repo.git_bytes(&["status", "--porcelain"])));
    report("work tree without change, every file read", ours, git, nothing);
    let want = |path: &[u8]| path.ends_with(b"7.xml");
    let ours = best(|| {
        let opened = Repository::open(Some(repo.path())).unwrap();
        assert!(
            changes(&commit(&opened, &base), &opened.work_tree().unwrap(), &want)
                .unwrap()
                .is_empty()
        );
    });
    report("work tree without change, every tenth file wanted", ours, git, nothing);
}
