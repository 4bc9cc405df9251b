//! What a change lets into a deploy without touching it, in real repositories: by rules, by a project file, by links.

use orgate_testkit::TestRepo;
use orgate_testkit::gate::{Run, list};
use orgate_testkit::sample::{APP, CONTROL, connected_app, packages};

use super::{check, passed, refused};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("admitted::a copy that rules let in", rules),
    ("admitted::a copy in a folder that becomes a package", package),
    ("admitted::a link in a package directory", link),
    ("admitted::a link to what is left out in a package directory", link_within),
    ("admitted::links that let nothing in", harmless_links),
];

const COPY: &str = "legacy/main/default/connectedApps/Billing.connectedApp-meta.xml";
const RULES: &str = ".forceignore";
const PROJECT: &str = "sfdx-project.json";

/// A strong app that is deployed and a weak copy of it.
fn two(names: &[&str]) -> TestRepo {
    let repo = TestRepo::new();
    repo.write(APP, connected_app(false));
    repo.write(COPY, connected_app(true));
    repo.write(PROJECT, packages(names));
    repo
}

/// Makes a symbolic link; false where not everybody may.
#[cfg(unix)]
fn linked(repo: &TestRepo, place: &str, target: &str) -> bool {
    std::os::unix::fs::symlink(target, repo.path().join(place)).expect("linked");
    true
}

#[cfg(not(unix))]
fn linked(_: &TestRepo, _: &str, _: &str) -> bool {
    false
}

/// The work tree, the index and a commit, each against the last commit.
fn each(repo: &TestRepo, judge: impl Fn(&Run)) {
    judge(&check(repo.path(), &["--base=HEAD"]));
    staged_and_committed(repo, judge);
}

fn staged_and_committed(repo: &TestRepo, judge: impl Fn(&Run)) {
    repo.git(&["add", "--all"]);
    judge(&check(repo.path(), &["--staged"]));
    repo.commit("Change");
    judge(&check(repo.path(), &["--base=HEAD~1", "--head=HEAD"]));
}

#[track_caller]
fn let_in(run: &Run, file: &str) {
    let found = run
        .findings()
        .iter()
        .any(|hit| hit.control == CONTROL && hit.outcome == "regressed");
    assert!(found && run.code == 1, "{}", run.said());
    let findings = list(&run.report["findings"]);
    let here = findings.iter().any(|finding| finding["anchor"]["path"] == file);
    assert!(here, "{}", run.said());
}

fn rules() {
    let repo = two(&["force-app", "legacy"]);
    repo.write(RULES, "# not yet\nlegacy/\n");
    repo.commit("Before");
    repo.write(RULES, "# not yet\n");
    each(&repo, |run| let_in(run, RULES));
    repo.write(RULES, "# not yet\n**/classes/**\n");
    each(&repo, passed);
}

fn package() {
    let repo = two(&["force-app"]);
    repo.commit("Before");
    repo.write(PROJECT, packages(&["force-app", "legacy"]));
    each(&repo, |run| let_in(run, PROJECT));
    repo.write(PROJECT, packages(&["force-app", "legacy", "later"]));
    each(&repo, passed);
}

fn link() {
    for (place, target) in [
        ("force-app/main/more", "../../legacy"),
        ("force-app/main/more", "../../legacy/main/default"),
        ("force-app/legacy", "../other"),
        ("force-app/out", "/tmp/elsewhere"),
        ("force-app/out", "../../elsewhere"),
        ("force-app/loop", "loop"),
    ] {
        let repo = two(&["force-app"]);
        if !linked(&repo, "other", "legacy") {
            return;
        }
        repo.commit("Before");
        linked(&repo, place, target);
        staged_and_committed(&repo, |run| {
            refused(run, &[]);
            let told = run.report["unreadable"].to_string();
            assert!(told.contains(place) && told.contains("symbolic link"), "{}", run.said());
        });
        // What stood there before is no matter of this change.
        repo.write("readme.md", "text");
        staged_and_committed(&repo, passed);
    }
}

fn link_within() {
    let repo = two(&["force-app", "legacy"]);
    repo.write(RULES, "legacy/\n");
    repo.write("force-app/.attic/connectedApps/Billing.connectedApp-meta.xml", connected_app(true));
    repo.commit("Before");
    for (place, target) in [("force-app/more", "../legacy"), ("force-app/seen", ".attic")] {
        if linked(&repo, place, target) {
            staged_and_committed(&repo, |run| refused(run, &[]));
        }
    }
}

fn harmless_links() {
    let repo = two(&["force-app"]);
    repo.write("docs/guide.md", "text");
    repo.write("force-app/main/default/lwc/one/one.js", "x");
    repo.commit("Before");
    for (place, target) in [
        ("force-app/guide.md", "../docs/guide.md"),
        ("force-app/docs", "../docs"),
        ("force-app/again", "main"),
        ("docs/legacy", "../legacy"),
        ("force-app/main/default/lwc/shared", "../../../../legacy"),
        ("legacy/out", "/tmp/elsewhere"),
        ("force-app/nowhere", "missing"),
    ] {
        linked(&repo, place, target);
    }
    staged_and_committed(&repo, passed);
}
