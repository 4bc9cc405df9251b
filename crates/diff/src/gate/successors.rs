//! Apps that a change puts in the place of others: an External Client App for a Connected App, or the same app under
//! another name. Neither may hide that the client got weaker.
//!
//! A name is an app's identity, so nothing here makes a renamed app the old one by its looks alone: where only the
//! content is alike, it is judged both as a new app and against the old one, and the worse answer counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::world::{Facts, Subject};
use orgate_core::{Component, Element, RepoPath, SubjectKind, lexical};

use super::name::{App, Name};
use super::side::Side;
use super::touched::Touched;

/// From this share of equal texts on, in percent, two apps may be one that was renamed. Renames in public repositories
/// kept 66 percent of their lines and more.
const ALIKE: usize = 60;
/// Fewer equal texts than this say nothing.
const FEWEST: usize = 4;

/// The app in whose place another one comes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Predecessor {
    /// Kind and name at base.
    pub(super) app: App,
    /// The name as base spells it.
    pub(super) spelling: String,
    /// It is evidently the same client, not merely alike.
    pub(super) certain: bool,
}

/// Which app of head stands in the place of which app of base.
#[derive(Debug, Default)]
pub(super) struct Successors {
    by_new: BTreeMap<App, Predecessor>,
}

/// An app on one side, with its files.
struct Known {
    app: App,
    spelling: String,
    files: Vec<Arc<Component>>,
}

impl Successors {
    /// Pairs apps that are only in base with apps that are only in head. Across platforms: by the settings, by name, by
    /// consumer key, or by label and a callback. Within one: by consumer key, which is unique in the world, else the
    /// one that is most alike.
    pub(super) fn find(touched: &Touched, base: &Side<'_>, head: &Side<'_>, facts: &Facts) -> Self {
        let only = |here: &Side<'_>, there: &Side<'_>| -> Vec<Known> {
            touched
                .subjects
                .iter()
                .filter(|(kind, name)| *kind != SubjectKind::Org && there.subject_files(*kind, name).is_empty())
                .map(|(kind, name)| Known {
                    app: (*kind, name.clone()),
                    spelling: here.spelling(*kind, name).unwrap_or_default(),
                    files: here.subject_files(*kind, name),
                })
                .filter(|known| !known.files.is_empty())
                .collect()
        };
        let gone = only(base, head);
        if gone.is_empty() {
            return Self::default();
        }
        let fresh = only(head, base);
        let mut found = Self::default();
        for old in &gone {
            let declared = facts.apps.get(&old.spelling).and_then(|app| app.replaced_by.as_deref());
            let same = found.free(&fresh).find(|new| same_client(old, new, declared));
            if let Some(new) = same {
                found.put(new, old, true);
            }
        }
        found.alike(&gone, &fresh);
        found
    }

    fn free<'k>(&self, fresh: &'k [Known]) -> impl Iterator<Item = &'k Known> {
        fresh.iter().filter(|new| !self.by_new.contains_key(&new.app))
    }

    fn put(&mut self, new: &Known, old: &Known, certain: bool) {
        let predecessor = Predecessor {
            app: old.app.clone(),
            spelling: old.spelling.clone(),
            certain,
        };
        self.by_new.insert(new.app.clone(), predecessor);
    }

    /// The most alike of what is left, best first. Ties are decided by name, so that the same input gives the same pairs.
    fn alike(&mut self, gone: &[Known], fresh: &[Known]) {
        let mut left: Vec<&Known> = gone
            .iter()
            .filter(|old| self.by_new.values().all(|pair| pair.app != old.app))
            .collect();
        let mut best: Vec<(usize, &Known, &Known)> = Vec::new();
        let texts: Vec<(&Known, Vec<String>)> = self.free(fresh).map(|new| (new, leaves(&new.files))).collect();
        for old in &left {
            let before = leaves(&old.files);
            let candidates = texts.iter().filter(|(new, _)| new.app.0 == old.app.0);
            best.extend(candidates.filter_map(|(new, after)| alike_share(&before, after).map(|share| (share, *old, *new))));
        }
        best.sort_by(|a, b| (b.0, &a.1.app, &a.2.app).cmp(&(a.0, &b.1.app, &b.2.app)));
        for (_, old, new) in best {
            let open = left.iter().position(|one| one.app == old.app);
            if let (Some(at), false) = (open, self.by_new.contains_key(&new.app)) {
                left.remove(at);
                self.put(new, old, false);
            }
        }
    }

    /// Apps of base that evidently live on under another name. One that is only alike may be gone.
    pub(super) fn replaced(&self) -> impl Iterator<Item = &App> {
        self.by_new.values().filter(|pair| pair.certain).map(|pair| &pair.app)
    }

    /// New app and the one in whose place it comes.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&App, &Predecessor)> {
        self.by_new.iter()
    }

    /// The app in whose place this one comes.
    pub(super) fn of(&self, head: &Subject) -> Option<&Predecessor> {
        self.by_new.get(&(head.kind, Name::of(&head.name)))
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

fn same_client(old: &Known, new: &Known, declared: Option<&str>) -> bool {
    if let Some(declared) = declared {
        return Name::of(declared) == new.app.1;
    }
    if old.app.0 == new.app.0 {
        return share(&old.files, &new.files, "consumerKey");
    }
    // A client moves on to the newer platform, never back.
    old.app.0 == SubjectKind::ConnectedApp
        && (old.app.1 == new.app.1
            || share(&old.files, &new.files, "consumerKey")
            || (share(&old.files, &new.files, "label") && share(&old.files, &new.files, "callbackUrl")))
}

/// Whether both hold an element of this name with a line in common that says something.
fn share(old: &[Arc<Component>], new: &[Arc<Component>], name: &str) -> bool {
    let lines = |components: &[Arc<Component>]| {
        let mut found = Vec::new();
        for component in components {
            collect(&component.root, name, &mut found);
        }
        found
            .iter()
            .flat_map(|text| lexical::split_lines(text).map(str::to_owned).collect::<Vec<_>>())
            .filter(|line| lexical::placeholder(line).is_none() && (name != "consumerKey" || lexical::is_real_secret(line)))
            .collect::<Vec<_>>()
    };
    let before = lines(old);
    lines(new).iter().any(|line| before.contains(line))
}

fn collect(element: &Element, name: &str, found: &mut Vec<String>) {
    if &*element.name == name {
        found.push(element.text.clone());
    }
    for child in &element.children {
        collect(child, name, found);
    }
}

/// All texts with their element's name, sorted.
fn leaves(files: &[Arc<Component>]) -> Vec<String> {
    fn walk(element: &Element, type_name: &str, into: &mut Vec<String>) {
        if element.children.is_empty() {
            into.push(format!("{type_name}/{}={}", element.name, element.text));
        }
        for child in &element.children {
            walk(child, type_name, into);
        }
    }
    let mut found = Vec::new();
    for file in files {
        walk(&file.root, &file.type_name, &mut found);
    }
    found.sort_unstable();
    found
}

/// The share of equal texts in percent, when it is large enough to mean something. Both lists are sorted.
fn alike_share(before: &[String], after: &[String]) -> Option<usize> {
    let (mut left, mut right) = (before.iter().peekable(), after.iter().peekable());
    let mut equal = 0_usize;
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => _ = left.next(),
            std::cmp::Ordering::Greater => _ = right.next(),
            std::cmp::Ordering::Equal => {
                equal = equal.saturating_add(1);
                _ = (left.next(), right.next());
            }
        }
    }
    let all = before.len().saturating_add(after.len());
    let share = equal.saturating_mul(200).checked_div(all)?;
    (equal >= FEWEST && share >= ALIKE).then_some(share)
}
