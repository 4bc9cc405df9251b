//! Every event on a real repository: which two commits it gives, or which error.

mod github;
mod gitlab;

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::Parser as _;
use orgate_diff::Repository;
use orgate_testkit::TestRepo;

use super::{CiError, CiRange, Environment};
use crate::args::{Cli, Command, SideArgs};
use github::github;
use gitlab::gitlab;

const ZEROS: &str = "0000000000000000000000000000000000000000";
const ABSENT: &str = "1111111111111111111111111111111111111111";

/// `main` moved on after `topic` was cut; `topic` was merged for trial, as refs/pull/1/merge.
struct World {
    origin: TestRepo,
    root: String,
    fork: String,
    main: String,
    tip: String,
    merge: String,
}

fn world() -> World {
    let origin = TestRepo::new();
    origin.write("a.txt", "1\n");
    let root = origin.commit("root");
    origin.write("a.txt", "2\n");
    let fork = origin.commit("where topic is cut");
    origin.git(&["switch", "--quiet", "--create", "topic"]);
    origin.write("b.txt", "1\n");
    let tip = origin.commit("topic");
    origin.git(&["switch", "--quiet", "main"]);
    origin.write("c.txt", "1\n");
    let main = origin.commit("main moves on");
    origin.git(&["switch", "--quiet", "--detach"]);
    origin.git(&["merge", "--quiet", "--no-ff", "--message=trial", "topic"]);
    let merge = origin.git(&["rev-parse", "HEAD"]);
    origin.git(&["update-ref", "refs/pull/1/merge", &merge]);
    origin.git(&["switch", "--quiet", "main"]);
    World {
        origin,
        root,
        fork,
        main,
        tip,
        merge,
    }
}

/// A checkout as the platforms make it: one ref fetched, HEAD detached on it.
fn checkout(world: &World, depth: Option<&str>, what: &str) -> TestRepo {
    let clone = TestRepo::new();
    let url = format!("file://{}", world.origin.path().display());
    clone.git(&["remote", "add", "origin", &url]);
    let mut fetch = vec!["fetch", "--quiet", "--no-tags"];
    fetch.extend(depth);
    let spec = format!("+{what}:refs/remotes/pull/1/merge");
    fetch.extend(["origin", &spec]);
    if depth.is_none() {
        fetch.push("+refs/heads/*:refs/remotes/origin/*");
    }
    clone.git(&fetch);
    clone.git(&["checkout", "--quiet", "--detach", "refs/remotes/pull/1/merge"]);
    clone
}

fn sides(arguments: &[&str]) -> SideArgs {
    let mut all = vec!["orgate", "check"];
    all.extend(arguments);
    match Cli::try_parse_from(all).expect("arguments").command {
        Command::Check(check) => check.sides,
        _ => unreachable!("not check"),
    }
}

fn range_with(repo: &TestRepo, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Option<CiRange>, CiError> {
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    let environment = Environment::new(|name| variables.get(name).map(OsString::from));
    let repository = Repository::open(Some(repo.path())).expect("a repository");
    super::range(&sides(arguments), &environment, &repository)
}

fn ids(found: Result<CiRange, CiError>) -> (String, String) {
    let found = found.expect("a range");
    (found.base, found.head)
}

fn pair(base: &str, head: &str) -> (String, String) {
    (base.to_owned(), head.to_owned())
}

fn missing(found: Result<CiRange, CiError>) -> String {
    let error = found.expect_err("something is missing");
    match &error {
        CiError::Missing { id, .. } => {
            let command = format!("git fetch --no-tags --depth=1 origin {id}");
            assert!(error.to_string().contains(&command), "{error}");
            id.clone()
        }
        other => unreachable!("{other}"),
    }
}

#[test]
fn without_a_platform_nobody_has_a_say() {
    let world = world();
    assert_eq!(range_with(&world.origin, &[], &[]).expect("no error"), None);
    let variables = [("GITHUB_ACTIONS", "true")];
    assert_eq!(range_with(&world.origin, &["--ci=off"], &variables).expect("no error"), None);
    let error = range_with(&world.origin, &["--ci=gitlab"], &variables).expect_err("no GitLab");
    assert!(error.to_string().contains("CI_COMMIT_SHA"), "{error}");
}

#[test]
fn a_merge_by_the_author_is_no_trial_merge() {
    let world = world();
    // The author merges main into the topic: a commit with two parents whose first is the author's own.
    world.origin.git(&["switch", "--quiet", "topic"]);
    world
        .origin
        .git(&["merge", "--quiet", "--no-ff", "--message=main into topic", "main"]);
    let own = world.origin.git(&["rev-parse", "HEAD"]);
    let clone = checkout(&world, None, "refs/heads/topic");
    let payload = format!(r#"{{"pull_request":{{"base":{{"ref":"main"}},"head":{{"sha":"{own}"}}}}}}"#);
    let wanted = pair(&world.main, &own);
    assert_eq!(ids(github(&clone, "pull_request", &own, &payload, &[])), wanted);
    let fast_forward_train = [
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_EVENT_TYPE", "merge_train"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", own.as_str()),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", world.main.as_str()),
    ];
    assert_eq!(ids(gitlab(&clone, &own, &fast_forward_train)), wanted);
    let known = [
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", world.tip.as_str()),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", world.main.as_str()),
    ];
    let full = checkout(&world, None, "refs/pull/1/merge");
    let variables = [&fast_forward_train[..2], &known].concat();
    assert_eq!(ids(gitlab(&full, &world.merge, &variables)), pair(&world.main, &world.merge));
}
