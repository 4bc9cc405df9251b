//! How a subject stands on both sides, and what became of it: against each candidate of base, or against the app in
//! whose place it comes.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::compare::{Comparison, Outcome, compare};
use orgate_core::judge::{Judgement, TooManyAlternatives, judge, judge_quietly};
use orgate_core::lasting::settle;
use orgate_core::report::Side as Which;
use orgate_core::subject::{Pair, assemble, pair};
use orgate_core::world::Subject;
use orgate_core::{Component, Control, RepoPath};

use super::super::name::Name;
use super::super::side::Side;
use super::super::successors::Predecessor;
use super::super::view::View;
use super::Judging;

/// Whether a judgement keeps what it rests on.
#[derive(Clone, Copy)]
pub(super) enum Evidence {
    Kept,
    Dropped,
}

impl Judging<'_> {
    pub(super) fn judge_side(
        &self,
        how: Evidence,
        control: &Control,
        subject: &Subject,
        side: &Side<'_>,
        without: &[Arc<str>],
    ) -> Result<Judgement, TooManyAlternatives> {
        let deleted = (side.which == Which::Head).then_some(&self.touched.deleted);
        let view = View::of(side, subject, without, deleted);
        match how {
            Evidence::Kept => judge(control, subject, &view, &self.facts),
            Evidence::Dropped => judge_quietly(control, subject, &view, &self.facts),
        }
    }

    /// Most comparisons come to nothing, and nobody asks those what they rest on.
    pub(super) fn compare_pair(&self, control: &Arc<Control>, one: &Pair) -> Result<Comparison, TooManyAlternatives> {
        let comparison = self.compare(Evidence::Dropped, control, one, &[])?;
        if comparison.outcome.is_finding() || comparison.outcome == Outcome::Undecided {
            return self.compare(Evidence::Kept, control, one, &[]);
        }
        Ok(comparison)
    }

    /// The worst comparison against any candidate of base, as if org settings of some types were not there.
    pub(super) fn compare(
        &self,
        how: Evidence,
        control: &Arc<Control>,
        one: &Pair,
        without: &[Arc<str>],
    ) -> Result<Comparison, TooManyAlternatives> {
        let mut worst = self.compare_whole(how, control, one, without)?;
        // Of sets, each that may count is held against base already.
        let sets = worst.head.as_ref().is_none_or(|head| head.measure.is_set());
        for alone in if sets { Vec::new() } else { self.twins(control, one) } {
            let comparison = self.compare_whole(how, control, &alone, without)?;
            if comparison.outcome == Outcome::Regressed && comparison.outcome < worst.outcome {
                worst = comparison;
            }
        }
        Ok(worst)
    }

    /// Of several files for one that are on both sides, each that changed as if it were the only one. Which of them counts
    /// is not known, so a weak one that nobody touches hides nothing that happens in another. Files that change places are
    /// no change.
    fn twins(&self, control: &Control, one: &Pair) -> Vec<Pair> {
        let ([base], Some(head)) = (one.base.as_slice(), &one.head) else {
            return Vec::new();
        };
        let read = base.files.iter().filter(|(type_name, _)| control.reads(type_name));
        let several = read.filter(|(_, files)| files.len() > 1);
        let changed = several.flat_map(|(type_name, files)| {
            let stays = |file: &Arc<Component>| head.of_type(type_name).iter().any(|other| other.root.same_content(&file.root));
            let touched = files
                .iter()
                .filter(move |file| self.touched.paths.contains(&file.path) && !stays(file));
            touched.map(move |file| (type_name, &file.path))
        });
        let alone = |subject: &Subject, type_name: &Arc<str>, path: &RepoPath| {
            let mut subject = subject.clone();
            let files = subject.files.get_mut(type_name)?;
            files.retain(|file| file.path == *path);
            (!files.is_empty()).then_some(subject)
        };
        let pair = |(type_name, path)| {
            let (base, head) = (alone(base, type_name, path)?, alone(head, type_name, path)?);
            Some(Pair {
                base: vec![Arc::new(base)],
                head: Some(head),
            })
        };
        changed.filter_map(pair).collect()
    }

    /// As [`Self::compare`], with all files of a subject.
    fn compare_whole(
        &self,
        how: Evidence,
        control: &Arc<Control>,
        one: &Pair,
        without: &[Arc<str>],
    ) -> Result<Comparison, TooManyAlternatives> {
        let head = match &one.head {
            Some(head) => Some(self.judge_side(how, control, head, self.head, without)?),
            None => None,
        };
        if let (Some(known), [base], Some(same)) = (&head, one.base.as_slice(), &one.head)
            && self.stands_alike(control, base, same)
        {
            return Ok(compare(control, Some(known.clone()), head));
        }
        let mut worst: Option<(Comparison, &Subject)> = None;
        // What one part of a component holds, the component holds.
        let mut mildest: BTreeMap<&[u8], (Comparison, &Subject)> = BTreeMap::new();
        for base in &one.base {
            let comparison = compare(
                control,
                Some(self.judge_side(how, control, base, self.base, without)?),
                head.clone(),
            );
            let seen = (
                View::of(self.base, base, without, Some(&self.touched.deleted)),
                View::of(self.head, one.head.as_ref().unwrap_or(base), without, Some(&self.touched.deleted)),
            );
            let comparison = settle(comparison, control, one.head.as_ref(), (&seen.0, &seen.1), &self.facts)?;
            if let Some(component) = self.part_of(base) {
                let milder = mildest.get(component).is_none_or(|(known, _)| comparison.outcome > known.outcome);
                if milder {
                    mildest.insert(component, (comparison, base));
                }
            } else if worst.as_ref().is_none_or(|(known, _)| comparison.outcome < known.outcome) {
                worst = Some((comparison, base));
            }
        }
        for one in mildest.into_values() {
            if worst.as_ref().is_none_or(|(known, _)| one.0.outcome < known.outcome) {
                worst = Some(one);
            }
        }
        if let Some((mut worst, base)) = worst {
            if self.held_elsewhere(control, &worst, base.per.as_ref()) {
                worst.outcome = Outcome::Unchanged;
            }
            return Ok(worst);
        }
        let Some(copy) = &one.head else {
            return Ok(compare(control, None, head));
        };
        let mut worst: Option<Comparison> = None;
        let mut certain = false;
        for old in self.successors.of(copy) {
            for before in self.before(how, control, copy, old, without)? {
                let against = compare(control, Some(before), head.clone());
                certain |= old.certain;
                if worst.as_ref().is_none_or(|known| against.outcome < known.outcome) {
                    worst = Some(against);
                }
            }
        }
        let as_new = compare(control, None, head);
        Ok(match worst {
            Some(worst) if certain || worst.outcome <= as_new.outcome => worst,
            _ => as_new,
        })
    }

    /// The folder of the component that a file may be a part of.
    fn part_of<'p>(&self, subject: &'p Subject) -> Option<&'p [u8]> {
        let one = subject.per.as_ref()?;
        let spec = self.input.registry.get(&one.type_name).filter(|spec| !spec.parts.is_empty())?;
        one.path.component_folder(&spec.folder)
    }

    /// Whether a subject cannot stand otherwise on base than on head, where it has just been judged: the change is in
    /// content only, the control reads nothing of it, and both sides have the same files and no others exchange what is
    /// written in them.
    fn stands_alike(&self, control: &Control, base: &Subject, head: &Subject) -> bool {
        self.unaffected.contains(&control.id) && paths(base).eq(paths(head)) && self.head.replaces_nothing()
    }

    /// How the copies stood of an app in whose place this copy may come, as far as they are candidates for it.
    fn before(
        &self,
        how: Evidence,
        control: &Control,
        head: &Subject,
        Predecessor {
            app: (kind, name),
            spelling,
            ..
        }: &Predecessor,
        without: &[Arc<str>],
    ) -> Result<Vec<Judgement>, TooManyAlternatives> {
        let same_kind = *kind == head.kind;
        let control_then = if same_kind {
            control
        } else {
            match control.twin.as_ref().and_then(|twin| self.input.catalog.get(twin)) {
                Some(twin) => twin,
                None => return Ok(Vec::new()),
            }
        };
        let copies = |kind, name: &Name, spelling: &str, side: &Side<'_>| {
            assemble(kind, spelling, &side.subject_files(kind, name), self.input.registry)
        };
        let old = copies(*kind, name, spelling, self.base);
        let new = copies(head.kind, &Name::of(&head.name), &head.name, self.head);
        let is_this = |pair: &Pair| pair.head.as_ref().is_some_and(|copy| copy.root == head.root);
        let whole = || old.iter().cloned().map(Arc::new).collect();
        let candidates = pair(&old, new).into_iter().find(is_this).map_or_else(whole, |pair| pair.base);
        let judged = candidates
            .iter()
            .map(|copy| self.judge_side(how, control_then, copy, self.base, without));
        let mut judged: Vec<Judgement> = judged.collect::<Result<_, _>>()?;
        if !same_kind {
            // The twins have conditions of their own, so only the standing is compared, never the risk around it.
            let around = self.judge_side(how, control, head, self.head, without)?.raises;
            for judgement in &mut judged {
                judgement.in_context_of(&around);
            }
        }
        Ok(judged)
    }
}

fn paths(subject: &Subject) -> impl Iterator<Item = (&Arc<str>, &RepoPath)> {
    let files = subject.files.iter();
    files.flat_map(|(type_name, files)| files.iter().map(move |file| (type_name, &file.path)))
}
