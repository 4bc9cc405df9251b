//! Which two sides are compared.

use orgate_testkit::TestRepo;
use orgate_testkit::gate::orgate;
use orgate_testkit::sample::{APP, connected_app};

use super::{Gate, caught, check, opened, passed, refused};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("revisions::two commits", two_commits),
    ("revisions::default base and work tree", default_base),
    ("revisions::merge base, not the tip", merge_base),
    ("revisions::several merge bases", several_merge_bases),
    ("revisions::untracked and ignored files", untracked),
    ("revisions::staged is not the work tree", staged),
    ("revisions::staged before the first commit", unborn),
    ("revisions::bare repository", bare),
    ("revisions::linked work tree", linked),
    ("revisions::shallow with both commits", shallow),
    ("revisions::shallow without the base", shallow_without_base),
    ("revisions::unknown revision", unknown),
    ("revisions::the same commit twice", twice),
    ("revisions::the same folder twice", one_folder),
    ("revisions::a default base that is HEAD", own_head),
    ("revisions::no repository", no_repository),
    ("revisions::from a folder below", below),
    ("revisions::hook environment", hook_environment),
    ("revisions::another owner", another_owner),
    ("revisions::sha256", sha256),
    ("revisions::tag and abbreviated id", names),
    ("revisions::folder against commit", mixed),
];

fn two_commits() {
    let (repo, base, head) = opened();
    caught(&check(repo.path(), &["--base", &base, "--head", &head]));
    passed(&check(repo.path(), &["--base", &head, "--head", &base]));
}

fn default_base() {
    let (repo, _, _) = opened();
    let run = check(repo.path(), &[]);
    caught(&run);
    let why = run.report["compared"]["why"].as_str().unwrap_or_default();
    assert!(why.contains("merge base") && why.contains("main"), "{why}");
    repo.git(&["checkout", "--quiet", "main"]);
    passed(&check(repo.path(), &[]));
    repo.write(APP, connected_app(true));
    caught(&check(repo.path(), &[]));
}

fn merge_base() {
    let (repo, base, _) = opened();
    repo.git(&["checkout", "--quiet", "-b", "harmless", &base]);
    repo.write("README.md", "Another text.\n");
    repo.commit("Words");
    // Main gets worse on its own; that is not the fault of `harmless`.
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "--ff-only", "change"]);
    repo.git(&["checkout", "--quiet", "harmless"]);
    passed(&check(repo.path(), &["--head", "HEAD"]));
    for parted in ["main...HEAD", "main...", "...main"] {
        let run = check(repo.path(), &["--base", parted, "--head", "HEAD"]);
        passed(&run);
        assert_eq!(run.report["compared"]["base"]["id"], *base, "{parted}");
    }
    refused(&check(repo.path(), &["--base", "main...nowhere", "--head", "HEAD"]), &["nowhere"]);
    // And main mends it: `change` is still measured from where it left.
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write(APP, connected_app(false));
    repo.commit("Mend");
    repo.git(&["checkout", "--quiet", "harmless"]);
    repo.write(APP, connected_app(true));
    caught(&check(repo.path(), &[]));
}

/// Both branches take in what the other had, and then the change puts back what main has since hardened.
fn several_merge_bases() {
    let repo = TestRepo::new();
    repo.write("README.md", "Start.\n");
    repo.write(APP, connected_app(true));
    repo.commit("A weak app");
    repo.git(&["checkout", "--quiet", "-b", "change"]);
    repo.write("notes.txt", "Harmless.\n");
    let harmless = repo.commit("Harmless");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write(APP, connected_app(false));
    let hardened = repo.commit("Harden");
    repo.git(&["merge", "--quiet", "--no-edit", &harmless]);
    repo.git(&["checkout", "--quiet", "change"]);
    repo.git(&["merge", "--quiet", "--no-edit", "--strategy", "ours", &hardened]);
    let run = check(repo.path(), &["--base", "main...change", "--head", "change"]);
    caught(&run);
    let why = run.report["compared"]["why"].as_str().unwrap_or_default();
    assert!(why.contains("several merge bases"), "{why}");
    caught(&check(repo.path(), &[]));
}

fn untracked() {
    let repo = TestRepo::new();
    repo.write("README.md", "x\n");
    repo.write(".gitignore", "ignored/\n");
    repo.commit("Start");
    repo.write("ignored/connectedApps/Billing.connectedApp-meta.xml", connected_app(true));
    passed(&check(repo.path(), &["--base", "HEAD"]));
    repo.write(APP, connected_app(true));
    let run = check(repo.path(), &["--base", "HEAD"]);
    assert!(
        run.code == 1 && run.findings().iter().all(|hit| hit.outcome == "introduced"),
        "{}",
        run.said()
    );
}

fn staged() {
    let (repo, base, _) = opened();
    repo.git(&["checkout", "--quiet", &base]);
    repo.write(APP, connected_app(true));
    passed(&check(repo.path(), &["--staged"]));
    repo.git(&["add", "--all"]);
    repo.write(APP, connected_app(false));
    caught(&check(repo.path(), &["--staged"]));
    passed(&check(repo.path(), &["--base", "HEAD", "--worktree"]));
}

fn unborn() {
    let repo = TestRepo::new();
    repo.write(APP, connected_app(true));
    repo.git(&["add", "--all"]);
    let run = check(repo.path(), &["--staged"]);
    assert!(
        run.code == 1 && run.findings().iter().all(|hit| hit.outcome == "introduced"),
        "{}",
        run.said()
    );
}

fn bare() {
    let (repo, base, head) = opened();
    let bare = TestRepo::clone_of(repo.path(), &["--bare"]);
    caught(&check(bare.path(), &["--base", &base, "--head", &head]));
    caught(&check(bare.path(), &["--base", "main", "--head", "change"]));
}

fn linked() {
    let (repo, _, _) = opened();
    let place = TestRepo::folder();
    let tree = place.path().join("tree");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["worktree", "add", "--quiet", tree.to_str().expect("text"), "change"]);
    caught(&check(&tree, &[]));
    caught(&check(&tree, &["--base", "main", "--head", "HEAD"]));
}

fn shallow() {
    let (repo, base, head) = opened();
    let clone = TestRepo::clone_of(repo.path(), &["--depth=2", "--branch=change"]);
    caught(&check(clone.path(), &["--base", &base, "--head", &head]));
}

fn shallow_without_base() {
    let (repo, base, _) = opened();
    let clone = TestRepo::clone_of(repo.path(), &["--depth=1", "--branch=change"]);
    refused(&check(clone.path(), &["--base", &base, "--head", "HEAD"]), &["shallow", "fetch"]);
    refused(&check(clone.path(), &["--head", "HEAD"]), &[]);
}

fn unknown() {
    let (repo, _, _) = opened();
    refused(
        &check(repo.path(), &["--base", "no-such-branch", "--head", "HEAD"]),
        &["no-such-branch"],
    );
    refused(
        &check(repo.path(), &["--base", &"1".repeat(40), "--head", "HEAD"]),
        &[&"1".repeat(40)],
    );
    refused(&check(repo.path(), &["--base", "", "--head", "HEAD"]), &[]);
}

fn twice() {
    let (repo, _, head) = opened();
    refused(&check(repo.path(), &["--base", &head, "--head", "HEAD"]), &["same"]);
    for (base, head) in [("HEAD", "HEAD^{tree}"), ("HEAD:", "HEAD"), ("HEAD:", "HEAD^{tree}")] {
        refused(&check(repo.path(), &["--base", base, "--head", head]), &["same"]);
    }
    // Two commits are two, also where nothing changed between them.
    repo.git(&["commit", "--quiet", "--allow-empty", "--message=Nothing"]);
    passed(&check(repo.path(), &["--base", &head, "--head", "HEAD"]));
    caught(&check(repo.path(), &["--base", "main^{tree}", "--head", "HEAD"]));
}

fn one_folder() {
    let folder = TestRepo::folder();
    folder.write(APP, connected_app(true));
    let same = ["--base-dir", ".", "--head-dir", "force-app/.."];
    refused(&check(folder.path(), &same), &["same", "--base"]);
    passed(&check(folder.path(), &["--base-dir", "force-app", "--head-dir", "force-app/main"]));
}

/// A job of a platform that nobody here knows, or a clone of one commit: HEAD is all there is, and it would be compared
/// with itself.
fn own_head() {
    let (repo, base, _) = opened();
    let job = |folder: &std::path::Path, value: &str, arguments: &[&str]| {
        let mut command = orgate(folder);
        command.args(["check", "--output=json"]).args(arguments).env("CI", value);
        Gate::finish(command)
    };
    caught(&job(repo.path(), "true", &[]));
    let clone = TestRepo::clone_of(repo.path(), &["--branch=change"]);
    clone.git(&["remote", "set-head", "origin", "change"]);
    refused(&job(clone.path(), "true", &[]), &["HEAD itself", "a CI job", "--base REV"]);
    refused(&job(clone.path(), "1", &["--worktree"]), &["HEAD itself"]);
    caught(&job(clone.path(), "true", &["--base", &base]));
    passed(&job(clone.path(), "true", &["--staged"]));
    for off in ["", "0", "false"] {
        passed(&job(clone.path(), off, &[]));
    }
    passed(&job(clone.path(), "true", &["--ci=off"]));
    let shallow = TestRepo::clone_of(repo.path(), &["--depth=1", "--branch=change"]);
    refused(&check(shallow.path(), &[]), &["a shallow clone", "fetch-depth"]);
}

fn no_repository() {
    let folder = TestRepo::folder();
    refused(&check(folder.path(), &["--base", "main", "--head", "HEAD"]), &["repository"]);
}

fn below() {
    let (repo, _, _) = opened();
    caught(&check(&repo.path().join("force-app/main"), &[]));
}

fn hook_environment() {
    let (repo, base, _) = opened();
    repo.git(&["checkout", "--quiet", &base]);
    repo.write(APP, connected_app(true));
    let index = repo.path().join("other-index");
    let added = repo
        .command(&["add", "--all"])
        .env("GIT_INDEX_FILE", &index)
        .status()
        .expect("git starts");
    assert!(added.success());
    let mut command = orgate(repo.path());
    command.args(["check", "--staged", "--output=json"]);
    command.env("GIT_DIR", repo.path().join(".git")).env("GIT_INDEX_FILE", &index);
    caught(&Gate::finish(command));
    passed(&check(repo.path(), &["--staged"]));
}

#[cfg(unix)]
fn another_owner() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let (repo, base, head) = opened();
    let me = std::fs::metadata(repo.path()).expect("metadata").uid();
    // Only root may give folders away.
    if me != 0 || chown(repo.path(), Some(54321), None).is_err() || chown(repo.path().join(".git"), Some(54321), None).is_err() {
        return;
    }
    let run = check(repo.path(), &["--base", &base, "--head", &head]);
    if run.code == 2 {
        refused(&run, &["safe.directory"]);
    } else {
        caught(&run);
    }
}

#[cfg(not(unix))]
fn another_owner() {}

fn sha256() {
    let repo = TestRepo::with(&["--object-format=sha256"]);
    repo.write(APP, connected_app(false));
    let base = repo.commit("The app");
    repo.write(APP, connected_app(true));
    let head = repo.commit("Open it");
    caught(&check(repo.path(), &["--base", &base, "--head", &head]));
}

fn names() {
    let (repo, base, head) = opened();
    repo.git(&["tag", "--annotate", "--message=x", "v1", &base]);
    caught(&check(repo.path(), &["--base", "v1", "--head", &head[..10]]));
    caught(&check(repo.path(), &["--base", "HEAD~1", "--head", "refs/heads/change"]));
}

fn mixed() {
    let (repo, base, _) = opened();
    let folder = TestRepo::folder();
    folder.write(APP, connected_app(true));
    caught(&check(
        repo.path(),
        &["--base", &base, "--head-dir", folder.path().to_str().expect("text")],
    ));
}
