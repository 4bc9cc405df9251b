//! The index: every version and kind of index file, against git's own `diff --cached`.

#![allow(clippy::unwrap_used, reason = "helpers outside of test functions")]

mod support;

use orgate_core::path::RepoPath;
use orgate_diff::{DiffError, Repository, Snapshot, changes};
use orgate_testkit::TestRepo;
use support::{Random, all, commit, commit_index, git_diff, listing, open, random_index, rows};

/// Compares with git in both directions, and the listing too.
fn check(repo: &TestRepo, base: &str, what: &str) {
    let opened = open(repo);
    let (index, side) = (opened.index().unwrap(), commit(&opened, base));
    let ours = rows(&changes(&side, &index, &all).unwrap());
    assert_eq!(ours, git_diff(repo, &["--cached", base]), "{what}");
    let back = rows(&changes(&index, &side, &all).unwrap());
    assert_eq!(back, git_diff(repo, &["--cached", "-R", base]), "{what}");
    let tree = repo.git(&["write-tree", "--missing-ok"]);
    let written = commit(&opened, &tree);
    assert_eq!(listing(&index), listing(&written), "{what}");
    for file in index.files(&all).unwrap() {
        assert_eq!(index.file(file.path()).unwrap().as_ref(), Some(&file), "{what}");
    }
    assert!(changes(&index, &open(repo).index().unwrap(), &all).unwrap().is_empty());
}

#[test]
fn random_indexes_give_what_git_gives() {
    for seed in 0..10 {
        let format = if seed % 5 == 4 {
            "--object-format=sha256"
        } else {
            "--object-format=sha1"
        };
        let repo = TestRepo::with(&[format]);
        let mut random = Random(seed);
        random_index(&repo, &mut random, 80);
        let one = commit_index(&repo, None);
        random_index(&repo, &mut random, 40);
        let two = commit_index(&repo, Some(&one));
        for version in ["2", "3", "4"] {
            repo.git(&["update-index", "--index-version", version]);
            // Only a few folders differ from what the index knows, so most tree ids in it are valid.
            random_index(&repo, &mut random, 3);
            check(&repo, &one, &format!("seed {seed} version {version} one"));
            random_index(&repo, &mut random, 3);
            check(&repo, &two, &format!("seed {seed} version {version} two"));
        }
        repo.git(&["update-index", "--split-index"]);
        random_index(&repo, &mut random, 5);
        check(&repo, &two, &format!("seed {seed} split"));
    }
}

#[test]
fn settings_for_many_files_change_nothing() {
    let repo = TestRepo::new();
    for n in 0..300 {
        repo.write(format!("d{}/e{}/f{n}", n % 5, n % 11), format!("{n}"));
    }
    let id = repo.commit("one");
    repo.git(&["config", "feature.manyFiles", "true"]);
    repo.git(&["config", "index.skipHash", "true"]);
    repo.git(&["config", "index.threads", "4"]);
    repo.git(&["update-index", "--index-version", "4"]);
    repo.write("d1/e1/f1", "changed");
    repo.write("d1/new", "new");
    repo.remove("d2/e2/f2");
    repo.git(&["add", "--all"]);
    assert_eq!(std::fs::read(repo.path().join(".git/index")).unwrap()[7], 4);
    check(&repo, &id, "many files");
}

#[test]
fn sparse_indexes_are_read_through_git() {
    let repo = TestRepo::new();
    for path in ["in/a", "in/b", "out/a", "out/deep/b", "top"] {
        repo.write(path, path);
    }
    let id = repo.commit("one");
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    assert!(repo.git(&["ls-files", "--sparse"]).contains("out/\n"));
    repo.write("in/a", "changed");
    repo.git(&["add", "in/a"]);
    let opened = open(&repo);
    let index = opened.index().unwrap();
    let ours = rows(&changes(&commit(&opened, &id), &index, &all).unwrap());
    assert_eq!(ours, git_diff(&repo, &["--cached"]));
    assert_eq!(ours.len(), 1);
    assert_eq!(index.files(&all).unwrap().len(), 5);
    // What a sparse checkout leaves out is not deleted.
    let tree = opened.work_tree().unwrap();
    let files = tree.files(&all).unwrap();
    assert_eq!(files.len(), 5);
    assert_eq!(rows(&changes(&commit(&opened, &id), &tree, &all).unwrap()).len(), 1);
    let outside = tree.file(&RepoPath::from("out/deep/b")).unwrap().unwrap();
    assert_eq!(tree.read(&outside, 100).unwrap(), b"out/deep/b");
}

#[test]
fn intent_to_add_is_not_part_of_the_next_commit() {
    for split in [false, true] {
        let repo = TestRepo::new();
        repo.write("a", "1");
        repo.write("d/gone", "1");
        let id = repo.commit("one");
        repo.write("b", "1");
        repo.write("d/e/f", "1");
        if split {
            repo.git(&["update-index", "--split-index"]);
        }
        repo.git(&["add", "--intent-to-add", "b", "d/e/f"]);
        repo.git(&["rm", "--quiet", "--cached", "d/gone"]);
        repo.git(&["add", "--intent-to-add", "d/gone"]);
        let opened = open(&repo);
        let index = opened.index().unwrap();
        let ours = rows(&changes(&commit(&opened, &id), &index, &all).unwrap());
        assert_eq!(ours, git_diff(&repo, &["--cached"]));
        assert_eq!(ours.len(), 1);
        assert_eq!(index.files(&all).unwrap().len(), 1);
        assert!(index.file(&RepoPath::from("b")).unwrap().is_none());
    }
}

#[test]
fn a_conflict_on_a_wanted_path_is_an_error() {
    let repo = TestRepo::new();
    repo.write("a.xml", "1\n");
    repo.write("b.txt", "1\n");
    repo.commit("one");
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    repo.write("a.xml", "2\n");
    repo.write("c.xml", "2\n");
    let side = repo.commit("two");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write("a.xml", "3\n");
    repo.commit("three");
    assert!(!repo.output(&["merge", "--quiet", "side"]).status.success());
    let opened = open(&repo);
    let index = opened.index().unwrap();
    let head = commit(&opened, "HEAD");
    let xml = |path: &[u8]| path.ends_with(b".xml");
    let c = |path: &[u8]| path.ends_with(b"c.xml");
    assert!(matches!(index.files(&xml), Err(DiffError::Unmerged { .. })));
    assert!(matches!(index.file(&RepoPath::from("a.xml")), Err(DiffError::Unmerged { .. })));
    let error = changes(&head, &index, &xml).unwrap_err();
    assert_eq!(error.to_string(), "a.xml is in conflict in the index; resolve the conflict first");
    assert!(matches!(changes(&index, &head, &xml), Err(DiffError::Unmerged { .. })));
    assert_eq!(changes(&head, &index, &c).unwrap().len(), 1);
    assert_eq!(opened.merge_head().unwrap(), Some(side));
    // The work tree has one file per path, conflict or not.
    assert_eq!(opened.work_tree().unwrap().files(&all).unwrap().len(), 3);
}

#[test]
fn a_repository_without_index_file_has_an_empty_one() {
    let repo = TestRepo::new();
    let opened = open(&repo);
    let index = opened.index().unwrap();
    assert!(index.files(&all).unwrap().is_empty());
    repo.write("a", "1");
    repo.git(&["add", "a"]);
    let opened = open(&repo);
    let base = opened.snapshot(&opened.empty_tree().unwrap());
    assert_eq!(changes(&base, &opened.index().unwrap(), &all).unwrap().len(), 1);
}

#[test]
fn a_damaged_index_is_an_error_and_never_a_panic() {
    let repo = TestRepo::new();
    for n in 0..20 {
        repo.write(format!("d{}/f{n}", n % 3), format!("{n}"));
    }
    repo.commit("one");
    for version in ["2", "4"] {
        repo.git(&["update-index", "--index-version", version]);
        repo.git(&["write-tree"]);
        let path = repo.path().join(".git/index");
        let whole = std::fs::read(&path).unwrap();
        let expected = listing(&open(&repo).index().unwrap());
        for len in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
            std::fs::write(&path, &whole[..len]).unwrap();
            // Where only the cache of trees is cut off, all entries are still there.
            match open(&repo).index() {
                Ok(index) => assert_eq!(listing(&index), expected, "{len}"),
                Err(error) => assert!(matches!(error, DiffError::BrokenIndex { .. }), "{len}: {error}"),
            }
        }
        let mut random = Random(1);
        let opened = open(&repo);
        for _ in 0..300 {
            let mut bytes = whole.clone();
            let at = usize::try_from(random.below(bytes.len() as u64)).unwrap();
            bytes[at] ^= u8::try_from(1 + random.below(255)).unwrap();
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(index) = opened.index() {
                drop(changes(&commit(&opened, "HEAD"), &index, &all));
            }
        }
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(listing(&open(&repo).index().unwrap()), expected);
    }
}

#[test]
fn long_names_and_many_entries_are_read() {
    let repo = TestRepo::new();
    let blob = repo.store("blob", b"x");
    let long = format!("{}/{}", "d".repeat(2500), "f".repeat(2500));
    for version in ["2", "4"] {
        repo.git(&[
            "update-index",
            "--index-version",
            version,
            "--add",
            "--cacheinfo",
            &format!("100644,{blob},{long}"),
        ]);
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{long}2")]);
        let index = open(&repo).index().unwrap();
        let files = index.files(&all).unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files[0].path().to_string(), long);
    }
}

/// Runs only as a child of the tests below: prints what the index holds beyond HEAD, under the variables it was given.
#[test]
#[ignore = "started by other tests with an environment of its own"]
fn child() {
    // The test harness leaves its own line unfinished.
    println!();
    let start = std::env::var_os("ORGATE_TEST_START").map(std::path::PathBuf::from);
    let opened = Repository::open(start.as_deref()).unwrap();
    let base = match opened.head_id().unwrap() {
        Some(id) => commit(&opened, &id),
        None => opened.snapshot(&opened.empty_tree().unwrap()),
    };
    for change in changes(&base, &opened.index().unwrap(), &all).unwrap() {
        println!("changed {}", change.path);
    }
    if let Some(dir) = opened.work_dir() {
        println!("top {}", dir.canonicalize().unwrap().display());
    }
}

fn child_command(repo: &TestRepo) -> std::process::Command {
    let mut command = repo.command(&[] as &[&str]);
    let clean: Vec<_> = command
        .get_envs()
        .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
        .collect();
    command = std::process::Command::new(std::env::current_exe().unwrap());
    for (name, value) in clean {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .current_dir(repo.path());
    command
}

fn answer(output: &std::process::Output, word: &str) -> Vec<String> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.strip_prefix(word).map(|rest| rest.trim().to_owned()))
        .collect()
}

#[test]
fn hooks_see_the_index_that_is_about_to_be_committed() {
    let repo = TestRepo::new();
    for path in ["staged", "edited", "sub/other"] {
        repo.write(path, "1");
    }
    repo.commit("one");
    let hook = repo.path().join(".git/hooks/pre-commit");
    let exe = std::env::current_exe().unwrap();
    let script = format!(
        "#!/bin/sh\nexec '{}' --exact child --ignored --nocapture --test-threads=1 > \"$ORGATE_TEST_OUT\"\n",
        exe.display()
    );
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, script).unwrap();
    std::process::Command::new("chmod").arg("+x").arg(&hook).status().unwrap();
    let linked = TestRepo::folder();
    repo.git(&["worktree", "add", "--quiet", linked.path().join("wt").to_str().unwrap()]);
    for top in [repo.path().to_path_buf(), linked.path().join("wt")] {
        for (args, expected) in [
            (vec!["commit", "-m", "x"], vec!["staged"]),
            (vec!["commit", "-a", "-m", "x"], vec!["edited", "staged", "sub/other"]),
            (vec!["commit", "-m", "x", "--", "edited"], vec!["edited"]),
        ] {
            for dir in ["", "sub"] {
                let out = linked.path().join("out");
                std::fs::write(top.join("staged"), "2").unwrap();
                repo.git(&["-C", top.to_str().unwrap(), "add", "staged"]);
                std::fs::write(top.join("edited"), "2").unwrap();
                std::fs::write(top.join("sub/other"), "2").unwrap();
                let args: Vec<_> = args
                    .iter()
                    .map(|arg| if *arg == "edited" && !dir.is_empty() { "../edited" } else { arg })
                    .collect();
                let output = repo
                    .command(&args)
                    .current_dir(top.join(dir))
                    .env("ORGATE_TEST_OUT", &out)
                    .output()
                    .unwrap();
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                let text = std::fs::read_to_string(&out).unwrap();
                let changed: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("changed ")).collect();
                assert_eq!(changed, expected, "{args:?} in {dir:?}");
                assert!(text.contains(&format!("top {}\n", top.display())), "{text}");
                repo.git(&["-C", top.to_str().unwrap(), "reset", "--quiet", "--hard", "HEAD~1"]);
            }
        }
    }
}

#[test]
fn variables_of_git_mean_what_they_mean_to_git() {
    let repo = TestRepo::new();
    repo.write("a", "1");
    repo.write("sub/b", "1");
    repo.commit("one");
    repo.write("a", "2");
    let other = repo.path().join(".git/other-index");
    std::fs::copy(repo.path().join(".git/index"), &other).unwrap();
    let mut add = repo.command(&["add", "a"]);
    assert!(add.env("GIT_INDEX_FILE", &other).status().unwrap().success());
    let top = format!("{}", repo.path().display());

    let run = |env: &[(&str, &str)], dir: &str| {
        let mut command = child_command(&repo);
        command.current_dir(repo.path().join(dir)).envs(env.iter().copied());
        command.output().unwrap()
    };
    assert_eq!(answer(&run(&[], ""), "changed"), [] as [&str; 0]);
    // A relative index file counts from the top of the work tree, wherever the program starts.
    for dir in ["", "sub"] {
        let output = run(&[("GIT_INDEX_FILE", ".git/other-index")], dir);
        assert_eq!(answer(&output, "changed"), ["a"], "{dir}");
        assert_eq!(answer(&output, "top"), [top.as_str()]);
    }
    let output = run(
        &[
            ("GIT_DIR", "../.git"),
            ("GIT_WORK_TREE", ".."),
            ("GIT_INDEX_FILE", ".git/other-index"),
        ],
        "sub",
    );
    assert_eq!(answer(&output, "changed"), ["a"]);
    assert_eq!(answer(&output, "top"), [top.as_str()]);
    // GIT_DIR alone makes the current directory the top.
    let output = run(&[("GIT_DIR", "../.git")], "sub");
    assert_eq!(answer(&output, "top"), [format!("{top}/sub")]);
    let output = run(
        &[
            ("GIT_DIR", ".git"),
            ("GIT_COMMON_DIR", ".git"),
            ("GIT_INDEX_FILE", ".git/other-index"),
        ],
        "",
    );
    assert_eq!(answer(&output, "changed"), ["a"]);
    assert!(!run(&[("GIT_DIR", "nothing")], "").status.success());
    assert!(!run(&[("GIT_CEILING_DIRECTORIES", &top)], "sub").status.success());
    // The start folder plays the part of `git -C`.
    let mut command = child_command(&repo);
    command
        .current_dir("/")
        .env("ORGATE_TEST_START", &top)
        .env("GIT_INDEX_FILE", ".git/other-index");
    assert_eq!(answer(&command.output().unwrap(), "changed"), ["a"]);
}

#[test]
fn objects_in_quarantine_are_found() {
    let repo = TestRepo::new();
    repo.write("a", "1");
    repo.commit("one");
    let quarantine = TestRepo::folder();
    std::fs::create_dir_all(quarantine.path().join("info")).unwrap();
    let own = repo.path().join(".git/objects");
    let env = [
        ("GIT_OBJECT_DIRECTORY", quarantine.path().to_str().unwrap()),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", own.to_str().unwrap()),
    ];
    repo.write("a", "2");
    let run = |args: &[&str]| {
        let output = repo.command(args).envs(env).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    run(&["add", "a"]);
    let tree = run(&["write-tree"]);
    let id = run(&["commit-tree", &tree, "-p", "HEAD", "-m", "two"]);
    // Git refuses to point a branch at an object outside of the repository.
    std::fs::write(repo.path().join(".git/refs/heads/main"), format!("{id}\n")).unwrap();
    assert!(open(&repo).resolve("HEAD").is_err());
    let output = child_command(&repo).envs(env).output().unwrap();
    assert_eq!(answer(&output, "changed"), [] as [&str; 0]);
    assert!(!child_command(&repo).output().unwrap().status.success());
}
