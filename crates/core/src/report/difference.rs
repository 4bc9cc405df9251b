//! What differs between the two judgements of a comparison: the fields whose values are not the same on both sides.

use std::collections::{HashMap, HashSet};

use crate::compare::Comparison;
use crate::judge::{Read, Role};

/// One field that differs between the sides.
pub(super) struct Difference<'a> {
    pub(super) base: Option<&'a Read>,
    pub(super) head: Option<&'a Read>,
}

impl Difference<'_> {
    /// Whether it is of a component that concerns the subject on neither side.
    pub(super) fn elsewhere(&self) -> bool {
        self.base.into_iter().chain(self.head).all(|read| read.elsewhere)
    }

    pub(super) fn weight(&self, roles: &[Role]) -> usize {
        let role = self.head.or(self.base).map_or(Role::Check, |read| read.role);
        roles.iter().position(|known| *known == role).unwrap_or(usize::MAX)
    }
}

/// The values of a read, sorted.
pub(super) fn texts(read: Option<&Read>) -> Vec<&str> {
    let mut texts: Vec<&str> = read
        .map(|read| read.values.iter().map(|(text, _)| text.as_str()).collect())
        .unwrap_or_default();
    texts.sort_unstable();
    texts
}

/// A block has no text: whether the same ones are there is what counts.
fn same(base: Option<&Read>, head: Option<&Read>) -> bool {
    let (Some(base), Some(head)) = (base, head) else { return false };
    texts(Some(base)) == texts(Some(head)) && base.values.len() == head.values.len() && base.home.is_some() == head.home.is_some()
}

pub(super) fn differences<'a>(comparison: &'a Comparison) -> Vec<Difference<'a>> {
    let empty: &[Read] = &[];
    let base = comparison.base.as_ref().map_or(empty, |judgement| &judgement.reads);
    let head = comparison.head.as_ref().map_or(empty, |judgement| &judgement.reads);
    let name = |read: &'a Read| read.home.as_ref().map(|home| home.component.name.as_str());
    let kind = |read: &'a Read| (&*read.field, read.role);
    let (mut named, mut before) = (HashMap::new(), HashMap::new());
    for read in base {
        named.entry((kind(read), name(read))).or_insert(read);
        before.entry(kind(read)).or_insert(read);
    }
    let mut found: Vec<Difference<'a>> = Vec::new();
    for read in head {
        let counterpart = named.get(&(kind(read), name(read))).or_else(|| before.get(&kind(read))).copied();
        if !same(counterpart, Some(read)) {
            found.push(Difference {
                base: counterpart,
                head: Some(read),
            });
        }
    }
    let after: HashSet<_> = head.iter().map(kind).collect();
    found.extend(base.iter().filter(|read| !after.contains(&kind(read))).map(|read| Difference {
        base: Some(read),
        head: None,
    }));
    found.sort_by_key(|difference| difference.weight(&comparison.roles));
    found
}
