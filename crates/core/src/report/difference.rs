//! What differs between the two judgements of a comparison: the fields whose values are not the same on both sides.

use std::sync::Arc;

use crate::compare::Comparison;
use crate::judge::{Read, Role};

/// One field that differs between the sides.
pub(super) struct Difference<'a> {
    pub(super) base: Option<&'a Read>,
    pub(super) head: Option<&'a Read>,
}

impl Difference<'_> {
    pub(super) fn weight(&self, roles: &[Role]) -> usize {
        let role = self.head.or(self.base).map_or(Role::Check, |read| read.role);
        roles.iter().position(|known| *known == role).unwrap_or(usize::MAX)
    }
}

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
    let key = |read: &Read| {
        (
            Arc::clone(&read.field),
            read.role,
            read.home.as_ref().map(|home| home.component.name.clone()),
        )
    };
    let mut found: Vec<Difference<'a>> = Vec::new();
    for read in head {
        let counterpart = base
            .iter()
            .find(|other| key(other) == key(read))
            .or_else(|| base.iter().find(|other| other.field == read.field && other.role == read.role));
        if !same(counterpart, Some(read)) {
            found.push(Difference {
                base: counterpart,
                head: Some(read),
            });
        }
    }
    for read in base {
        if !head.iter().any(|other| other.field == read.field && other.role == read.role) {
            found.push(Difference {
                base: Some(read),
                head: None,
            });
        }
    }
    found.sort_by_key(|difference| difference.weight(&comparison.roles));
    found
}
