//! The command on real files, byte by byte.

use clap::Parser as _;
use orgate_testkit::TestRepo;

use crate::args::{Cli, Command, PeopleCommand};

const PATH: &str = "force-app/main/default/connectedApps/Portal.connectedApp-meta.xml";
const BASE: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ConnectedApp xmlns=\"http://soap.sforce.com/2006/04/metadata\">\r\n\t<label>Portal</label>\r\n\t<!-- <isPkceRequired>false</isPkceRequired> stays -->\r\n\t<oauthConfig>\r\n\t\t<consumerSecret>abc</consumerSecret>\r\n\t\t<isPkceRequired> true </isPkceRequired>\r\n\t\t<scopes>Api</scopes>\r\n\t</oauthConfig>\r\n</ConnectedApp>";

fn fix(repo: &TestRepo, more: &[&str]) -> u8 {
    ended(repo, &[&["--control", "ca-pkce-not-required"], more].concat())
}

/// The exit code of the command with its options.
fn ended(repo: &TestRepo, more: &[&str]) -> u8 {
    let root = repo.path().display().to_string();
    let mut arguments = vec!["orgate", "fix", "--repo", &root, "--base", "HEAD"];
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
fn a_dry_run_ends_as_the_real_one_does() {
    // What was weak before gets worse by the lack of PKCE, and is as it was once that is mended.
    let weak = BASE.replace(
        "\t\t<isPkceRequired>",
        "\t\t<isConsumerSecretOptional>true</isConsumerSecretOptional>\r\n\t\t<isPkceRequired>",
    );
    let open = weak.replace("> true <", "> false <");
    let wide = open.replace("<scopes>Api</scopes>", "<scopes>Full</scopes>");
    for (head, more, code, left) in [(&open, &[][..], 0, 0), (&wide, &[], 1, 2), (&wide, &["--all", "--yes"], 1, 1)] {
        let repo = TestRepo::new();
        repo.write(PATH, &weak);
        repo.commit("weak");
        repo.write(PATH, head);
        let last = |text: &str| text.lines().last().unwrap_or_default().to_owned();
        let dry = [more, &["--dry-run"]].concat();
        let said = last(&printed(&repo, &dry)).replace("would be mended", "mended");
        assert_eq!(ended(&repo, &dry), code, "{said}");
        assert_eq!(content(&repo), *head, "a dry run writes nothing");
        assert_eq!(ended(&repo, more), code, "{said}");
        repo.write(PATH, head);
        assert_eq!(said, last(&printed(&repo, more)));
        assert!(said.ends_with(&format!("{left} left to a person")), "{said}");
    }
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
fn a_subject_that_nothing_is_about_is_named() {
    let repo = repo();
    repo.write(PATH, BASE.replace("> true <", "> false <"));
    let text = printed(&repo, &["--subject", "Protal", "--dry-run"]);
    assert!(text.contains("no finding is about 'Protal'"), "{text}");
    let text = printed(&repo, &["--subject", "Portal", "--dry-run"]);
    assert!(!text.contains("no finding"), "{text}");
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

/// Applies the only fix of a SARIF report to a file, as an editor would: lines end at line feeds, columns count
/// characters behind the byte order mark.
fn mended_by_sarif(log: &serde_json::Value, file: &str) -> String {
    let results = log["runs"][0]["results"].as_array().expect("results");
    let fixes: Vec<&serde_json::Value> = results.iter().filter_map(|result| result.get("fixes")).collect();
    assert_eq!(fixes.len(), 1, "{log:#}");
    assert_eq!(fixes[0].as_array().expect("fixes").len(), 1);
    let change = &fixes[0][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], PATH);
    let (mark, text) = file.strip_prefix('\u{feff}').map_or(("", file), |text| ("\u{feff}", text));
    let characters: Vec<char> = text.chars().collect();
    let number = |value: &serde_json::Value| usize::try_from(value.as_u64().expect("a number")).expect("a small one");
    let offset = |line: &serde_json::Value, column: &serde_json::Value| {
        let lines = text.split_inclusive('\n').take(number(line) - 1);
        lines.map(|line| line.chars().count()).sum::<usize>() + number(column) - 1
    };
    let mut edited = String::from(mark);
    let mut from = 0;
    for replacement in change["replacements"].as_array().expect("replacements") {
        let region = &replacement["deletedRegion"];
        let start = offset(&region["startLine"], &region["startColumn"]);
        let end = offset(&region["endLine"], &region["endColumn"]);
        edited.extend(&characters[from..start]);
        edited.push_str(replacement["insertedContent"]["text"].as_str().expect("text"));
        from = end;
    }
    edited.extend(&characters[from..]);
    edited
}

#[test]
fn the_edit_of_sarif_is_the_edit_of_the_command() {
    let gone = "\t\t<isPkceRequired> true </isPkceRequired>\r\n";
    let one_line = BASE
        .replace("\r\n", "")
        .replace('\t', "")
        .replace("<label>Portal", "<label>P\u{f6}\u{1d4b3}rtal");
    for (base, head) in [
        (BASE.to_owned(), BASE.replace("> true <", "> false <")),
        (BASE.to_owned(), BASE.replace(gone, "")),
        (
            BASE.to_owned(),
            BASE.replace(
                "<isPkceRequired> true </isPkceRequired>",
                "<!-- \u{1d4b3} --><isPkceRequired>false</isPkceRequired>",
            ),
        ),
        (
            BASE.to_owned(),
            BASE.replace(gone, &format!("{}{}", gone.replace("true", "false"), gone.replace(" true ", "0"))),
        ),
        (one_line.clone(), one_line.replace("> true <", "> false <")),
    ] {
        let repo = TestRepo::new();
        repo.write(PATH, &base);
        repo.commit("base");
        repo.write(PATH, &head);
        let root = repo.path().display().to_string();
        let arguments = ["check", "--repo", &root, "--base", "HEAD", "--worktree"];
        let text = crate::output::capture::run(false, &arguments);
        assert!(text.contains("= fix: set isPkceRequired to true, as `orgate fix` does"), "{text}");
        assert!(!text.contains("abc"), "{text}");
        let log = crate::output::capture::run(false, &[&arguments[..], &["-o", "sarif"]].concat());
        assert!(!log.contains("abc"), "{log}");
        let mended = mended_by_sarif(&serde_json::from_str(&log).expect("json"), &head);
        fix(&repo, &["--yes"]);
        assert_eq!(content(&repo), mended);
    }
}

#[test]
fn nothing_is_suggested_that_the_command_leaves_alone() {
    let repo = repo();
    let start = BASE.find("\t<oauthConfig>").expect("start");
    repo.write(PATH, format!("{}</ConnectedApp>", &BASE[..start]));
    let root = repo.path().display().to_string();
    let arguments = ["check", "--repo", &root, "--base", "HEAD", "--worktree"];
    assert!(!crate::output::capture::run(false, &arguments).contains("= fix:"));
    let log = crate::output::capture::run(false, &[&arguments[..], &["-o", "sarif"]].concat());
    assert!(log.contains("ca-oauth-settings-removed") && !log.contains("\"fixes\""), "{log}");
}
