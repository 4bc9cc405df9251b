//! Texts without the passwords of the URLs in them. Must err towards hiding: what is shown goes into public logs.

use std::borrow::Cow;

/// Bytes of a password that are looked for behind what ends other URLs.
const LONGEST: usize = 200;
/// Parameters whose values are secrets.
const SECRETS: [&str; 5] = ["secret=", "password=", "passwd=", "pwd=", "token="];

/// The text without the passwords of its URLs, `scheme://user:password@host`, however oddly they are written, and without
/// what parameters say that are called so.
pub fn without_passwords(text: &str) -> String {
    // Most texts are no addresses.
    if !text.contains([':', '=']) {
        return text.to_owned();
    }
    let text = without_users(text);
    if text.contains('=') { without_parameters(&text) } else { text }
}

fn without_parameters(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(value) = next_value(&lower, from) {
        let rest = text.get(value..).unwrap_or_default();
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '&' | '#' | ';' | ',' | '<' | '"' | '\''))
            .unwrap_or(rest.len());
        shown.push_str(text.get(from..value).unwrap_or_default());
        if end > 0 {
            shown.push_str("(not shown)");
        }
        from = value + end;
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

/// Where the next value begins that a parameter gives away; a parameter follows `?`, `&` or `;`.
fn next_value(lower: &str, from: usize) -> Option<usize> {
    let rest = lower.get(from..)?;
    let mut at = 0;
    loop {
        let mark = at + rest.get(at..)?.find(['?', '&', ';', '#'])? + 1;
        let named = rest.get(mark..)?;
        let name = named
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.'))
            .unwrap_or(named.len());
        let whole = named.get(..name + 1).unwrap_or_default();
        if SECRETS.iter().any(|secret| whole.ends_with(secret)) {
            return Some(from + mark + name + 1);
        }
        at = mark;
    }
}

fn without_users(text: &str) -> String {
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
        let end = beyond_break(after, end);
        let (url, tail) = after.split_at(end);
        shown.push_str(&without_user(url));
        rest = tail;
    }
    shown.push_str(rest);
    shown
}

/// Where a URL ends whose password has a blank or a mark in it that ends others: behind the `@` in the same line.
fn beyond_break(text: &str, end: usize) -> usize {
    let (url, rest) = text.split_at(end);
    let host = url.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*');
    let open = host
        .split_once(':')
        .is_some_and(|(_, port_or_password)| port_or_password.is_empty() || !port(port_or_password));
    let mut line = rest.bytes().take(LONGEST).take_while(|byte| *byte != b'\n');
    match line.position(|byte| byte == b'@') {
        Some(at) if open && !url.contains('@') => end + at + 1,
        _ => end,
    }
}

/// What stands before the slashes of the first URL, with its colon; the slashes; and the rest. Browsers mend an address
/// without slashes.
fn split_scheme(text: &str) -> Option<(&str, &str, &str)> {
    let slash = |c: char| matches!(c, '/' | '\\' | '\u{ff0f}' | '\u{ff3c}');
    let mut from = 0;
    loop {
        let colon = from + text.get(from..)?.find(':')? + 1;
        let (before, after) = text.split_at(colon);
        let rest = after.trim_start_matches(slash);
        let scheme = before.get(..before.len() - 1).unwrap_or_default();
        let web = scheme
            .rsplit(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"));
        if rest.len() < after.len() || web {
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
