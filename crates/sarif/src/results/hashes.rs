//! GitHub's line hashes of the places that results point at.

use std::collections::BTreeMap;

use orgate_core::report::Anchor;
use orgate_core::{RepoPath, Side};

use crate::{Options, line_hash};

/// The line hashes of files at head, each file read once.
pub(crate) struct Hashes<'a> {
    options: &'a Options<'a>,
    known: BTreeMap<RepoPath, Option<Vec<String>>>,
}

impl<'a> Hashes<'a> {
    pub(crate) fn new(options: &'a Options<'a>) -> Self {
        Self {
            options,
            known: BTreeMap::new(),
        }
    }

    /// GitHub's hash of the anchor's line; where it has none, a value of the same form that does not move.
    pub(super) fn of(&mut self, anchor: &Anchor, fingerprint: &str) -> String {
        let line = usize::try_from(anchor.line).unwrap_or(usize::MAX).saturating_sub(1);
        let hashes = match anchor.side {
            Side::Base => None,
            Side::Head => self
                .known
                .entry(anchor.path.clone())
                .or_insert_with_key(|path| (self.options.head_file)(path).map(|content| line_hash::lines(&content)))
                .as_ref(),
        };
        hashes
            .and_then(|hashes| hashes.get(line).cloned())
            .unwrap_or_else(|| format!("{}:1", fingerprint.get(..16).unwrap_or(fingerprint)))
    }
}
