//! What may excuse a change and what may not: files that a deploy leaves out, projects beside each other, and apps that
//! come in the place of others.

mod admitted;
mod deletions;
mod excuses;
mod joins;
mod left_out;
mod orgs;
mod replaced;
mod successors;
mod unknown;

use orgate_core::settings::Settings;
use orgate_testkit::Tree;
use orgate_testkit::fuzz::comparison::report;
use orgate_testkit::library::hits;

const ROOT: &str = "force-app/main/default";

fn metadata(type_name: &str, elements: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{type_name} xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n{elements}\n</{type_name}>\n"
    )
}

fn global(pkce: bool) -> String {
    metadata(
        "ExtlClntAppGlobalOauthSettings",
        &format!(
            "    <externalClientApplication>App</externalClientApplication>\n    <isPkceRequired>{pkce}</isPkceRequired>\n    \
             <label>App</label>"
        ),
    )
}

/// The policies of an app, which switch it on or off.
fn policies(app: &str, on: bool) -> String {
    metadata(
        "ExtlClntAppConfigurablePolicies",
        &format!(
            "    <externalClientApplication>{app}</externalClientApplication>\n    <isEnabled>{on}</isEnabled>\n    \
             <isOauthPluginEnabled>{on}</isOauthPluginEnabled>"
        ),
    )
}

fn header(label: &str) -> String {
    metadata("ExternalClientApplication", &format!("    <label>{label}</label>"))
}

fn connected_app(pkce: bool) -> String {
    metadata(
        "ConnectedApp",
        &format!(
            "    <label>App</label>\n    <oauthConfig>\n        <callbackUrl>https://a.example</callbackUrl>\n        \
             <isPkceRequired>{pkce}</isPkceRequired>\n    </oauthConfig>"
        ),
    )
}

fn org_settings(pkce: bool) -> String {
    metadata("OauthOidcSettings", &format!("    <isPkceRequired>{pkce}</isPkceRequired>"))
}

fn block(key: &str) -> String {
    metadata(
        "BlacklistedConsumer",
        &format!("    <consumerKey>{key}</consumerKey>\n    <masterLabel>L</masterLabel>"),
    )
}

fn project() -> Tree {
    Tree::default().with(
        "sfdx-project.json",
        "{\"packageDirectories\": [{\"path\": \"force-app\", \"default\": true}]}",
    )
}

fn external(pkce: bool) -> Tree {
    let global = global(pkce);
    project().with(
        &format!("{ROOT}/extlClntAppGlobalOauthSets/App_glbloauth.ecaGlblOauth-meta.xml"),
        global,
    )
}

fn connected(pkce: bool) -> Tree {
    project().with(&format!("{ROOT}/connectedApps/App.connectedApp-meta.xml"), connected_app(pkce))
}

/// Which controls fail.
fn failing(base: &Tree, head: &Tree) -> Vec<String> {
    let report = report(base, head, &Settings::default());
    let found = hits(&report);
    let findings = found.iter().filter(|hit| hit.outcome != "undecided");
    findings.map(|hit| hit.control.clone()).collect()
}

#[track_caller]
fn weaker(what: &str, control: &str, base: &Tree, head: &Tree) {
    let found = failing(base, head);
    assert!(found.iter().any(|known| known == control), "{what}: {found:?}");
}

#[track_caller]
fn silent(what: &str, base: &Tree, head: &Tree) {
    assert_eq!(failing(base, head), [""; 0], "{what}");
}
