//! A unified diff for people. Secrets are blanked, so it is for reading and not for applying.

use std::fmt::Write as _;

use orgate_diff::LineMap;

use crate::output::escape::terminal;
use crate::output::redact;
use crate::output::style::{BLUE, BOLD, GREEN, RED, RESET};

const AROUND: usize = 3;

/// The difference between two texts of one file.
pub(super) fn unified(path: &str, before: &[u8], after: &[u8]) -> String {
    let path = terminal(path);
    let mut text = format!("{BOLD}--- a/{path}\n+++ b/{path}{RESET}\n");
    let (Some(old), Some(new)) = (redact::lines(before), redact::lines(after)) else {
        return text;
    };
    let map = LineMap::new(before, after);
    for hunk in map.hunks() {
        let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let (base, head) = (at(hunk.base.start)..at(hunk.base.end), at(hunk.head.start)..at(hunk.head.end));
        let lead = AROUND.min(head.start);
        let tail = AROUND.min(new.len().saturating_sub(head.end));
        let _ = writeln!(
            text,
            "{BLUE}@@ -{},{} +{},{} @@{RESET}",
            base.start.saturating_sub(lead).saturating_add(1),
            base.len().saturating_add(lead).saturating_add(tail),
            head.start.saturating_sub(lead).saturating_add(1),
            head.len().saturating_add(lead).saturating_add(tail)
        );
        let mut show = |lines: &[String], range: std::ops::Range<usize>, sign: char, paint: &str| {
            for line in lines.get(range.start..range.end.min(lines.len())).unwrap_or_default() {
                let _ = writeln!(text, "{paint}{sign}{}{}", terminal(line), if paint.is_empty() { "" } else { RESET });
            }
        };
        show(&new, head.start.saturating_sub(lead)..head.start, ' ', "");
        show(&old, base, '-', RED);
        show(&new, head.clone(), '+', GREEN);
        show(&new, head.end..head.end.saturating_add(tail), ' ', "");
    }
    text
}
