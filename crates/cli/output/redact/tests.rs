//! No secret is shown, however it is written.

use super::Redactor;

fn redactor() -> Redactor {
    Redactor::new(&orgate_metadata::builtin::registry().expect("registry"))
}

fn shown(text: &str) -> String {
    redactor().lines(text.as_bytes()).expect("text").join("\n")
}

#[test]
fn switches_stay_and_secrets_go_wherever_they_stand() {
    assert_eq!(
        shown("<isConsumerSecretOptional>true</isConsumerSecretOptional>\n<consumerSecret>abc\ndef</consumerSecret>\n<label>x</label>"),
        "<isConsumerSecretOptional>true</isConsumerSecretOptional>\n<consumerSecret>(not shown)\n</consumerSecret>\n<label>x</label>"
    );
    assert_eq!(
        shown("<!-- <consumerSecret>abc</consumerSecret> -->"),
        "<!-- <consumerSecret>(not shown)</consumerSecret> -->"
    );
    assert_eq!(
        shown("<refreshTokenPolicy>specific_lifetime:24:HOURS</refreshTokenPolicy>"),
        "<refreshTokenPolicy>specific_lifetime:24:HOURS</refreshTokenPolicy>"
    );
    assert!(!shown("<consumerSecret>true</consumerSecret>").contains("true"));
    assert!(!shown("<someApiKey>abc</someApiKey>").contains("abc"));
}

#[test]
fn what_the_registry_knows_as_no_secret_is_shown() {
    let policies = "<ExtlClntAppOauthConfigurablePolicies>\n<refreshTokenPolicyType>SpecificLifetime</refreshTokenPolicyType>\n\
                    <refreshTokenValidityPeriod>30</refreshTokenValidityPeriod>\n<refreshTokenValidityUnit>Days</refreshTokenValidityUnit>\n\
                    </ExtlClntAppOauthConfigurablePolicies>";
    assert_eq!(shown(policies), policies);
    let certificate = "<certificate>MIIabc</certificate>";
    assert!(shown(&format!("<ConnectedApp>{certificate}</ConnectedApp>")).contains("MIIabc"));
    assert!(!shown(&format!("<ExtlClntAppPushSettings>{certificate}</ExtlClntAppPushSettings>")).contains("MIIabc"));
}

#[test]
fn every_secret_of_the_registry_is_blanked() {
    let registry = orgate_metadata::builtin::registry().expect("registry");
    let mut count = 0;
    for spec in registry.types() {
        for (path, _) in spec.fields.iter().filter(|(_, field)| field.secret) {
            let name = path.rsplit('/').next().expect("name");
            let text = format!(
                "<{0}>\n<{name}>S3cr3t</{name}>\n<!-- <{name}>S3cr3t</{name}> -->\n</{0}>",
                spec.name
            );
            assert!(!shown(&text).contains("S3cr3t"), "{path} of {}", spec.name);
            count += 1;
        }
    }
    assert!(count > 8);
}

#[test]
fn exact_lines_are_the_bytes() {
    let text = "\u{feff}<label>a</label>\r\n\t<x/>\n\nend";
    assert_eq!(redactor().exact(text.as_bytes()).expect("text").join("\n"), text);
}

#[test]
fn a_block_of_a_delicate_name_keeps_its_elements() {
    assert_eq!(
        shown("<oauthTokens>\n<isOn>true</isOn>\n</oauthTokens>"),
        "<oauthTokens>\n<isOn>true</isOn>\n</oauthTokens>"
    );
}

#[test]
fn no_way_of_writing_a_secret_shows_it() {
    for text in [
        "<consumerSecret>abc",
        "<m:consumerSecret>abc</m:consumerSecret>",
        "<consumerSecret><![CDATA[abc]]></consumerSecret>",
        "<consumerSecret><!-- --> abc</consumerSecret>",
        "<consumerSecret><!-- </consumerSecret> -->abc</consumerSecret>",
        "<consumerSecret><![CDATA[</consumerSecret>abc]]></consumerSecret>",
        "<consumerSecret><x>abc</x></consumerSecret>",
        "<consumerSecret><?x abc?></consumerSecret>",
        "<consumerSecret a=\">\">abc</consumerSecret>",
        "<consumerSecret a=\"abc\">x</consumerSecret>",
        "<consumerSecret a=\"abc\"/>",
        "<oauthTokens><consumerSecret>abc</consumerSecret></oauthTokens>",
        "<consumerSecret>zero-abc</consumerSecret>",
        "<consumerSecret>infinite abc</consumerSecret>",
        "<consumerSecret>specific_lifetime:abc:DAYS</consumerSecret>",
        "<consumerSecret>\n< abc\n</consumerSecret>",
    ] {
        assert!(!shown(text).contains("abc"), "{text} is shown as {}", shown(text));
        assert_eq!(shown(text).lines().count(), text.lines().count(), "{text}");
    }
}

#[test]
fn one_line_is_shown_as_among_all() {
    let text = "<a>\r\n\t<consumerSecret>\nabc\n</consumerSecret><b>x</b>\n<c/>";
    let ends = text.match_indices('\n').map(|(at, _)| at).chain([text.len()]);
    for (end, shown) in ends.zip(redactor().lines(text.as_bytes()).expect("text")) {
        // What follows is not looked at.
        let shown = shown.replace("(not shown)", "");
        assert_eq!(super::last(&text.as_bytes()[..end]), Some(shown));
    }
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}", "k".repeat(64));
    assert_eq!(super::last(key.as_bytes()), Some("(not shown)".to_owned()));
}

#[test]
fn many_unfinished_tags_take_no_time() {
    let start = std::time::Instant::now();
    for piece in ["<a ", "<secret>", "<secret><!--", "</secret", "<![CDATA[", "<secret>x<"] {
        assert!(redactor().lines(piece.repeat(50_000).as_bytes()).is_some(), "{piece}");
    }
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
