//! The pipelines of GitLab.

use orgate_testkit::TestRepo;

use super::{ZEROS, checkout, ids, missing, pair, range_with, world};
use crate::ci::{CiError, CiRange};

pub(super) fn gitlab(repo: &TestRepo, sha: &str, more: &[(&str, &str)]) -> Result<CiRange, CiError> {
    let mut variables = vec![("GITLAB_CI", "true"), ("CI_COMMIT_SHA", sha)];
    variables.extend(more);
    range_with(repo, &[], &variables).map(|range| range.expect("a range"))
}

#[test]
fn merge_request_pipelines_of_gitlab() {
    let world = world();
    let clone = checkout(&world, None, "refs/pull/1/merge");
    let request = ("CI_PIPELINE_SOURCE", "merge_request_event");
    let fork = ("CI_MERGE_REQUEST_DIFF_BASE_SHA", world.fork.as_str());
    let detached = [request, fork, ("CI_MERGE_REQUEST_EVENT_TYPE", "detached")];
    assert_eq!(ids(gitlab(&clone, &world.tip, &detached)), pair(&world.fork, &world.tip));
    for kind in ["merged_result", "merge_train"] {
        // The diff base is stale here too; the trial merge knows better.
        let variables = [request, fork, ("CI_MERGE_REQUEST_EVENT_TYPE", kind)];
        assert_eq!(ids(gitlab(&clone, &world.merge, &variables)), pair(&world.main, &world.merge));
        // Fast-forward trains have no merge commit.
        let target = ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", world.root.as_str());
        let variables = [request, fork, target, ("CI_MERGE_REQUEST_EVENT_TYPE", kind)];
        assert_eq!(ids(gitlab(&clone, &world.tip, &variables)), pair(&world.root, &world.tip));
    }
    let child = [("CI_PIPELINE_SOURCE", "parent_pipeline"), ("CI_MERGE_REQUEST_IID", "7"), fork];
    assert_eq!(ids(gitlab(&clone, &world.tip, &child)), pair(&world.fork, &world.tip));
    let shallow = checkout(&world, Some("--depth=1"), "refs/pull/1/merge");
    let variables = [request, fork, ("CI_MERGE_REQUEST_EVENT_TYPE", "merged_result")];
    assert_eq!(missing(gitlab(&shallow, &world.merge, &variables)), world.main);
    assert!(gitlab(&clone, &world.tip, &[request]).is_err());
}

#[test]
fn branch_pipelines_of_gitlab() {
    let world = world();
    let clone = checkout(&world, None, "refs/heads/topic");
    let push = |sha: &str, before: &str, branch: &str| {
        let variables = [
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_BEFORE_SHA", before),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_COMMIT_BRANCH", branch),
        ];
        gitlab(&clone, sha, &variables)
    };
    assert_eq!(ids(push(&world.tip, &world.root, "topic")), pair(&world.root, &world.tip));
    assert_eq!(ids(push(&world.tip, ZEROS, "topic")), pair(&world.fork, &world.tip));
    let found = push(&world.main, ZEROS, "main").expect("a range");
    assert!(found.on_default_branch);
    assert_eq!(ids(Ok(found)), pair(&world.fork, &world.main));
}

#[test]
fn the_reason_names_what_the_pipeline_is() {
    let world = world();
    let clone = checkout(&world, None, "refs/heads/topic");
    let why = |sha: &str, more: &[(&str, &str)]| {
        let variables = [("CI_COMMIT_BEFORE_SHA", ZEROS), ("CI_DEFAULT_BRANCH", "main")];
        gitlab(&clone, sha, &[&variables[..], more].concat()).expect("a range").why
    };
    let tag = [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_TAG", "v1")];
    assert_eq!(
        why(&world.tip, &tag),
        "GitLab's tag pipeline: the tag is new, so base is the merge base with 'main'"
    );
    assert_eq!(
        why(&world.main, &tag),
        "GitLab's tag pipeline: the tag is new and head holds nothing that 'main' lacks, so base is head's first parent"
    );
    for (source, name) in [
        ("schedule", "scheduled pipeline"),
        ("web", "pipeline that a person started"),
        ("parent_pipeline", "child pipeline"),
        ("api", "pipeline without a push"),
    ] {
        let topic = [("CI_PIPELINE_SOURCE", source), ("CI_COMMIT_BRANCH", "topic")];
        let reason = "no push started it, so base is the merge base with 'main'";
        assert_eq!(why(&world.tip, &topic), format!("GitLab's {name}: {reason}"));
        let main = [("CI_PIPELINE_SOURCE", source), ("CI_COMMIT_BRANCH", "main")];
        let reason = "no push started it, so base is head's first parent";
        assert_eq!(why(&world.main, &main), format!("GitLab's {name}: {reason}"));
    }
    let push = [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "topic")];
    assert!(why(&world.tip, &push).contains("branch pipeline: the branch is new, so base"));
}
