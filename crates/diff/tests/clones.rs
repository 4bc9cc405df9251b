//! Repositories that are not plain clones: partial, owned by others, with extensions, with grafts.

#![allow(clippy::unwrap_used, reason = "helpers outside of test functions")]

mod support;

use std::process::{Command, Output};

use orgate_core::path::RepoPath;
use orgate_diff::{DiffError, FileRef, Repository, Snapshot, changes};
use orgate_testkit::TestRepo;
use support::{all, commit, git_diff, open, rows};

/// A repository that serves filtered clones, with two commits.
fn served() -> (TestRepo, String, String) {
    let repo = TestRepo::new();
    for n in 0..40 {
        repo.write(format!("d{}/f{n}", n % 4), format!("{n}"));
    }
    let base = repo.commit("one");
    for n in 0..20 {
        repo.write(format!("d{}/f{n}", n % 4), format!("changed {n}"));
    }
    let head = repo.commit("two");
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    repo.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    (repo, base, head)
}

/// The clone, whose missing objects may be fetched.
fn fetching(clone: &TestRepo) -> Repository {
    let opened = open(clone);
    opened.allow_fetch();
    opened
}

fn absent(repo: &TestRepo) -> usize {
    let list = repo.git(&["rev-list", "--objects", "--all", "--missing=print"]);
    list.lines().filter(|line| line.starts_with('?')).count()
}

/// Runs a test of this file in a process of its own, with these variables.
fn child(test: &str, repo: &TestRepo, env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .current_dir(repo.path())
        .envs(env.iter().copied());
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Runs only as a child: prints changes and contents, or the error.
#[test]
#[ignore = "started by other tests with an environment of its own"]
fn show() {
    println!();
    let shown = || -> Result<(), DiffError> {
        let opened = Repository::open(None)?;
        let head = opened.snapshot(&opened.resolve("HEAD")?);
        let base = opened.snapshot(&opened.resolve("HEAD~1")?);
        let found = changes(&base, &head, &all)?;
        println!("changes {}", found.len());
        let files: Vec<&FileRef> = found.iter().filter_map(|change| change.head.as_ref()).collect();
        head.prefetch(&files)?;
        for file in files {
            println!("content {}", String::from_utf8_lossy(&head.read(file, 100)?));
        }
        Ok(())
    };
    if let Err(error) = shown() {
        println!("error {error}");
    }
}

#[test]
fn a_blobless_clone_fetches_what_is_asked_for_at_once() {
    let (origin, base, head) = served();
    let clone = TestRepo::clone_of(origin.path(), &["--no-checkout", "--filter=blob:none"]);
    let before = absent(&clone);
    assert!(before >= 60, "{before}");
    let opened = fetching(&clone);
    let (a, b) = (commit(&opened, &base), commit(&opened, &head));
    let found = changes(&a, &b, &all).unwrap();
    assert_eq!(rows(&found), git_diff(&origin, &[&base, &head]));
    assert_eq!(absent(&clone), before, "trees are enough to compare");
    let files: Vec<&FileRef> = found.iter().filter_map(|change| change.head.as_ref()).collect();
    let packs = || std::fs::read_dir(clone.path().join(".git/objects/pack")).unwrap().count();
    let packs_before = packs();
    b.prefetch(&files).unwrap();
    assert_eq!(absent(&clone), before - 20);
    // A pack, its index, its reverse index and its promise: one fetch for all twenty files.
    assert!(packs() - packs_before <= 4, "{} new files", packs() - packs_before);
    for file in &files {
        assert!(b.read(file, 100).unwrap().starts_with(b"changed"));
    }
    // History is not promised: nobody asks the remote for a commit that is not there.
    let nowhere = "9".repeat(40);
    assert!(matches!(opened.resolve(&nowhere), Err(DiffError::MissingCommit { .. })));
    // Without prefetch a file is fetched when it is read.
    let single = a.file(&RepoPath::from("d0/f0")).unwrap().unwrap();
    assert_eq!(a.read(&single, 100).unwrap(), b"0");
    b.prefetch(&files).unwrap();
}

#[test]
fn a_treeless_clone_reads_like_a_full_one() {
    let (origin, base, head) = served();
    for older in [false, true] {
        let clone = TestRepo::clone_of(origin.path(), &["--no-checkout", "--filter=tree:0"]);
        if older {
            // Older versions of git recorded partial clones with an extension.
            clone.git(&["config", "core.repositoryformatversion", "1"]);
            clone.git(&["config", "extensions.partialClone", "origin"]);
        }
        let opened = fetching(&clone);
        let (a, b) = (commit(&opened, &base), commit(&opened, &head));
        let found = changes(&a, &b, &all).unwrap();
        assert_eq!(rows(&found), git_diff(&origin, &[&base, &head]));
        let file = found[0].head.as_ref().unwrap();
        assert!(b.read(file, 100).unwrap().starts_with(b"changed"));
        assert_eq!(a.files(&all).unwrap().len(), 40);
    }
}

#[test]
fn nothing_is_fetched_without_being_asked_for() {
    let (origin, ..) = served();
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let clone = TestRepo::clone_of(origin.path(), &["--no-checkout", filter]);
        let before = absent(&clone);
        for env in [&[][..], &[("GIT_NO_LAZY_FETCH", "1")], &[("GIT_NO_LAZY_FETCH", "")]] {
            let shown = text(&child("show", &clone, env));
            assert!(shown.contains("error ") && shown.contains("GIT_NO_LAZY_FETCH=0"), "{shown}");
            assert_eq!(absent(&clone), before);
        }
        let shown = text(&child("show", &clone, &[("GIT_NO_LAZY_FETCH", "0")]));
        assert_eq!(shown.matches("content changed").count(), 20, "{shown}");
    }
}

#[test]
fn an_object_the_remote_does_not_have_is_an_error() {
    let (origin, _, head) = served();
    let clone = TestRepo::clone_of(origin.path(), &["--no-checkout", "--filter=blob:none"]);
    let opened = fetching(&clone);
    let side = commit(&opened, &head);
    let files = side.files(&all).unwrap();
    std::fs::remove_dir_all(origin.path().join(".git")).unwrap();
    assert!(side.prefetch(&files.iter().collect::<Vec<_>>()).is_err());
    assert!(side.read(&files[0], 100).is_err());
}

#[test]
fn extensions_of_the_format_are_accepted() {
    for (name, value) in [
        ("worktreeConfig", "true"),
        ("preciousObjects", "true"),
        ("relativeWorktrees", "true"),
        ("noop", "true"),
        ("objectFormat", "sha1"),
        ("partialClone", "origin"),
        ("refStorage", "files"),
    ] {
        let repo = TestRepo::new();
        repo.write("a", "1");
        let id = repo.commit("one");
        repo.git(&["config", "core.repositoryformatversion", "1"]);
        repo.git(&["config", &format!("extensions.{name}"), value]);
        let opened = open(&repo);
        assert_eq!(opened.resolve("HEAD").unwrap().id, id, "{name}");
        assert_eq!(opened.index().unwrap().files(&all).unwrap().len(), 1, "{name}");
        assert_eq!(opened.work_tree().unwrap().files(&all).unwrap().len(), 1, "{name}");
    }
    let repo = TestRepo::new();
    repo.commit("one");
    repo.git(&["config", "core.repositoryformatversion", "1"]);
    repo.git(&["config", "extensions.fromTheFuture", "true"]);
    assert!(matches!(Repository::open(Some(repo.path())), Err(DiffError::Open { .. })));
}

#[test]
fn grafts_invent_no_parents() {
    let repo = TestRepo::new();
    repo.write("a", "1");
    let one = repo.commit("one");
    repo.write("a", "2");
    let two = repo.commit("two");
    repo.write("a", "3");
    let three = repo.commit("three");
    std::fs::create_dir_all(repo.path().join(".git/info")).unwrap();
    std::fs::write(repo.path().join(".git/info/grafts"), format!("{three} {one}\n")).unwrap();
    assert_eq!(repo.git(&["rev-parse", "HEAD~1"]), one);
    let opened = open(&repo);
    assert_eq!(opened.resolve("HEAD~1").unwrap().id, two);
    assert_eq!(opened.first_parent_raw("HEAD").unwrap(), Some(two));
}

#[test]
fn somebody_elses_repository_needs_the_users_consent() {
    let repo = TestRepo::new();
    repo.write("a", "1");
    repo.commit("one");
    repo.write("a", "changed");
    repo.commit("two");
    let owned = Command::new("chown").args(["-R", "12345:12345"]).arg(repo.path()).output().unwrap();
    if !owned.status.success() {
        // Only root can give files away.
        return;
    }
    let home = TestRepo::folder();
    let home_path = home.path().to_str().unwrap();
    let empty = [("HOME", home_path), ("XDG_CONFIG_HOME", home_path), ("GIT_CONFIG_NOSYSTEM", "1")];
    let shown = text(&child("show", &repo, &empty));
    let remedy = format!("git config --global --add safe.directory {}", repo.path().display());
    assert!(shown.contains("error ") && shown.contains(&remedy), "{shown}");

    let dir = repo.path().to_str().unwrap();
    let count = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "safe.directory"),
        ("GIT_CONFIG_VALUE_0", dir),
    ];
    let shown = text(&child("show", &repo, &[&empty[..], &count[..]].concat()));
    assert!(shown.contains("content changed"), "{shown}");

    home.write(".gitconfig", format!("[safe]\n\tdirectory = {dir}\n"));
    let shown = text(&child("show", &repo, &empty));
    assert!(shown.contains("content changed"), "{shown}");

    // Without git there is nobody to ask, and still no access.
    home.write(".gitconfig", "");
    let shown = text(&child("show", &repo, &[&empty[..], &[("PATH", home_path)]].concat()));
    assert!(shown.contains("error ") && shown.contains("safe.directory"), "{shown}");
}

#[test]
fn a_home_that_cannot_be_read_does_not_matter() {
    let repo = TestRepo::new();
    repo.write("a", "1");
    repo.commit("one");
    repo.write("a", "changed");
    repo.commit("two");
    for home in ["/dev/null", "/nonexistent", ""] {
        let shown = text(&child("show", &repo, &[("HOME", home)]));
        assert!(shown.contains("content changed"), "{home}: {shown}");
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "show", "--ignored", "--nocapture"]);
    let output = command.current_dir(repo.path()).env_remove("HOME").output().unwrap();
    assert!(text(&output).contains("content changed"));
}

#[test]
fn nothing_in_a_repository_is_run() {
    let repo = TestRepo::with(&["--ref-format=reftable"]);
    repo.write("a.xml", "1");
    repo.write(".gitattributes", "* filter=evil diff=evil\n");
    let base = repo.commit("one");
    let proof = repo.path().join("proof");
    let evil = format!("touch {}; cat", proof.display());
    for name in [
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "diff.evil.textconv",
        "diff.evil.command",
        "diff.external",
        "core.fsmonitor",
        "core.pager",
    ] {
        repo.git(&["config", name, &evil]);
    }
    let hooks = repo.path().join(".git/hooks");
    std::fs::create_dir_all(&hooks).unwrap();
    for name in ["post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout"] {
        std::fs::write(hooks.join(name), format!("#!/bin/sh\n{evil}\n")).unwrap();
        Command::new("chmod").arg("+x").arg(hooks.join(name)).status().unwrap();
    }
    repo.write("a.xml", "2");
    let opened = open(&repo);
    let (head, tree) = (commit(&opened, &base), opened.work_tree().unwrap());
    assert_eq!(changes(&head, &tree, &all).unwrap().len(), 1);
    assert!(changes(&head, &opened.index().unwrap(), &all).unwrap().is_empty());
    assert!(!proof.exists());
}

#[test]
fn snapshots_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>(value: &T) -> T {
        value.clone()
    }
    let (repo, base, head) = served();
    let opened = shared(&open(&repo));
    let (a, b) = (shared(&commit(&opened, &base)), shared(&commit(&opened, &head)));
    shared(&opened.index().unwrap());
    shared(&opened.work_tree().unwrap());
    let expected = git_diff(&repo, &[&base, &head]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let found = changes(&a, &b, &all).unwrap();
                    for change in &found {
                        b.read(change.head.as_ref().unwrap(), 100).unwrap();
                    }
                    assert_eq!(rows(&found), expected);
                }
            });
        }
    });
}
