//! The command on real files, byte by byte.

use clap::Parser as _;
use orgate_testkit::TestRepo;

use crate::args::{Cli, Command, PeopleCommand};

const PATH: &str = "force-app/main/default/connectedApps/Portal.connectedApp-meta.xml";
const BASE: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ConnectedApp xmlns=\"http://soap.sforce.com/2006/04/metadata\">\r\n\t<label>Portal</label>\r\n\t<!-- <isPkceRequired>false</isPkceRequired> stays -->\r\n\t<oauthConfig>\r\n\t\t<consumerSecret>abc</consumerSecret>\r\n\t\t<isPkceRequired> true </isPkceRequired>\r\n\t\t<scopes>Api</scopes>\r\n\t</oauthConfig>\r\n</ConnectedApp>";

fn fix(repo: &TestRepo, more: &[&str]) -> u8 {
    let root = repo.path().display().to_string();
    let mut arguments = vec![
        "orgate",
        "fix",
        "--repo",
        &root,
        "--base",
        "HEAD",
        "--control",
        "ca-pkce-not-required",
    ];
    arguments.extend(more);
    let Command::People(PeopleCommand::Fix(arguments)) = Cli::try_parse_from(arguments).expect("arguments").command else {
        panic!("another command");
    };
    super::run(&arguments).expect("runs").exit_code()
}

fn content(repo: &TestRepo) -> String {
    std::fs::read_to_string(repo.path().join(PATH)).expect("file")
}

fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.write(PATH, BASE);
    repo.commit("base");
    repo
}

#[test]
fn a_wrong_value_is_mended_and_nothing_else() {
    let repo = repo();
    repo.write(PATH, BASE.replace("> true <", "> false <"));
    assert_eq!(fix(&repo, &["--dry-run"]), 0);
    assert!(content(&repo).contains("> false <"), "a dry run writes nothing");
    assert_eq!(fix(&repo, &[]), 0);
    assert_eq!(content(&repo), BASE);
}

#[test]
fn a_missing_element_comes_back_where_it_belongs() {
    let repo = repo();
    repo.write(PATH, BASE.replace("\t\t<isPkceRequired> true </isPkceRequired>\r\n", ""));
    assert_eq!(fix(&repo, &[]), 0);
    assert_eq!(content(&repo), BASE.replace("> true <", ">true<"));
}

#[test]
fn restore_takes_the_value_of_base() {
    let repo = repo();
    repo.write(PATH, BASE.replace("> true <", "> 0 <"));
    assert_eq!(fix(&repo, &["--restore"]), 0);
    assert_eq!(content(&repo), BASE);
}

#[test]
fn the_diff_shows_no_secret() {
    let after = BASE.replace("> true <", "> false <");
    let text = super::diff::unified("x", BASE.as_bytes(), after.as_bytes());
    assert!(text.contains("-\\t") || text.contains('-'), "{text}");
    assert!(!text.contains("abc"), "{text}");
}
