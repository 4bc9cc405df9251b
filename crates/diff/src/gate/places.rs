//! From positions in files to lines, and from what is gone to where head would hold it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use orgate_core::report::{Places, Side as Which};
use orgate_core::{RepoPath, Span};
use orgate_metadata::LineIndex;

use crate::hunks::LineMap;
use crate::snapshot::Snapshot;

type Bytes = Arc<Vec<u8>>;

/// Lines of the files of both sides, looked up when a finding needs them.
pub(super) struct Lines<'a> {
    base: &'a dyn Snapshot,
    head: &'a dyn Snapshot,
    limit: u64,
    /// Head path to base path, for components that moved.
    moved: BTreeMap<RepoPath, RepoPath>,
    bytes: Mutex<BTreeMap<(Which, RepoPath), Option<Bytes>>>,
    maps: Mutex<BTreeMap<RepoPath, Arc<LineMap>>>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(base: &'a dyn Snapshot, head: &'a dyn Snapshot, limit: u64, moved: BTreeMap<RepoPath, RepoPath>) -> Self {
        Self {
            base,
            head,
            limit,
            moved,
            bytes: Mutex::default(),
            maps: Mutex::default(),
        }
    }

    fn bytes(&self, side: Which, path: &RepoPath) -> Option<Bytes> {
        let key = (side, path.clone());
        let mut known = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&key) {
            return found.clone();
        }
        let snapshot = if side == Which::Base { self.base } else { self.head };
        let file = snapshot.file(path).ok().flatten();
        let found = file.and_then(|file| snapshot.read(&file, self.limit).ok()).map(Arc::new);
        known.insert(key, found.clone());
        found
    }

    fn map(&self, head_path: &RepoPath) -> Arc<LineMap> {
        let mut known = self.maps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(head_path) {
            return Arc::clone(found);
        }
        let base_path = self.moved.get(head_path).unwrap_or(head_path);
        let base = self.bytes(Which::Base, base_path).unwrap_or_default();
        let head = self.bytes(Which::Head, head_path).unwrap_or_default();
        let map = Arc::new(LineMap::new(&base, &head));
        known.insert(head_path.clone(), Arc::clone(&map));
        map
    }

    fn line(&self, side: Which, path: &RepoPath, offset: u32) -> (u32, u32) {
        match self.bytes(side, path) {
            Some(bytes) => {
                let at = LineIndex::new(&bytes).position(offset);
                (at.line, at.column)
            }
            None => (1, 1),
        }
    }
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
        let bytes = self.bytes(Which::Head, path)?;
        let index = usize::try_from(line.saturating_sub(1)).ok()?;
        let text = bytes.split(|b| *b == b'\n').nth(index)?;
        let indent = text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        Some((line, u32::try_from(indent).unwrap_or(0).saturating_add(1)))
    }

    fn gap(&self, base_path: &RepoPath, span: Span) -> Option<(RepoPath, u32)> {
        let moved = self.moved.iter().find(|(_, from)| *from == base_path).map(|(to, _)| to.clone());
        let head_path = moved.unwrap_or_else(|| base_path.clone());
        self.bytes(Which::Head, &head_path)?;
        let first = self.line(Which::Base, base_path, span.start).0;
        let last = self.line(Which::Base, base_path, span.end.saturating_sub(1)).0;
        let line = self.map(&head_path).anchor_for_removed(first..last.saturating_add(1));
        Some((head_path, line))
    }
}
