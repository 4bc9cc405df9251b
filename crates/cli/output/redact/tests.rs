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
        "<consumerSecret><?x </consumerSecret>?>abc</consumerSecret>",
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

/// The last line in front of a place in a text.
fn last(text: &str, end: usize) -> String {
    redactor().for_lines_of(text.as_bytes()).last(&text.as_bytes()[..end])
}

#[test]
fn one_line_shows_what_its_type_knows_and_any_switch() {
    let alone = |line: &str, root: &str| {
        let text = format!("<?xml version=\"1.0\"?>\n<!-- <ConnectedApp> -->\n<m:{root} xmlns:m=\"x\">\n    {line}");
        redactor().for_lines_of(text.as_bytes()).alone(text.as_bytes())
    };
    let policies = "ExtlClntAppOauthConfigurablePolicies";
    for (line, root) in [
        ("<refreshTokenPolicyType>SpecificLifetime</refreshTokenPolicyType>", policies),
        ("<refreshTokenValidityPeriod>365</refreshTokenValidityPeriod>", policies),
        (
            "<shouldRotateConsumerSecret>true</shouldRotateConsumerSecret>",
            "ExtlClntAppGlobalOauthSettings",
        ),
    ] {
        assert_eq!(alone(line, root).as_deref(), Some(format!("    {line}").as_str()));
    }
    for line in [
        "<consumerSecret>abc</consumerSecret>",
        "<shouldRotateConsumerSecret>abc</shouldRotateConsumerSecret>",
        "<secret>true</secret><!-- abc -->",
        "<someToken>abc</someToken>",
        "<refreshTokenPolicyType>abc</refreshTokenPolicyType>",
    ] {
        let shown = alone(line, "ConnectedApp").unwrap_or_default();
        assert!(!shown.contains("abc"), "{shown}");
    }
}

#[test]
fn one_line_is_shown_as_among_all() {
    let text = "<a>\r\n\t<consumerSecret>\nabc\n</consumerSecret><b>x</b>\n<c/>";
    let ends = text.match_indices('\n').map(|(at, _)| at).chain([text.len()]);
    for (end, shown) in ends.zip(redactor().lines(text.as_bytes()).expect("text")) {
        // What follows is not looked at.
        let shown = shown.replace("(not shown)", "");
        assert_eq!(last(text, end), shown);
    }
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}", "k".repeat(64));
    assert_eq!(last(&key, key.len()), "(not shown)");
}

/// DER that begins as a private key does, in base64, broken into lines of so many characters.
fn key(width: usize) -> String {
    // A sequence of version 0, a sequence for the algorithm, and zeros.
    let text = format!("MFgCAQAwBwYFAQIDBAUE{}", "A".repeat(100));
    let lines: Vec<&str> = (0..text.len())
        .step_by(width)
        .filter_map(|at| text.get(at..text.len().min(at + width)))
        .collect();
    lines.join("\n")
}

#[test]
fn a_private_key_where_a_certificate_belongs_is_hidden_whatever_its_form() {
    let certificate = format!("MIIB{}", "b".repeat(60));
    let bytes_of_a_certificate = "MFgwVgYFAQIDBAUE".to_owned() + &"A".repeat(104);
    let hidden = |content: &str| {
        for (root, name) in [("ConnectedApp", "certificate"), ("ExtlClntAppGlobalOauthSettings", "certificate")] {
            let text = format!("<{root}>\n<{name}>{content}</{name}>\n<label>x</label>\n</{root}>");
            let shown = shown(&text);
            let leaks = content
                .lines()
                .filter(|line| line.trim().len() > 3 && shown.contains(line.trim()))
                .count();
            assert_eq!(leaks, 0, "{shown}");
            assert_eq!(shown.lines().count(), text.lines().count());
            assert!(shown.contains("<label>x</label>"));
        }
    };
    for content in [
        key(1000),
        key(16),
        format!("\n  {}\n", key(20).replace('\n', "\n  ")),
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", key(24)),
        format!("<![CDATA[{}]]>", key(1000)),
        key(1000).replacen('A', "&#65;", 1),
        // Neither a certificate nor a key: one of its characters may be lost.
        certificate,
    ] {
        hidden(&content);
    }
    let shown = shown(&format!(
        "<ConnectedApp><certificate>{bytes_of_a_certificate}</certificate></ConnectedApp>"
    ));
    assert!(shown.contains(&bytes_of_a_certificate), "{shown}");
}

#[test]
fn a_key_in_any_other_element_is_hidden_between_its_marks() {
    let text = format!(
        "<description>\n-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n</description>\n<a/>",
        key(10)
    );
    let all = redactor().lines(text.as_bytes()).expect("text");
    assert!(key(10).lines().all(|line| !all.iter().any(|shown| shown.contains(line))), "{all:?}");
    assert_eq!(all.last().map(String::as_str), Some("<a/>"));
    let until = text.find("\n-----END").expect("end");
    assert_eq!(last(&text, until), "(not shown)");
}

#[test]
fn many_unfinished_tags_take_no_time() {
    let start = std::time::Instant::now();
    for piece in ["<a ", "<secret>", "<secret><!--", "</secret", "<![CDATA[", "<secret>x<"] {
        assert!(redactor().lines(piece.repeat(50_000).as_bytes()).is_some(), "{piece}");
    }
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
