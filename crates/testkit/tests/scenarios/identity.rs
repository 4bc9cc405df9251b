//! Which app is which, when names, copies and values leave it open: never a way around the gate, and never a false
//! alarm on what is one client.

use orgate_testkit::TestRepo;
use orgate_testkit::gate::{Hit, Run, list};
use orgate_testkit::sample::{APP, connected_app};

use super::{check, passed};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("identity::renamed with its consumer key", renamed_with_key),
    ("identity::renamed with its consumer key, weak as before", renamed_weak),
    ("identity::renamed without a key", renamed_alike),
    ("identity::a weaker second copy", second_copy),
    ("identity::a value where a token stood", after_token),
    ("identity::members where a token stood", members_after_token),
    ("identity::an element twice", twice),
    ("identity::a certificate with and without armour", armour),
];

const OTHER: &str = "force-app/main/default/connectedApps/Payments.connectedApp-meta.xml";
const KEY: &str = "<consumerKey>3MVG9exampleKeyOfBilling</consumerKey>\n        <isAdminApproved>";
const DEMAND: &str = "<sessionPolicy>\n        <policyAction>Block</policyAction>\n        <sessionLevel>HIGH_ASSURANCE</sessionLevel>\n    </sessionPolicy>\n</ConnectedApp>";

fn with_key(text: &str) -> String {
    text.replace("<isAdminApproved>", KEY)
}

/// An app that demands a high-assurance session, which a new app need not.
fn demanding() -> String {
    connected_app(false).replace("</ConnectedApp>", DEMAND)
}

/// The run that sees `base` become `head`; an empty path or text is a file that is not there.
fn change(base: &[(&str, &str)], head: &[(&str, &str)]) -> Run {
    let repo = TestRepo::new();
    repo.write("README.md", "An org.\n");
    for (path, text) in base {
        repo.write(path, text);
    }
    repo.commit("Before");
    repo.clear();
    repo.write("README.md", "An org.\n");
    for (path, text) in head {
        repo.write(path, text);
    }
    check(repo.path(), &["--base", "HEAD"])
}

#[track_caller]
fn hit(run: &Run, control: &str, outcome: &str) -> Hit {
    let mut hits = run.hits().into_iter();
    let found = hits.find(|hit| hit.control == control && hit.outcome == outcome);
    found.unwrap_or_else(|| panic!("no {control} {outcome}: {}", run.said()))
}

fn renamed_with_key() {
    let run = change(
        &[(APP, &with_key(&demanding()))],
        &[(OTHER, &with_key(&demanding()).replace("HIGH_ASSURANCE", "STANDARD"))],
    );
    let found = hit(&run, "ca-high-assurance-removed", "regressed");
    assert_eq!((run.code, found.subject.as_str(), found.path.as_str()), (1, "Payments", OTHER));
    assert!(found.line > 20, "the line of the level: {found:?}");
    assert!(run.undecided().is_empty(), "{}", run.said());
    let warnings = list(&run.report["warnings"]);
    let told = |warning: &serde_json::Value| warning["text"].as_str().is_some_and(|text| text.contains("'Billing'"));
    assert!(warnings.iter().any(told), "{warnings:?}");
}

fn renamed_weak() {
    let text = with_key(&connected_app(true));
    passed(&change(&[(APP, &text)], &[(OTHER, &text)]));
}

fn renamed_alike() {
    // What only looks like the old app is a new one, and its weaknesses are new; what the old one had counts as well.
    let run = change(&[(APP, &connected_app(true))], &[(OTHER, &connected_app(true))]);
    hit(&run, "ca-client-credentials-enabled", "introduced");
    let run = change(
        &[(APP, &demanding())],
        &[(OTHER, &demanding().replace("HIGH_ASSURANCE", "STANDARD"))],
    );
    assert_eq!(hit(&run, "ca-high-assurance-removed", "regressed").subject, "Payments");
    passed(&change(&[(APP, &demanding())], &[(OTHER, &demanding())]));
}

fn second_copy() {
    let copy = "other-app/main/default/connectedApps/Billing.connectedApp-meta.xml";
    let run = change(&[(APP, &demanding())], &[(APP, &demanding()), (copy, &connected_app(false))]);
    assert_eq!(hit(&run, "ca-high-assurance-removed", "regressed").path, copy);
}

fn after_token() {
    let base = demanding().replace("HIGH_ASSURANCE", "${LEVEL}");
    let run = change(&[(APP, &base)], &[(APP, &base.replace("${LEVEL}", "STANDARD"))]);
    let found = hit(&run, "ca-high-assurance-removed", "introduced");
    assert_eq!((run.code, found.path.as_str()), (1, APP));
}

fn members_after_token() {
    let base = connected_app(false).replace("<scopes>Api</scopes>", "<scopes>${SCOPE}</scopes>");
    let head = |scopes: &str| connected_app(false).replace("<scopes>Api</scopes>", scopes);
    let run = change(&[(APP, &base)], &[(APP, &head("<scopes>Api</scopes>"))]);
    hit(&run, "ca-scopes-widened", "undecided");
    let run = change(&[(APP, &base)], &[(APP, &head("<scopes>Full</scopes>"))]);
    hit(&run, "ca-scopes-widened", "introduced");
}

fn twice() {
    let audience = |texts: &[&str]| {
        let all: Vec<String> = texts
            .iter()
            .map(|text| format!("<idTokenAudience>{text}</idTokenAudience>"))
            .collect();
        let all = all.concat();
        let config = format!("<idTokenConfig>{all}<idTokenValidity>2</idTokenValidity></idTokenConfig><isAdminApproved>");
        connected_app(false).replace("<isAdminApproved>", &config)
    };
    let run = change(
        &[(APP, &audience(&["https://a.example"]))],
        &[(APP, &audience(&["https://a.example", "https://b.example"]))],
    );
    hit(&run, "ca-id-token-audience-widened", "regressed");
    let ranges = |ends: &str| {
        connected_app(false).replace(
            "</oauthPolicy>",
            &format!("</oauthPolicy><ipRanges>{ends}<start>10.0.0.0</start></ipRanges>"),
        )
    };
    let run = change(
        &[(APP, &ranges("<end>10.0.0.255</end>"))],
        &[(APP, &ranges("<end>10.0.0.255</end><end>255.255.255.255</end>"))],
    );
    hit(&run, "ca-trusted-ip-ranges-widened", "regressed");
}

fn armour() {
    // The smallest DER that is no private key.
    let bare = "MAYCAQUCAQc=";
    let app = |certificate: &str| {
        let element = format!("<certificate>{certificate}</certificate><isAdminApproved>");
        connected_app(false).replace("<isAdminApproved>", &element)
    };
    let armoured = format!("-----BEGIN CERTIFICATE-----\n{bare}\n-----END CERTIFICATE-----");
    passed(&change(&[(APP, &app(bare))], &[(APP, &app(&armoured))]));
    passed(&change(&[(APP, &app(&armoured))], &[(APP, &app(bare))]));
    let run = change(&[(APP, &app(bare))], &[(APP, &app("My_Certificate"))]);
    let reasons = run.report["undecided"].to_string();
    assert!(reasons.contains("not a certificate"), "{reasons}");
}
