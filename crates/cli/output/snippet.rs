//! Lines of files for people: harmless, short, and without secrets.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use orgate_core::{RepoPath, Side};
use orgate_diff::LineMap;
use orgate_metadata::LineIndex;

use super::escape::terminal;
use super::redact::{LONGEST_SECRET, Redactor};

/// Reads a file of one side.
pub(crate) type Files<'a> = &'a (dyn Fn(&RepoPath) -> Option<Vec<u8>> + Sync);

/// Longer lines are not shown: they are no lines for people, and may hold more than the element in question.
const LONGEST_LINE: usize = 200;

/// Bytes of lines that are looked through for one that is shown. Where the lines in front of it are longer, it is not.
const LONGEST_WINDOW: usize = 256 << 10;

/// Lines of both sides. A file is read once, and once held against that of the other side, however often it is asked for.
pub(crate) struct Snippets<'a> {
    redactor: &'a Redactor,
    base: Known<'a>,
    head: Known<'a>,
    maps: RefCell<BTreeMap<(RepoPath, RepoPath), LineMap>>,
    /// Lines that were shown: thousands of findings may rest on one line of the org's settings.
    shown: RefCell<BTreeMap<(Side, RepoPath, u32), Option<String>>>,
}

/// The files of one side, as far as they were asked for.
struct Known<'a> {
    files: Files<'a>,
    known: RefCell<BTreeMap<RepoPath, Option<File>>>,
}

/// The lines of a file.
type File = Rc<LineIndex<Vec<u8>>>;

/// How a line of base went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gone {
    /// The line at head stands in its place.
    Here,
    /// Something else stands in its place, or nothing.
    Elsewhere,
}

impl<'a> Snippets<'a> {
    pub(crate) fn new(base: Files<'a>, head: Files<'a>, redactor: &'a Redactor) -> Self {
        let side = |files| Known {
            files,
            known: RefCell::default(),
        };
        Self {
            redactor,
            base: side(base),
            head: side(head),
            maps: RefCell::default(),
            shown: RefCell::default(),
        }
    }

    /// One line, counted from 1.
    pub(crate) fn line(&self, side: Side, path: &RepoPath, line: u32) -> Option<String> {
        let files = match side {
            Side::Base => &self.base,
            Side::Head => &self.head,
        };
        let key = (side, path.clone(), line);
        if let Some(known) = self.shown.borrow().get(&key) {
            return known.clone();
        }
        let shown = self.excerpt(&*files.get(path)?, line);
        self.shown.borrow_mut().insert(key, shown.clone());
        shown
    }

    /// A line of a file as people may see it, counted from 1; nothing when it is too long or may hold a secret.
    pub(super) fn excerpt<S: AsRef<[u8]>>(&self, file: &LineIndex<S>, line: u32) -> Option<String> {
        // Four bytes are the longest character.
        if file.line(line)?.len() > LONGEST_LINE.saturating_mul(4).saturating_add(1) {
            return None;
        }
        let first = line.saturating_sub(LONGEST_SECRET).max(1);
        let window: Vec<&[u8]> = (first..=line).filter_map(|line| file.line(line)).collect();
        if window.iter().map(|line| line.len()).sum::<usize>() > LONGEST_WINDOW {
            return None;
        }
        let content = self.redactor.for_lines_of(file.src()).alone(&window.join(&b'\n'))?;
        (content.chars().count() <= LONGEST_LINE).then(|| terminal(&content))
    }

    /// How a line of base went, as seen from a line of head; `None` if it is still there. Of a file that head lacks, all
    /// lines went; of one that is not the file of the line at head, none.
    pub(crate) fn gone(&self, (base_path, base_line): (&RepoPath, u32), (path, line): (&RepoPath, u32)) -> Option<Gone> {
        if base_path != path && self.head.get(base_path).is_some() {
            return None;
        }
        let (Some(before), Some(after)) = (self.base.get(base_path), self.head.get(path)) else {
            return Some(Gone::Elsewhere);
        };
        let mut maps = self.maps.borrow_mut();
        let map = maps
            .entry((base_path.clone(), path.clone()))
            .or_insert_with(|| LineMap::new(before.src(), after.src()));
        let holds = |range: &Range<u32>, line: u32| line.checked_sub(1).is_some_and(|at| range.contains(&at));
        let hunk = map.hunks().iter().find(|hunk| holds(&hunk.base, base_line))?;
        Some(if holds(&hunk.head, line) { Gone::Here } else { Gone::Elsewhere })
    }
}

impl Known<'_> {
    fn get(&self, path: &RepoPath) -> Option<File> {
        let mut known = self.known.borrow_mut();
        let file = known
            .entry(path.clone())
            .or_insert_with(|| (self.files)(path).map(|bytes| Rc::new(LineIndex::new(bytes))));
        file.clone()
    }
}
