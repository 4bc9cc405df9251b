//! The events of GitHub Actions.

use orgate_diff::Repository;
use orgate_testkit::TestRepo;

use super::{ABSENT, ZEROS, checkout, ids, missing, pair, range_with, world};
use crate::ci::{CiError, CiRange};

/// A run of GitHub's event `name` with this payload.
pub(super) fn github(repo: &TestRepo, name: &str, sha: &str, payload: &str, more: &[(&str, &str)]) -> Result<CiRange, CiError> {
    github_with(repo, &[], name, sha, payload, more)
}

fn github_with(
    repo: &TestRepo,
    arguments: &[&str],
    name: &str,
    sha: &str,
    payload: &str,
    more: &[(&str, &str)],
) -> Result<CiRange, CiError> {
    let event = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(event.path(), payload).expect("written");
    let path = event.path().to_str().expect("a path").to_owned();
    let mut variables = vec![
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", name),
        ("GITHUB_EVENT_PATH", &path),
        ("GITHUB_SHA", sha),
    ];
    variables.extend(more);
    range_with(repo, arguments, &variables).map(|range| range.expect("a range"))
}

fn push_payload(before: &str) -> String {
    format!(r#"{{"before":"{before}","repository":{{"default_branch":"main"}}}}"#)
}

#[test]
fn a_pull_request_is_its_merge_against_the_first_parent_whatever_its_base_sha_says() {
    let world = world();
    // base.sha is stale, as it is whenever main moved on.
    let payload = format!(
        r#"{{"pull_request":{{"base":{{"sha":"{}","ref":"main"}},"head":{{"sha":"{}"}}}}}}"#,
        world.root, world.tip
    );
    let full = checkout(&world, None, "refs/pull/1/merge");
    let wanted = pair(&world.main, &world.merge);
    assert_eq!(ids(github(&full, "pull_request", &world.merge, &payload, &[])), wanted);
    let shallow = checkout(&world, Some("--depth=1"), "refs/pull/1/merge");
    let first = missing(github(&shallow, "pull_request", &world.merge, &payload, &[]));
    assert_eq!(first, world.main);
    shallow.git(&["fetch", "--quiet", "--no-tags", "--depth=1", "origin", &first]);
    assert_eq!(ids(github(&shallow, "pull_request", &world.merge, &payload, &[])), wanted);
    let two = checkout(&world, Some("--depth=2"), "refs/pull/1/merge");
    assert_eq!(ids(github(&two, "pull_request", &world.merge, &payload, &[])), wanted);
}

#[test]
fn a_checkout_of_the_pull_requests_head_is_compared_with_the_fork_point() {
    let world = world();
    let payload = format!(
        r#"{{"pull_request":{{"base":{{"sha":"{}","ref":"main"}},"head":{{"sha":"{}"}}}}}}"#,
        world.root, world.tip
    );
    let full = checkout(&world, None, "refs/heads/topic");
    let wanted = pair(&world.fork, &world.tip);
    assert_eq!(ids(github(&full, "pull_request", &world.merge, &payload, &[])), wanted);
    let shallow = checkout(&world, Some("--depth=1"), "refs/heads/topic");
    let error = github(&shallow, "pull_request", &world.merge, &payload, &[]).expect_err("no history");
    let command = "git fetch --no-tags --unshallow origin +refs/heads/main:refs/remotes/origin/main";
    assert!(error.to_string().contains(command), "{error}");
    let spec = "+refs/heads/main:refs/remotes/origin/main";
    shallow.git(&["fetch", "--quiet", "--no-tags", "--unshallow", "origin", spec]);
    assert_eq!(ids(github(&shallow, "pull_request", &world.merge, &payload, &[])), wanted);
}

#[test]
fn a_checkout_of_the_base_branch_does_not_pass_for_the_pull_request() {
    let world = world();
    let payload = format!(r#"{{"pull_request":{{"base":{{"ref":"main"}},"head":{{"sha":"{}"}}}}}}"#, world.tip);
    let clone = checkout(&world, Some("--depth=1"), "refs/heads/main");
    assert_eq!(missing(github(&clone, "pull_request", &world.merge, &payload, &[])), world.merge);
}

#[test]
fn merge_groups_say_what_they_compare() {
    let world = world();
    let payload = format!(r#"{{"merge_group":{{"base_sha":"{}","head_sha":"{}"}}}}"#, world.main, world.merge);
    let clone = checkout(&world, Some("--depth=1"), "refs/pull/1/merge");
    assert_eq!(missing(github(&clone, "merge_group", &world.merge, &payload, &[])), world.main);
    clone.git(&["fetch", "--quiet", "--no-tags", "--depth=1", "origin", &world.main]);
    let wanted = pair(&world.main, &world.merge);
    assert_eq!(ids(github(&clone, "merge_group", &world.merge, &payload, &[])), wanted);
    let error = github(&clone, "merge_group", &world.merge, "{}", &[]).expect_err("no group");
    assert!(error.to_string().contains("merge_group"), "{error}");
}

#[test]
fn a_push_is_compared_with_what_was_there() {
    let world = world();
    let full = checkout(&world, None, "refs/heads/topic");
    let push = |repo: &TestRepo, before: &str, more: &[(&str, &str)]| github(repo, "push", &world.tip, &push_payload(before), more);
    assert_eq!(ids(push(&full, &world.root, &[])), pair(&world.root, &world.tip));
    // A new branch, and a forced push whose old head is gone.
    for before in [ZEROS, ABSENT] {
        assert_eq!(ids(push(&full, before, &[])), pair(&world.fork, &world.tip), "{before}");
    }
    // On the default branch there is nothing to part from.
    let main = [("GITHUB_REF", "refs/heads/main")];
    let found = push(&full, ZEROS, &main).expect("a range");
    assert!(found.on_default_branch);
    assert_eq!(found.base, world.fork);
    // After a forced push its last commit is less than what was pushed.
    assert_eq!(missing(push(&full, ABSENT, &main)), ABSENT);
    let gone = ["--ci-unreachable", ABSENT];
    let found = github_with(&full, &gone, "push", &world.tip, &push_payload(ABSENT), &[]);
    assert_eq!(ids(found), pair(&world.fork, &world.tip));
    let shallow = checkout(&world, Some("--depth=1"), "refs/heads/topic");
    assert_eq!(missing(push(&shallow, ABSENT, &[])), ABSENT);
    let error = github_with(&shallow, &gone, "push", &world.tip, &push_payload(ABSENT), &[]).expect_err("no history");
    assert!(matches!(error, CiError::History { .. }), "{error}");
    let deleted = r#"{"before":"1111111111111111111111111111111111111111","deleted":true}"#;
    let error = github(&full, "push", &world.main, deleted, &[]).expect_err("nothing to judge");
    assert!(matches!(error, CiError::Deleted), "{error}");
}

#[test]
fn the_push_of_a_tag_is_told_as_such() {
    let world = world();
    let clone = checkout(&world, None, "refs/heads/topic");
    let tag = [("GITHUB_REF", "refs/tags/v1")];
    let push = |before: &str| {
        github(&clone, "push", &world.tip, &push_payload(before), &tag)
            .expect("a range")
            .why
    };
    assert_eq!(
        push(ZEROS),
        "GitHub's event push: the tag is new, so base is the merge base with 'main'"
    );
    assert_eq!(push(&world.root), "GitHub's event push: base is what the tag was before the push");
}

#[test]
fn a_branch_without_commits_of_its_own_and_events_without_a_change_take_the_last_commit() {
    let world = world();
    let clone = checkout(&world, None, "refs/heads/main");
    let found = github(&clone, "push", &world.main, &push_payload(ZEROS), &[]);
    assert_eq!(ids(found), pair(&world.fork, &world.main));
    for event in ["workflow_dispatch", "schedule"] {
        assert_eq!(ids(github(&clone, event, &world.main, "{}", &[])), pair(&world.fork, &world.main));
    }
    let first = github(&clone, "schedule", &world.root, "{}", &[]).expect("a range");
    assert!(first.why.contains("empty tree"), "{}", first.why);
    let repository = Repository::open(Some(clone.path())).expect("a repository");
    assert!(!repository.resolve(&first.base).expect("the empty tree").is_commit);
    let shallow = checkout(&world, Some("--depth=1"), "refs/heads/main");
    assert_eq!(missing(github(&shallow, "workflow_dispatch", &world.main, "{}", &[])), world.fork);
}

#[test]
fn events_whose_checkout_is_not_the_change_are_refused() {
    let world = world();
    let clone = checkout(&world, None, "refs/heads/topic");
    let pull = format!(r#"{{"pull_request":{{"base":{{"ref":"main"}},"head":{{"sha":"{}"}}}}}}"#, world.tip);
    let run = format!(
        r#"{{"workflow_run":{{"head_sha":"{}"}},"repository":{{"default_branch":"main"}}}}"#,
        world.tip
    );
    for (event, payload) in [("pull_request_target", &pull), ("workflow_run", &run)] {
        let error = github(&clone, event, &world.main, payload, &[]).expect_err("refused");
        assert!(matches!(error, CiError::Untrusted { .. }), "{error}");
        let forced = github_with(&clone, &["--ci-allow-untrusted-event"], event, &world.main, payload, &[]);
        assert_eq!(ids(forced), pair(&world.fork, &world.tip), "{event}");
    }
    for event in ["issue_comment", "fork"] {
        let error = github(&clone, event, &world.main, "{}", &[]).expect_err("no change");
        assert!(matches!(error, CiError::NoChange { .. }), "{error}");
    }
}

#[test]
fn what_was_given_wins() {
    let world = world();
    let clone = checkout(&world, None, "refs/pull/1/merge");
    let payload = format!(r#"{{"pull_request":{{"base":{{"ref":"main"}},"head":{{"sha":"{}"}}}}}}"#, world.tip);
    let pull = |arguments: &[&str]| github_with(&clone, arguments, "pull_request", &world.merge, &payload, &[]);
    assert_eq!(ids(pull(&["--base", &world.root])), pair(&world.root, &world.merge));
    assert_eq!(ids(pull(&["--head", &world.tip])), pair(&world.fork, &world.tip));
}

#[test]
fn hostile_values_are_refused_and_shown_harmless() {
    let world = world();
    let clone = checkout(&world, None, "refs/pull/1/merge");
    let bad = "--upload-pack=evil\n::set-output name=x::y\u{1b}[31m";
    let error = github(&clone, "push", bad, &push_payload(ZEROS), &[]).expect_err("no id");
    assert!(!error.to_string().contains(['\n', '\u{1b}']), "{error}");
    let payload = format!(r#"{{"before":"{}"}}"#, "$(id)");
    assert!(github(&clone, "push", &world.tip, &payload, &[]).is_err());
    let base = [("GITHUB_BASE_REF", "main\n::error::x")];
    let error = github(&clone, "pull_request", &world.merge, "{}", &base).expect_err("no branch");
    assert!(!error.to_string().contains('\n'), "{error}");
    assert!(github(&clone, "pull_request", &world.merge, "not JSON", &[]).is_err());
    // A name that git allows and a shell would not like is quoted in the command to copy.
    let odd = [("GITHUB_BASE_REF", "a;$(id)'b")];
    let payload = format!(r#"{{"pull_request":{{"head":{{"sha":"{}"}}}}}}"#, world.tip);
    let topic = checkout(&world, Some("--depth=1"), "refs/heads/topic");
    let error = github(&topic, "pull_request", &world.merge, &payload, &odd).expect_err("no history");
    assert!(error.to_string().contains(r"'+refs/heads/a;$(id)'\''b:refs"), "{error}");
}
