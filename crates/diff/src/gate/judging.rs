//! Judges what is touched, on both sides, and collects the outcomes.

mod around;
mod comparing;
mod deletions;
mod excuse;
mod pairing;
mod pointing;
mod restricted;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use orgate_core::compare::Outcome;
use orgate_core::judge::{Judgement, TooManyAlternatives};
use orgate_core::report::build::Case;
use orgate_core::report::{Better, Renamed, Report, Side as Which, SubjectRef, Unreadable, Warning};
use orgate_core::subject::{Pair, single};
use orgate_core::world::{Facts, Subject};
use orgate_core::{Component, Control, RepoPath, SubjectKind};

use super::Input;
use super::merge::add_worse;
use super::name::{App, Name};
use super::places::Lines;
use super::side::Side;
use super::successors::Successors;
use super::touched::Touched;
use crate::error::DiffError;
use restricted::Restricted;

/// Pairs of copies of one component that are compared; with more of them nothing is judged.
const MOST_CANDIDATES: usize = 1 << 14;

/// Subjects from which on several threads are faster than one.
const MANY: usize = 16;

pub(super) struct Judging<'a> {
    input: &'a Input<'a>,
    base: &'a Side<'a>,
    head: &'a Side<'a>,
    touched: &'a Touched,
    facts: Facts,
    places: Lines<'a>,
    successors: Successors,
    /// Controls that read nothing of what differs.
    unaffected: BTreeSet<Arc<str>>,
    /// What components of head restrict, by control, as far as it was asked for.
    restricted: Mutex<BTreeMap<Arc<str>, Arc<Restricted>>>,
}

impl<'a> Judging<'a> {
    pub(super) fn new(input: &'a Input<'a>, base: &'a Side<'a>, head: &'a Side<'a>, touched: &'a Touched) -> Result<Self, DiffError> {
        let facts = input.settings.facts();
        let successors = Successors::find(touched, base, head, &facts, input.registry)?;
        let mut moved = touched.moved.clone();
        moved.extend(successors.moved(base, head));
        let places = Lines::new(input.base, input.head, u64::from(input.limits.bytes), moved);
        let unaffected = |control: &&Arc<Control>| touched.in_place && !touched.concerns(control, |_| true);
        let unaffected = input
            .catalog
            .controls()
            .filter(unaffected)
            .map(|control| Arc::clone(&control.id))
            .collect();
        Ok(Self {
            input,
            base,
            head,
            touched,
            facts,
            places,
            successors,
            unaffected,
            restricted: Mutex::default(),
        })
    }

    /// Judges everything the change can have made weaker.
    pub(super) fn run(&self, report: &mut Report) {
        let mut subjects = BTreeSet::new();
        for (subject, judged) in self.judge_all(self.plan().into_iter().collect()) {
            subjects.extend(subject);
            absorb(report, judged);
        }
        for (type_name, name) in &self.touched.components {
            for control in self.input.catalog.controls().filter(|control| control.per.contains(type_name)) {
                let side = |side: &Side<'_>| side.of_name(type_name, name).iter().map(single).collect::<Vec<_>>();
                let (base, head) = (side(self.base), side(self.head));
                let Some(spelling) = head.first().or(base.first()).map(|one| one.name.clone()) else {
                    continue;
                };
                let pairs = match self.input.registry.get(type_name) {
                    Some(spec) => self.pair_parts(spec, base, head),
                    None => self.pair_by_org(&base, head),
                };
                subjects.insert((SubjectKind::Org, spelling.clone()));
                let copies = pairs.len() > 1;
                if let Some(refused) = self.crowd(&pairs) {
                    if !report.unreadable.contains(&refused) {
                        report.unreadable.push(refused);
                    }
                    continue;
                }
                for one in &pairs {
                    self.judge_pair(control, one, &spelling, copies, true, report);
                }
            }
        }
        let deleted = self.judge_deleted(report);
        report.work.subjects = subjects.len().saturating_add(deleted);
        report.subjects.extend(subjects.into_iter().map(|(_, name)| name));
        for ((kind, new), old) in self.successors.pairs() {
            let new = self.spelling(*kind, new);
            let why = if old.certain { "the same client" } else { "much alike" };
            // Names alone do not tell an app from the one on the older platform.
            let told = |of: SubjectKind, name: &str| {
                if *kind == old.app.0 {
                    format!("'{name}'")
                } else {
                    format!("{} '{name}'", of.as_str())
                }
            };
            let (after, before) = (told(*kind, &new), told(old.app.0, &old.spelling));
            report.warnings.push(Warning {
                path: None,
                line: 0,
                text: format!("{after} is compared with {before}, in whose place it comes ({why})"),
            });
            report.renamed.push(Renamed {
                new,
                old: old.spelling.clone(),
                certain: old.certain,
            });
        }
    }

    /// Judges subjects, on all cores if they are many. With each comes its name if its own files changed.
    fn judge_all(&self, plan: Vec<(App, Vec<Arc<Control>>)>) -> Vec<(Option<(SubjectKind, String)>, Report)> {
        let judge = |((kind, name), controls): ((SubjectKind, Name), Vec<Arc<Control>>)| {
            let spelling = self.spelling(kind, &name);
            let pairs = self.pairs(kind, &name, &spelling);
            let apart = self.pairs_apart(kind, &name, &spelling);
            let direct = self.touched.subjects.contains(&(kind, name));
            let copies = pairs.len() > 1;
            let judge = |pairs: &[Pair]| {
                let mut report = Report::default();
                report.unreadable.extend(self.crowd(pairs));
                if !report.unreadable.is_empty() {
                    return report;
                }
                for one in pairs {
                    for control in &controls {
                        self.judge_pair(control, one, &spelling, copies, direct, &mut report);
                    }
                }
                report
            };
            let mut report = judge(&pairs);
            if !apart.is_empty() {
                let mut apart = judge(&apart);
                // What moved to another project is unknown only if that is another org.
                apart.undecided.clear();
                add_worse(&mut report, apart);
            }
            (direct.then_some((kind, spelling)), report)
        };
        if plan.len() < MANY {
            return plan.into_iter().map(judge).collect();
        }
        // What all of them wait for comes first.
        self.base.list();
        self.head.list();
        plan.into_par_iter().map(judge).collect()
    }

    /// Which controls have to be judged on which subjects: all on a subject whose own files changed; on every other
    /// subject those that read an element of another type that changed.
    fn plan(&self) -> BTreeMap<App, Vec<Arc<Control>>> {
        let mut plan: BTreeMap<App, Vec<Arc<Control>>> = BTreeMap::new();
        let controls = || self.input.catalog.controls().filter(|control| control.per.is_empty());
        let mut direct = self.touched.subjects.clone();
        if direct.iter().any(|(kind, _)| *kind != SubjectKind::Org) {
            for gone in self.successors.replaced() {
                direct.remove(gone);
            }
        }
        for (kind, name) in &direct {
            let list: Vec<_> = controls().filter(|control| control.subject == *kind).cloned().collect();
            plan.insert((*kind, name.clone()), list);
        }
        for kind in [SubjectKind::ConnectedApp, SubjectKind::ExternalClientApp, SubjectKind::Org] {
            let foreign = |type_name: &Arc<str>| self.input.registry.get(type_name).is_none_or(|spec| spec.subject != Some(kind));
            let list: Vec<Arc<Control>> = controls()
                .filter(|control| control.subject == kind && self.touched.concerns(control, foreign))
                .cloned()
                .collect();
            if list.is_empty() {
                continue;
            }
            let names = if kind == SubjectKind::Org {
                vec![Name::of("org")]
            } else {
                let mut names = self.head.subject_names(kind);
                names.extend(self.base.subject_names(kind));
                names
            };
            for name in names {
                let app = (kind, name);
                if !self.successors.replaced().any(|gone| *gone == app) {
                    plan.entry(app).or_insert_with(|| list.clone());
                }
            }
        }
        plan
    }

    /// The name of a subject as head spells it, else base.
    fn spelling(&self, kind: SubjectKind, name: &Name) -> String {
        let spelling = self.head.spelling(kind, name).or_else(|| self.base.spelling(kind, name));
        spelling.unwrap_or_else(|| "org".to_owned())
    }

    fn judge_pair(&self, control: &Arc<Control>, one: &Pair, name: &str, copies: bool, direct: bool, report: &mut Report) {
        let comparison = match self.compare_pair(control, one) {
            Ok(comparison) => comparison,
            Err(error) => {
                self.too_many(one, error, report);
                return;
            }
        };
        report.work.judged = report.work.judged.saturating_add(1);
        let open = || {
            let resting = self.resting(control, one, &comparison);
            let fallen = resting.or_else(|| self.falling_back(control, one, &comparison));
            let leaving = fallen.or_else(|| self.leaving(control, one, &comparison));
            leaving.or_else(|| self.excused(control, one, &comparison))
        };
        let (comparison, reason) = match direct.then(open).flatten() {
            Some((bare, reason)) => (bare, Some(reason)),
            None => (comparison, None),
        };
        let outcome = match comparison.outcome {
            _ if reason.is_some() => Outcome::Undecided,
            // It leaves source and the org.
            Outcome::Undecided if one.head.is_none() && one.base.iter().all(|base| self.is_deleted(base)) => Outcome::NotApplicable,
            outcome => outcome,
        };
        let count = report.counts.entry(outcome).or_default();
        *count = count.saturating_add(1);
        let subject = SubjectRef {
            kind: control.subject,
            name: name.to_owned(),
        };
        let root = one.copy().map(|subject| String::from_utf8_lossy(&subject.root).into_owned());
        let case = Case {
            control,
            subject: subject.clone(),
            copy: if copies { root.unwrap_or_default() } else { String::new() },
            files: one.head.as_ref(),
            comparison: &comparison,
            any_file: self.any_file(one),
            places: &self.places,
        };
        match outcome {
            outcome if outcome.is_finding() => {
                let mut finding = case.finding();
                self.point(&mut finding, control, one);
                report.findings.push(finding);
            }
            // Only what this change made unknown, or what it left unknown on a subject that it touches.
            Outcome::Undecided => {
                let mut entry = case.undecided();
                if let Some(reason) = reason {
                    (entry.reasons, entry.new) = (vec![reason], true);
                }
                // A file that cannot be read is told as such, not as a subject that is gone.
                let refused = one.head.is_none()
                    && one
                        .base
                        .iter()
                        .flat_map(|base| base.files.values().flatten())
                        .any(|file| self.head.refused(&file.path));
                if (entry.new || direct) && !refused {
                    report.undecided.push(entry);
                }
            }
            Outcome::Improved | Outcome::Resolved => report.better.push(Better {
                control: Arc::clone(control),
                outcome,
                subject,
            }),
            Outcome::Unchanged => {
                use orgate_core::judge::Standing;
                let violated = |side: &Option<Judgement>| side.as_ref().is_some_and(|side| side.standing == Standing::Violated);
                if violated(&comparison.base) && violated(&comparison.head) {
                    report.old_debt = report.old_debt.saturating_add(1);
                }
            }
            _ => {}
        }
    }

    fn any_file(&self, one: &Pair) -> Option<(Which, Arc<Component>)> {
        let touched = |subject: &Subject| {
            let all: Vec<&Arc<Component>> = subject.files.values().flatten().collect();
            all.iter()
                .find(|component| self.touched.paths.contains(&component.path))
                .or_else(|| all.first())
                .map(|component| Arc::clone(component))
        };
        let head = one.head.as_ref().and_then(touched).map(|component| (Which::Head, component));
        head.or_else(|| {
            one.base
                .first()
                .and_then(|base| touched(base))
                .map(|component| (Which::Base, component))
        })
    }

    /// Why copies of one component are not compared: each that comes is held against all that were there.
    fn crowd(&self, pairs: &[Pair]) -> Option<Unreadable> {
        let candidates: usize = pairs.iter().map(|one| one.base.len()).sum();
        let (side, file) = pairs
            .iter()
            .filter(|_| candidates > MOST_CANDIDATES)
            .find_map(|one| self.any_file(one))?;
        Some(Unreadable {
            path: file.path.clone(),
            side,
            line: 0,
            column: 0,
            reason: format!(
                "so many copies of '{}' come beside others that {candidates} pairs would have to be compared, more than {MOST_CANDIDATES}; add them in several changes",
                file.name
            ),
            fatal: true,
        })
    }

    fn too_many(&self, one: &Pair, error: TooManyAlternatives, report: &mut Report) {
        let place = self.any_file(one);
        let fatal = one.head.as_ref().is_some_and(|head| {
            head.files
                .values()
                .flatten()
                .any(|component| self.touched.paths.contains(&component.path))
        });
        let entry = Unreadable {
            path: place
                .as_ref()
                .map_or_else(|| RepoPath::from("sfdx-project.json"), |(_, component)| component.path.clone()),
            side: place.map_or(Which::Head, |(side, _)| side),
            line: 0,
            column: 0,
            reason: error.to_string(),
            fatal,
        };
        if !report.unreadable.contains(&entry) {
            report.unreadable.push(entry);
        }
    }
}

/// Adds what the judgement of one subject found.
fn absorb(report: &mut Report, one: Report) {
    report.work.judged = report.work.judged.saturating_add(one.work.judged);
    for (outcome, count) in one.counts {
        let all = report.counts.entry(outcome).or_default();
        *all = all.saturating_add(count);
    }
    report.findings.extend(one.findings);
    report.undecided.extend(one.undecided);
    report.better.extend(one.better);
    report.old_debt = report.old_debt.saturating_add(one.old_debt);
    for entry in one.unreadable {
        if !report.unreadable.contains(&entry) {
            report.unreadable.push(entry);
        }
    }
}
