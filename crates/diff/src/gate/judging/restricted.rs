//! What components of head restrict, whichever of them it is: one that lost its restriction to another one of the same
//! org is no weakness.
//!
//! All components of a type are judged once for a control, however many of them changed.

use std::collections::HashMap;
use std::sync::Arc;

use orgate_core::compare::{Comparison, restricted, still_held};
use orgate_core::subject::single;
use orgate_core::world::World;
use orgate_core::{Component, Control, Member};

use super::super::side::Org;
use super::Judging;
use super::comparing::Evidence;
use crate::lock::lock;

/// What components of head restrict by one control.
#[derive(Debug, Default)]
pub(super) struct Restricted {
    members: Vec<(Org, Member)>,
    /// Positions in `members`, by what a member is compared by.
    by_key: HashMap<String, Vec<usize>>,
}

impl Restricted {
    /// Thousands of components may say the same: in one org, one of them is enough.
    fn add(&mut self, org: &Org, member: Member) {
        let places = self.by_key.entry(member.key.clone()).or_default();
        let known = |at: &usize| self.members.get(*at).is_some_and(|(other, _)| other == org);
        if !places.iter().any(known) {
            places.push(self.members.len());
            self.members.push((org.clone(), member));
        }
    }

    /// The members that may cover some of `wanted`: those of the same keys, or any.
    fn covering<'r>(&'r self, wanted: &'r [Member], by_key: bool) -> Box<dyn Iterator<Item = &'r (Org, Member)> + 'r> {
        if !by_key {
            return Box::new(self.members.iter());
        }
        let places = wanted.iter().filter_map(|member| self.by_key.get(&member.key)).flatten();
        Box::new(places.filter_map(|at| self.members.get(*at)))
    }
}

impl Judging<'_> {
    /// Whether other components of head hold what this one of base no longer does, in the same org.
    pub(super) fn held_elsewhere(&self, control: &Control, comparison: &Comparison, of: Option<&Arc<Component>>) -> bool {
        still_held(control, comparison, |before| {
            let org = of.map(|one| self.base.org_of(one));
            let all = self.restricted(control);
            let members = all.covering(before, control.compares_by_key());
            let same = members.filter(|(other, _)| org.as_ref().is_none_or(|org| org.may_be(other)));
            same.map(|(_, member)| member.clone()).collect()
        })
    }

    fn restricted(&self, control: &Control) -> Arc<Restricted> {
        if let Some(known) = lock(&self.restricted).get(&control.id) {
            return Arc::clone(known);
        }
        let mut found = Restricted::default();
        for component in control.per.iter().flat_map(|type_name| self.head.components(type_name)) {
            if self.touched.deleted.has(&component) {
                continue;
            }
            let judged = self.judge_side(Evidence::Kept, control, &single(&component), self.head, &[]);
            let org = self.head.org_of(&component);
            for member in judged.into_iter().flat_map(restricted) {
                found.add(&org, member);
            }
        }
        let found = Arc::new(found);
        lock(&self.restricted).insert(Arc::clone(&control.id), Arc::clone(&found));
        found
    }
}
