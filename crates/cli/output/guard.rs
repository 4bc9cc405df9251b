//! Keeps text for people from being a command to the runner that keeps the log of a job: what is printed holds names
//! and values that the author of a change chose.
//!
//! GitHub's runner takes a line for a command that begins with `::` behind blanks, or holds `##[` anywhere; the one of
//! Azure Pipelines looks for `##vso[`. Both read standard output and standard error.

use std::borrow::Cow;

/// Output that GitHub's runner must not search for commands.
pub(crate) fn guarded(text: &str) -> String {
    // The token follows from the text, so the same text gives the same bytes, and a text cannot hold its own token.
    let mut token = orgate_core::report::fingerprint::fingerprint(&["stop-commands", text]);
    while text.contains(&token) {
        token = orgate_core::report::fingerprint::fingerprint(&[&token, text]);
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("::stop-commands::{token}\n{text}{end}::{token}::\n")
}

/// The same text without any command in it, for every runner: a colon or a number sign becomes an escape, as hidden
/// characters do.
pub(crate) fn defused(text: &str) -> Cow<'_, str> {
    let marked = text.contains("##[") || text.contains("##vso[");
    if !marked && !text.contains("::") {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.len().saturating_sub(without_lead(line).len());
        let (lead, rest) = line.split_at(start);
        safe.push_str(lead);
        match rest.strip_prefix("::") {
            Some(rest) => {
                safe.push_str("\\u{3a}:");
                safe.push_str(rest);
            }
            None => safe.push_str(rest),
        }
    }
    if marked {
        safe = safe.replace("##[", "#\\u{23}[").replace("##vso[", "#\\u{23}vso[");
    }
    Cow::Owned(safe)
}

/// A line from where it says something, behind blanks and colours.
fn without_lead(line: &str) -> &str {
    let mut rest = line;
    loop {
        let trimmed = rest.trim_start();
        let coloured = trimmed
            .strip_prefix("\x1b[")
            .and_then(|code| code.find('m').and_then(|end| code.get(end.saturating_add(1)..)));
        match coloured {
            Some(behind) => rest = behind,
            None => return trimmed,
        }
    }
}

/// What a runner would take for commands in a log, read as GitHub's does.
#[cfg(test)]
pub(crate) fn commands(log: &str) -> Vec<&str> {
    let mut stopped: Option<&str> = None;
    let mut found = Vec::new();
    for line in log.lines() {
        let text = line.trim();
        let command = text.starts_with("::") || text.contains("##[") || text.contains("##vso[");
        match stopped {
            Some(token) if text.strip_prefix("::").and_then(|rest| rest.strip_suffix("::")) == Some(token) => stopped = None,
            Some(_) => {}
            None => match text.strip_prefix("::stop-commands::").filter(|token| token.len() == 64) {
                Some(token) => stopped = Some(token),
                None if command => found.push(line),
                None => {}
            },
        }
    }
    assert_eq!(stopped, None, "the guard stays open");
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_is_stable_and_closed() {
        let text = "::error::x\n";
        let safe = guarded(text);
        assert_eq!(safe, guarded(text));
        assert_ne!(safe, guarded("other\n"));
        let lines: Vec<&str> = safe.lines().collect();
        let token = lines[0].strip_prefix("::stop-commands::").unwrap();
        assert_eq!((lines[1], lines[2]), ("::error::x", format!("::{token}::").as_str()));
        assert!(token.len() == 64 && !text.contains(token));
        assert!(guarded("no line feed").lines().nth(2).unwrap().starts_with("::"));
        assert_eq!(commands(&safe), Vec::<&str>::new());
        assert_eq!(commands(text), ["::error::x"]);
    }

    #[test]
    fn no_line_begins_a_command() {
        assert_eq!(defused("a\n \t::error::x\nb::c"), "a\n \t\\u{3a}:error::x\nb::c");
        assert_eq!(defused("  \x1b[2m ::x::\x1b[0m\n"), "  \x1b[2m \\u{3a}:x::\x1b[0m\n");
        assert_eq!(
            defused("a ##[error]b ##vso[task]c # [d]"),
            "a #\\u{23}[error]b #\\u{23}vso[task]c # [d]"
        );
        assert!(matches!(defused("plain: text"), Cow::Borrowed(_)));
    }
}
