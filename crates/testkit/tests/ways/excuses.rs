//! What a change says of a client beside what it weakens does not settle that this is right.

use super::*;

const CONTROL: &str = "ca-token-exchange-secret-mismatch";

fn exchanging(secret: bool, more: &str) -> Tree {
    let app = connected_app(true)
        .replace(
            "</oauthConfig>",
            &format!(
                "    <isConsumerSecretOptional>false</isConsumerSecretOptional>\n        \
                 <isSecretRequiredForTokenExchange>{secret}</isSecretRequiredForTokenExchange>\n        \
                 <isTokenExchangeEnabled>true</isTokenExchangeEnabled>\n    </oauthConfig>"
            ),
        )
        .replace("</ConnectedApp>", &format!("{more}\n</ConnectedApp>"));
    project().with(&format!("{ROOT}/connectedApps/App.connectedApp-meta.xml"), app)
}

const MOBILE: &str = "    <mobileAppConfig>\n        <devicePlatform>ios</devicePlatform>\n    </mobileAppConfig>";

fn outcome(base: &Tree, head: &Tree, settings: &Settings) -> Option<String> {
    let found = hits(&report(base, head, settings));
    found.into_iter().find(|hit| hit.control == CONTROL).map(|hit| hit.outcome)
}

#[test]
fn a_client_that_only_now_looks_public_is_not_known_to_be_one() {
    let none = Settings::default();
    let base = exchanging(true, "");
    assert_eq!(outcome(&base, &exchanging(false, ""), &none).as_deref(), Some("regressed"));
    assert_eq!(outcome(&base, &exchanging(false, MOBILE), &none).as_deref(), Some("undecided"));
    assert_eq!(outcome(&exchanging(true, MOBILE), &exchanging(false, MOBILE), &none), None);
    assert_eq!(outcome(&base, &exchanging(true, MOBILE), &none), None);
    let keyed = |tree: Tree, name: &str| {
        let files = tree.files.into_iter().map(|(path, text)| {
            let path = String::from_utf8_lossy(&path).replace("App.connected", &format!("{name}.connected"));
            let text = String::from_utf8_lossy(&text).replace(
                "    <isPkceRequired>",
                "    <consumerKey>3MVG9exampleKeyOfTheApp</consumerKey>\n        <isPkceRequired>",
            );
            (path.into_bytes(), text.into_bytes())
        });
        Tree { files: files.collect() }
    };
    let renamed = keyed(exchanging(false, MOBILE), "Other");
    assert_eq!(outcome(&keyed(base.clone(), "App"), &renamed, &none).as_deref(), Some("undecided"));
    let declared = Settings::parse("apps:\n  App: { client: public }\n").unwrap();
    assert_eq!(outcome(&base, &exchanging(false, MOBILE), &declared), None);
}
