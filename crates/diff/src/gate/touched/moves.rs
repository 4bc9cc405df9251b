//! Which files of one component came in the place of which. Whoever writes a change chooses how many there are, so none is
//! held against all others.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use orgate_core::{Component, RepoPath};

/// See the module.
#[derive(Default)]
pub(super) struct Moves<'c> {
    /// Files that lie elsewhere now, first those that say the same there.
    pub(super) pairs: Vec<(&'c Arc<Component>, &'c Arc<Component>)>,
    /// Everything of base is at head, in its place or elsewhere, and says the same; nothing came.
    pub(super) nothing_else: bool,
}

impl<'c> Moves<'c> {
    /// A path on both sides is held against itself, so that copies that swap their content are no move.
    pub(super) fn of(before: &'c [Arc<Component>], after: &'c [Arc<Component>]) -> Self {
        let old: BTreeMap<&RepoPath, &Arc<Component>> = before.iter().map(|one| (&one.path, one)).collect();
        let new: BTreeSet<&RepoPath> = after.iter().map(|one| &one.path).collect();
        let (kept, fresh): (Vec<_>, Vec<_>) = after.iter().partition(|one| old.contains_key(&one.path));
        let unchanged = |one: &&Arc<Component>| old.get(&one.path).is_some_and(|old| old.root.same_content(&one.root));
        let mut same = kept.iter().all(unchanged);
        let gone: Vec<&Arc<Component>> = before.iter().filter(|one| !new.contains(&one.path)).collect();
        // By what they say, in order.
        let mut left: HashMap<u64, VecDeque<(usize, &Arc<Component>)>> = HashMap::new();
        for (at, one) in gone.iter().enumerate() {
            left.entry(one.root.digest()).or_default().push_back((at, one));
        }
        let mut pairs = Vec::new();
        let (mut taken, mut others) = (BTreeSet::new(), Vec::new());
        for one in &fresh {
            let found = left.get_mut(&one.root.digest()).and_then(|list| {
                let at = list.iter().position(|(_, old)| old.root.same_content(&one.root))?;
                list.remove(at)
            });
            if let Some((at, old)) = found {
                taken.insert(at);
                pairs.push((old, *one));
            } else {
                same = false;
                others.push(*one);
            }
        }
        let rest: Vec<&Arc<Component>> = gone
            .iter()
            .enumerate()
            .filter(|(at, _)| !taken.contains(at))
            .map(|(_, one)| *one)
            .collect();
        let nothing_else = same && rest.is_empty();
        pairs.extend(rest.into_iter().zip(others));
        Self { pairs, nothing_else }
    }
}
