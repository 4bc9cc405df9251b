//! Apps that a change puts in the place of others: an External Client App for a Connected App, or the same app under
//! another name. Neither may hide that the client got weaker.
//!
//! A name is an app's identity, so nothing here makes a renamed app the old one by its looks alone: where only the
//! content is alike, it is judged both as a new app and against the old one, and the worse answer counts.

mod likeness;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgate_core::registry::{Registry, TypeSpec};
use orgate_core::world::{Facts, Subject, World};
use orgate_core::{Component, Element, RepoPath, SubjectKind, lexical};

use super::name::{App, Name};
use super::side::Side;
use super::touched::Touched;
use crate::error::DiffError;
use likeness::{Texts, alike_share};

/// With more apps that one may stand in the place of, nothing is judged: each is compared by all controls.
const MOST_OLD: usize = 64;

/// The app in whose place another one comes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Predecessor {
    /// Kind and name at base.
    pub(super) app: App,
    /// The name as base spells it.
    pub(super) spelling: String,
    /// It is evidently the same client, not merely alike or one of several.
    pub(super) certain: bool,
    /// Nothing of it is left under its old name.
    gone: bool,
}

/// How an app shows to be the successor of another one, the strongest proof first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Proof {
    Declared,
    Key,
    Name,
    Label,
}

/// Which app of head stands in the place of which apps of base, the most evident first.
#[derive(Debug, Default)]
pub(super) struct Successors {
    by_new: BTreeMap<App, Vec<Predecessor>>,
}

/// An app on one side, with its files.
struct Known {
    app: App,
    spelling: String,
    files: Vec<Arc<Component>>,
    /// Its consumer keys, labels and callbacks that say something.
    keys: BTreeSet<String>,
    labels: BTreeSet<String>,
    callbacks: BTreeSet<String>,
    /// The other side has nothing of this name.
    alone: bool,
}

impl Successors {
    /// Pairs apps that base has, and head no longer or in fewer places, with apps that are only in head. Across platforms:
    /// by the settings, by consumer key, by name, or by label and a callback. Within one: by consumer key, which is unique
    /// in the world and so counts wherever base has it, else the one that is most alike.
    ///
    /// Whoever writes the change can add an app that looks more like the old one than its true successor does. So every
    /// app that may be the successor is compared with it.
    pub(super) fn find(touched: &Touched, base: &Side<'_>, head: &Side<'_>, facts: &Facts, registry: &Registry) -> Result<Self, DiffError> {
        let known = |here: &Side<'_>, there: &Side<'_>, (kind, name): &App| {
            let files = here.subject_files(*kind, name);
            Known {
                app: (*kind, name.clone()),
                spelling: here.spelling(*kind, name).unwrap_or_default(),
                keys: keys(&files),
                labels: lines(&files, "label"),
                callbacks: lines(&files, "callbackUrl"),
                files,
                alone: there.subject_files(*kind, name).is_empty(),
            }
        };
        let apps = || touched.subjects.iter().filter(|(kind, _)| *kind != SubjectKind::Org);
        let places = |side: &Side<'_>, (kind, name): &App| {
            let roots = |file: &Arc<Component>| {
                file.package_root(registry.get(&file.type_name).map_or("", |spec| &spec.folder))
                    .to_vec()
            };
            side.subject_files(*kind, name).iter().map(roots).collect::<BTreeSet<_>>().len()
        };
        let fresh = apps().filter(|(kind, name)| base.subject_files(*kind, name).is_empty());
        let fresh: Vec<Known> = fresh
            .map(|app| known(head, base, app))
            .filter(|new| !new.files.is_empty())
            .collect();
        if fresh.is_empty() {
            return Ok(Self::default());
        }
        // An org that has it no longer has lost it, wherever else it came.
        let orgs = |side: &Side<'_>, (kind, name): &App| {
            let files = side.subject_files(*kind, name);
            files.iter().map(|file| side.org_of(file)).collect::<BTreeSet<_>>()
        };
        let left = |app: &App| !orgs(base, app).is_subset(&orgs(head, app));
        let gone: Vec<Known> = apps()
            .filter(|app| places(base, app) > places(head, app) || left(app))
            .map(|app| known(base, head, app))
            .collect();
        // The team says so, also while the old one stays for those who have not moved.
        let mut staying = Vec::new();
        for (name, fact) in facts.apps() {
            let app = (SubjectKind::ConnectedApp, Name::of(name));
            let declared = fact
                .replaced_by
                .as_deref()
                .map(|new| (SubjectKind::ExternalClientApp, Name::of(new)));
            let comes = declared.is_some_and(|declared| fresh.iter().any(|new| new.app == declared));
            if comes && gone.iter().all(|old| old.app != app) && !base.subject_files(app.0, &app.1).is_empty() {
                staying.push(known(base, head, &app));
            }
        }
        let mut found = Self::default();
        let mut evident = BTreeSet::new();
        let all = gone.iter().map(|old| (old, true)).chain(staying.iter().map(|old| (old, false)));
        for (old, any) in all {
            let declared = facts.app(&old.spelling).and_then(|app| app.replaced_by.as_deref());
            let proven = fresh.iter().filter_map(|new| Some((proof(old, new, declared)?, new)));
            let mut proven: Vec<(Proof, &Known)> = proven.collect();
            proven.sort_by_key(|(proof, _)| *proof);
            proven.retain(|(proof, _)| any || *proof == Proof::Declared);
            for (at, (proof, new)) in proven.into_iter().enumerate() {
                found.put(new, old, proof == Proof::Declared || (at == 0 && old.alone));
                if proof <= Proof::Name {
                    evident.insert(&old.app);
                }
            }
        }
        found.by_key(&fresh, base, registry);
        // Whose successor is evident, that one has no other.
        let alone: Vec<&Known> = gone.iter().filter(|old| old.alone && !evident.contains(&old.app)).collect();
        found.alike(&alone, &fresh);
        found.limited(head)
    }

    fn free<'k>(&self, fresh: &'k [Known]) -> impl Iterator<Item = &'k Known> {
        fresh.iter().filter(|new| !self.by_new.contains_key(&new.app))
    }

    /// Refuses what would take too long: apps with one label and one callback are one client for all that can be told.
    fn limited(self, head: &Side<'_>) -> Result<Self, DiffError> {
        let Some((kind, name)) = self.by_new.iter().find(|(_, olds)| olds.len() > MOST_OLD).map(|(new, _)| new) else {
            return Ok(self);
        };
        let new = head.spelling(*kind, name).unwrap_or_default();
        Err(DiffError::Excess {
            snapshot: head.snapshot.describe(),
            what: format!("'{new}' may come in the place of more than {MOST_OLD} apps, by consumer key or by label and callback"),
        })
    }

    fn put(&mut self, new: &Known, old: &Known, certain: bool) {
        let olds = self.by_new.entry(new.app.clone()).or_default();
        if olds.len() <= MOST_OLD && olds.iter().all(|known| known.app != old.app) {
            olds.push(Predecessor {
                app: old.app.clone(),
                spelling: old.spelling.clone(),
                certain,
                gone: old.alone,
            });
            olds.sort_by_key(|known| !known.certain);
        }
    }

    /// Apps that have a consumer key that base gives to another app, whatever became of that.
    fn by_key(&mut self, fresh: &[Known], base: &Side<'_>, registry: &Registry) {
        let mut by_key: BTreeMap<&str, Vec<&Known>> = BTreeMap::new();
        for new in fresh {
            for key in &new.keys {
                by_key.entry(key).or_default().push(new);
            }
        }
        if by_key.is_empty() {
            return;
        }
        let has_key = |spec: &&TypeSpec| spec.fields.keys().any(|field| field.rsplit('/').next() == Some(KEY));
        for spec in registry.types().filter(has_key) {
            for component in base.components(&spec.name) {
                for key in keys(std::slice::from_ref(&component)) {
                    let (Some(news), Some(app)) = (by_key.get(key.as_str()), base.subject_name(&component)) else {
                        continue;
                    };
                    let old = Known {
                        spelling: base.spelling(app.0, &app.1).unwrap_or_default(),
                        files: Vec::new(),
                        keys: BTreeSet::new(),
                        labels: BTreeSet::new(),
                        callbacks: BTreeSet::new(),
                        alone: false,
                        app,
                    };
                    // A client moves on to the newer platform, never back.
                    for new in news
                        .iter()
                        .filter(|new| old.app.0 == new.app.0 || old.app.0 == SubjectKind::ConnectedApp)
                    {
                        self.put(new, &old, false);
                    }
                }
            }
        }
    }

    /// The most alike of what is left, best first, each with one; then what is still left with whatever it is most alike.
    /// Ties are decided by name, so that the same input gives the same pairs.
    fn alike(&mut self, gone: &[&Known], fresh: &[Known]) {
        let mut texts = Texts::default();
        let free: Vec<(&Known, Vec<u32>)> = self.free(fresh).map(|new| (new, texts.of(&new.files))).collect();
        // Positions in `gone` and `free`, both in the order of names: there can be millions of pairs.
        let mut best: Vec<(u8, u32, u32)> = Vec::new();
        for (place, old) in (0..).zip(gone) {
            let before = texts.of(&old.files);
            // Keys that differ tell two clients.
            let other = |new: &Known| !old.keys.is_empty() && !new.keys.is_empty() && !share(&old.keys, &new.keys);
            for (at, (new, after)) in (0..).zip(&free) {
                if new.app.0 == old.app.0
                    && let Some(share) = alike_share(&before, after).filter(|_| !other(new))
                {
                    best.push((share, place, at));
                }
            }
        }
        best.sort_unstable_by_key(|(share, old, new)| (std::cmp::Reverse(*share), *old, *new));
        let pair = |(_, old, new): (u8, u32, u32)| {
            let at = |place: u32| usize::try_from(place).ok();
            Some((*gone.get(at(old)?)?, free.get(at(new)?)?.0))
        };
        let mut taken: BTreeSet<App> = self.by_new.values().flatten().map(|pair| pair.app.clone()).collect();
        for (old, new) in best.iter().copied().filter_map(pair) {
            if !self.by_new.contains_key(&new.app) && taken.insert(old.app.clone()) {
                self.put(new, old, false);
            }
        }
        for (old, new) in best.into_iter().filter_map(pair) {
            if !self.by_new.contains_key(&new.app) {
                self.put(new, old, false);
            }
        }
    }

    /// Apps of base that evidently live on under another name. One that is only alike may be gone.
    pub(super) fn replaced(&self) -> impl Iterator<Item = &App> {
        let pairs = self.by_new.values().flatten();
        pairs.filter(|pair| pair.certain && pair.gone).map(|pair| &pair.app)
    }

    /// New app and the one in whose place it most evidently comes.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&App, &Predecessor)> {
        self.by_new.iter().filter_map(|(new, olds)| Some((new, olds.first()?)))
    }

    /// The apps in whose place this one may come.
    pub(super) fn of(&self, head: &Subject) -> &[Predecessor] {
        self.by_new.get(&(head.kind, Name::of(&head.name))).map_or(&[], Vec::as_slice)
    }

    /// Head path to base path of the files of renamed apps, so that a finding is placed by what changed between the two.
    pub(super) fn moved(&self, base: &Side<'_>, head: &Side<'_>) -> Vec<(RepoPath, RepoPath)> {
        let mut moved = Vec::new();
        for ((kind, name), old) in self.pairs().filter(|((kind, _), old)| old.app.0 == *kind) {
            let before = base.subject_files(*kind, &old.app.1);
            for file in head.subject_files(*kind, name) {
                let twins: Vec<_> = before.iter().filter(|other| other.type_name == file.type_name).collect();
                if let [twin] = twins.as_slice() {
                    moved.push((file.path.clone(), twin.path.clone()));
                }
            }
        }
        moved
    }
}

fn proof(old: &Known, new: &Known, declared: Option<&str>) -> Option<Proof> {
    // A client moves on to the newer platform, never back.
    let moves_on = old.app.0 == SubjectKind::ConnectedApp && new.app.0 == SubjectKind::ExternalClientApp;
    if moves_on && declared.is_some_and(|declared| Name::of(declared) == new.app.1) {
        return Some(Proof::Declared);
    }
    if (moves_on || old.app.0 == new.app.0) && share(&old.keys, &new.keys) {
        return Some(Proof::Key);
    }
    if moves_on && old.app.1 == new.app.1 {
        return Some(Proof::Name);
    }
    (moves_on && share(&old.labels, &new.labels) && share(&old.callbacks, &new.callbacks)).then_some(Proof::Label)
}

const KEY: &str = "consumerKey";

/// The consumer keys that say something.
fn keys(components: &[Arc<Component>]) -> BTreeSet<String> {
    let mut found = lines(components, KEY);
    found.retain(|line| lexical::is_real_secret(line));
    found
}

/// The lines of all elements of this name that say something.
fn lines(components: &[Arc<Component>], name: &str) -> BTreeSet<String> {
    let mut texts = Vec::new();
    for component in components {
        collect(&component.root, name, &mut texts);
    }
    let lines = texts
        .iter()
        .flat_map(|text| lexical::split_lines(text).map(str::to_owned).collect::<Vec<_>>());
    lines.filter(|line| lexical::placeholder(line).is_none()).collect()
}

fn share(old: &BTreeSet<String>, new: &BTreeSet<String>) -> bool {
    let (few, many) = if old.len() < new.len() { (old, new) } else { (new, old) };
    few.iter().any(|line| many.contains(line))
}

fn collect(element: &Element, name: &str, found: &mut Vec<String>) {
    if &*element.name == name {
        found.push(element.text.clone());
    }
    for child in &element.children {
        collect(child, name, found);
    }
}
