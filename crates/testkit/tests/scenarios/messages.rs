//! What a finding says is true: what only came into source is not called new, and nothing is said to have changed that
//! has no before.

use orgate_testkit::TestRepo;
use orgate_testkit::gate::{list, orgate};
use orgate_testkit::sample::{APP, CONTROL, connected_app};

use super::check;

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("messages::settings that come into source", settings),
    ("messages::an app that comes into source", app),
    ("messages::a profile that comes into source", profile),
    ("messages::a flow that the org keeps off", kept_off),
    ("messages::an example that fails nothing", fails_nothing),
    ("messages::a pass beside a control in preview", preview),
    ("messages::the worst comes first", worst_first),
];

const HEADER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SPACE: &str = "xmlns=\"http://soap.sforce.com/2006/04/metadata\"";

/// The message of a control when one file is added to a repository that has nothing else.
fn message(path: &str, text: String, control: &str) -> String {
    let repo = TestRepo::new();
    repo.write("README.md", "An org.\n");
    repo.commit("Nothing yet");
    repo.write(path, text);
    let run = check(repo.path(), &["--base", "HEAD"]);
    let found = list(&run.report["findings"]).iter().find(|finding| finding["control"] == control);
    let found = found.unwrap_or_else(|| panic!("{}", run.said()));
    found["message"].as_str().expect("a text").to_owned()
}

fn settings() {
    let text = format!("{HEADER}<OauthOidcSettings {SPACE}>\n    <isPkceRequired>false</isPkceRequired>\n</OauthOidcSettings>\n");
    let said = message(
        "force-app/main/default/settings/OauthOidc.settings-meta.xml",
        text,
        "org-pkce-not-required",
    );
    assert_eq!(said, "The org can be judged now: The org does not demand PKCE of every app.");
}

fn app() {
    let said = message(APP, connected_app(true), CONTROL);
    assert!(
        said.starts_with("'Billing' is new in source: Connected App issues tokens"),
        "{said}"
    );
}

fn profile() {
    let permission = "<enabled>true</enabled>\n        <name>UseAnyApiClient</name>";
    let text = format!("{HEADER}<Profile {SPACE}>\n    <userPermissions>\n        {permission}\n    </userPermissions>\n</Profile>\n");
    let said = message(
        "force-app/main/default/profiles/Admin.profile-meta.xml",
        text,
        "org-any-api-client-granted",
    );
    assert!(
        said.starts_with("'Profile:Admin' is new in source: A profile or permission set lets"),
        "{said}"
    );
}

fn kept_off() {
    let repo = TestRepo::new();
    let settings =
        format!("{HEADER}<OauthOidcSettings {SPACE}>\n    <oAuthCdCrdtFlowEnable>false</oAuthCdCrdtFlowEnable>\n</OauthOidcSettings>\n");
    repo.write("force-app/main/default/settings/OauthOidc.settings-meta.xml", settings);
    repo.write(APP, connected_app(false));
    repo.commit("Before");
    let flow = "<isCodeCredentialEnabled>true</isCodeCredentialEnabled>\n        <isConsumer";
    repo.write(APP, connected_app(false).replacen("<isConsumer", flow, 1));
    let run = check(repo.path(), &["--base", "HEAD"]);
    let found = list(&run.report["findings"])
        .iter()
        .find(|finding| finding["control"] == "ca-code-credentials-flow-exposed")
        .unwrap_or_else(|| panic!("{}", run.said()));
    assert_eq!(
        found["message"].as_str(),
        Some(
            "'Billing' now has the flow in which the app itself collects user names and passwords (code and credentials: kept-off-by-the-org)."
        )
    );
}

fn fails_nothing() {
    let explain = |control: &str| {
        let mut command = orgate(std::path::Path::new("/"));
        let output = command.args(["explain", control]).output().expect("a run");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    for control in ["ca-callback-url-changed", "eca-token-exchange-enabled"] {
        let said = explain(control);
        assert!(said.contains("\nA change that is shown, and fails nothing\n"), "{said}");
    }
    let said = explain(CONTROL);
    assert!(said.contains("\nA change that fails\n"), "{said}");
}

fn preview() {
    let repo = TestRepo::new();
    let demand = format!("{HEADER}<OauthOidcSettings {SPACE}>\n    <isPkceRequired>true</isPkceRequired>\n</OauthOidcSettings>\n");
    repo.write("force-app/main/default/settings/OauthOidc.settings-meta.xml", demand);
    repo.write(APP, connected_app(false));
    repo.commit("Before");
    repo.write(APP, connected_app(false).replace("<isPkceRequired>true", "<isPkceRequired>false"));
    let run = orgate(repo.path()).args(["check", "--base=HEAD"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("warning[ca-pkce-left-to-the-org]"), "{said}");
    assert!(
        said.ends_with("pass: nothing at or above `low` got weaker, controls in preview aside\n"),
        "{said}"
    );
}

fn worst_first() {
    let repo = TestRepo::new();
    repo.write(APP, connected_app(false));
    repo.commit("Before");
    let weaker = [
        ("<isPkceRequired>true", "<isPkceRequired>false"),
        ("<ipRelaxation>ENFORCE", "<ipRelaxation>BYPASS"),
        ("<scopes>Api", "<scopes>Full"),
        ("<refreshTokenPolicy>zero", "<refreshTokenPolicy>infinite"),
        ("https://billing.example.com/cb", "https://elsewhere.example.com/cb"),
    ];
    let text = weaker.iter().fold(connected_app(true), |text, (old, new)| text.replace(old, new));
    repo.write(APP, text);
    let run = check(repo.path(), &["--base", "HEAD"]);
    let order: Vec<(bool, f64, String)> = list(&run.report["findings"])
        .iter()
        .map(|finding| {
            let score = finding["score"].as_f64().unwrap();
            (finding["outcome"] == "review", -score, finding["control"].to_string())
        })
        .collect();
    assert!(order.is_sorted_by(|one, next| (one.0, one.1) <= (next.0, next.1)), "{order:?}");
    let names = order.iter().map(|(.., control)| control);
    assert!(order.len() > 4 && order.last().unwrap().0 && !names.is_sorted(), "{order:?}");
}
