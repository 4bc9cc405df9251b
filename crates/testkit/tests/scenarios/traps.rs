//! What git can hold in place of a plain metadata file, and other ways around the gate.

use orgate_testkit::TestRepo;
use orgate_testkit::sample::{APP, connected_app};

use super::{caught, check, opened, passed, refused};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("traps::symbolic link in place of metadata", symlink),
    ("traps::submodule in place of metadata", submodule),
    ("traps::submodule in place of a folder of metadata", submodule_folder),
    ("traps::symbolic link in place of a folder of metadata", symlink_folder),
    ("traps::submodule of a type's folder that moves on", submodule_moves),
    ("traps::submodule beside metadata", submodule_beside),
    ("traps::submodule in a package directory", submodule_in_package),
    ("traps::file turned folder", folder),
    ("traps::replace reference", replace),
    ("traps::attributes and ignore files", attributes),
    ("traps::attributes that convert", converting_attributes),
    ("traps::assumed unchanged", assumed_unchanged),
    ("traps::names that are not text", odd_names),
    ("traps::names that differ in case", case),
    ("traps::control characters in a name", control_characters),
    ("traps::large-file pointer", pointer),
    ("traps::root commit against the empty tree", root),
    ("traps::octopus merge", octopus),
    ("traps::missing object", missing_object),
    ("traps::workflow that runs with the target's rights", target_event),
];

fn commits(repo: &TestRepo, arguments: &[&str]) -> orgate_testkit::gate::Run {
    check(repo.path(), &[&["--base=main", "--head=HEAD"], arguments].concat())
}

/// Puts an object into the tree of the branch `change` in place of the app.
fn put(mode: &str, id: &str) -> TestRepo {
    let (repo, base, _) = opened();
    repo.git(&["checkout", "--quiet", "--detach", &base]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("{mode},{id},{APP}")]);
    repo.git(&["commit", "--quiet", "--message=Trap"]);
    repo
}

fn symlink() {
    let (maker, _, _) = opened();
    let id = maker.store("blob", b"/etc/passwd");
    drop(maker);
    let repo = put_stored("120000", b"/etc/passwd", &id);
    refused(&commits(&repo, &["--output=text"]), &[]);
}

fn put_stored(mode: &str, content: &[u8], id: &str) -> TestRepo {
    let (repo, base, _) = opened();
    assert_eq!(repo.store("blob", content), id);
    repo.git(&["checkout", "--quiet", "--detach", &base]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("{mode},{id},{APP}")]);
    repo.git(&["commit", "--quiet", "--message=Trap"]);
    repo
}

fn submodule() {
    let repo = put("160000", &"1".repeat(40));
    let run = commits(&repo, &[]);
    assert_eq!(run.code, 2, "{}", run.said());
}

/// Puts an object into the tree at `path`; what lay below is gone.
fn put_over(path: &str, mode: &str, id: &str) -> TestRepo {
    let (repo, base, _) = opened();
    repo.git(&["checkout", "--quiet", "--detach", &base]);
    repo.git(&["rm", "-r", "--quiet", "--cached", "--ignore-unmatch", path]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("{mode},{id},{path}")]);
    repo.git(&["commit", "--quiet", "--message=Trap"]);
    repo
}

fn submodule_folder() {
    for path in ["force-app/main/default/connectedApps", "force-app/main", "force-app"] {
        let run = commits(&put_over(path, "160000", &"1".repeat(40)), &["--output=text"]);
        refused(&run, &[]);
        assert!(run.stdout.contains("submodule") && run.stdout.contains(path), "{}", run.stdout);
    }
}

fn symlink_folder() {
    let (maker, _, _) = opened();
    let id = maker.store("blob", b"/tmp/elsewhere");
    let (repo, base, _) = opened();
    assert_eq!(repo.store("blob", b"/tmp/elsewhere"), id);
    repo.git(&["checkout", "--quiet", "--detach", &base]);
    repo.git(&["rm", "-r", "--quiet", "--cached", "force-app"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("120000,{id},force-app/main")]);
    repo.git(&["commit", "--quiet", "--message=Trap"]);
    refused(&commits(&repo, &["--output=text"]), &[]);
}

fn submodule_moves() {
    let path = "other-app/main/default/connectedApps";
    let repo = put_over(path, "160000", &"1".repeat(40));
    let base = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},{path}", "2".repeat(40))]);
    repo.git(&["commit", "--quiet", "--message=Move on"]);
    refused(&check(repo.path(), &["--base", &base, "--head", "HEAD"]), &[]);
}

fn submodule_beside() {
    let repo = put_over("libraries/tools", "160000", &"1".repeat(40));
    passed(&commits(&repo, &[]));
    let base = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("160000,{},libraries/tools", "2".repeat(40)),
    ]);
    repo.git(&["commit", "--quiet", "--message=Move on"]);
    passed(&check(repo.path(), &["--base", &base, "--head", "HEAD"]));
}

fn submodule_in_package() {
    let repo = TestRepo::new();
    repo.write(
        "orgs/one/sfdx-project.json",
        "{\"packageDirectories\": [{\"path\": \"force-app\"}, {\"path\": \"shared/app\"}, {\"path\": \"library/app\"}]}\n",
    );
    repo.commit("A project");
    let moves_on = |path: &str| {
        let put = |digit: &str| {
            repo.git(&[
                "update-index",
                "--add",
                "--cacheinfo",
                &format!("160000,{},{path}", digit.repeat(40)),
            ]);
            repo.git(&["commit", "--quiet", "--message=Move on"]);
        };
        put("1");
        put("2");
        check(repo.path(), &["--base", "HEAD~1", "--head", "HEAD"])
    };
    for path in [
        "orgs/one/force-app/security",
        "orgs/one/force-app/main/default/settings",
        "orgs/one/shared/app",
        "orgs/one/library",
    ] {
        let run = moves_on(path);
        refused(&run, &[]);
        assert!(
            run.report.to_string().contains("a submodule in a package directory changes"),
            "{}",
            run.said()
        );
    }
    for path in ["orgs/one/tools", "orgs/one/force-app2", "tools", "orgs/two/force-app"] {
        passed(&moves_on(path));
    }
    let staged = "orgs/one/force-app/staged";
    repo.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("160000,{},{staged}", "3".repeat(40)),
    ]);
    refused(&check(repo.path(), &["--base", "HEAD", "--staged"]), &[]);
}

fn folder() {
    let (repo, base, _) = opened();
    repo.git(&["checkout", "--quiet", "--detach", &base]);
    repo.remove(APP);
    repo.write(format!("{APP}/Billing.connectedApp-meta.xml"), connected_app(true));
    repo.commit("Folder");
    let run = commits(&repo, &[]);
    assert_eq!(run.code, 1, "{}", run.said());
}

fn replace() {
    let (repo, base, head) = opened();
    repo.git(&["replace", &head, &base]);
    caught(&check(repo.path(), &["--base", &base, "--head", &head]));
    // The same for a single blob.
    let (repo, base, head) = opened();
    let blob = |rev: &str| repo.git(&["rev-parse", &format!("{rev}:{APP}")]);
    let (good, bad) = (blob(&base), blob(&head));
    repo.git(&["replace", &bad, &good]);
    caught(&check(repo.path(), &["--base", &base, "--head", &head]));
}

fn attributes() {
    let (repo, base, _) = opened();
    repo.write(
        ".gitattributes",
        "*.xml binary -diff -text filter=lfs\n**/connectedApps/** export-ignore\n",
    );
    repo.write(".forceignore", "**/connectedApps/**\n");
    repo.write(".gitignore", "*\n");
    let head = repo.commit("Hide");
    caught(&check(repo.path(), &["--base", &base, "--head", &head]));
    caught(&check(repo.path(), &["--base", &base]));
}

/// What is checked out, and deployed, is not what is stored then.
fn converting_attributes() {
    let (repo, _, base) = opened();
    let padded = format!("#{}\n*.xml working-tree-encoding=UTF-7\n", "x".repeat(2 << 20));
    for lines in [
        &padded,
        "*.xml working-tree-encoding=ASCII//TRANSLIT\n",
        "[attr]odd working-tree-encoding=UTF-7\n* odd\n",
        "\u{a0}#x/** working-tree-encoding=UTF-7\n",
    ] {
        repo.write("force-app/.gitattributes", lines);
        let head = repo.commit("Convert");
        unreadable(
            &check(repo.path(), &["--base", &base, "--head", &head]),
            "force-app/.gitattributes",
            "working-tree-encoding",
        );
        // What stands in base was judged when it came.
        repo.write("README.md", lines);
        let next = repo.commit("Another");
        passed(&check(repo.path(), &["--base", &head, "--head", &next]));
    }
    // A macro that was for other files.
    repo.write(".gitattributes", "[attr]odd working-tree-encoding=UTF-7\n*.txt odd\n");
    let base = repo.commit("Macro");
    repo.write("force-app/.gitattributes", "*.xml odd\n");
    let head = repo.commit("Use it");
    let run = check(repo.path(), &["--base", &base, "--head", &head]);
    unreadable(&run, "force-app/.gitattributes", "working-tree-encoding");
    repo.write("force-app/.gitattributes", "*.xml text eol=lf working-tree-encoding=UTF-8\n");
    let base = repo.commit("Others");
    // Git itself would not store it where the attribute is set; without, anybody can.
    repo.write(
        APP,
        connected_app(true)
            .replace("<label>", "<!--$Id:--><label>")
            .replace("</label>", "</label><!--$-->"),
    );
    let head = repo.commit("Keyword");
    unreadable(&check(repo.path(), &["--base", &base, "--head", &head]), APP, "$Id:");
}

#[track_caller]
fn unreadable(run: &orgate_testkit::gate::Run, path: &str, reason: &str) {
    let said = run.said();
    assert!(run.code == 2 && said.contains(path) && said.contains(reason), "{said}");
}

fn assumed_unchanged() {
    let (repo, base, _) = opened();
    repo.git(&["checkout", "--quiet", &base]);
    repo.git(&["update-index", "--assume-unchanged", APP]);
    repo.write(APP, connected_app(true));
    caught(&check(repo.path(), &["--base", &base]));
    repo.git(&["update-index", "--no-assume-unchanged", "--skip-worktree", APP]);
    let run = check(repo.path(), &["--base", &base]);
    assert!(run.code != 2, "{}", run.said());
}

#[cfg(target_os = "linux")]
fn odd_names() {
    let (repo, _, _) = opened();
    repo.write(b"docs/\xff\xfe.md", "x");
    repo.write(b"force-app/main/default/classes/\xe9.cls", "x");
    repo.commit("Names");
    caught(&commits(&repo, &[]));
    repo.write(
        b"force-app/main/default/connectedApps/\xff.connectedApp-meta.xml",
        connected_app(true),
    );
    repo.commit("A name that is none");
    let run = commits(&repo, &[]);
    assert_eq!(run.code, 2, "{}", run.said());
}

#[cfg(not(target_os = "linux"))]
fn odd_names() {}

#[cfg(target_os = "linux")]
fn case() {
    let (repo, base, _) = opened();
    repo.git(&["checkout", "--quiet", "--detach", &base]);
    repo.write(APP.replace("Billing", "BILLING"), connected_app(true));
    repo.commit("Another case");
    let run = commits(&repo, &[]);
    assert_eq!(run.code, 1, "{}", run.said());
}

#[cfg(not(target_os = "linux"))]
fn case() {}

#[cfg(unix)]
fn control_characters() {
    let (repo, _, _) = opened();
    let name = "force-app/main/default/connectedApps/A\n::error::pwned\u{1b}[31m.connectedApp-meta.xml";
    repo.write(name, connected_app(true));
    repo.commit("Name");
    let run = commits(&repo, &["--output=text"]);
    assert_eq!(run.code, 1);
    assert!(
        !run.stdout.contains('\u{1b}') && !run.stdout.contains("\n::error"),
        "{}",
        run.stdout
    );
    assert!(
        !run.stderr.contains('\u{1b}') && !run.stderr.contains("\n::error"),
        "{}",
        run.stderr
    );
}

#[cfg(not(unix))]
fn control_characters() {}

fn pointer() {
    let (repo, _, _) = opened();
    let text = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 812\n",
        "a".repeat(64)
    );
    repo.write(APP, text);
    repo.commit("Pointer");
    let run = commits(&repo, &[]);
    assert!(run.code == 2 && run.stdout.contains("LFS"), "{}", run.said());
}

fn root() {
    let (repo, _, head) = opened();
    let empty = repo.git(&["hash-object", "-t", "tree", "-w", "/dev/null"]);
    let run = check(repo.path(), &["--base", &empty, "--head", &head]);
    assert!(
        run.code == 1 && run.findings().iter().all(|hit| hit.outcome == "introduced"),
        "{}",
        run.said()
    );
}

fn octopus() {
    let (repo, base, _) = opened();
    for name in ["one", "two"] {
        repo.git(&["checkout", "--quiet", "-b", name, &base]);
        repo.write(format!("{name}.md"), "x");
        repo.commit(name);
    }
    repo.git(&["checkout", "--quiet", "change"]);
    repo.git(&["merge", "--quiet", "--message=All", "one", "two"]);
    caught(&commits(&repo, &[]));
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "--message=Some", "one", "two"]);
    passed(&check(repo.path(), &["--base=HEAD~", "--head=HEAD"]));
}

fn missing_object() {
    let (repo, base, head) = opened();
    let blob = repo.git(&["rev-parse", &format!("{head}:{APP}")]);
    let file = repo.path().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    std::fs::remove_file(file).expect("a loose object");
    refused(&check(repo.path(), &["--base", &base, "--head", &head]), &[&blob[..10]]);
}

fn target_event() {
    let (repo, _, _) = opened();
    let mut command = orgate_testkit::gate::orgate(repo.path());
    command.args(["check", "--base=main", "--head=HEAD", "--output=json"]);
    command
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_NAME", "pull_request_target");
    let run = orgate_testkit::Gate::finish(command);
    // Both sides are named here, so the event does not matter; without them it must not judge the checkout.
    caught(&run);
    let mut command = orgate_testkit::gate::orgate(repo.path());
    command.args(["check", "--output=json"]);
    command
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_NAME", "pull_request_target");
    refused(&orgate_testkit::Gate::finish(command), &["pull_request_target"]);
}
