//! From positions in files to lines, and from what is gone to where head would hold it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use orgate_core::report::{Places, Side as Which};
use orgate_core::{RepoPath, Span};
use orgate_metadata::LineIndex;

use crate::hunks::LineMap;
use crate::lock::lock;
use crate::snapshot::Snapshot;

/// A file whose lines are known.
type Text = Arc<LineIndex<Vec<u8>>>;

/// Lines of the files of both sides, looked up when a finding needs them. Every file is read and its lines are found
/// once, however many findings it has.
pub(super) struct Lines<'a> {
    base: &'a dyn Snapshot,
    head: &'a dyn Snapshot,
    limit: u64,
    /// Head path to base path, for components that moved, and back.
    moved: BTreeMap<RepoPath, RepoPath>,
    moved_to: BTreeMap<RepoPath, RepoPath>,
    texts: Mutex<BTreeMap<(Which, RepoPath), Option<Text>>>,
    maps: Mutex<BTreeMap<RepoPath, Arc<LineMap>>>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(base: &'a dyn Snapshot, head: &'a dyn Snapshot, limit: u64, moved: BTreeMap<RepoPath, RepoPath>) -> Self {
        let mut moved_to = BTreeMap::new();
        for (to, from) in &moved {
            moved_to.entry(from.clone()).or_insert_with(|| to.clone());
        }
        Self {
            base,
            head,
            limit,
            moved,
            moved_to,
            texts: Mutex::default(),
            maps: Mutex::default(),
        }
    }

    fn text(&self, side: Which, path: &RepoPath) -> Option<Text> {
        let key = (side, path.clone());
        if let Some(found) = lock(&self.texts).get(&key) {
            return found.clone();
        }
        let snapshot = if side == Which::Base { self.base } else { self.head };
        let file = snapshot.file(path).ok().flatten();
        let bytes = file.and_then(|file| snapshot.read(&file, self.limit).ok());
        let found = bytes.map(|bytes| Arc::new(LineIndex::new(bytes)));
        lock(&self.texts).entry(key).or_insert(found).clone()
    }

    fn map(&self, head_path: &RepoPath) -> Arc<LineMap> {
        if let Some(found) = lock(&self.maps).get(head_path) {
            return Arc::clone(found);
        }
        let base = self.text(Which::Base, self.moved.get(head_path).unwrap_or(head_path));
        let head = self.text(Which::Head, head_path);
        let map = Arc::new(LineMap::new(src(base.as_ref()), src(head.as_ref())));
        Arc::clone(lock(&self.maps).entry(head_path.clone()).or_insert(map))
    }

    /// The lines of an element of base, the end excluded.
    fn base_lines(&self, path: &RepoPath, span: Span) -> Range<u32> {
        let last = self.line(Which::Base, path, span.end.saturating_sub(1)).0;
        self.line(Which::Base, path, span.start).0..last.saturating_add(1)
    }

    fn line(&self, side: Which, path: &RepoPath, offset: u32) -> (u32, u32) {
        self.text(side, path).map_or((1, 1), |text| {
            let at = text.position(offset);
            (at.line, at.column)
        })
    }
}

fn src(text: Option<&Text>) -> &[u8] {
    text.map_or(&[], |text| text.src())
}

impl Places for Lines<'_> {
    fn position(&self, side: Which, path: &RepoPath, offset: u32) -> (u32, u32) {
        self.line(side, path, offset)
    }

    fn changed(&self, path: &RepoPath, span: Span) -> Option<(u32, u32)> {
        let first = self.line(Which::Head, path, span.start);
        let last = self.line(Which::Head, path, span.end.saturating_sub(1));
        let line = self.map(path).head_changed(first.0..last.0.saturating_add(1))?;
        if line == first.0 {
            return Some(first);
        }
        let text = self.text(Which::Head, path)?;
        let indent = text.line(line)?.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        Some((line, u32::try_from(indent).unwrap_or(0).saturating_add(1)))
    }

    fn gap(&self, base_path: &RepoPath, span: Span) -> Option<(RepoPath, u32)> {
        let head_path = self.moved_to.get(base_path).unwrap_or(base_path).clone();
        self.text(Which::Head, &head_path)?;
        let line = self.map(&head_path).anchor_for_removed(self.base_lines(base_path, span));
        Some((head_path, line))
    }

    fn holds(&self, path: &RepoPath) -> bool {
        self.text(Which::Head, path).is_some()
    }

    fn lacks(&self, base_path: &RepoPath, span: Span) -> bool {
        let head_path = self.moved_to.get(base_path).unwrap_or(base_path);
        !self.holds(head_path) || self.map(head_path).lacks(self.base_lines(base_path, span))
    }
}
