//! GitHub's line hashes of the places that results point at.

use std::collections::{BTreeMap, BTreeSet};

use orgate_core::report::Anchor;
use orgate_core::{RepoPath, Side};

use crate::group::Group;
use crate::{Options, line_hash};

/// The line hashes of files at head. Each file is read once, and nothing is kept of it but the hashes of its results.
pub(crate) struct Hashes<'a> {
    options: &'a Options<'a>,
    /// For every file the lines that results point at, counted from 0.
    wanted: BTreeMap<RepoPath, BTreeSet<usize>>,
    known: BTreeMap<RepoPath, BTreeMap<usize, String>>,
}

impl<'a> Hashes<'a> {
    /// Those that results of these groups may ask for.
    pub(crate) fn new(options: &'a Options<'a>, groups: &[Group<'_>]) -> Self {
        let mut wanted: BTreeMap<RepoPath, BTreeSet<usize>> = BTreeMap::new();
        let anchors = groups.iter().map(|group| &group.first.anchor);
        for anchor in anchors.filter(|anchor| anchor.side == Side::Head) {
            wanted.entry(anchor.path.clone()).or_default().insert(line(anchor));
        }
        Self {
            options,
            wanted,
            known: BTreeMap::new(),
        }
    }

    /// GitHub's hash of the anchor's line; where it has none, a value of the same form that does not move.
    pub(super) fn of(&mut self, anchor: &Anchor, fingerprint: &str) -> String {
        let at_head = anchor.side == Side::Head;
        if at_head && let Some(wanted) = self.wanted.remove(&anchor.path) {
            let content = (self.options.head_file)(&anchor.path);
            let hashes = content.map(|content| line_hash::of(&content, &wanted));
            self.known.insert(anchor.path.clone(), hashes.unwrap_or_default());
        }
        let hashes = self.known.get(&anchor.path).filter(|_| at_head);
        hashes
            .and_then(|hashes| hashes.get(&line(anchor)).cloned())
            .unwrap_or_else(|| format!("{}:1", fingerprint.get(..16).unwrap_or(fingerprint)))
    }
}

/// The anchor's line, counted from 0.
fn line(anchor: &Anchor) -> usize {
    usize::try_from(anchor.line).unwrap_or(usize::MAX).saturating_sub(1)
}
