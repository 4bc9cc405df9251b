//! Colours and line breaks of text for people. Every text is made harmless on the way.

use std::fmt::Write as _;

use super::escape::terminal;

pub(crate) const BOLD: &str = "\x1b[1m";
pub(crate) const RED: &str = "\x1b[1;31m";
pub(crate) const YELLOW: &str = "\x1b[1;33m";
pub(crate) const BLUE: &str = "\x1b[1;34m";
pub(crate) const GREEN: &str = "\x1b[1;32m";
pub(crate) const DIM: &str = "\x1b[2m";
pub(crate) const RESET: &str = "\x1b[0m";
const WIDTH: usize = 100;

/// `lead` and `content`, broken into lines that are indented as wide as the lead.
pub(crate) fn wrapped(text: &mut String, lead: &str, content: &str) {
    wrapped_at(text, lead, lead.chars().count(), content);
}

/// As [`wrapped`], for a lead with colours in it that is shown `indent` wide.
pub(crate) fn wrapped_at(text: &mut String, lead: &str, indent: usize, content: &str) {
    let mut line = lead.to_owned();
    let mut width = indent;
    let mut first = true;
    for word in content.split_whitespace() {
        let word = terminal(word);
        let length = word.chars().count();
        if !first && width.saturating_add(length).saturating_add(1) > WIDTH {
            let _ = writeln!(text, "{}", line.trim_end());
            line = " ".repeat(indent);
            width = indent;
            first = true;
        }
        if !first {
            line.push(' ');
            width = width.saturating_add(1);
        }
        line.push_str(&word);
        width = width.saturating_add(length);
        first = false;
    }
    let _ = writeln!(text, "{}", line.trim_end());
}
