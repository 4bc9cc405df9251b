//! The work tree: tracked files and untracked ones that are not ignored.

#![allow(clippy::unwrap_used, reason = "helpers outside of test functions")]

mod support;

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;

use orgate_core::path::RepoPath;
use orgate_diff::{DiffError, FileKind, Snapshot, changes};
use orgate_testkit::TestRepo;
use support::{Random, all, commit, open};

fn split(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    bytes.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec)
}

/// What git calls the files of the work tree: tracked and not deleted, or untracked and not ignored.
fn by_git(repo: &TestRepo) -> BTreeSet<Vec<u8>> {
    let mut paths: BTreeSet<_> = split(&repo.git_bytes(&["ls-files", "-z"])).collect();
    for gone in split(&repo.git_bytes(&["diff", "--name-only", "--diff-filter=D", "--no-renames", "-z"])) {
        paths.remove(&gone);
    }
    let others = repo.git_bytes(&["ls-files", "-o", "--exclude-standard", "-z"]);
    paths.extend(split(&others).filter(|path| !path.ends_with(b"/")));
    paths
}

fn ours(repo: &TestRepo) -> BTreeSet<Vec<u8>> {
    let tree = open(repo).work_tree().unwrap();
    let files = tree.files(&all).unwrap();
    assert!(files.is_sorted_by(|a, b| a.path() < b.path()));
    for file in &files {
        assert_eq!(tree.file(file.path()).unwrap().as_ref(), Some(file));
    }
    files.iter().map(|file| file.path().as_bytes().to_vec()).collect()
}

#[test]
fn tracked_and_untracked_but_not_ignored() {
    for refs in ["--ref-format=files", "--ref-format=reftable"] {
        let repo = TestRepo::with(&[refs]);
        repo.write("tracked", "1");
        repo.write("ignored-dir/tracked", "1");
        repo.write("deleted", "1");
        repo.write("d/deleted-too", "1");
        repo.write("file-to-folder", "1");
        repo.write("folder-to-file/x", "1");
        repo.write("folder-to-link/x", "1");
        repo.write("edited", "1");
        repo.commit("one");
        repo.write(".gitignore", "ignored-dir/\n*.log\n!keep.log\n/only-top\nnested/**/deep\n");
        repo.write("sub/.gitignore", "here\n!*.log\n");
        for path in [
            "ignored-dir/untracked",
            "a.log",
            "keep.log",
            "only-top",
            "sub/only-top",
            "sub/here",
            "sub/a.log",
            "here",
            "nested/deep",
            "nested/a/deep",
            "nested/a/other",
            "untracked",
            "other/.git/config",
            "other/file",
        ] {
            repo.write(path, "x");
        }
        repo.write(b"sub/\xff\xfe\n", "odd");
        std::fs::write(repo.path().join(".git/info/exclude"), "excluded\n").unwrap();
        repo.write("excluded", "x");
        repo.git(&["init", "--quiet", "inner"]);
        repo.write("inner/file", "x");
        repo.remove("deleted");
        std::fs::remove_dir_all(repo.path().join("d")).unwrap();
        repo.remove("file-to-folder");
        repo.write("file-to-folder/x", "1");
        std::fs::remove_dir_all(repo.path().join("folder-to-file")).unwrap();
        repo.write("folder-to-file", "1");
        std::fs::remove_dir_all(repo.path().join("folder-to-link")).unwrap();
        symlink("/etc", repo.path().join("folder-to-link")).unwrap();
        symlink("..", repo.path().join("loop")).unwrap();
        repo.write("edited", "2");
        repo.git(&["add", "-N", "untracked"]);
        assert_eq!(ours(&repo), by_git(&repo));

        let opened = open(&repo);
        let tree = opened.work_tree().unwrap();
        let kind = |path: &str| tree.file(&RepoPath::from(path)).unwrap().map(|file| file.kind());
        assert_eq!(kind("folder-to-link"), Some(FileKind::Symlink));
        assert_eq!(kind("folder-to-link/passwd"), None);
        assert_eq!(kind("folder-to-link/x"), None);
        assert_eq!(kind("loop"), Some(FileKind::Symlink));
        assert_eq!(kind("inner/file"), None);
        assert_eq!(kind("a.log"), None);
        assert_eq!(kind(".git/config"), None);
        assert_eq!(kind("deleted"), None);
        assert_eq!(kind("ignored-dir/tracked"), Some(FileKind::Regular));
        let head = commit(&opened, "HEAD");
        let base = |path: &[u8]| {
            let text = String::from_utf8_lossy(path).into_owned();
            ["deleted", "edited", "tracked", "ignored-dir/tracked", "folder-to-link/x"].contains(&text.as_str())
        };
        let found = changes(&head, &tree, &base).unwrap();
        let paths: Vec<_> = found
            .iter()
            .map(|change| (change.path.to_string(), change.head.is_some()))
            .collect();
        let expected = [("deleted", false), ("edited", true), ("folder-to-link/x", false)];
        assert_eq!(paths, expected.map(|(path, head)| (path.to_owned(), head)));
        let edited = found[1].head.as_ref().unwrap();
        assert_eq!(tree.read(edited, 10).unwrap(), b"2");
    }
}

#[test]
fn rules_of_several_files_are_applied_as_git_does() {
    let repo = TestRepo::new();
    repo.write(".gitignore", "*.xml\ngen/*\n!taken.txt\n");
    repo.write("sub/.gitignore", "!a.xml\n");
    repo.write("gen/.gitignore", "!a.xml\n");
    std::fs::write(repo.path().join(".git/info/exclude"), "*.txt\n").unwrap();
    for path in ["sub/a.xml", "sub/b.xml", "gen/a.xml", "taken.txt", "other.txt"] {
        repo.write(path, "x");
    }
    let found = ours(&repo);
    assert_eq!(found, by_git(&repo));
    let has = |path: &str| found.contains(path.as_bytes());
    assert!(has("sub/a.xml") && has("gen/a.xml") && has("taken.txt"));
    assert!(!has("sub/b.xml") && !has("other.txt"));
}

#[test]
fn random_work_trees_hold_what_git_says() {
    let names = ["a", "b", "c.log", "out", "x.xml", "d e"];
    let rules = [
        "a", "*.log", "/out", "out/", "!a", "b/a", "**/out", "!*.log", "x.*", "a/*", "!a/b", "d\\ e",
    ];
    for seed in 0..25 {
        let repo = TestRepo::new();
        let mut random = Random(seed);
        let place = |random: &mut Random| {
            let depth = 1 + random.below(3);
            (0..depth).map(|_| *random.pick(&names)).collect::<Vec<_>>().join("/")
        };
        let put = |path: &str, content: &str| {
            let full = repo.path().join(path);
            if std::fs::create_dir_all(full.parent().unwrap()).is_ok() {
                drop(std::fs::write(full, content));
            }
        };
        for _ in 0..12 {
            put(&place(&mut random), "1");
        }
        repo.commit("one");
        for _ in 0..3 {
            let lines: Vec<_> = (0..2).map(|_| *random.pick(&rules)).collect();
            let folder = if random.below(2) == 0 {
                String::new()
            } else {
                format!("{}/", random.pick(&names))
            };
            put(&format!("{folder}.gitignore"), &(lines.join("\n") + "\n"));
        }
        for _ in 0..12 {
            put(&place(&mut random), "2");
        }
        for _ in 0..3 {
            drop(std::fs::remove_file(repo.path().join(place(&mut random))));
        }
        assert_eq!(ours(&repo), by_git(&repo), "seed {seed}");
        let opened = open(&repo);
        let (tree, index) = (opened.work_tree().unwrap(), opened.index().unwrap());
        let found = changes(&index, &tree, &all).unwrap();
        let mut git: BTreeSet<_> = split(&repo.git_bytes(&["diff", "--name-only", "--no-renames", "-z"])).collect();
        git.extend(split(&repo.git_bytes(&["ls-files", "-o", "--exclude-standard", "-z"])));
        let found: BTreeSet<_> = found.iter().map(|change| change.path.as_bytes().to_vec()).collect();
        assert_eq!(found, git, "seed {seed}");
    }
}

#[test]
fn an_edit_of_the_same_size_at_the_same_time_is_seen() {
    let repo = TestRepo::new();
    repo.write("a", "11111");
    let id = repo.commit("one");
    let file = std::fs::File::options().write(true).open(repo.path().join("a")).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    std::io::Write::write_all(&mut &file, b"22222").unwrap();
    file.set_modified(modified).unwrap();
    let opened = open(&repo);
    let found = changes(&commit(&opened, &id), &opened.work_tree().unwrap(), &all).unwrap();
    assert_eq!(found.len(), 1);
}

#[test]
fn submodules_and_special_files_are_named() {
    let repo = TestRepo::new();
    let inner = TestRepo::new();
    inner.write("f", "1");
    inner.commit("one");
    repo.git(&["submodule", "--quiet", "add", inner.path().to_str().unwrap(), "sub"]);
    repo.write("pipe.xml", "1");
    let id = repo.commit("one");
    repo.remove("pipe.xml");
    // One that git does not track, git does not list either.
    for name in ["pipe.xml", "untracked.xml"] {
        let made = std::process::Command::new("mkfifo").arg(repo.path().join(name)).status().unwrap();
        assert!(made.success());
    }
    let opened = open(&repo);
    let tree = opened.work_tree().unwrap();
    let files = tree.files(&all).unwrap();
    let kinds: Vec<_> = files.iter().map(|file| (file.path().to_string(), file.kind())).collect();
    assert_eq!(
        kinds,
        [
            (".gitmodules", FileKind::Regular),
            ("pipe.xml", FileKind::Special),
            ("sub", FileKind::Submodule)
        ]
        .map(|(path, kind)| (path.to_owned(), kind))
    );
    assert!(matches!(tree.read(&files[1], 10), Err(DiffError::NotAFile { .. })));
    let found = changes(&commit(&opened, &id), &tree, &all).unwrap();
    assert_eq!(found.len(), 1);
}

#[test]
fn a_bare_repository_has_no_work_tree() {
    let repo = TestRepo::with(&["--bare"]);
    assert!(matches!(open(&repo).work_tree(), Err(DiffError::NoWorkTree { .. })));
}

/// What only looks like a repository is no reason not to look inside.
#[test]
fn a_folder_is_another_repository_only_if_git_says_so() {
    for (what, head, file) in [
        ("leads nowhere", None, Some("gitdir: /nonexistent\n")),
        ("leads to no repository", None, Some("gitdir: ..\n")),
        ("is empty", None, Some("")),
        ("names nothing", None, Some("gitdir: ")),
        ("has garbage for HEAD", Some("garbage"), None),
        ("has a HEAD beside refs", Some("ref: main"), None),
        ("has a short id", Some("1234"), None),
        ("names a branch", Some("ref: refs/heads/main\n"), None),
        ("holds an id", Some("1111111111111111111111111111111111111111\n"), None),
        (
            "leads to a repository",
            Some("ref: refs/heads/main\n"),
            Some("gitdir: ../other/.git\n"),
        ),
    ] {
        let repo = TestRepo::new();
        repo.write("README.md", "x\n");
        repo.commit("Start");
        repo.write("nested/file", "x\n");
        let place = if file.is_some() { "other" } else { "nested" };
        if let Some(head) = head {
            for folder in ["objects", "refs"] {
                std::fs::create_dir_all(repo.path().join(place).join(".git").join(folder)).unwrap();
            }
            repo.write(format!("{place}/.git/HEAD"), head);
        }
        if let Some(file) = file {
            repo.write("nested/.git", file);
        }
        assert_eq!(ours(&repo), by_git(&repo), "a .git that {what}");
    }
}
