use clap::Parser as _;
use orgate_core::settings::Settings;
use orgate_testkit::TestRepo;

use super::{Found, files, settings, snippet};
use crate::args::{Cli, Command, PeopleCommand};

fn init(repo: &TestRepo, more: &[&str]) {
    let root = repo.path().display().to_string();
    let mut arguments = vec!["orgate", "init", "--repo", &root];
    arguments.extend(more);
    let Command::People(PeopleCommand::Init(arguments)) = Cli::try_parse_from(arguments).expect("arguments").command else {
        panic!("another command");
    };
    super::run(&arguments).expect("runs");
}

fn content(repo: &TestRepo, path: &str) -> Option<String> {
    std::fs::read_to_string(repo.path().join(path)).ok()
}

#[test]
fn the_settings_are_settings_with_and_without_their_comments() {
    let mut found = Found::default();
    found.apps.insert("Portal".to_owned());
    let text = settings(&found);
    Settings::parse(&text).expect("as written");
    let open: Vec<String> = text
        .lines()
        .skip(4)
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with([' ', 'a', 'w']) => rest.to_owned(),
            _ => line.to_owned(),
        })
        .collect();
    let open = open.join("\n").replace("YYYY-MM-DD", "2027-01-01");
    let settings = Settings::parse(&open).expect("with what the comments say");
    assert_eq!(settings.waivers.len(), 1, "{open}");
    assert!(settings.apps.contains_key("Portal"), "{open}");
}

#[test]
fn every_platform_has_a_snippet() {
    use crate::args::InitPlatform::{Github, Gitlab, Husky, Lefthook, PreCommit};
    let mut found = Found::default();
    found.platforms.extend([Github, Gitlab, PreCommit, Husky, Lefthook]);
    assert_eq!(files(&found).len(), 6);
    assert!(snippet("nothing", "x").is_none());
}

#[test]
fn what_is_there_is_left_alone() {
    let repo = TestRepo::new();
    repo.write(".github/workflows/build.yml", "on: push\n");
    repo.write("orgate.yaml", "fail-on: high\n");
    init(&repo, &["--print"]);
    assert!(content(&repo, ".github/workflows/orgate.yml").is_none(), "printing writes nothing");
    init(&repo, &[]);
    assert_eq!(content(&repo, "orgate.yaml").as_deref(), Some("fail-on: high\n"));
    assert!(content(&repo, ".github/workflows/orgate.yml").is_some_and(|text| text.contains("pull_request")));
    assert!(content(&repo, ".gitlab-ci.yml").is_none());
    init(&repo, &["--force"]);
    assert!(content(&repo, "orgate.yaml").is_some_and(|text| text.starts_with("# yaml-language-server: $schema=")));
}
