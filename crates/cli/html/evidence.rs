//! The lines of files that a finding rests on: before and after, with their numbers, without secrets.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::ops::Range;
use std::rc::Rc;

use orgate_core::report::{Anchor, Evidence, Side};
use orgate_core::{Registry, RepoPath};
use orgate_diff::{LineMap, Snapshot};

use super::text;
use crate::output::escape::cut;
use crate::output::redact::Redactor;
use crate::sides::content;

/// Lines shown around what matters.
const AROUND: usize = 3;
/// Longer figures are cut: nobody reads them, and the file is at hand.
const MOST_LINES: usize = 40;
/// Longer lines are cut, in characters: a page must stay one that can be opened.
const LONGEST_LINE: usize = 500;
/// Files that explain a finding beside its own.
const MOST_FILES: usize = 3;

/// Files that are kept, with their lines: thousands of findings may rest on one file of the org's settings.
const KEPT: usize = 4;

/// A file as it is, and its lines as they may be shown.
struct File {
    bytes: Vec<u8>,
    lines: Vec<String>,
}

type Known = (Side, RepoPath, Option<Rc<File>>);

/// Reads the files that findings rest on.
pub(super) struct Files<'a> {
    redactor: Redactor,
    base: Option<&'a dyn Snapshot>,
    head: &'a dyn Snapshot,
    /// Those that were asked for last; `None` for what is no text, or not there.
    known: RefCell<Vec<Known>>,
}

impl<'a> Files<'a> {
    pub(super) fn new(registry: &Registry, base: Option<&'a dyn Snapshot>, head: &'a dyn Snapshot) -> Self {
        Self {
            redactor: Redactor::new(registry),
            base,
            head,
            known: RefCell::default(),
        }
    }

    fn get(&self, side: Side, path: &RepoPath) -> Option<Rc<File>> {
        let mut known = self.known.borrow_mut();
        if let Some(at) = known.iter().position(|(other, known, _)| *other == side && known == path) {
            let found = known.remove(at);
            known.insert(0, found);
            return known.first().and_then(|(.., file)| file.clone());
        }
        let snapshot = if side == Side::Head { Some(self.head) } else { self.base };
        let read = || {
            let bytes = content(snapshot?, path)?;
            let lines = self.redactor.lines(&bytes)?;
            Some(Rc::new(File { bytes, lines }))
        };
        let file = read();
        known.truncate(KEPT.saturating_sub(1));
        known.insert(0, (side, path.clone(), file.clone()));
        file
    }
}

/// The change around an anchor: base lines that went, head lines that came.
pub(super) fn change(files: &Files<'_>, anchor: &Anchor, evidence: &[Evidence]) -> String {
    let base_path = evidence
        .iter()
        .find(|evidence| evidence.side == Side::Base)
        .map_or(&anchor.path, |evidence| &evidence.path);
    let none = Rc::new(File {
        bytes: Vec::new(),
        lines: Vec::new(),
    });
    let before = files.get(Side::Base, &anchor.path).or_else(|| files.get(Side::Base, base_path));
    let after = (anchor.side == Side::Head).then(|| files.get(Side::Head, &anchor.path)).flatten();
    let (before, after) = (before.unwrap_or_else(|| Rc::clone(&none)), after.unwrap_or(none));
    let (old, new) = (&before.lines, &after.lines);
    let (before, after) = (&before.bytes, &after.bytes);
    let line = index(anchor.line);
    let map = LineMap::new(before, after);
    let near = map.hunks().iter().min_by_key(|hunk| {
        let range = if anchor.side == Side::Head { &hunk.head } else { &hunk.base };
        let (start, end) = (place(range.start), place(range.end).max(place(range.start).saturating_add(1)));
        if (start..end).contains(&line) {
            0
        } else {
            start.abs_diff(line).min(end.abs_diff(line)).saturating_add(1)
        }
    });
    let mut body = String::new();
    match near.filter(|hunk| near_enough(hunk, anchor.side, line)) {
        Some(hunk) => {
            let (gone, came) = (
                window(&hunk.base, line, anchor.side == Side::Base),
                window(&hunk.head, line, anchor.side == Side::Head),
            );
            let lead = came.start.saturating_sub(AROUND)..came.start;
            let tail = came.end..came.end.saturating_add(AROUND);
            show(&mut body, "span", new, lead);
            show(&mut body, "del", old, gone);
            show(&mut body, "ins", new, came);
            show(&mut body, "span", new, tail);
        }
        None => around(&mut body, if anchor.side == Side::Head { new } else { old }, line),
    }
    figure(
        &anchor.path,
        anchor.line,
        if anchor.side == Side::Base { " (at base)" } else { "" },
        &body,
    )
}

fn near_enough(hunk: &orgate_diff::hunks::Hunk, side: Side, line: usize) -> bool {
    let range = if side == Side::Head { &hunk.head } else { &hunk.base };
    let (start, end) = (place(range.start).saturating_sub(AROUND), place(range.end).saturating_add(AROUND));
    (start..=end).contains(&line)
}

/// At most so many lines of a hunk, around the line that matters.
fn window(range: &Range<u32>, line: usize, has_line: bool) -> Range<usize> {
    let (start, end) = (place(range.start), place(range.end));
    if end.saturating_sub(start) <= MOST_LINES {
        return start..end;
    }
    let middle = if has_line { line.clamp(start, end) } else { start };
    let from = middle.saturating_sub(MOST_LINES / 2).max(start);
    from..from.saturating_add(MOST_LINES).min(end)
}

/// Lines of head around a place, for what did not change.
pub(super) fn place_of(files: &Files<'_>, anchor: &Anchor) -> String {
    let Some(file) = files.get(Side::Head, &anchor.path) else {
        return String::new();
    };
    let mut body = String::new();
    around(&mut body, &file.lines, index(anchor.line));
    figure(&anchor.path, anchor.line, "", &body)
}

/// Other files that explain a finding, one place each.
pub(super) fn others(files: &Files<'_>, anchor: &Anchor, evidence: &[Evidence]) -> String {
    let mut html = String::new();
    let mut seen: Vec<&RepoPath> = vec![&anchor.path];
    for one in evidence.iter().filter(|one| one.side == Side::Head) {
        if seen.contains(&&one.path) || seen.len() > MOST_FILES {
            continue;
        }
        seen.push(&one.path);
        let Some(file) = files.get(Side::Head, &one.path) else { continue };
        let mut body = String::new();
        around(&mut body, &file.lines, index(one.line));
        html.push_str(&figure(&one.path, one.line, "", &body));
    }
    html
}

fn index(line: u32) -> usize {
    place(line).saturating_sub(1)
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn around(body: &mut String, lines: &[String], line: usize) {
    show(body, "span", lines, line.saturating_sub(AROUND)..line);
    show(body, "mark", lines, line..line.saturating_add(1));
    show(
        body,
        "span",
        lines,
        line.saturating_add(1)..line.saturating_add(AROUND).saturating_add(1),
    );
}

fn show(body: &mut String, tag: &str, lines: &[String], range: Range<usize>) {
    let first = range.start;
    for (offset, line) in lines.get(first..range.end.min(lines.len())).unwrap_or_default().iter().enumerate() {
        let number = first.saturating_add(offset).saturating_add(1);
        let sign = match tag {
            "del" => "-",
            "ins" => "+",
            _ => " ",
        };
        let _ = write!(
            body,
            "<{tag} class=\"l\"><b>{number}</b>{sign} {}</{tag}>",
            text(&cut(line, LONGEST_LINE))
        );
    }
}

fn figure(path: &RepoPath, line: u32, note: &str, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    format!(
        "<figure><figcaption><code>{}:{line}</code>{note}</figcaption><pre tabindex=\"0\">{body}</pre></figure>\n",
        text(&path.to_string())
    )
}
