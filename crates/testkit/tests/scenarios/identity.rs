//! Which app is which, when names, copies and values leave it open: never a way around the gate, and never a false
//! alarm on what is one client.

use orgate_testkit::TestRepo;
use orgate_testkit::gate::{Hit, Run, list};
use orgate_testkit::sample::{APP, CONTROL, connected_app};

use super::{check, passed};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("identity::renamed with its consumer key", renamed_with_key),
    ("identity::renamed with its consumer key, weak as before", renamed_weak),
    ("identity::renamed without a key", renamed_alike),
    ("identity::renamed with both of its copies", renamed_copies),
    ("identity::a weaker second copy", second_copy),
    ("identity::a weak second file that stands already", standing_twin),
    ("identity::a value where a token stood", after_token),
    ("identity::members where a token stood", members_after_token),
    ("identity::an element twice", twice),
    ("identity::a certificate with and without armour", armour),
    ("identity::a block under another name", renamed_block),
    ("identity::callbacks in odd forms", odd_callbacks),
    ("identity::a callback with its default port", default_port),
    ("identity::pre-authorised by label", by_label),
    ("identity::a name in another case", other_case),
    ("identity::files of an app in another case", other_case_of_files),
    ("identity::org settings under an unknown name", unknown_settings),
    ("identity::files that change hands", changed_hands),
    ("identity::a new app beside new org settings", beside_settings),
    ("identity::what is declared, in another case", declared_in_another_case),
    ("identity::what another app lists and nobody can read", unreadable_elsewhere),
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

/// What is new points at itself, not at the settings that came with it.
fn beside_settings() {
    let settings = "force-app/main/default/settings/OauthOidc.settings-meta.xml";
    let org = "<OauthOidcSettings xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <isPkceRequired>false</isPkceRequired>\n</OauthOidcSettings>\n";
    let silent = connected_app(false).replace("<isPkceRequired>true</isPkceRequired>", "");
    let run = change(&[], &[(APP, &silent), (settings, org)]);
    assert_eq!(hit(&run, "ca-pkce-not-required", "introduced").path, APP);
}

fn declared_in_another_case() {
    let public = connected_app(false).replace("</ConnectedApp>", "<mobileAppConfig/>\n</ConnectedApp>");
    let repo = TestRepo::new();
    repo.write("orgate.yaml", "apps:\n  BILLING:\n    client: confidential\n");
    let on = |required: &str| {
        let flow = format!(
            "<isTokenExchangeEnabled>true</isTokenExchangeEnabled>\n<isSecretRequiredForTokenExchange>{required}</isSecretRequiredForTokenExchange>\n<isAdminApproved>"
        );
        public.replace("<isAdminApproved>", &flow)
    };
    repo.write(APP, on("true"));
    repo.commit("Before");
    repo.write(APP, on("false"));
    let run = check(repo.path(), &["--base", "HEAD"]);
    hit(&run, "ca-token-exchange-secret-mismatch", "regressed");
}

/// Which of two files counts is not known, so that the weak one does not speak for the one that becomes weak.
fn standing_twin() {
    let twin = APP.replace("-meta.xml", "");
    let run = change(
        &[(APP, &connected_app(false)), (&twin, &connected_app(true))],
        &[(APP, &connected_app(true)), (&twin, &connected_app(true))],
    );
    assert_eq!(hit(&run, CONTROL, "regressed").path, APP);
    let both = [(APP, connected_app(false)), (twin.as_str(), connected_app(true))];
    let base: Vec<(&str, &str)> = both.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let renamed = connected_app(false).replace("platform@", "team@");
    passed(&change(&base, &[(APP, &renamed), (&twin, &connected_app(true))]));
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

fn renamed_copies() {
    let strong = with_key(&demanding());
    let weak = strong.replace("HIGH_ASSURANCE", "STANDARD");
    let (lower, other_lower) = (APP.replace("force-app", "a-app"), OTHER.replace("force-app", "a-app"));
    let base = [(lower.as_str(), weak.as_str()), (APP, &strong)];
    let heads = [(other_lower.as_str(), weak.as_str()), (OTHER, &strong)];
    passed(&change(&base, &heads));
    let run = change(&base, &[(&other_lower, &weak), (OTHER, &weak)]);
    assert_eq!(hit(&run, "ca-high-assurance-removed", "regressed").path, OTHER);
    // The one copy that is left comes in the place of the one beside it, wherever the other lay.
    let run = change(&base, &[(OTHER, &weak)]);
    assert_eq!(hit(&run, "ca-high-assurance-removed", "regressed").path, OTHER);
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
        let all = texts
            .iter()
            .map(|text| format!("<idTokenAudience>{text}</idTokenAudience>"))
            .collect::<Vec<_>>()
            .concat();
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

fn renamed_block() {
    let block = |key: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<BlacklistedConsumer xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <blockedByApiWhitelisting>false</blockedByApiWhitelisting>\n    <consumerKey>{key}</consumerKey>\n    <consumerName>Bad</consumerName>\n    <masterLabel>Bad</masterLabel>\n</BlacklistedConsumer>\n"
        )
    };
    let path = |name: &str| format!("force-app/main/default/blacklistedConsumers/{name}.blacklistedConsumer-meta.xml");
    let (bad, zad) = (path("Bad"), path("Zad"));
    let (one, two) = (block("3MVG9one"), block("3MVG9two"));
    passed(&change(&[(&bad, &one)], &[(&zad, &one)]));
    // They swap their keys, or one of two with the same key goes.
    passed(&change(&[(&bad, &one), (&zad, &two)], &[(&bad, &two), (&zad, &one)]));
    passed(&change(&[(&bad, &one), (&zad, &one)], &[(&zad, &one)]));
    hit(&change(&[(&bad, &one)], &[(&zad, &two)]), "org-app-block-removed", "regressed");
    hit(&change(&[(&bad, &one)], &[]), "org-app-block-removed", "regressed");
}

fn callbacks(text: &str) -> String {
    connected_app(false).replace("https://billing.example.com/cb", text)
}

fn odd_callbacks() {
    let was = "https://billing.example.com/cb";
    for (odd, weak) in [
        ("https://billing.example.com/cb http://evil.example", true),
        ("https://billing.example.com/cb,http://evil.example", true),
        ("https://billing.example.com/cb&#x2028;http://evil.example", true),
        ("https://billing.example.com/cb&#x85;http://evil.example", true),
        ("https://billing.example.com/cb https://evil.example", false),
        ("https://billing.example.com\\@evil.example/cb", false),
        ("http:/evil.example", false),
        ("http:evil.example", false),
        ("https:///evil.example", false),
    ] {
        let run = change(&[(APP, &callbacks(was))], &[(APP, &callbacks(odd))]);
        hit(&run, "ca-callback-url-changed", "review");
        hit(&run, "ca-callback-url-insecure", if weak { "regressed" } else { "undecided" });
        // As before, whatever it is.
        let run = change(
            &[(APP, &callbacks(odd))],
            &[(APP, &callbacks(odd).replace("<label>Billing", "<label>Bills"))],
        );
        passed(&run);
    }
    for plain in [
        "https://billing.example.com/cb?a=1,2",
        "https://billing.example.com/a,b",
        "https://billing.example.com/cb?to=https%3A%2F%2Fx",
    ] {
        let run = change(&[(APP, &callbacks(was))], &[(APP, &callbacks(plain))]);
        assert!(run.hits().is_empty(), "{plain}: {}", run.said());
    }
    let run = change(&[(APP, &callbacks(was))], &[(APP, &callbacks("com.example.app:/oauth"))]);
    assert!(run.undecided().is_empty(), "{}", run.said());
}

fn default_port() {
    for (one, other) in [
        ("https://h.example/cb", "https://h.example:443/cb"),
        ("http://h.example/cb", "http://h.example:80/cb"),
        ("https://h.example/cb", "https://h.example:/cb"),
    ] {
        passed(&change(&[(APP, &callbacks(one))], &[(APP, &callbacks(other))]));
        passed(&change(&[(APP, &callbacks(other))], &[(APP, &callbacks(one))]));
    }
    let run = change(
        &[(APP, &callbacks("https://h.example/cb"))],
        &[(APP, &callbacks("https://h.example:80/cb"))],
    );
    hit(&run, "ca-callback-url-changed", "review");
}

fn by_label() {
    let header = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let space = "xmlns=\"http://soap.sforce.com/2006/04/metadata\"";
    let folder = "force-app/main/default";
    let listing = |element: &str, name: &str| {
        connected_app(false)
            .replace("ENFORCE", "BYPASS")
            .replace("</ConnectedApp>", &format!("<{element}>{name}</{element}></ConnectedApp>"))
    };
    let grants = |root: &str, label: &str, on: bool| {
        format!(
            "{header}<{root} {space}>{label}<userPermissions><enabled>{on}</enabled><name>ModifyAllData</name></userPermissions></{root}>\n"
        )
    };
    let gains = |element: &str, name: &str, path: &str| {
        let root = if element == "profileName" { "Profile" } else { "PermissionSet" };
        let label = if root == "Profile" { "" } else { "<label>Demo: All Data</label>" };
        let path = format!("{folder}/{path}-meta.xml");
        let app = listing(element, name);
        change(
            &[(APP, &app), (&path, &grants(root, label, false))],
            &[(APP, &app), (&path, &grants(root, label, true))],
        )
    };
    for (element, name, path) in [
        ("profileName", "Finance", "profiles/Finance.profile"),
        ("profileName", "finance", "profiles/Finance.profile"),
        ("profileName", "System Administrator", "profiles/Admin.profile"),
        ("profileName", "system administrator", "profiles/Admin.profile"),
        ("profileName", "Standard User", "profiles/Standard.profile"),
        ("permissionSetName", "Demo_All", "permissionsets/Demo_All.permissionset"),
        ("permissionSetName", "demo_all", "permissionsets/Demo_All.permissionset"),
        ("permissionSetName", "Demo: All Data", "permissionsets/Demo_All.permissionset"),
        ("permissionSetName", "demo: all data", "permissionsets/Demo_All.permissionset"),
    ] {
        assert_eq!(
            hit(&gains(element, name, path), "ca-ip-restrictions-relaxed", "worsened").subject,
            "Billing"
        );
    }
    // It is the label alone that makes the set one that the app lists.
    let (app, path) = (
        listing("permissionSetName", "Demo"),
        format!("{folder}/permissionsets/Other.permissionset-meta.xml"),
    );
    let (before, after) = ("<label>Else</label>", "<label>Demo</label>");
    let run = change(
        &[(APP, &app), (&path, &grants("PermissionSet", before, true))],
        &[(APP, &app), (&path, &grants("PermissionSet", after, true))],
    );
    hit(&run, "ca-ip-restrictions-relaxed", "worsened");
    passed(&gains("profileName", "Administrator", "profiles/Admin.profile"));
    passed(&gains("permissionSetName", "Demo", "permissionsets/Demo_All.permissionset"));
    // A file of the very name is the profile, whatever a standard one is called.
    let named = format!("{folder}/profiles/System Administrator.profile-meta.xml");
    let admin = format!("{folder}/profiles/Admin.profile-meta.xml");
    let app = listing("profileName", "System Administrator");
    let plain = grants("Profile", "", false);
    passed(&change(
        &[(APP, &app), (&named, &plain), (&admin, &plain)],
        &[(APP, &app), (&named, &plain), (&admin, &grants("Profile", "", true))],
    ));
}

fn other_case() {
    let lower = "force-app/main/default/connectedApps/billing.connectedApp-meta.xml";
    let run = change(
        &[(APP, &demanding())],
        &[(lower, &demanding().replace("HIGH_ASSURANCE", "STANDARD"))],
    );
    let found = hit(&run, "ca-high-assurance-removed", "regressed");
    assert_eq!((run.code, found.subject.as_str(), found.path.as_str()), (1, "billing", lower));
    assert!(run.undecided().is_empty(), "{}", run.said());
    let run = change(&[(APP, &connected_app(true))], &[(lower, &connected_app(true))]);
    passed(&run);
    assert!(run.undecided().is_empty(), "{}", run.said());
}

fn other_case_of_files() {
    let file = |root: &str, content: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n{content}\n</{root}>\n"
        )
    };
    let header = (
        "force-app/main/default/externalClientApps/Orders.eca-meta.xml",
        file("ExternalClientApplication", "<label>Orders</label>"),
    );
    let policies = "force-app/main/default/extlClntAppOauthPolicies/O.ecaOauthPlcy-meta.xml";
    let of = |app: &str, mode: &str| {
        file(
            "ExtlClntAppOauthConfigurablePolicies",
            &format!(
                "<externalClientApplication>{app}</externalClientApplication>\n<ipRelaxationPolicyType>{mode}</ipRelaxationPolicyType>"
            ),
        )
    };
    let run = change(
        &[(header.0, &header.1), (policies, &of("Orders", "Enforce"))],
        &[(header.0, &header.1), (policies, &of("orders", "Bypass"))],
    );
    assert_eq!(hit(&run, "eca-ip-restrictions-relaxed", "regressed").subject, "Orders");
    let run = change(&[(policies, &of("Orders", "Enforce"))], &[(policies, &of("orders", "Bypass"))]);
    assert_eq!(hit(&run, "eca-ip-restrictions-relaxed", "regressed").subject, "orders");
    assert!(run.undecided().iter().all(|hit| hit.subject == "orders"), "{}", run.said());
}

fn unknown_settings() {
    let settings = |demands: bool| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OauthOidcSettings xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <isPkceRequired>{demands}</isPkceRequired>\n</OauthOidcSettings>\n"
        )
    };
    let (weak, strong) = (settings(false), settings(true));
    for name in [
        "settings/Foo.settings-meta.xml",
        "odd/place/Foo.settings-meta.xml",
        "settings/Foo.settings",
    ] {
        let path = format!("force-app/main/default/{name}");
        let run = change(&[(APP, &connected_app(false))], &[(APP, &connected_app(false)), (&path, &weak)]);
        assert_eq!(hit(&run, "org-pkce-not-required", "introduced").path, path);
        let told = |warning: &serde_json::Value| warning["path"] == path.as_str();
        assert!(list(&run.report["warnings"]).iter().any(told), "{}", run.report["warnings"]);
        // Nothing deploys it, so it demands nothing of the apps either.
        let app = connected_app(false).replace("<isPkceRequired>true", "<isPkceRequired>false");
        let run = change(&[(APP, &connected_app(false))], &[(APP, &app), (&path, &strong)]);
        hit(&run, "ca-pkce-not-required", "regressed");
    }
    let plain = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AccountSettings xmlns=\"http://soap.sforce.com/2006/04/metadata\"/>\n";
    passed(&change(
        &[],
        &[("force-app/main/default/settings/Account.settings-meta.xml", plain)],
    ));
}

/// Nothing but the names of the apps differs, and each file stays where it is.
fn changed_hands() {
    let global = |app: &str, pkce: bool| {
        format!(
            "<ExtlClntAppGlobalOauthSettings xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    \
             <externalClientApplication>{app}</externalClientApplication>\n    \
             <isPkceRequired>{pkce}</isPkceRequired>\n\
             </ExtlClntAppGlobalOauthSettings>\n"
        )
    };
    let folder = "force-app/main/default/extlClntAppGlobalOauthSets";
    let (one, two) = (
        format!("{folder}/One.ecaGlblOauth-meta.xml"),
        format!("{folder}/Two.ecaGlblOauth-meta.xml"),
    );
    let run = change(
        &[(&one, &global("Orders", true)), (&two, &global("Billing", false))],
        &[(&one, &global("Billing", true)), (&two, &global("Orders", false))],
    );
    let found = hit(&run, "eca-pkce-not-required", "regressed");
    assert_eq!((run.code, found.subject.as_str()), (1, "Orders"));
}

/// One app lists a permission set that cannot be read; that says nothing of what another one lists.
fn unreadable_elsewhere() {
    let app = |label: &str, sets: &[&str]| {
        let lines = sets.iter().map(|set| format!("    <permissionSetName>{set}</permissionSetName>\n"));
        let listed = lines.collect::<Vec<_>>().concat();
        let text = connected_app(false).replace("Billing", label).replace("ENFORCE", "BYPASS");
        text.replace("</ConnectedApp>", &format!("{listed}</ConnectedApp>"))
    };
    let set = |permission: &str| {
        format!(
            "<PermissionSet xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <label>S</label>\n    <userPermissions>\n        \
             <enabled>true</enabled>\n        <name>{permission}</name>\n    </userPermissions>\n</PermissionSet>\n"
        )
    };
    let place = |name: &str| format!("force-app/main/default/{name}-meta.xml");
    let (one, two) = (place("connectedApps/Alpha.connectedApp"), place("connectedApps/Zulu.connectedApp"));
    let broken = place("permissionsets/Broken.permissionset");
    let (plain, power) = (
        place("permissionsets/Plain.permissionset"),
        place("permissionsets/Power.permissionset"),
    );
    let (reports, all) = (set("RunReports"), set("ModifyAllData"));
    let (first, other) = (app("First", &["Broken"]), app("Other", &["Broken"]));
    let (little, much) = (app("Last", &["Plain"]), app("Last", &["Plain", "Power"]));
    let side = |one_text: &str, two_text: &str| {
        [
            (&*one, one_text.to_owned()),
            (&*two, two_text.to_owned()),
            (&*broken, "<PermissionSet".to_owned()),
            (&*plain, reports.clone()),
            (&*power, all.clone()),
        ]
    };
    let (base, head) = (side(&first, &little), side(&other, &much));
    let run = change(
        &base.each_ref().map(|(path, text)| (*path, &**text)),
        &head.each_ref().map(|(path, text)| (*path, &**text)),
    );
    let found = hit(&run, "ca-ip-restrictions-relaxed", "worsened");
    assert_eq!(found.subject, "Zulu");
}
