//! Excuses that a change brings along: what decides got weaker, and something else that the same change says makes that
//! right.
//!
//! A file suggests what kind of client an app is, and its author writes the file. Must not call that weaker, as it may be
//! true: it is open until somebody declares what the client is.

use std::sync::Arc;

use orgate_core::compare::{Comparison, Outcome, compare};
use orgate_core::judge::Standing;
use orgate_core::subject::{Pair, assemble};
use orgate_core::world::Subject;
use orgate_core::{Component, Control, Element};

use super::Judging;
use super::comparing::Evidence;

impl Judging<'_> {
    /// Why it is open whether a subject got weaker: with nothing but the fields that decide as head has them, and all else
    /// as in base, it would have.
    pub(super) fn excused(&self, control: &Arc<Control>, one: &Pair, known: &Comparison) -> Option<(Comparison, String)> {
        let head = one.head.as_ref().filter(|_| !control.decided_by.is_empty())?;
        let open = known.outcome.is_finding() || known.outcome == Outcome::Undecided;
        let before = known.base.as_ref().filter(|base| !open && base.standing == Standing::Satisfied)?;
        let weaker = |base: &Subject| {
            let grafted = grafted(base, head, &control.decided_by);
            let judged = self.judge_side(Evidence::Dropped, control, &grafted, self.base, &[]).ok()?;
            Some(compare(control, Some(before.clone()), Some(judged)).outcome == Outcome::Regressed)
        };
        let renamed = || {
            let same = self.successors.of(head).iter().filter(|old| old.app.0 == head.kind);
            let copies = same.flat_map(|old| {
                let files = self.base.subject_files(head.kind, &old.app.1);
                assemble(head.kind, &old.spelling, &files, self.input.registry)
            });
            copies.map(Arc::new).collect::<Vec<_>>()
        };
        let olds = if one.base.is_empty() { renamed() } else { one.base.clone() };
        if !olds.iter().any(|base| weaker(base) == Some(true)) {
            return None;
        }
        let kept = self.compare(Evidence::Kept, control, one, &[]).ok()?;
        let reason =
            "it is right only for the kind of client that the same change makes it look like; declare `client` for the app in orgate.yaml";
        Some((kept, reason.to_owned()))
    }
}

/// A subject with some fields as another one has them.
fn grafted(base: &Subject, head: &Subject, fields: &[Arc<str>]) -> Subject {
    let mut subject = base.clone();
    for field in fields {
        let Some((type_name, path)) = field.split_once('/') else { continue };
        let path: Vec<&str> = path.split('/').collect();
        let donor = head.of_type(type_name).first();
        for file in subject.files.get_mut(type_name).into_iter().flatten() {
            let mut component = Component::clone(file);
            graft(&mut component.root, donor.map(|donor| &donor.root), &path);
            *file = Arc::new(component);
        }
    }
    subject
}

fn graft(into: &mut Element, from: Option<&Element>, path: &[&str]) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        into.children.retain(|child| &*child.name != *first);
        into.children
            .extend(from.into_iter().flat_map(|from| from.children_named(first)).cloned());
        return;
    }
    let inner = from.and_then(|from| from.children_named(first).next());
    for child in into.children.iter_mut().filter(|child| &*child.name == *first) {
        graft(child, inner, rest);
    }
}
