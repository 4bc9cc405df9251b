//! The best common ancestors of two commits, from the commits as they are.
//!
//! Reads raw commits, so replace refs and grafts play no part. The history of a shallow clone ends where its `shallow`
//! file says; anywhere else an absent parent is an error, never an end.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::commit::RawCommit;
use crate::error::DiffError;
use crate::id::ObjectId;
use crate::objects::Objects;

const ONE: u8 = 1;
const OTHER: u8 = 2;
const STALE: u8 = 4;
const FOUND: u8 = 8;

/// The commits at which the history of a shallow clone ends.
pub(crate) fn shallow_commits(common_dir: &Path) -> Result<HashSet<ObjectId>, DiffError> {
    let path = common_dir.join("shallow");
    match fs::read(&path) {
        Ok(text) => Ok(text
            .split(|byte| *byte == b'\n')
            .filter_map(|line| ObjectId::from_hex(line.trim_ascii()))
            .collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
        Err(error) => Err(DiffError::io("read", &path, &error)),
    }
}

/// Commits that were read for their place in the history: a push of many tags asks for as many ancestors.
#[derive(Default)]
pub(crate) struct Known(HashMap<ObjectId, Commit>);

/// A longer history is read again for each question.
const MOST_KNOWN: usize = 1 << 18;

/// The place of a commit in the history.
#[derive(Clone)]
struct Commit {
    /// Seconds since 1970.
    time: i64,
    parents: Arc<[ObjectId]>,
}

/// The best common ancestors, the youngest first; none when there is none.
pub(crate) fn merge_bases(
    objects: &Objects,
    shallow: &HashSet<ObjectId>,
    known: &mut Known,
    one: ObjectId,
    other: ObjectId,
) -> Result<Vec<ObjectId>, DiffError> {
    let mut graph = Graph { objects, shallow, known };
    let mut found = graph.common(one, other)?;
    if found.len() > 1 {
        // Where clocks lie, an ancestor of a better candidate may slip in.
        let behind = graph.behind(found.iter().map(|(_, id)| *id).collect())?;
        found.retain(|(_, id)| !behind.contains(id));
    }
    // The sort is stable: among equals the first found stays first.
    found.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

struct Graph<'a> {
    objects: &'a Objects,
    shallow: &'a HashSet<ObjectId>,
    known: &'a mut Known,
}

impl Graph<'_> {
    fn commit(&mut self, id: ObjectId) -> Result<Commit, DiffError> {
        if let Some(known) = self.known.0.get(&id) {
            return Ok(known.clone());
        }
        let mut raw = RawCommit::read(self.objects, id)?.ok_or_else(|| self.objects.missing(id, b""))?;
        if self.shallow.contains(&id) {
            raw.parents.clear();
        }
        let commit = Commit {
            time: raw.time,
            parents: raw.parents.into(),
        };
        if self.known.0.len() < MOST_KNOWN {
            self.known.0.insert(id, commit.clone());
        }
        Ok(commit)
    }

    /// Common ancestors that are not known to be ancestors of another one.
    fn common(&mut self, one: ObjectId, other: ObjectId) -> Result<Vec<(i64, ObjectId)>, DiffError> {
        if one == other {
            return Ok(vec![(0, one)]);
        }
        let mut flags: HashMap<ObjectId, u8> = HashMap::new();
        let mut queue = Queue::default();
        for (id, flag) in [(one, ONE), (other, OTHER)] {
            flags.insert(id, flag);
            let commit = self.commit(id)?;
            queue.push(commit.time, id, false);
        }
        let mut candidates: Vec<(i64, ObjectId)> = Vec::new();
        while queue.fresh > 0 {
            let Some((time, id, _)) = queue.pop() else {
                break;
            };
            let mut mine = flags.get(&id).copied().unwrap_or(0) & !FOUND;
            if mine & (ONE | OTHER) == ONE | OTHER && mine & STALE == 0 {
                if let Some(flags) = flags.get_mut(&id).filter(|flags| **flags & FOUND == 0) {
                    *flags |= FOUND;
                    candidates.push((time, id));
                }
                mine |= STALE;
            }
            for &parent in self.commit(id)?.parents.iter() {
                let known = flags.entry(parent).or_insert(0);
                if *known & mine == mine {
                    continue;
                }
                *known |= mine;
                queue.push(self.commit(parent)?.time, parent, *known & STALE != 0);
            }
        }
        candidates.retain(|(_, id)| flags.get(id).is_some_and(|flag| flag & STALE == 0));
        Ok(candidates)
    }

    /// Everything that one of these commits has behind it, one of the others maybe. Each commit is read once, however many
    /// there are: whoever makes merges chooses how many.
    fn behind(&mut self, mut todo: Vec<ObjectId>) -> Result<HashSet<ObjectId>, DiffError> {
        let mut read: HashSet<ObjectId> = todo.iter().copied().collect();
        let mut behind = HashSet::new();
        while let Some(id) = todo.pop() {
            for &parent in self.commit(id)?.parents.iter() {
                behind.insert(parent);
                if read.insert(parent) {
                    todo.push(parent);
                }
            }
        }
        Ok(behind)
    }
}

/// Commits to look at, youngest first, with a count of those that may still matter.
#[derive(Default)]
struct Queue {
    heap: BinaryHeap<(i64, std::cmp::Reverse<u64>, ObjectId, bool)>,
    pushed: u64,
    fresh: usize,
}

impl Queue {
    fn push(&mut self, time: i64, id: ObjectId, stale: bool) {
        self.pushed += 1;
        self.fresh += usize::from(!stale);
        self.heap.push((time, std::cmp::Reverse(self.pushed), id, stale));
    }

    fn pop(&mut self) -> Option<(i64, ObjectId, bool)> {
        let (time, _, id, stale) = self.heap.pop()?;
        self.fresh -= usize::from(!stale);
        Some((time, id, stale))
    }
}
