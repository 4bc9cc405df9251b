//! A finding points at what decided it, and its values say where they come from.

use orgate_testkit::TestRepo;
use orgate_testkit::gate::{Run, list};
use orgate_testkit::sample::{APP, connected_app};
use serde_json::Value;

use super::check;

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("evidence::a permission of a new permission set", new_set),
    ("evidence::a permission beside others", beside),
    ("evidence::a permission that was off", was_off),
    ("evidence::the switch that is on", switch),
    ("evidence::one name in two types", two_types),
    ("evidence::a plugin that is added", plugin),
    ("evidence::a default that is given up", given_up),
    ("evidence::a second file without the element", second_file),
];

const SET: &str = "force-app/main/default/permissionsets/Robot.permissionset-meta.xml";
const GRANT: &str = "org-any-api-client-granted";
const HEADER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SPACE: &str = "xmlns=\"http://soap.sforce.com/2006/04/metadata\"";

fn change(base: &[(&str, String)], head: &[(&str, String)], arguments: &[&str]) -> Run {
    let repo = TestRepo::new();
    repo.write("README.md", "An org.\n");
    for (path, text) in base {
        repo.write(path, text);
    }
    repo.commit("Before");
    for (path, text) in head {
        repo.write(path, text);
    }
    check(repo.path(), &[&["--base", "HEAD"], arguments].concat())
}

fn set(permissions: &[(&str, &str)]) -> String {
    let entries = permissions
        .iter()
        .map(|(name, enabled)| {
            format!("    <userPermissions>\n        <enabled>{enabled}</enabled>\n        <name>{name}</name>\n    </userPermissions>\n")
        })
        .collect::<Vec<_>>()
        .concat();
    format!(
        "{HEADER}<PermissionSet {SPACE}>\n    <hasActivationRequired>false</hasActivationRequired>\n    <label>Robot</label>\n{entries}</PermissionSet>\n"
    )
}

#[track_caller]
fn finding(run: &Run, control: &str) -> Value {
    let found = list(&run.report["findings"]).iter().find(|finding| finding["control"] == control);
    found.unwrap_or_else(|| panic!("no {control}: {}", run.said())).clone()
}

#[track_caller]
fn stands(finding: &Value, path: &str, line: u64) {
    let anchor = &finding["anchor"];
    assert_eq!(
        (anchor["path"].as_str(), anchor["line"].as_u64()),
        (Some(path), Some(line)),
        "{finding:#}"
    );
}

fn permissions<'v>(finding: &'v Value, side: &str) -> Option<&'v str> {
    finding[side]["values"]["PermissionSet/userPermissions"].as_str()
}

fn new_set() {
    let run = change(&[], &[(SET, set(&[("UseAnyApiClient", "true")]))], &[]);
    let found = finding(&run, GRANT);
    stands(&found, SET, 5);
    assert_eq!(permissions(&found, "head"), Some("name UseAnyApiClient, enabled true"));
    assert_eq!(found["head"]["values"].as_object().map(serde_json::Map::len), Some(1), "{found:#}");
}

fn beside() {
    let run = change(
        &[(SET, set(&[("ApiEnabled", "true")]))],
        &[(SET, set(&[("ApiEnabled", "true"), ("UseAnyApiClient", "true")]))],
        &[],
    );
    let found = finding(&run, GRANT);
    stands(&found, SET, 9);
    assert_eq!(permissions(&found, "base"), Some("no such entry"));
    assert_eq!(permissions(&found, "head"), Some("name UseAnyApiClient, enabled true"));
}

fn was_off() {
    let entries = |enabled| [("ApiEnabled", "true"), ("UseAnyApiClient", enabled)];
    let run = change(&[(SET, set(&entries("false")))], &[(SET, set(&entries("true")))], &[]);
    let found = finding(&run, GRANT);
    stands(&found, SET, 10);
    assert_eq!(permissions(&found, "base"), Some("name UseAnyApiClient, enabled false"));
}

fn switch() {
    let folder = "force-app/main/default";
    let app = format!("{folder}/externalClientApps/Orders.eca-meta.xml");
    let global = format!("{folder}/extlClntAppGlobalOauthSets/Orders_glbloauth.ecaGlblOauth-meta.xml");
    let oauth = format!("{folder}/extlClntAppOauthSettings/Orders_oauth.ecaOauth-meta.xml");
    let policy = format!("{folder}/extlClntAppOauthPolicies/Orders_oauthPlcy.ecaOauthPlcy-meta.xml");
    let file = |root: &str, body: &str| format!("{HEADER}<{root} {SPACE}>\n{body}</{root}>\n");
    let named = "    <externalClientApplication>Orders</externalClientApplication>\n";
    let run = change(
        &[],
        &[
            (
                &app,
                file(
                    "ExternalClientApplication",
                    "    <distributionState>Local</distributionState>\n    <label>Orders</label>\n",
                ),
            ),
            (
                &global,
                file(
                    "ExtlClntAppGlobalOauthSettings",
                    &format!(
                        "    <callbackUrl>https://a.example/cb</callbackUrl>\n{named}    <isClientCredentialsFlowEnabled>true</isClientCredentialsFlowEnabled>\n"
                    ),
                ),
            ),
            (
                &oauth,
                file(
                    "ExtlClntAppOauthSettings",
                    &format!("    <commaSeparatedOauthScopes>Api</commaSeparatedOauthScopes>\n{named}"),
                ),
            ),
            (
                &policy,
                file(
                    "ExtlClntAppOauthConfigurablePolicies",
                    &format!("{named}    <isClientCredentialsFlowEnabled>false</isClientCredentialsFlowEnabled>\n"),
                ),
            ),
        ],
        &[],
    );
    stands(&finding(&run, "eca-client-credentials-enabled"), &global, 5);
}

fn two_types() {
    let settings = "force-app/main/default/settings/OauthOidc.settings-meta.xml";
    let org =
        |value: &str| format!("{HEADER}<OauthOidcSettings {SPACE}>\n    <isPkceRequired>{value}</isPkceRequired>\n</OauthOidcSettings>\n");
    let weak = connected_app(false).replace("<isPkceRequired>true", "<isPkceRequired>false");
    let run = change(
        &[(APP, connected_app(false)), (settings, org("true"))],
        &[(APP, weak), (settings, org("false"))],
        &["--output=text"],
    );
    let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("isPkceRequired false, OauthOidcSettings/isPkceRequired false"),
        "{}",
        run.stdout
    );
}

/// What made it worse is that a file is there at all, so that is where it points.
fn plugin() {
    let file = |root: &str, content: &str| {
        format!("{HEADER}<{root} {SPACE}>\n    <externalClientApplication>Orders</externalClientApplication>\n{content}</{root}>\n")
    };
    let folder = "force-app/main/default";
    let global = format!("{folder}/extlClntAppGlobalOauthSets/Orders.ecaGlblOauth-meta.xml");
    let policies = format!("{folder}/extlClntAppPolicies/Orders_plcy.ecaPlcy-meta.xml");
    let mobile = format!("{folder}/extlClntAppMobileSettings/Orders.ecaMobile-meta.xml");
    let run = change(
        &[
            (
                &global,
                file(
                    "ExtlClntAppGlobalOauthSettings",
                    "    <isConsumerSecretOptional>false</isConsumerSecretOptional>\n    <isPkceRequired>false</isPkceRequired>\n",
                ),
            ),
            (
                &policies,
                file("ExtlClntAppConfigurablePolicies", "    <isEnabled>true</isEnabled>\n"),
            ),
        ],
        &[(&mobile, file("ExtlClntAppMobileSettings", "    <label>Orders</label>\n"))],
        &[],
    );
    let found = finding(&run, "eca-pkce-not-required");
    assert_eq!(found["outcome"], "worsened");
    stands(&found, &mobile, 2);
}

/// The demand was the default, so what is weak is the line that took it away.
fn given_up() {
    let folder = "force-app/main/default";
    let global = format!("{folder}/extlClntAppGlobalOauthSets/Orders.ecaGlblOauth-meta.xml");
    let settings = format!("{folder}/settings/OauthOidc.settings-meta.xml");
    let org = format!("{HEADER}<OauthOidcSettings {SPACE}>\n    <isPkceRequired>true</isPkceRequired>\n</OauthOidcSettings>\n");
    let app = |switch: &str| {
        let root = "ExtlClntAppGlobalOauthSettings";
        format!(
            "{HEADER}<{root} {SPACE}>\n    <externalClientApplication>Orders</externalClientApplication>\n    \
             <callbackUrl>https://app.example.com/cb</callbackUrl>\n{switch}</{root}>\n"
        )
    };
    let run = change(
        &[(&global, app("")), (&settings, org.clone())],
        &[(&global, app("    <isPkceRequired>false</isPkceRequired>\n")), (&settings, org)],
        &[],
    );
    stands(&finding(&run, "eca-pkce-left-to-the-org"), &global, 5);
}

/// The certificate still stands where it stood. The file that lacks it took it away, not the line that changed beside it.
fn second_file() {
    const FIRST: &str = "force-app/main/default/extlClntAppGlobalOauthSets/Robot.ecaGlblOauth-meta.xml";
    const SECOND: &str = "force-app/main/default/extlClntAppGlobalOauthSets/Shadow.ecaGlblOauth-meta.xml";
    let global = |certificate: &str, rotation: &str| {
        format!(
            "{HEADER}<ExtlClntAppGlobalOauthSettings {SPACE}>\n{certificate}    <externalClientApplication>Robot</externalClientApplication>\n    \
             <isPkceRequired>true</isPkceRequired>\n{rotation}    <label>Robot</label>\n</ExtlClntAppGlobalOauthSettings>\n"
        )
    };
    let certificate = "    <certificate>MAoECAECAwQFBgcI</certificate>\n";
    let rotation = "    <isRefreshTokenRotationEnabled>true</isRefreshTokenRotationEnabled>\n";
    let base = [(FIRST, global(certificate, ""))];
    let head = [(FIRST, global(certificate, rotation)), (SECOND, global("", rotation))];
    let run = change(&base, &head, &[]);
    let found = finding(&run, "eca-jwt-bearer-disabled");
    assert_eq!(found["anchor"]["path"].as_str(), Some(SECOND), "{}", run.said());
}
