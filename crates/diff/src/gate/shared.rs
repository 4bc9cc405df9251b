//! What all looks at one change have in common: what differs between the two snapshots, which files of ours they hold, and
//! what was read of them. A look that holds some files back takes it from here and leaves those out.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Input;
use super::related::{Related, Wanted};
use super::side::Cache;
use crate::compare::{changes, held};
use crate::error::DiffError;
use crate::snapshot::{Change, Snapshot, Want};

/// Looks at one change; with more of them nothing is judged. What is let in is looked at in each way to deploy, so whoever
/// writes the change chooses how many there are.
const MOST_LOOKS: usize = 256;

/// See the module.
pub(super) struct Shared<'a> {
    base: &'a dyn Snapshot,
    head: &'a dyn Snapshot,
    /// What is the same on both sides, or in several looks, is read once.
    pub(super) cache: Cache,
    /// The files of both sides, as far as settings want them.
    pub(super) related: Related<'a>,
    by_name: OnceLock<Vec<Change>>,
    of_any_name: OnceLock<Vec<Change>>,
    looks: AtomicUsize,
}

impl<'a> Shared<'a> {
    pub(super) fn new(input: &Input<'a>, wanted: Wanted<'a>) -> Self {
        Self {
            base: input.base,
            head: input.head,
            cache: Cache::default(),
            related: Related::new(input.base, input.head, input.registry, wanted),
            by_name: OnceLock::new(),
            of_any_name: OnceLock::new(),
            looks: AtomicUsize::new(0),
        }
    }

    /// Counts one more look.
    pub(super) fn look(&self) -> Result<(), DiffError> {
        if self.looks.fetch_add(1, Ordering::Relaxed) < MOST_LOOKS {
            return Ok(());
        }
        Err(DiffError::Excess {
            snapshot: self.head.describe(),
            what: "too many files that say what is deployed, in too many ways at once".into(),
        })
    }

    /// Whether settings want a path to be judged.
    pub(super) fn wants(&self, path: &[u8]) -> bool {
        self.related.wants(path)
    }

    /// What differs by names that say something, between the snapshots of a look. `want` must be the same in every look,
    /// and accept whatever is of a known type by its name.
    pub(super) fn changes_by_name(&self, input: &Input<'_>, want: Want<'_>) -> Result<Vec<Change>, DiffError> {
        let known = self.known(&self.by_name, want)?;
        self.related.know(known);
        held(known.to_vec(), input.base, input.head, want)
    }

    /// The same for names that may say nothing.
    pub(super) fn changes_of_any_name(&self, input: &Input<'_>, want: Want<'_>) -> Result<Vec<Change>, DiffError> {
        held(self.known(&self.of_any_name, want)?.to_vec(), input.base, input.head, want)
    }

    fn known<'k>(&self, slot: &'k OnceLock<Vec<Change>>, want: Want<'_>) -> Result<&'k [Change], DiffError> {
        if let Some(known) = slot.get() {
            return Ok(known);
        }
        let found = changes(self.base, self.head, want)?;
        Ok(slot.get_or_init(|| found))
    }
}
