//! A unified diff that tools can apply, as long as no secret and nothing that a terminal must not see is among the lines
//! around the change.

use std::fmt::Write as _;
use std::ops::Range;

use orgate_diff::LineMap;

use crate::output::escape::terminal;
use crate::output::redact::Redactor;
use crate::output::style::{BLUE, BOLD, GREEN, RED, RESET};

const AROUND: usize = 3;

/// Lines that went and lines that came.
struct Hunk {
    base: Range<usize>,
    head: Range<usize>,
}

/// Hunks whose surroundings touch are shown as one.
fn groups(map: &LineMap) -> Vec<Vec<Hunk>> {
    let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let mut groups: Vec<Vec<Hunk>> = Vec::new();
    for hunk in map.hunks() {
        let hunk = Hunk {
            base: at(hunk.base.start)..at(hunk.base.end),
            head: at(hunk.head.start)..at(hunk.head.end),
        };
        let near = |last: &Hunk| hunk.head.start.saturating_sub(last.head.end) <= AROUND.saturating_mul(2);
        match groups.last_mut().filter(|group| group.last().is_some_and(near)) {
            Some(group) => group.push(hunk),
            None => groups.push(vec![hunk]),
        }
    }
    groups
}

/// A line for a terminal. Tabs, and the mark at the beginning of a file, stay.
fn harmless(line: &str, first: bool) -> String {
    let (mark, line) = match line.strip_prefix('\u{feff}') {
        Some(line) if first => ("\u{feff}", line),
        _ => ("", line),
    };
    let parts: Vec<String> = line.split('\t').map(terminal).collect();
    format!("{mark}{}", parts.join("\t"))
}

/// The difference between two texts of one file.
pub(super) fn unified(redactor: &Redactor, path: &str, before: &[u8], after: &[u8]) -> String {
    let path = terminal(path);
    let mut text = format!("{BOLD}--- a/{path}\n+++ b/{path}{RESET}\n");
    let (Some(old), Some(new)) = (redactor.exact(before), redactor.exact(after)) else {
        return text;
    };
    let map = LineMap::new(before, after);
    for group in groups(&map) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            continue;
        };
        let lead = AROUND.min(first.head.start);
        let tail = AROUND.min(new.len().saturating_sub(last.head.end));
        let length = |start: usize, end: usize| end.saturating_sub(start).saturating_add(lead).saturating_add(tail);
        let _ = writeln!(
            text,
            "{BLUE}@@ -{},{} +{},{} @@{RESET}",
            first.base.start.saturating_sub(lead).saturating_add(1),
            length(first.base.start, last.base.end),
            first.head.start.saturating_sub(lead).saturating_add(1),
            length(first.head.start, last.head.end)
        );
        let mut show = |lines: &[String], range: Range<usize>, sign: char, paint: &str| {
            let whole = if sign == '-' { before } else { after };
            for at in range.start..range.end.min(lines.len()) {
                let line = lines.get(at).map(String::as_str).unwrap_or_default();
                let end = if paint.is_empty() { "" } else { RESET };
                // A carriage return is part of the line, and harmless at its end.
                let (line, carriage) = line.strip_suffix('\r').map_or((line, ""), |line| (line, "\r"));
                let _ = writeln!(text, "{paint}{sign}{}{end}{carriage}", harmless(line, at == 0));
                if at.saturating_add(1) == lines.len() && !whole.ends_with(b"\n") {
                    text.push_str("\\ No newline at end of file\n");
                }
            }
        };
        let mut from = first.head.start.saturating_sub(lead);
        for hunk in &group {
            show(&new, from..hunk.head.start, ' ', "");
            show(&old, hunk.base.clone(), '-', RED);
            show(&new, hunk.head.clone(), '+', GREEN);
            from = hunk.head.end;
        }
        show(&new, from..from.saturating_add(tail), ' ', "");
    }
    text
}
