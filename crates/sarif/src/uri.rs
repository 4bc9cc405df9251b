//! Addresses: paths of a repository as relative URI references, byte for byte.

use orgate_core::RepoPath;

/// The path, percent-encoded from its raw bytes. `%` is encoded as well: a file named `a%20b` is not one named `a b`.
///
/// Everything but letters, digits, `-`, `.`, `_`, `~` and the slashes between the parts is encoded, `:` too, as a
/// first part with a colon would be read as a scheme.
pub fn encode(path: &RepoPath) -> String {
    let mut uri = String::with_capacity(path.as_bytes().len());
    for byte in path.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(*byte)),
            _ => {
                uri.push('%');
                uri.push(digit(byte >> 4));
                uri.push(digit(byte & 15));
            }
        }
    }
    uri
}

fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

/// Whether a text can stand as the address of a web page as it is.
pub fn is_web(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/?#@!$&'*+,;=:%".contains(&byte);
    rest.is_some_and(|rest| {
        rest.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric()) && rest.bytes().all(allowed) && percents(rest)
    })
}

/// Whether every `%` is followed by two hexadecimal digits, and there is one fragment at most.
fn percents(text: &str) -> bool {
    let whole = |part: &str| part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    text.split('%').skip(1).all(whole) && text.matches('#').count() <= 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_as_salesforce_writes_them() {
        for (path, uri) in [
            (
                "profiles/Custom%3A Sales é.profile-meta.xml",
                "profiles/Custom%253A%20Sales%20%C3%A9.profile-meta.xml",
            ),
            ("a/b-c_d.e~f", "a/b-c_d.e~f"),
            ("c:/d", "c%3A/d"),
            ("a\nb", "a%0Ab"),
            ("a?b#c", "a%3Fb%23c"),
            ("[x](y)", "%5Bx%5D%28y%29"),
        ] {
            assert_eq!(encode(&path.into()), uri);
        }
        assert_eq!(encode(&RepoPath::new(*b"a/\xff\xfe.xml")), "a/%FF%FE.xml");
    }

    #[test]
    fn web_addresses() {
        for (text, expected) in [
            ("https://help.salesforce.com/s/articleView?id=xcloud.a.htm&type=5", true),
            ("https://example.com/a%20b#c", true),
            ("https://example.com/a b", false),
            ("https://example.com/%zz", false),
            ("https://example.com/a)b", false),
            ("javascript:alert(1)", false),
            ("https://", false),
            ("https:///x", false),
        ] {
            assert_eq!(is_web(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn decodes_to_the_same_bytes(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let uri = encode(&RepoPath::new(bytes.clone()));
            prop_assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)));
            let mut decoded = Vec::new();
            let mut rest = uri.as_bytes().iter().copied();
            while let Some(byte) = rest.next() {
                if byte == b'%' {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    decoded.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                } else {
                    decoded.push(byte);
                }
            }
            prop_assert_eq!(decoded, bytes);
        }
    }
}
