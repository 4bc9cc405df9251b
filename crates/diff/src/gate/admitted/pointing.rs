//! The line by which a changed file lets others in.
//!
//! Which rule or entry it is follows from no single line, so the changed line is taken that says most of the file's path.
//! Must not decide anything: any changed line of the file is right, and some are only less telling.

use orgate_core::RepoPath;
use orgate_core::report::{Anchor, Evidence, Side as Which};
use orgate_metadata::LineIndex;

use super::super::Input;
use crate::error::DiffError;
use crate::hunks::LineMap;
use crate::snapshot::Snapshot;

/// A changed file that says what is deployed, with what changed in it.
pub(super) struct Told {
    path: RepoPath,
    base: LineIndex<Vec<u8>>,
    head: LineIndex<Vec<u8>>,
    /// Head has no such file.
    gone: bool,
    map: LineMap,
}

/// Changed lines of one side that are looked at.
const MOST_LINES: usize = 1000;

impl Told {
    pub(super) fn of(path: &RepoPath, input: &Input<'_>) -> Result<Self, DiffError> {
        let read = |side: &dyn Snapshot| -> Result<Option<Vec<u8>>, DiffError> {
            let file = side.file(path)?;
            Ok(file.and_then(|file| side.read(&file, u64::from(input.limits.bytes)).ok()))
        };
        let (base, head) = (read(input.base)?.unwrap_or_default(), read(input.head)?);
        let gone = head.is_none();
        let head = head.unwrap_or_default();
        Ok(Self {
            path: path.clone(),
            map: LineMap::new(&base, &head),
            base: LineIndex::new(base),
            head: LineIndex::new(head),
            gone,
        })
    }

    /// What to look at for a file that is let in; with the line that went, if it is one.
    pub(super) fn point(&self, file: &RepoPath) -> (Anchor, Option<Evidence>) {
        let hunks = || self.map.hunks().iter();
        let added = hunks().flat_map(|hunk| hunk.head.clone()).map(|line| (Which::Head, line));
        let removed = hunks().flat_map(|hunk| hunk.base.clone()).map(|line| (Which::Base, line));
        let first = if self.gone { Which::Base } else { Which::Head };
        let (mut side, mut line, mut most) = (first, self.map.first_change(), 0);
        for (here, at) in added.take(MOST_LINES).chain(removed.take(MOST_LINES)) {
            let at = at.saturating_add(1);
            let says = self.says(here, at, file);
            if says > most {
                (side, line, most) = (here, at, says);
            }
        }
        let anchor = |side, line| Anchor {
            path: self.path.clone(),
            line,
            column: 1,
            side,
            end: None,
        };
        if side == Which::Head {
            return (anchor(side, line), None);
        }
        let went = Evidence {
            path: self.path.clone(),
            side,
            line,
            column: 1,
            field: "line".into(),
            value: Some("left the file out".to_owned()),
        };
        let place = if self.gone {
            anchor(Which::Base, line)
        } else {
            anchor(Which::Head, self.map.anchor_for_removed(line..line.saturating_add(1)))
        };
        (place, Some(went))
    }

    /// How much of a path a line names, counted from 1.
    fn says(&self, side: Which, line: u32, file: &RepoPath) -> usize {
        let text = match side {
            Which::Base => &self.base,
            Which::Head => &self.head,
        };
        let line = text.line(line).unwrap_or_default();
        let parts = file.as_bytes().split(|byte| matches!(byte, b'/' | b'.'));
        let named = parts.filter(|part| !part.is_empty() && memchr::memmem::find(line, part).is_some());
        named.map(<[u8]>::len).sum()
    }
}
