use super::*;

/// A real, self-signed certificate; its key was thrown away.
const CERTIFICATE: &str = "MIIBXDCCAQKgAwIBAgIBATAKBggqhkjOPQQDAjAMMQowCAYDVQQDDAF0MCAXDTI2MTEyMTA4MDcyM1oYDzIwNTEwNzEzMDgwNzIzWjAMMQowCAYDVQQDDAF0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEb/ID71X92zdczZ+74hX0o6279QVvPDF9qBx9xrnqZESKFR3soXdo5obnUAmqhHm35RPQYAxD9kXtsO3X1e1nBaNTMFEwHQYDVR0OBBYEFBN9ASrzci0f9wqh+nc2CgdtVZewMB8GA1UdIwQYMBaAFBN9ASrzci0f9wqh+nc2CgdtVZewMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgJ2+ALgvSmdkqaGPoq2OLwHAuC6xe7MvsJnyJolaiKeUCIQCJkxu9vg4ZmUV/Jg+I37jgZR2xTmltC7Gp0P/+fs4VOw==";

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |sum, b| (sum << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                text.push(char::from(DIGITS[(word >> (18 - 6 * place)) as usize & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[test]
fn booleans_are_the_four_words_of_the_schema() {
    assert_eq!(boolean("true"), Some(true));
    assert_eq!(boolean(" 1\r\n"), Some(true));
    assert_eq!(boolean("\tfalse "), Some(false));
    assert_eq!(boolean("0"), Some(false));
    for other in [
        "",
        "TRUE",
        "True",
        "yes",
        "10",
        "01",
        "tru",
        "true false",
        "\u{a0}true",
        "\u{feff}true",
        "truе",
    ] {
        assert_eq!(boolean(other), None, "{other:?}");
    }
}

#[test]
fn integers_are_those_of_the_schema() {
    assert_eq!(integer(" 15 "), Some(15));
    assert_eq!(integer("+7"), Some(7));
    assert_eq!(integer("-007"), Some(-7));
    assert_eq!(integer("2147483647"), Some(2_147_483_647));
    for other in ["", "+", "-", "1.0", "1e3", "1_000", "1 0", "2147483648", "٣", "0x10"] {
        assert_eq!(integer(other), None, "{other:?}");
    }
}

#[test]
fn lists_are_trimmed_and_keep_no_empty_entry() {
    let lines: Vec<_> = split_lines("https://a\r\n  https://b \r\rhttps://c\n\n").collect();
    assert_eq!(lines, ["https://a", "https://b", "https://c"]);
    let commas: Vec<_> = split_commas(" Api,  RefreshToken ,,Full\n,").collect();
    assert_eq!(commas, ["Api", "RefreshToken", "Full"]);
    assert_eq!(split_commas(" , ").count(), 0);
}

#[test]
fn placeholders_are_found_anywhere_and_returned_whole() {
    for (text, token) in [
        ("${X}", "${X}"),
        ("https://${HOST}/cb", "${HOST}"),
        ("${{ secrets.X }}", "${{ secrets.X }}"),
        ("{{app.key}}", "{{app.key}}"),
        ("{!$Credential.x}", "{!$Credential.x}"),
        ("<%= name %>", "<%= name %>"),
        ("__PKCE__", "__PKCE__"),
        ("a.__pkce__.b", "__pkce__"),
        ("REPLACE_CERT", "REPLACE_CERT"),
        ("https://REPLACE_HEROKU_APP_DOMAIN/x", "REPLACE_HEROKU_APP_DOMAIN"),
        ("REPLACEME", "REPLACEME"),
        ("$ {} ${} ${Y}", "${Y}"),
    ] {
        assert_eq!(placeholder(text), Some(token), "{text:?}");
    }
    for text in [
        "",
        "true",
        "$",
        "${",
        "${}",
        "${ }",
        "${a\nb}",
        "{a}",
        "ns__Name__c",
        "Name__c",
        "____",
        "__1__",
        "REPLACE",
        "REPLACE_",
        "REPLACE_me",
        "IRREPLACE_ME",
        "REPLACEMENT",
        "%%X%%",
        "Placeholder_Value",
    ] {
        assert_eq!(placeholder(text), None, "{text:?}");
    }
}

#[test]
fn tokens_that_a_value_may_hold_as_well_are_placeholders_as_the_whole_text_only() {
    for token in [
        "#{INVOICE_SYNC_SECRET}#",
        "#{Invoice.Secret-2}",
        "[[SECRET]]",
        "{$Copado.Secret}",
        "{$SECRET}",
        "@SECRET@",
    ] {
        assert_eq!(placeholder(token), Some(token), "{token:?}");
        assert_eq!(placeholder(&format!("\n {token} ")), Some(token), "{token:?}");
        for around in [
            format!("a{token}"),
            format!("{token}a"),
            format!("{token} b"),
            format!("{token}{token}"),
        ] {
            assert_eq!(placeholder(&around), None, "{around:?}");
        }
    }
    for text in [
        "#{}#", "#{}", "[[]]", "{$}", "@@", "@", "[[-.]]", "#{a b}#", "[[a]b]]", "{$a/b}", "{$a}b}", "@a@b@", "[X]", "{X}", "#X#",
    ] {
        assert_eq!(placeholder(text), None, "{text:?}");
    }
    let long = |count| format!("@{}@", "a".repeat(count));
    assert!(placeholder(&long(LONGEST_PLACEHOLDER)).is_some());
    assert!(placeholder(&long(LONGEST_PLACEHOLDER + 1)).is_none());
}

#[test]
fn the_end_of_a_placeholder_is_looked_for_up_to_a_whole_character() {
    let name = |first: &str, count: usize| format!("${{{first}{}}}", "é".repeat(count));
    for first in ["", "a"] {
        assert_eq!(placeholder(&name(first, 150)), None, "{first:?}");
        let near = name(first, 99);
        assert_eq!(placeholder(&near), Some(near.as_str()), "{first:?}");
    }
}

#[test]
fn placeholder_search_is_linear() {
    let start = std::time::Instant::now();
    for part in ["${", "{{", "__", "R_", "<%", "${\u{e9}", "_a", " __a"] {
        assert_eq!(placeholder(&part.repeat(50_000)), None, "{part:?}");
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn stand_ins_are_no_secrets() {
    for text in [
        "",
        "  \n",
        "Placeholder_Value",
        "++hJ3==++",
        "${SECRET}",
        "${{ secrets.SECRET }}",
        "{{secret}}",
        "__SECRET__",
        "REPLACE_CLIENT_SECRET",
        "REPLACE_ME",
        "*******",
        "$ENV",
        "%SECRET%",
        "@@SECRET@@",
        "<SECRET>",
        "TODO",
        "xxxxxxxxxxxx",
        "#{INVOICE_SYNC_CONSUMER_SECRET}#",
        "#{InvoiceSync.ConsumerSecret}",
        "[[INVOICE_SYNC_SECRET]]",
        "{$Copado.ConsumerSecret}",
        "CHANGE_ME",
        "changeme",
        "Change-Me",
        "PLACEHOLDER",
        "REDACTED",
        "replace me",
        "YOUR_CONSUMER_SECRET",
        "your client secret here",
        "SET_IN_ORG",
        "dummysecret",
        "DUMMY_SECRET",
        "env:CONSUMER_SECRET",
        "${THE_FIRST_HALF_OF_THE_SECRET}-${THE_SECOND_HALF}",
        "$(SECRET_OF_THE_APP)",
    ] {
        assert!(!is_real_secret(text), "{text:?}");
    }
    let long = format!("${}", "a1".repeat(20));
    for text in [
        "3MVG9abc",
        "abcdefgh${X}",
        "${X}abcdefgh",
        "%X%abcdefgh",
        "++abcdefg",
        "abcdefg++",
        "***abcdefg",
        "REPLACE_ME now",
        "CHANGE_ME3MVG9abc",
        "YOUR_3MVG9abc",
        "YOUR_SECRET_3MVG9abc",
        "your_____",
        "env:3MVG9abc",
        "3MVG9abcREDACTED",
        "a1b2c3d4#{X}#",
        "[[X]]a1b2c3d4",
        &long[..40],
    ] {
        assert!(is_real_secret(text), "{text:?}");
    }
    assert!(!is_real_secret(&long[..39]), "the name of a variable");
}

#[test]
fn certificates_are_told_apart_from_names_tokens_and_keys() {
    use CertificateText::{Absent, PrivateKey, Provided, Unclear};

    let mut folded = String::new();
    for line in CERTIFICATE.as_bytes().chunks(64) {
        folded.push_str("  ");
        folded.push_str(std::str::from_utf8(line).unwrap());
        folded.push_str("\r\n");
    }
    let pem = format!("-----BEGIN CERTIFICATE-----\n{folded}-----END CERTIFICATE-----\n");
    assert_eq!(certificate(CERTIFICATE), Provided);
    assert_eq!(certificate(CERTIFICATE.trim_end_matches('=')), Provided);
    assert_eq!(certificate(&folded), Provided);
    assert_eq!(certificate(&pem), Provided);
    assert_eq!(certificate(&format!("Bag Attributes\n{pem}")), Provided);
    assert_eq!(certificate(&format!("{pem}{pem}")), Provided);

    assert_eq!(certificate(" \n\t"), Absent);

    for text in [
        "My_Certificate",
        "REPLACE_CERT",
        "${CERT}",
        "MIIB",
        "MIIBXDCCAQKgAwIBAgIBATAK",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nTXlDZXJ0\n-----END CERTIFICATE-----",
        "AAAA",
        "MAA=",
        "====",
        "M",
    ] {
        assert_eq!(certificate(text), Unclear, "{text:?}");
    }
    for der in [&[0x30, 1, 5][..], &[0x30, 2, 5, 0, 0], &[&[0x30, 0x80][..], &[5; 128]].concat()] {
        assert_eq!(certificate(&base64(der)), Unclear, "{der:x?}");
    }
    // What begins like encrypted PKCS #8 and names something else is no key.
    assert_eq!(certificate(&base64(&[0x30, 9, 0x30, 5, 6, 3, 0x55, 4, 3, 4, 0])), Provided);
    assert_eq!(certificate(&format!("{CERTIFICATE}=")), Unclear);
    assert_eq!(certificate(&format!("AA{CERTIFICATE}")), Unclear);
    assert_eq!(certificate(&base64(pem.as_bytes())), Unclear);

    let label = ["PRIVATE", "KEY"].join(" ");
    assert_eq!(certificate(&format!("-----BEGIN RSA {label}-----\nAAAA")), PrivateKey);
    assert_eq!(certificate(&format!("{pem}\n{label}")), PrivateKey);
    assert_eq!(certificate(&base64(format!("x {label} x").as_bytes())), PrivateKey);
    for der in [
        &[0x30, 7, 2, 1, 0, 0x30, 2, 5, 0][..],
        &[0x30, 7, 2, 1, 0, 0x02, 2, 5, 0],
        &[0x30, 7, 2, 1, 1, 0x04, 2, 5, 0],
        &[0x30, 7, 2, 1, 3, 0x30, 2, 5, 0],
        &[0x30, 15, 0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13, 4, 0],
    ] {
        assert_eq!(certificate(&base64(der)), PrivateKey, "{der:x?}");
    }
}

#[test]
fn base64_is_decoded_with_any_padding() {
    for bytes in [&b""[..], b"a", b"ab", b"abc", b"abcd", &[0, 255, 254, 62, 63]] {
        let text = base64(bytes);
        assert_eq!(decode_base64(&text).as_deref(), Some(bytes));
        assert_eq!(decode_base64(text.trim_end_matches('=')).as_deref(), Some(bytes));
    }
    for wrong in ["A", "AAAAA", "A=", "AA=A", "AAA==", "AA-_", "A\u{e9}"] {
        assert_eq!(decode_base64(wrong), None, "{wrong:?}");
    }
}

#[test]
fn der_lengths_never_panic() {
    for length in [0x80, 0x81, 0x84, 0x85, 0xff] {
        for fill in [0, 0xff] {
            let mut bytes = vec![0x30, length];
            bytes.resize(12, fill);
            let _ = certificate(&base64(&bytes));
        }
    }
}

#[test]
fn the_password_of_a_url_is_left_out() {
    for (text, expected) in [
        ("https://a.example/cb?x=a:b@c", "https://a.example/cb?x=a:b@c"),
        ("https://user@a.example", "https://user@a.example"),
        ("https://user:pa,s:s@a.example/cb", "https://user:(not shown)@a.example/cb"),
        ("https://user:p@ss@a.example", "https://user:(not shown)@a.example"),
        (
            "<x>https://u:p@a</x> http://:p@b",
            "<x>https://u:(not shown)@a</x> http://:(not shown)@b",
        ),
        ("https://a.example,http://u:p@b", "https://a.example,http://u:(not shown)@b"),
        ("com.example.app:/oauth://", "com.example.app:/oauth://"),
        ("a://:///", "a://:///"),
        ("http://user:a/pw@h/", "http://user:(not shown)@h/"),
        ("http:\\\\user:pw@h/", "http:\\\\user:(not shown)@h/"),
        ("http:///user:pw?x@h", "http:///user:(not shown)@h"),
        ("http://user&#58;pw@h", "http://(not shown)"),
        ("http://user:pw&#64;h", "http://(not shown)"),
        ("https://ghp_0123456789abcdefgh@h/x", "https://(not shown)@h/x"),
        ("https://h:8443/a@b", "https://h:8443/a@b"),
        ("http://u:\"pw@h/", "http://u:(not shown)@h/"),
        ("http://u: pw@h/", "http://u:(not shown)@h/"),
        ("http://u:<pw@h/", "http://u:(not shown)@h/"),
        ("http://localhost:*/cb and a@b", "http://localhost:*/cb and a@b"),
        ("http:u:pw@h/", "http:u:(not shown)@h/"),
        ("http:\u{ff0f}\u{ff0f}u:pw@h/", "http:\u{ff0f}\u{ff0f}u:(not shown)@h/"),
        ("http://h/?a=b&client_secret=pw&c=d", "http://h/?a=b&client_secret=(not shown)&c=d"),
        ("http://h/?Token=pw", "http://h/?Token=(not shown)"),
        ("http://h/?tokens=2&secret=", "http://h/?tokens=2&secret="),
    ] {
        assert_eq!(without_passwords(text), expected, "{text}");
    }
}
