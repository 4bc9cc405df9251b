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

/// An answer of the command with its options, and what it printed.
fn printed(repo: &TestRepo, more: &[&str]) -> String {
    let root = repo.path().display().to_string();
    let mut arguments = vec!["fix", "--repo", &root, "--base", "HEAD"];
    arguments.extend(more);
    crate::output::capture::run(false, &arguments)
}

#[test]
fn restore_invents_no_block_around_an_element() {
    const URL: &str = "\t\t<singleLogoutUrl>https://a.example/out</singleLogoutUrl>\r\n";
    let repo = TestRepo::new();
    let base = BASE.replace("\t</oauthConfig>", &format!("{URL}\t</oauthConfig>"));
    repo.write(PATH, &base);
    repo.commit("base");
    let start = base.find("\t<oauthConfig>").expect("start");
    let end = base.find("</ConnectedApp>").expect("end");
    let without = format!("{}{}", &base[..start], &base[end..]);
    repo.write(PATH, &without);
    for restore in [&["--restore", "--yes"][..], &["--yes"]] {
        let text = printed(&repo, restore);
        assert_eq!(content(&repo), without, "{text}");
        assert!(text.contains("0 mended in 0 files"), "{text}");
        assert!(text.contains("left ca-oauth-settings-removed on Portal"), "{text}");
    }
    assert!(printed(&repo, &["--restore"]).contains("left ca-single-logout-removed on Portal"));
}

#[test]
fn all_counts_what_it_leaves() {
    let repo = repo();
    let weak = BASE
        .replace("<scopes>Api</scopes>", "<scopes>Full</scopes>")
        .replace("> true <", "> false <");
    repo.write(PATH, &weak);
    repo.commit("weak");
    let text = printed(&repo, &["--all", "--yes"]);
    assert!(text.contains("ca-pkce-not-required"), "{text}");
    assert!(content(&repo).contains("> true <"), "{text}");
    let left = text.matches("left ca-").count();
    assert!(left > 0 && text.contains(&format!("{left} left to a person")), "{text}");
    assert!(text.contains("left ca-scopes-widened on Portal"), "{text}");
}

#[test]
fn the_diff_shows_no_secret() {
    let repo = repo();
    repo.write(PATH, BASE.replace("> true <", "> false <"));
    let text = printed(&repo, &["--dry-run", "--control", "ca-pkce-not-required"]);
    assert!(
        text.contains("-\t\t<isPkceRequired> false <") && text.contains("+\t\t<isPkceRequired> true <"),
        "{text}"
    );
    assert!(!text.contains("abc"), "{text}");
}

#[test]
fn the_diff_applies() {
    let repo = TestRepo::new();
    let policies = "apps/Portal_plcy.ecaOauthPlcy-meta.xml";
    for (path, base, good, bad) in [
        (PATH, BASE.replace("<consumerSecret>abc</consumerSecret>", "<label>x</label>"), "> true <", "> false <"),
        (
            policies,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ExtlClntAppOauthConfigurablePolicies xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <externalClientApplication>Portal</externalClientApplication>\n    <ipRelaxationPolicyType>Enforce</ipRelaxationPolicyType>\n    <label>x</label>\n    <permittedUsersPolicyType>AdminApprovedPreAuthorized</permittedUsersPolicyType>\n    <refreshTokenPolicyType>SpecificLifetime</refreshTokenPolicyType>\n    <refreshTokenValidityPeriod>30</refreshTokenValidityPeriod>\n    <refreshTokenValidityUnit>Days</refreshTokenValidityUnit>\n</ExtlClntAppOauthConfigurablePolicies>\n".to_owned(),
            "AdminApprovedPreAuthorized",
            "AllSelfAuthorized",
        ),
    ] {
        repo.write(path, &base);
        repo.commit("base");
        repo.write(path, base.replace(good, bad));
        let patch = printed(&repo, &["--dry-run"]);
        assert!(patch.contains("1 would be mended"), "{patch}");
        let file = repo.path().join("fix.patch");
        std::fs::write(&file, &patch).expect("write");
        repo.git(&["apply", "fix.patch"]);
        std::fs::remove_file(file).expect("removed");
        assert_eq!(std::fs::read_to_string(repo.path().join(path)).expect("file"), base);
    }
}
