//! Which copy of a subject at head is compared with which at base, where a repository may hold several orgs.
//!
//! Projects of one repository may be of one org or of several, and nothing says which. So an app whose files lie in
//! several projects is judged twice: as one app of all of them, and as one app in each.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::registry::TypeSpec;
use orgate_core::subject::{Pair, assemble, pair};
use orgate_core::world::Subject;
use orgate_core::{Component, SubjectKind};

use super::super::name::Name;
use super::super::side::Side;
use super::super::side::orgs::Org;
use super::Judging;

/// A copy with the org that it is of.
type Placed = (Org, Subject);

impl Judging<'_> {
    /// The copies of a subject as if all projects were of one org.
    pub(super) fn pairs(&self, kind: SubjectKind, name: &Name, spelling: &str) -> Vec<Pair> {
        let build = |side: &Side<'_>| assemble(kind, spelling, &side.subject_files(kind, name), self.input.registry);
        pair(&build(self.base), build(self.head))
    }

    /// The copies of a subject as if each project were of an org of its own; none where that makes no difference.
    pub(super) fn pairs_apart(&self, kind: SubjectKind, name: &Name, spelling: &str) -> Vec<Pair> {
        if kind == SubjectKind::Org {
            return Vec::new();
        }
        let (base, head) = (
            self.apart(self.base, kind, name, spelling),
            self.apart(self.head, kind, name, spelling),
        );
        let mut places = base.iter().chain(&head).map(|(org, _)| org);
        let Some(first) = places.next() else { return Vec::new() };
        if places.all(|org| first.may_be(org)) {
            return Vec::new();
        }
        pair_placed(base, head)
    }

    /// Copies at head with those of base in the same org. One that comes to an org in which there was none is new there,
    /// unless it left another one.
    pub(super) fn pair_by_org(&self, base: &[Subject], head: Vec<Subject>) -> Vec<Pair> {
        if base.len() <= 1 && head.len() <= 1 {
            return pair(base, head);
        }
        let place = |side: &Side<'_>, subject: Subject| {
            let org = subject.per.as_ref().map_or(Org::Whole, |component| side.org_of(component));
            (org, subject)
        };
        let base = base.iter().map(|subject| place(self.base, subject.clone())).collect();
        let head = head.into_iter().map(|subject| place(self.head, subject)).collect();
        pair_placed(base, head)
    }

    /// Files of components that may lie in parts: each of head is held against all of base in its package.
    pub(super) fn pair_parts(&self, spec: &TypeSpec, base: Vec<Subject>, head: Vec<Subject>) -> Vec<Pair> {
        let is_part = |subject: &Subject| {
            let one = subject.per.as_ref();
            one.is_some_and(|one| one.path.component_folder(&spec.folder).is_some())
        };
        if spec.parts.is_empty() || !base.iter().chain(&head).any(is_part) {
            return self.pair_by_org(&base, head);
        }
        let root = |subject: &Subject| subject.per.as_ref().map(|one| one.package_root(&spec.folder).to_vec());
        let mut packages: BTreeMap<_, (Vec<Subject>, Vec<Subject>)> = BTreeMap::new();
        for subject in base {
            packages.entry(root(&subject)).or_default().0.push(subject);
        }
        for subject in head {
            packages.entry(root(&subject)).or_default().1.push(subject);
        }
        let mut pairs = Vec::new();
        let (mut gone, mut fresh) = (Vec::new(), Vec::new());
        for (before, after) in packages.into_values() {
            if before.is_empty() || after.is_empty() {
                gone.extend(before);
                fresh.extend(after);
                continue;
            }
            let before: Vec<Arc<Subject>> = before.into_iter().map(Arc::new).collect();
            pairs.extend(after.into_iter().map(|head| Pair {
                base: before.clone(),
                head: Some(head),
            }));
        }
        pairs.extend(self.pair_by_org(&gone, fresh));
        pairs
    }

    fn apart(&self, side: &Side<'_>, kind: SubjectKind, name: &Name, spelling: &str) -> Vec<Placed> {
        let mut groups: Vec<(Org, Vec<Arc<Component>>)> = Vec::new();
        for file in side.subject_files(kind, name) {
            let org = side.org_of(&file);
            match groups.iter_mut().find(|(known, _)| known.may_be(&org)) {
                Some((_, files)) => files.push(file),
                None => groups.push((org, vec![file])),
            }
        }
        let assemble = |(org, files): (Org, Vec<Arc<Component>>)| {
            let copies = assemble(kind, spelling, &files, self.input.registry);
            copies.into_iter().map(move |copy| (org.clone(), copy))
        };
        groups.into_iter().flat_map(assemble).collect()
    }
}

fn pair_placed(mut base: Vec<Placed>, mut head: Vec<Placed>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut left: Vec<Subject> = Vec::new();
    while let Some((org, _)) = head.first() {
        let org = org.clone();
        let here: Vec<Subject> = head.extract_if(.., |(other, _)| org.may_be(other)).map(|(_, copy)| copy).collect();
        let before: Vec<Subject> = base.extract_if(.., |(other, _)| org.may_be(other)).map(|(_, copy)| copy).collect();
        if before.is_empty() {
            left.extend(here);
        } else {
            pairs.extend(pair(&before, here));
        }
    }
    let gone: Vec<Subject> = base.into_iter().map(|(_, copy)| copy).collect();
    pairs.extend(pair(&gone, left));
    pairs
}
