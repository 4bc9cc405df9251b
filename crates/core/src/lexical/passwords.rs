//! Texts without the passwords of the URLs in them. Must err towards hiding: what is shown goes into public logs.

use std::borrow::Cow;

/// The text without the passwords of its URLs, `scheme://user:password@host`, however oddly they are written.
pub fn without_passwords(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, slashes, after)) = split_scheme(rest) {
        shown.extend([before, slashes]);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '"'))
            .unwrap_or(after.len());
        // The scheme of another URL that follows without a blank.
        let next = after.get(..end).and_then(split_scheme).map(|(before, ..)| before.len());
        let end = next.map_or(end, |next| {
            after
                .get(..next)
                .and_then(|url| url.rfind(['/', '?', '#', '@', ',', ';']))
                .map_or(end, |at| at.saturating_add(1))
        });
        let (url, tail) = after.split_at(end);
        shown.push_str(&without_user(url));
        rest = tail;
    }
    shown.push_str(rest);
    shown
}

/// What stands before the slashes of the first URL, with its colon; the slashes; and the rest.
fn split_scheme(text: &str) -> Option<(&str, &str, &str)> {
    let slash = |c: char| matches!(c, '/' | '\\');
    let mut from = 0;
    loop {
        let colon = from + text.get(from..)?.find(':')? + 1;
        let (before, after) = text.split_at(colon);
        let rest = after.trim_start_matches(slash);
        if rest.len() < after.len() {
            return Some((before, after.get(..after.len() - rest.len())?, rest));
        }
        from = colon;
    }
}

/// A URL behind its slashes, without what is secret of its user.
fn without_user(url: &str) -> Cow<'_, str> {
    // References hide the marks that are looked for, and nobody needs them in an address.
    if url.contains("&#") || url.contains("&co") {
        return "(not shown)".into();
    }
    let host = url.find(['/', '\\', '?', '#']).unwrap_or(url.len());
    let at = url.get(..host).and_then(|host| host.rfind('@'));
    // A password may hold what ends a host; a port is none.
    let port = |colon: usize| {
        let port = url.get(colon + 1..host).unwrap_or_default();
        port.bytes().all(|byte| byte.is_ascii_digit())
    };
    let beyond = || {
        url.find(':')
            .filter(|colon| *colon < host && !port(*colon))
            .and_then(|_| url.rfind('@'))
    };
    let Some(at) = at.or_else(beyond) else { return url.into() };
    let (user, host) = url.split_at(at);
    match user.split_once(':') {
        Some((name, _)) => format!("{name}:(not shown){host}").into(),
        // So long a name is a token.
        None if user.len() >= 20 => format!("(not shown){host}").into(),
        None => url.into(),
    }
}
