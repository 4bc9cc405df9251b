//! URLs as lines of metadata hold them: whether a text is one, and whom it calls.

/// Whether a text is something else than one URL as everybody reads it: several in one line, or a form that browsers
/// mend in ways of their own.
pub(crate) fn is_odd(text: &str) -> bool {
    let apart = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    let authority = text.split_once("://").map_or("", |(_, rest)| authority(rest));
    // A comma is legal in a path, where nothing behind it looks like another URL.
    let comma = text
        .split_once(',')
        .is_some_and(|(_, rest)| rest.contains(':') || rest.contains("//"));
    let web = text
        .split_once(':')
        .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"));
    text.contains(apart) || text.matches("://").count() > 1 || comma || authority.contains(',') || (web && authority.is_empty())
}

/// What may be URLs of their own in an odd text.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '\\' | ','))
        .filter(|piece| !piece.is_empty())
}

/// Scheme, host and port of a URL, lower case and without a port that says nothing; the text itself when it is no URL,
/// or an odd one.
pub(crate) fn host(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://").filter(|_| !is_odd(text)) else {
        return text.to_owned();
    };
    let scheme = scheme.to_ascii_lowercase();
    let host = authority(rest).rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => "443",
        "http" => "80",
        _ => "",
    };
    let bare = host
        .rsplit_once(':')
        .filter(|(_, port)| port.is_empty() || *port == usual)
        .map_or(host.as_str(), |(bare, _)| bare);
    format!("{scheme}://{bare}")
}

/// Whether scheme and host of a URL stand before a part of it.
pub(crate) fn calls_before(text: &str, part: &str) -> bool {
    let host = text.split_once("://").and_then(|(scheme, rest)| {
        let host = authority(rest);
        (!host.is_empty()).then_some(scheme.len() + 3 + host.len())
    });
    host.zip(text.find(part)).is_some_and(|(end, at)| at > end)
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{calls_before, host, is_odd, pieces};

    #[test]
    fn the_host_of_a_url_is_what_a_browser_would_call() {
        for (text, expected) in [
            ("https://User@Example.com:8443/cb?x=1", "https://example.com:8443"),
            ("https://example.com:443/cb", "https://example.com"),
            ("http://example.com:80", "http://example.com"),
            ("http://example.com:443", "http://example.com:443"),
            ("http://[::1]/cb", "http://[::1]"),
            ("https://a.example\\@b.example/", "https://a.example\\@b.example/"),
            ("myapp://oauth", "myapp://oauth"),
            ("localhost:1717", "localhost:1717"),
        ] {
            assert_eq!(host(text), expected, "{text}");
        }
    }

    #[test]
    fn what_follows_the_host_does_not_change_it() {
        for text in ["http://a.example/$X", "http://a.example:80?$X", "http://a.example/b#$X"] {
            assert!(calls_before(text, "$X"), "{text}");
        }
        for text in [
            "$X://a.example/",
            "http://$X/",
            "http://a.example$X",
            "http://a.example:$X/",
            "$X",
            "http:///$X",
            "/$X",
        ] {
            assert!(!calls_before(text, "$X"), "{text}");
        }
    }

    #[test]
    fn one_url_in_a_usual_form_is_not_odd() {
        for text in [
            "https://a.example/cb?x=1,2",
            "https://a.example/b,c",
            "com.example.app:/oauth",
            "myapp://",
            "localhost:1717",
            "http://localhost:*/callback",
            "http://[::1]:80/cb",
        ] {
            assert!(!is_odd(text), "{text}");
        }
        for text in [
            "https://a.example/ http://b.example",
            "https://a.example/,http://b.example",
            "https://a.example/,//b.example",
            "https://a.example/\u{2028}x",
            "https://a.example/\u{85}x",
            "https://a.example\\@b.example",
            "https://a.example,b.example",
            "https://a.example/cb?to=http://b.example",
            "http:/b.example",
            "HTTP:b.example",
            "https:///b.example",
        ] {
            assert!(is_odd(text), "{text}");
        }
    }

    #[test]
    fn an_odd_text_may_be_several_urls() {
        let all: Vec<&str> = pieces("a://a b://b\\c://c,d://d\u{1}e://e ,f://f").collect();
        assert_eq!(all, ["a://a", "b://b", "c://c", "d://d", "e://e", "f://f"]);
    }
}
