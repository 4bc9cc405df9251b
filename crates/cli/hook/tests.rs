//! What the hook says of the index and of pushes, in real repositories.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::Parser as _;
use orgate_core::report::verdict::Verdict;
use orgate_diff::Repository;
use orgate_testkit::TestRepo;

use super::{judge_commit, run_in, staged};
use crate::args::{Cli, Command, HookArgs};
use crate::ci::Environment;
use crate::error::CliError;

const APP: &str = "force-app/main/default/connectedApps/Sync.connectedApp-meta.xml";

/// A Connected App; sound when it takes no client credentials and requires PKCE.
fn app(client_credentials: bool, pkce: bool) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<ConnectedApp xmlns="http://soap.sforce.com/2006/04/metadata">
    <contactEmail>integration@example.com</contactEmail>
    <label>Sync</label>
    <oauthConfig>
        <callbackUrl>https://erp.example.com/oauth/callback</callbackUrl>
        <isAdminApproved>true</isAdminApproved>
        <isClientCredentialEnabled>{client_credentials}</isClientCredentialEnabled>
        <isConsumerSecretOptional>false</isConsumerSecretOptional>
        <isPkceRequired>{pkce}</isPkceRequired>
        <isSecretRequiredForRefreshToken>true</isSecretRequiredForRefreshToken>
        <scopes>Api</scopes>
    </oauthConfig>
</ConnectedApp>
"#
    )
}

fn sound() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("README.md", "hello\n");
    repo.write(APP, app(false, true));
    repo.commit("a sound app");
    repo
}

fn arguments(more: &[&str]) -> HookArgs {
    let mut all = vec!["orgate", "hook"];
    all.extend(more);
    match Cli::try_parse_from(all).expect("arguments").command {
        Command::Hook(hook) => *hook,
        _ => unreachable!("not hook"),
    }
}

fn global() -> crate::args::Global {
    Cli::try_parse_from(["orgate", "hook", "--quiet"]).expect("arguments").global
}

fn hook_with(repo: &TestRepo, more: &[&str], variables: &[(&str, &str)]) -> Result<Verdict, CliError> {
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    let environment = Environment::new(|name| variables.get(name).map(OsString::from));
    let repository = Repository::open(Some(repo.path())).expect("a repository");
    run_in(&arguments(more), &global(), &repository, &environment)
}

fn hook(repo: &TestRepo) -> Verdict {
    hook_with(repo, &[], &[]).expect("judged")
}

#[test]
fn the_index_is_judged_and_the_work_tree_is_not() {
    let repo = sound();
    repo.write(APP, app(true, true));
    assert_eq!(hook(&repo), Verdict::Pass, "not staged");
    repo.git(&["add", "--all"]);
    assert_eq!(hook(&repo), Verdict::Fail, "staged");
    repo.write(APP, app(false, true));
    assert_eq!(hook(&repo), Verdict::Fail, "mended on disk only");
    repo.git(&["add", "--all"]);
    assert_eq!(hook(&repo), Verdict::Pass, "mended");
}

#[test]
fn the_first_commit_has_nothing_to_get_weaker_than() {
    let repo = TestRepo::new();
    repo.write(APP, app(true, false));
    repo.git(&["add", "--all"]);
    assert_eq!(hook(&repo), Verdict::Pass);
}

#[test]
fn a_commit_without_metadata_says_nothing() {
    let repo = sound();
    let says_nothing = |repo: &TestRepo| {
        let repository = Repository::open(Some(repo.path())).expect("a repository");
        let sides = staged(&repository, "HEAD", "").expect("both sides");
        super::says_nothing(&judge_commit(&arguments(&[]).gate, &repository, &sides, &[]).expect("judged").0)
    };
    assert!(says_nothing(&repo), "nothing is staged");
    repo.write("README.md", "hello again\n");
    repo.write("src/App.cls", "class App {}\n");
    repo.git(&["add", "--all"]);
    assert!(says_nothing(&repo));
    repo.git(&["rm", "--quiet", "--cached", APP]);
    assert!(!says_nothing(&repo), "a deletion counts");
}

#[test]
fn a_file_that_lets_metadata_in_is_judged() {
    let repo = sound();
    repo.write("sfdx-project.json", r#"{"packageDirectories": [{"path": "force-app"}]}"#);
    repo.write(".forceignore", "**/Parked.connectedApp-meta.xml\n");
    repo.write(APP.replace("Sync", "Parked"), app(true, false).replace("Sync", "Parked"));
    repo.commit("a weak app that is not deployed");
    repo.write(".forceignore", "");
    repo.git(&["add", "--all"]);
    assert_eq!(hook(&repo), Verdict::Fail);
}

#[test]
fn a_deletion_is_seen() {
    let repo = sound();
    repo.git(&["rm", "--quiet", APP]);
    assert_eq!(hook_with(&repo, &["--strict"], &[]).expect("judged"), Verdict::Fail);
    assert_eq!(hook(&repo), Verdict::Pass);
}

#[test]
fn a_merge_answers_only_for_what_is_weaker_than_both_parents() {
    let repo = sound();
    repo.git(&["switch", "--quiet", "--create", "topic"]);
    repo.write(APP, app(true, true));
    repo.commit("topic opens the app");
    repo.git(&["switch", "--quiet", "main"]);
    repo.write("README.md", "main moves on\n");
    repo.commit("main moves on");
    repo.git(&["merge", "--quiet", "--no-commit", "--no-ff", "topic"]);
    assert_eq!(hook(&repo), Verdict::Pass, "topic's change was judged on topic");
    repo.write(APP, app(true, false));
    repo.git(&["add", "--all"]);
    assert_eq!(hook(&repo), Verdict::Fail, "the merge itself drops PKCE");
    let repository = Repository::open(Some(repo.path())).expect("a repository");
    let sides = staged(&repository, "HEAD", "").expect("both sides");
    let merging = repository.merge_heads().expect("merge heads");
    let (report, _) = judge_commit(&arguments(&[]).gate, &repository, &sides, &merging).expect("a report");
    let failing: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.fails)
        .map(|finding| &*finding.control.id)
        .collect();
    assert_eq!(failing, ["ca-pkce-not-required"]);
    assert!(report.compared.why.contains("merge"));
}

#[test]
fn a_push_is_what_pre_commit_says_it_is() {
    let repo = sound();
    let from = repo.git(&["rev-parse", "HEAD"]);
    repo.write(APP, app(true, true));
    let to = repo.commit("open the app");
    let refs = [("PRE_COMMIT_FROM_REF", from.as_str()), ("PRE_COMMIT_TO_REF", to.as_str())];
    assert_eq!(hook_with(&repo, &[], &refs).expect("judged"), Verdict::Fail);
    let same = [("PRE_COMMIT_FROM_REF", to.as_str()), ("PRE_COMMIT_TO_REF", to.as_str())];
    assert_eq!(hook_with(&repo, &[], &same).expect("judged"), Verdict::Pass);
    // The first push to an empty remote names no commits.
    let first = [("PRE_COMMIT", "1"), ("PRE_COMMIT_REMOTE_NAME", "origin")];
    assert_eq!(hook_with(&repo, &[], &first).expect("judged"), Verdict::Pass);
    repo.git(&["update-ref", "refs/remotes/origin/main", &from]);
    assert_eq!(hook_with(&repo, &[], &first).expect("judged"), Verdict::Fail);
    let unknown = [("PRE_COMMIT_FROM_REF", "no-such"), ("PRE_COMMIT_TO_REF", "HEAD")];
    assert!(hook_with(&repo, &[], &unknown).is_err());
}

#[test]
fn a_push_is_what_git_says_on_standard_input() {
    let repo = sound();
    let from = repo.git(&["rev-parse", "HEAD"]);
    repo.write(APP, app(true, true));
    let to = repo.commit("open the app");
    let repository = Repository::open(Some(repo.path())).expect("a repository");
    let zeros = "0".repeat(40);
    let line =
        |local: &str, there: &str| super::push::from_line(&repository, "origin", &format!("refs/heads/x {local} refs/heads/x {there}"));
    let pushed = line(&to, &from).expect("read").expect("a range");
    assert_eq!((pushed.base.as_str(), pushed.head.as_str()), (from.as_str(), to.as_str()));
    assert!(line(&zeros, &from).expect("read").is_none(), "a deletion");
    assert!(line(&to, &zeros).expect("read").is_none(), "nothing is known of any remote");
    let elsewhere = "1".repeat(40);
    assert!(line(&to, &elsewhere).is_err(), "the remote has what is not here");
    repo.git(&["update-ref", "refs/remotes/upstream/develop", &from]);
    assert_eq!(line(&to, &zeros).expect("read").expect("a range").base, from, "another remote");
    assert_eq!(line(&to, &elsewhere).expect("read").expect("a range").base, from);
    repo.git(&["update-ref", "refs/remotes/origin/main", &from]);
    assert_eq!(line(&to, &zeros).expect("read").expect("a range").base, from);
    assert!(super::push::from_line(&repository, "origin", "three words only").is_err());
    assert!(line("--all", &from).is_err());
}
