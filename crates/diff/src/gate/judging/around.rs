//! What else is in a snapshot, or no longer is, that an outcome rests on.

use std::collections::BTreeSet;
use std::sync::Arc;

use orgate_core::compare::{Comparison, Outcome};
use orgate_core::judge::Standing;
use orgate_core::registry::Join;
use orgate_core::subject::Pair;
use orgate_core::{Component, Control, SubjectKind};

use super::super::name::Name;
use super::Judging;
use super::comparing::Evidence;

impl Judging<'_> {
    /// The comparison without the org settings that leave source in this change, where an app got weaker and only they
    /// keep that from counting; with the reason. Org settings that are merely gone from source still count in the org,
    /// but whoever removes them also decides whether they do.
    pub(super) fn resting(&self, control: &Arc<Control>, one: &Pair, known: &Comparison) -> Option<(Comparison, String)> {
        if control.subject == SubjectKind::Org || known.outcome.is_finding() || known.outcome == Outcome::Undecided {
            return None;
        }
        let place = &one.copy()?.root;
        let mut types = Vec::new();
        let mut files = Vec::new();
        for spec in self
            .input
            .registry
            .types()
            .filter(|spec| spec.join == Join::Org && control.reads(&spec.name))
        {
            if let Some(path) = self.head.remembered(&spec.name, place) {
                types.push(Arc::clone(&spec.name));
                let name = String::from_utf8_lossy(path.file_name()).into_owned();
                files.push(name.strip_suffix("-meta.xml").map_or(name.clone(), str::to_owned));
            }
        }
        if types.is_empty() {
            return None;
        }
        // More alternatives than can be judged were told already.
        let bare = self.compare(Evidence::Kept, control, one, &types).ok()?;
        let weaker = matches!(bare.outcome, Outcome::Regressed | Outcome::Introduced);
        let reason = || format!("rests on {}, which this change removes from source", files.join(" and "));
        weaker.then(|| (bare, reason()))
    }

    /// Why a manifest that deletes a part of an app leaves open how the app stands, where it stood well with it: nobody
    /// documents what the org falls back to. An app that goes as a whole leaves nothing open.
    pub(super) fn falling_back(&self, control: &Arc<Control>, one: &Pair, known: &Comparison) -> Option<(Comparison, String)> {
        if self.touched.deleted.is_empty() || known.outcome.is_finding() || known.outcome == Outcome::Undecided {
            return None;
        }
        if known.base.as_ref()?.standing != Standing::Satisfied {
            return None;
        }
        let join = |type_name: &Arc<str>| self.input.registry.get(type_name).map(|spec| &spec.join);
        let subject = one.base.iter().find(|subject| !self.is_deleted(subject))?;
        let is_deleted = |component: &Arc<Component>| self.touched.deleted.has(component);
        // Under another name it may still be there.
        let stays = |type_name: &str| {
            one.head
                .iter()
                .flat_map(|head| head.of_type(type_name))
                .any(|file| !is_deleted(file))
        };
        let part = subject.files.values().flatten().find(|component| {
            let part = control.reads(&component.type_name) && matches!(join(&component.type_name), Some(Join::Element(_)));
            part && is_deleted(component) && !stays(&component.type_name)
        })?;
        let kept = self.compare(Evidence::Kept, control, one, &[]).ok()?;
        let reason = format!(
            "a manifest deletes {} '{}' from the org, and what applies without it is not documented",
            part.type_name, part.name
        );
        Some((kept, reason))
    }

    /// Why it is open whether a subject got weaker, where it only seems so because files of it leave source: they still
    /// are in the org, and with them it would stand no weaker than before.
    pub(super) fn leaving(&self, control: &Arc<Control>, one: &Pair, known: &Comparison) -> Option<(Comparison, String)> {
        let mut head = one.head.clone().filter(|_| known.outcome.is_finding())?;
        let mut names = BTreeSet::new();
        for (type_name, files) in one.base.iter().flat_map(|base| &base.files) {
            if head.files.get(type_name).is_some_and(|files| !files.is_empty()) || !control.reads(type_name) {
                continue;
            }
            let gone = |file: &&Arc<Component>| {
                let org = self.base.org_of(file);
                let mut elsewhere = self.head.of_name(type_name, &Name::of(&file.name));
                elsewhere.retain(|other| org.may_be(&self.head.org_of(other)));
                elsewhere.is_empty() && !self.touched.deleted.has(file) && !self.head.refused(&file.path)
            };
            for file in files.iter().filter(gone) {
                names.insert(format!("{type_name} '{}'", file.name));
                head.files.entry(Arc::clone(type_name)).or_default().push(Arc::clone(file));
            }
        }
        if names.is_empty() {
            return None;
        }
        let kept = Pair {
            base: one.base.clone(),
            head: Some(head),
        };
        let with = self.compare(Evidence::Kept, control, &kept, &[]).ok()?;
        let names = names.into_iter().collect::<Vec<_>>().join(" and ");
        let reason = format!("rests on {names}, which this change removes from source");
        (!with.outcome.is_finding()).then(|| (known.clone(), reason))
    }
}
