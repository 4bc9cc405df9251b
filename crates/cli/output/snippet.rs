//! Lines of files for people: harmless, short, and without secrets. A file is read once, however many lines are shown.

use std::cell::RefCell;
use std::collections::BTreeMap;

use orgate_core::RepoPath;
use orgate_metadata::LineIndex;

use super::escape::terminal;
use super::redact;

/// Reads a file of one side.
pub(crate) type Files<'a> = &'a (dyn Fn(&RepoPath) -> Option<Vec<u8>> + Sync);

/// Longer lines are not shown: they are no lines for people, and may hold more than the element in question.
const LONGEST_LINE: usize = 200;
/// The files of one side, as far as they were asked for.
pub(crate) struct Snippets<'a> {
    files: Files<'a>,
    known: RefCell<BTreeMap<RepoPath, Option<LineIndex<Vec<u8>>>>>,
}

impl<'a> Snippets<'a> {
    pub(crate) fn new(files: Files<'a>) -> Self {
        Self {
            files,
            known: RefCell::default(),
        }
    }

    /// One line, counted from 1.
    pub(crate) fn line(&self, path: &RepoPath, line: u32) -> Option<String> {
        let mut known = self.known.borrow_mut();
        let file = known
            .entry(path.clone())
            .or_insert_with(|| (self.files)(path).map(LineIndex::new))
            .as_ref()?;
        excerpt(file, line)
    }
}

/// One line as people may see it, counted from 1; nothing when it is too long or may hold a secret.
pub(super) fn excerpt<S: AsRef<[u8]>>(file: &LineIndex<S>, line: u32) -> Option<String> {
    // Four bytes are the longest character.
    if file.line(line)?.len() > LONGEST_LINE.saturating_mul(4).saturating_add(1) {
        return None;
    }
    let first = line.saturating_sub(redact::LONGEST_SECRET).max(1);
    let window: Vec<&[u8]> = (first..=line).filter_map(|line| file.line(line)).collect();
    let content = redact::alone(&window.join(&b'\n'))?;
    (content.chars().count() <= LONGEST_LINE).then(|| terminal(&content))
}
