//! Apps that come in the place of others are held against each they may come for, whatever else the change brings.

use orgate_core::settings::Settings;
use orgate_testkit::Tree;
use orgate_testkit::fuzz::comparison::report;
use orgate_testkit::library::hits;

use super::*;

const CONTROL: &str = "ca-high-assurance-removed";

fn app(key: &str, level: &str) -> String {
    let key = if key.is_empty() {
        String::new()
    } else {
        format!("<consumerKey>{key}</consumerKey>")
    };
    let more = "<isAdminApproved>true</isAdminApproved><scopes>Basic</scopes><scopes>OpenID</scopes>";
    connected_app(true)
        .replace("</oauthConfig>", &format!("    {key}{more}\n    </oauthConfig>"))
        .replace(
            "</ConnectedApp>",
            &format!("    <sessionPolicy>\n        <sessionLevel>{level}</sessionLevel>\n    </sessionPolicy>\n</ConnectedApp>"),
        )
}

fn strong(key: &str) -> String {
    app(key, "HIGH_ASSURANCE")
}

fn lax(key: &str) -> String {
    app(key, "STANDARD")
}

fn place(name: &str) -> String {
    format!("{ROOT}/connectedApps/{name}.connectedApp-meta.xml")
}

const KEY: &str = "3MVG9exampleKeyOfTheApp";

fn before(key: &str) -> Tree {
    project().with(&place("App"), strong(key))
}

#[test]
fn an_app_that_is_parked_does_not_hide_its_successor() {
    let renamed = project().with(&place("App2"), lax(KEY));
    weaker("gone", CONTROL, &before(KEY), &renamed);
    let parked = renamed.clone().with("docs/App.connectedApp-meta.xml", strong(KEY));
    weaker("parked", CONTROL, &before(KEY), &parked);
    let ignored = renamed
        .with(&place("App"), strong(KEY))
        .with(".forceignore", "App.connectedApp-meta.xml");
    weaker("ignored", CONTROL, &before(KEY), &ignored);
    silent("as strong", &before(KEY), &project().with(&place("App2"), strong(KEY)));
}

#[test]
fn a_copy_elsewhere_does_not_hide_it_either() {
    let other = "other-app/connectedApps/App.connectedApp-meta.xml";
    let base = before(KEY).with(other, strong(KEY));
    let head = project().with(other, strong(KEY)).with(&place("App2"), lax(KEY));
    weaker("in one place", CONTROL, &base, &head);
}

#[test]
fn each_app_that_may_be_the_successor_is_compared() {
    let two = |one: String, other: String| project().with(&place("App2"), one).with(&place("Decoy"), other);
    weaker("with the key", CONTROL, &before(KEY), &two(lax(KEY), strong(KEY)));
    weaker(
        "with another key",
        CONTROL,
        &before(KEY),
        &two(lax(KEY), strong("3MVG9exampleKeyOfAnother")),
    );
    weaker("more alike", CONTROL, &before(""), &two(lax(""), strong("")));
    // Apps of one pattern get new names, each its own.
    let base = project().with(&place("A"), strong("")).with(&place("B"), lax(""));
    let head = project().with(&place("C"), strong("")).with(&place("D"), lax(""));
    silent("each like one of them", &base, &head);
}

#[test]
fn a_declared_successor_is_an_external_client_app() {
    let settings = Settings::parse("apps:\n  App: { replaced-by: New }\n").unwrap();
    let control = "eca-pkce-not-required";
    let base = connected(true);
    let external = |pkce: bool| {
        let file = format!("{ROOT}/extlClntAppGlobalOauthSets/New_glbloauth.ecaGlblOauth-meta.xml");
        project().with(&file, global(pkce).replace(">App<", ">New<"))
    };
    let fails = |head: &Tree| {
        hits(&report(&base, head, &settings))
            .iter()
            .any(|hit| hit.control == control && hit.outcome == "regressed")
    };
    assert!(fails(&external(false)));
    assert!(!fails(&external(true)));
    assert!(fails(&external(false).with(&place("New"), connected_app(true))));
    // The old one may stay until everybody has moved.
    assert!(fails(&external(false).with(&place("App"), connected_app(true))));
    let weak = connected(false);
    let both = external(false).with(&place("App"), connected_app(false));
    let found = hits(&report(&weak, &both, &settings));
    assert!(!found.iter().any(|hit| hit.control == control), "{found:?}");
    let undeclared = hits(&report(&weak, &both, &Settings::default()));
    assert!(undeclared.iter().any(|hit| hit.control == control && hit.outcome == "introduced"));
}

#[test]
fn a_new_app_with_a_key_of_its_own_is_no_successor() {
    let kiosk = lax("3MVG9exampleKeyOfTheKiosk").replace("<scopes>Basic</scopes>", "<scopes>Web</scopes>");
    let head = project().with(&place("App2"), strong(KEY)).with(&place("Kiosk"), kiosk);
    let found = failing(&before(KEY), &head);
    assert!(!found.contains(&CONTROL.to_owned()), "{found:?}");
}
