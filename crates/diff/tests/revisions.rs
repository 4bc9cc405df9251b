//! Opening repositories, resolving revisions and choosing the base.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers outside of test functions")]

mod support;

use orgate_diff::{DiffError, Repository, Snapshot};
use orgate_testkit::TestRepo;
use support::{all, commit, commit_index, open};

fn unknown(error: DiffError) -> Vec<String> {
    match error {
        DiffError::UnknownRevision { similar, .. } => similar,
        other => panic!("{other}"),
    }
}

#[test]
fn revisions_resolve_as_git_resolves_them() {
    for format in ["--object-format=sha1", "--object-format=sha256", "--ref-format=reftable"] {
        let repo = TestRepo::with(&[format]);
        repo.write("a", "1");
        let one = repo.commit("one");
        repo.write("a", "2");
        let two = repo.commit("two");
        repo.git(&["tag", "light", &one]);
        repo.git(&["tag", "-a", "-m", "note", "heavy", &one]);
        repo.git(&["tag", "-a", "-m", "note", "heavier", "heavy"]);
        repo.git(&["branch", "feature/x", &one]);
        let opened = open(&repo);
        let heavy = repo.git(&["rev-parse", "heavy"]);
        for (rev, id) in [
            (two.as_str(), &two),
            ("HEAD", &two),
            ("main", &two),
            ("refs/heads/main", &two),
            ("HEAD~1", &one),
            ("HEAD^", &one),
            ("light", &one),
            ("heavy", &one),
            ("heavier", &one),
            (&heavy, &one),
            ("feature/x", &one),
            (&two[..10], &two),
        ] {
            let side = opened.resolve(rev).unwrap();
            assert_eq!((&side.id, side.is_commit), (id, true), "{format} {rev}");
        }
        let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
        for rev in [tree.as_str(), "HEAD^{tree}"] {
            let side = opened.resolve(rev).unwrap();
            assert_eq!((&side.id, side.is_commit), (&tree, false), "{format} {rev}");
        }
        let empty = opened.empty_tree().unwrap();
        assert_eq!(empty.id, repo.git(&["hash-object", "-t", "tree", "/dev/null"]));
        assert_eq!(opened.resolve(&empty.id).unwrap(), empty);
        assert!(opened.snapshot(&empty).files(&all).unwrap().is_empty());
        assert!(matches!(opened.resolve("HEAD:a"), Err(DiffError::NotATree { .. })));
        assert_eq!(unknown(opened.resolve("feature/y").unwrap_err()), ["feature/x"]);
        for rev in [
            "",
            "-",
            "--all",
            "nope",
            "HEAD~9",
            "main..light",
            "a\0b",
            "@{u}",
            "^",
            "~",
            "HEAD^{blob}",
        ] {
            let error = opened.resolve(rev).unwrap_err();
            assert!(matches!(error, DiffError::UnknownRevision { .. }), "{format} {rev:?}: {error}");
        }
        let absent = "9".repeat(two.len());
        assert!(matches!(
            opened.resolve(&absent),
            Err(DiffError::MissingCommit { shallow: false, .. })
        ));
        assert_eq!(opened.head_id().unwrap(), Some(two.clone()));
        assert!(!opened.is_unborn().unwrap());
        assert_eq!(opened.first_parent_raw("HEAD").unwrap(), Some(one.clone()));
        assert_eq!(opened.first_parent_raw(&one).unwrap(), None);
        assert_eq!(opened.default_base().unwrap().ref_name, "refs/heads/main");
    }
}

#[test]
fn every_spelling_means_what_git_makes_of_it() {
    for format in ["--object-format=sha1", "--object-format=sha256"] {
        let origin = TestRepo::with(&[format]);
        origin.write("dir/a", "1");
        origin.commit("one");
        let repo = TestRepo::clone_of(origin.path(), &[]);
        repo.git(&["checkout", "--quiet", "-b", "side"]);
        repo.write("dir/b", "1");
        repo.commit("a side of it");
        repo.git(&["tag", "-a", "-m", "note", "v1"]);
        repo.git(&["tag", "-a", "-m", "note", "v2", "v1"]);
        repo.git(&["tag", "blob", "HEAD:dir/b"]);
        repo.git(&["checkout", "--quiet", "main"]);
        for round in 0..4 {
            repo.write("dir/a", format!("{round}"));
            repo.commit(&format!("round {round}"));
        }
        repo.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "side"]);
        let id = repo.git(&["rev-parse", "HEAD"]);
        let described = format!("v1-3-g{}", &id[..9]);
        let (upper, parent) = (id[..12].to_uppercase(), format!("{id}~1"));
        let opened = open(&repo);
        let one = &id[..1];
        for rev in [
            "@",
            "@~1",
            "@^2",
            "HEAD^0",
            "HEAD~0",
            "HEAD^",
            "HEAD^^",
            "HEAD^1",
            "HEAD^2",
            "HEAD^3",
            "HEAD~~",
            "HEAD~2~1",
            "HEAD~4",
            "HEAD~5",
            "HEAD~6",
            "HEAD~99",
            "HEAD^2^2",
            "HEAD^2~1",
            "HEAD^{}",
            "HEAD^{commit}",
            "HEAD^{tree}",
            "HEAD^{tag}",
            "HEAD^{nothing}",
            "HEAD^{",
            "HEAD~x",
            "HEAD^-",
            "v1",
            "v1~1",
            "v1^{}",
            "v1^{commit}^",
            "v2^{tree}",
            "v2^{tag}",
            "v2^{}~1",
            "refs/tags/v2",
            "tags/v2",
            "heads/side",
            "refs/heads/side~1",
            "remotes/origin/main",
            "origin/main",
            "origin",
            "HEAD:",
            "HEAD:dir",
            "HEAD:nothing",
            "HEAD:dir/a/b",
            "v2:dir",
            "HEAD^{tree}:dir",
            "main@{0}",
            "main@{1}",
            "main@{1}~1",
            "HEAD@{2}",
            "@{0}",
            "@{1}",
            "main@{99}",
            "@{-1}",
            "@{-1}~1",
            "@{-2}",
            "@{-9}",
            "@{u}",
            "@{upstream}~0",
            "main@{u}",
            "side@{u}",
            "@{-1}@{u}",
            "@{-1}@{0}",
            "@{-0}",
            "HEAD^{tree}~1",
            "HEAD@{1}^2",
            "main@{2099-01-01}",
            ":/round 2",
            ":/nowhere",
            "HEAD^{/side of}",
            "HEAD^2^{/one}",
            "nothing",
            "nothing~1",
            "HEAD@{x",
            "blob~1",
            "blob^{tree}",
            &id[..5],
            &upper,
            &described,
            &parent,
            "v1-3-g",
            "g1",
            "side-1",
        ] {
            let ask = |rev: &str| {
                let output = repo.output(&["rev-parse", "--verify", "--quiet", "--end-of-options", rev]);
                let id = String::from_utf8(output.stdout).unwrap().trim().to_owned();
                output.status.success().then_some(id)
            };
            // Tags are followed, files are refused.
            let git = ask(rev).and_then(|id| ask(&format!("{id}^{{}}")));
            let git = git.filter(|id| ask(&format!("{id}^{{tree}}")).is_some());
            let ours = match opened.resolve(rev) {
                Ok(side) => Some(side.id),
                Err(DiffError::UnknownRevision { .. } | DiffError::NotATree { .. }) => None,
                Err(other) => panic!("{format} {rev}: {other}"),
            };
            assert_eq!(ours, git, "{format} {rev}");
        }
        assert!(matches!(opened.resolve(one), Err(DiffError::Ambiguous { .. })));
    }
}

#[test]
fn the_history_of_a_shallow_clone_ends_where_it_says() {
    let origin = TestRepo::new();
    for round in 0..4 {
        origin.write("a", format!("{round}"));
        origin.commit(&format!("round {round}"));
    }
    let clone = TestRepo::clone_of(origin.path(), &["--depth=1"]);
    let parent = origin.git(&["rev-parse", "HEAD~1"]);
    clone.git(&["fetch", "--quiet", "--depth=1", "origin", &parent]);
    let opened = open(&clone);
    // The parent is here, but git does not go there either.
    assert_eq!(opened.resolve(&parent).unwrap().id, parent);
    for rev in ["HEAD~1", "HEAD^", "origin/main^1"] {
        let error = opened.resolve(rev).unwrap_err();
        assert!(matches!(error, DiffError::MissingCommit { shallow: true, .. }), "{rev}: {error}");
    }
}

#[test]
fn a_branch_named_like_an_id_does_not_shadow_the_commit() {
    let repo = TestRepo::new();
    repo.write("a", "1");
    let one = repo.commit("one");
    repo.write("a", "2");
    let two = repo.commit("two");
    repo.git(&["update-ref", &format!("refs/heads/{one}"), &two]);
    assert_eq!(open(&repo).resolve(&one).unwrap().id, one);
}

#[test]
fn a_folder_without_repository_is_an_error() {
    let folder = TestRepo::folder();
    let error = Repository::open(Some(folder.path())).unwrap_err();
    assert!(matches!(error, DiffError::NotARepository { .. }), "{error}");
    assert!(Repository::open(Some(&folder.path().join("nothing"))).is_err());
}

#[test]
fn an_unborn_head_is_neither_an_error_nor_a_commit() {
    for format in ["--ref-format=files", "--ref-format=reftable"] {
        let repo = TestRepo::with(&[format]);
        let opened = open(&repo);
        assert!(opened.is_unborn().unwrap());
        assert_eq!(opened.head_id().unwrap(), None);
        assert!(matches!(opened.default_base(), Err(DiffError::Unborn { .. })));
        assert!(opened.resolve("HEAD").is_err());
    }
}

#[test]
fn a_damaged_head_is_not_taken_for_unborn() {
    let repo = TestRepo::new();
    repo.commit("one");
    std::fs::write(repo.path().join(".git/refs/heads/main"), "").unwrap();
    assert!(open(&repo).is_unborn().is_err());
}

#[test]
fn bare_repositories_subfolders_and_linked_work_trees_open() {
    let repo = TestRepo::new();
    repo.write("deep/er/a", "1");
    let id = repo.commit("one");
    let sub = Repository::open(Some(&repo.path().join("deep/er"))).unwrap();
    assert_eq!(sub.work_dir().unwrap().canonicalize().unwrap(), repo.path());

    let bare = TestRepo::clone_of(repo.path(), &["--bare"]);
    let opened = open(&bare);
    assert_eq!(opened.work_dir(), None);
    assert_eq!(opened.resolve("main").unwrap().id, id);

    let linked = TestRepo::folder();
    let path = linked.path().join("wt");
    repo.git(&["config", "extensions.worktreeConfig", "true"]);
    repo.git(&["config", "extensions.preciousObjects", "true"]);
    repo.git(&["config", "core.repositoryformatversion", "1"]);
    repo.git(&["worktree", "add", "--quiet", "-b", "side", path.to_str().unwrap()]);
    let opened = Repository::open(Some(&path.join("deep"))).unwrap();
    assert_eq!(opened.work_dir().unwrap().canonicalize().unwrap(), path);
    assert_eq!(opened.resolve("HEAD").unwrap().id, id);
    assert_eq!(commit(&opened, "side").files(&all).unwrap().len(), 1);
}

#[test]
fn merge_heads_are_read() {
    let repo = TestRepo::new();
    repo.write("a", "1");
    repo.commit("one");
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    repo.write("b", "1");
    let side = repo.commit("side");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write("c", "1");
    repo.commit("two");
    let opened = open(&repo);
    assert_eq!(opened.merge_head().unwrap(), None);
    repo.git(&["merge", "--quiet", "--no-commit", "--no-ff", "side"]);
    assert_eq!(opened.merge_head().unwrap(), Some(side));
    std::fs::write(repo.path().join(".git/MERGE_HEAD"), "garbage\n").unwrap();
    assert!(opened.merge_head().is_err());
}

#[test]
fn merge_bases_are_those_of_git() {
    for seed in 0..6 {
        let repo = TestRepo::new();
        repo.git(&["update-index", "--refresh"]);
        let tree = repo.git(&["write-tree"]);
        let mut random = support::Random(seed);
        let mut commits: Vec<String> = Vec::new();
        for n in 0..25_u64 {
            let mut args = vec!["commit-tree".to_owned(), tree.clone(), "-m".to_owned(), format!("{n}")];
            let parents = if commits.is_empty() {
                0
            } else {
                random.below(3).max(u64::from(n > 3))
            };
            for _ in 0..parents {
                args.extend(["-p".to_owned(), random.pick(&commits).clone()]);
            }
            // Clocks run backwards now and then.
            let date = format!("{} +0000", 1_700_000_000 + 60 * n - 300 * u64::from(random.below(4) == 0));
            let output = repo.command(&args).env("GIT_COMMITTER_DATE", date).output().unwrap();
            assert!(output.status.success());
            commits.push(String::from_utf8(output.stdout).unwrap().trim().to_owned());
        }
        let opened = open(&repo);
        for one in &commits {
            for other in &commits {
                let output = repo.output(&["merge-base", "--all", one, other]);
                let git = String::from_utf8(output.stdout).unwrap();
                match opened.merge_base(one, other) {
                    // Of several, the first commit itself is taken: whoever made the other one made them too.
                    Ok(base) if base.several => assert!(git.lines().count() > 1 && base.id == *one, "seed {seed}: {git}"),
                    Ok(base) => assert_eq!(git.trim(), base.id, "seed {seed}"),
                    Err(DiffError::NoMergeBase { .. }) => assert_eq!(git, "", "seed {seed}"),
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

#[test]
fn the_default_base_prefers_the_remote() {
    let origin = TestRepo::new();
    origin.write("a", "1");
    let one = origin.commit("one");
    let clone = TestRepo::clone_of(origin.path(), &[]);
    clone.git(&["checkout", "--quiet", "-b", "side"]);
    clone.write("b", "1");
    let side = clone.commit("side");
    origin.write("c", "1");
    let two = origin.commit("two");
    clone.git(&["fetch", "--quiet"]);
    let base = open(&clone).default_base().unwrap();
    assert_eq!(base.ref_name, "refs/remotes/origin/HEAD");
    assert_eq!((base.commit, base.merge_base.id, base.head), (two, one, side));

    clone.git(&["remote", "set-head", "origin", "--delete"]);
    assert_eq!(open(&clone).default_base().unwrap().ref_name, "refs/remotes/origin/main");
    clone.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    assert_eq!(open(&clone).default_base().unwrap().ref_name, "refs/heads/main");
    clone.git(&["branch", "-D", "main"]);
    assert!(matches!(open(&clone).default_base(), Err(DiffError::NoDefaultBase { .. })));
    clone.git(&["checkout", "--quiet", "--orphan", "main"]);
    let lone = commit_index(&clone, None);
    clone.git(&["update-ref", "refs/heads/main", &lone]);
    clone.git(&["checkout", "--quiet", "side"]);
    assert!(matches!(open(&clone).default_base(), Err(DiffError::NoMergeBase { .. })));
}

#[test]
fn a_shallow_clone_names_the_commit_to_fetch() {
    let origin = TestRepo::new();
    origin.write("a", "1");
    let base = origin.commit("one");
    origin.git(&["checkout", "--quiet", "-b", "side"]);
    origin.write("b", "1");
    let side = origin.commit("two");
    origin.git(&["checkout", "--quiet", "main"]);
    origin.write("c", "1");
    let main = origin.commit("three");
    origin.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "side"]);
    let merge = origin.git(&["rev-parse", "HEAD"]);
    origin.git(&["update-ref", "refs/pull/1/merge", &merge]);
    origin.git(&["reset", "--quiet", "--hard", &main]);

    let clone = TestRepo::new();
    let url = format!("file://{}", origin.path().display());
    clone.git(&["remote", "add", "origin", &url]);
    clone.git(&[
        "fetch",
        "--quiet",
        "--no-tags",
        "--depth=1",
        "origin",
        "+refs/pull/1/merge:refs/remotes/pull/1/merge",
    ]);
    clone.git(&["checkout", "--quiet", "--detach", "refs/remotes/pull/1/merge"]);
    let opened = open(&clone);
    assert!(opened.is_shallow());
    assert_eq!(opened.raw_parents("HEAD").unwrap(), [main.clone(), side]);
    assert_eq!(opened.first_parent_raw("HEAD").unwrap(), Some(main.clone()));
    for (rev, id) in [(main.as_str(), &main), ("HEAD^1", &main), (base.as_str(), &base)] {
        let error = opened.resolve(rev).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, DiffError::MissingCommit { shallow: true, .. }), "{text}");
        assert!(text.contains(&format!("git fetch --no-tags --depth=1 origin {id}")), "{text}");
    }
    clone.git(&["fetch", "--quiet", "--no-tags", "--depth=1", "origin", &main]);
    let opened = open(&clone);
    let found = orgate_diff::changes(&commit(&opened, &main), &commit(&opened, "HEAD"), &all).unwrap();
    assert_eq!(support::rows(&found), support::git_diff(&origin, &[&main, &merge]));
    let error = opened.resolve("origin/main").unwrap_err().to_string();
    let command = "git fetch --no-tags --depth=1 origin +refs/heads/main:refs/remotes/origin/main";
    assert!(error.contains(command), "{error}");
    let hostile = opened.resolve("x;touch${IFS}proof").unwrap_err().to_string();
    assert!(!hostile.contains("git fetch"), "{hostile}");
    let short = opened.resolve(&base[..10]).unwrap_err().to_string();
    assert!(short.contains("in full"), "{short}");
    let error = opened.merge_base(&main, "HEAD").unwrap_err();
    assert!(error.to_string().contains("fetch-depth: 0"), "{error}");
    assert_eq!(found.len(), 1);
}

#[test]
fn a_name_of_two_refs_that_differ_is_refused() {
    for format in ["--ref-format=files", "--ref-format=reftable"] {
        let repo = TestRepo::with(&[format]);
        repo.write("a", "1");
        let one = repo.commit("one");
        repo.write("a", "2");
        let two = repo.commit("two");
        repo.git(&["update-ref", "refs/remotes/origin/main", &two]);
        let opened = open(&repo);
        assert_eq!(opened.resolve("origin/main").unwrap().id, two);
        // Whoever may push tags must not choose the base.
        repo.git(&["update-ref", "refs/tags/origin/main", &one]);
        repo.git(&["tag", "-a", "-m", "same", "main", &two]);
        for rev in ["origin/main", "origin/main~1", "origin/main^{commit}", "origin/main@{0}"] {
            let error = opened.resolve(rev).unwrap_err();
            assert!(matches!(error, DiffError::Ambiguous { .. }), "{format} {rev}: {error}");
        }
        // Neither by a name that holds an `@`, nor by one that is the beginning of an id.
        repo.git(&["update-ref", "refs/heads/rel@1", &two]);
        assert_eq!(opened.resolve("rel@1").unwrap().id, two);
        repo.git(&["update-ref", "refs/tags/rel@1", &one]);
        repo.git(&["update-ref", &format!("refs/tags/{}", &two[..10]), &one]);
        for rev in ["rel@1", "rel@1@{0}", &two[..10]] {
            let error = opened.resolve(rev).unwrap_err();
            assert!(matches!(error, DiffError::Ambiguous { .. }), "{format} {rev}: {error}");
        }
        repo.git(&["update-ref", "refs/heads/abcdef", &two]);
        assert_eq!(opened.resolve("abcdef").unwrap().id, two);
        assert_eq!(opened.resolve("refs/remotes/origin/main").unwrap().id, two);
        assert_eq!(opened.resolve("main").unwrap().id, two);
        assert_eq!(opened.default_base().unwrap().commit, two);
    }
}

#[test]
fn what_was_just_fetched_can_be_named() {
    let origin = TestRepo::new();
    origin.write("a", "1");
    let id = origin.commit("one");
    let repo = TestRepo::new();
    let url = format!("file://{}", origin.path().display());
    repo.git(&["fetch", "--quiet", &url, "main"]);
    assert_eq!(open(&repo).resolve("FETCH_HEAD").unwrap().id, id);
}
