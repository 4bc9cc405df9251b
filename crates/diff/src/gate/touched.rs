//! What a change touches: components whose content differs, however they were moved or reformatted.

mod moves;
mod refused;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgate_core::registry::Join;
use orgate_core::report::{Side as Which, Unreadable};
use orgate_core::{Component, Control, RepoPath, SubjectKind};
use orgate_metadata::manifest::deletes;

use super::Input;
use super::admitted::governs;
use super::attributes::is_attributes;
use super::deleted::{Deletions, already, newly};
use super::extent::Extent;
use super::ignored::is_rules;
use super::name::{App, Name};
use super::opaque::{self, buried, deployed_from, is_opaque};
use super::related::{Related, Wanted};
use super::replacements::is_project;
use super::shared::Shared;
use super::side::{Loaded, Side};
use crate::error::DiffError;
use crate::snapshot::{Change, FileKind, FileRef};
use moves::Moves;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Changed files that were looked at, whatever they hold.
    pub(super) changed_files: usize,
    /// Those of them that hold metadata of a known type on either side.
    pub(super) changed_metadata: usize,
    /// Their paths.
    pub(super) paths: BTreeSet<RepoPath>,
    /// Subjects one of whose files changed.
    pub(super) subjects: BTreeSet<App>,
    /// Types of which some component changed in content, and what of it.
    pub(super) types: BTreeMap<Arc<str>, Extent>,
    /// Changed components, by type and full name.
    pub(super) components: BTreeSet<(Arc<str>, Name)>,
    /// Head path to base path of components that moved.
    pub(super) moved: BTreeMap<RepoPath, RepoPath>,
    /// Where components lie that come to where settings leave files out, and where they lay.
    pub(super) beyond: Vec<(RepoPath, RepoPath)>,
    /// What a manifest newly deletes.
    pub(super) deleted: Deletions,
    /// Changed files that say what is deployed.
    pub(super) governing: Vec<RepoPath>,
    /// Files that belong to a subject but do not say to which.
    pub(super) orphans: Vec<Unreadable>,
    /// Components whose files changed in any way, with those of both sides.
    pub(super) changed: ByIdentity,
    /// Every change is one of content, in a file that can be read on both sides and stays where it is, so that
    /// [`Self::types`] tells all that differs.
    pub(super) in_place: bool,
}

/// The components of both sides by type and full name.
pub(super) type ByIdentity = BTreeMap<(Arc<str>, Name), (Vec<Arc<Component>>, Vec<Arc<Component>>)>;

impl Touched {
    pub(super) fn find(
        input: &Input<'_>,
        base: &Side<'_>,
        head: &Side<'_>,
        related: &Related<'_>,
        shared: &Shared<'_>,
        wanted: Wanted<'_>,
    ) -> Result<Self, DiffError> {
        let mut touched = Self::default();
        let folders: BTreeSet<&[u8]> = input
            .registry
            .types()
            .filter(|spec| spec.subject.is_some() && spec.member.is_none())
            .map(|spec| spec.folder.as_bytes())
            .collect();
        // Types that share a suffix are told apart by the name; under another name a file may still be one of them.
        let ours =
            |path: &[u8]| related.ends_like_type(path) || path.rsplit(|b| *b == b'/').nth(1).is_some_and(|folder| folders.contains(folder));
        let xml = |path: &[u8]| {
            let end = path.len().checked_sub(4).and_then(|at| path.get(at..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(b".xml"))
        };
        let own: BTreeSet<&[u8]> = input
            .registry
            .types()
            .filter(|spec| spec.subject.is_some_and(|kind| kind != SubjectKind::Org) && spec.member.is_none())
            .map(|spec| spec.folder.as_bytes())
            .collect();
        // A submodule can stand where a type has its folder.
        let folder = |path: &[u8]| path.rsplit(|b| *b == b'/').next().is_some_and(|name| own.contains(name));
        let mut list = shared.changes_by_name(input, &|path| {
            ours(path) || folder(path) || deletes(path) || governs(path) || is_attributes(path)
        })?;
        related.know(&list);
        touched.governing = list
            .iter()
            .map(|change| &change.path)
            .filter(|path| governs(path.as_bytes()))
            .cloned()
            .collect();
        let manifests: Vec<Change> = list.extract_if(.., |change| deletes(change.path.as_bytes())).collect();
        let attributes: Vec<Change> = list.extract_if(.., |change| is_attributes(change.path.as_bytes())).collect();
        let rules: Vec<Change> = list.extract_if(.., |change| is_rules(change.path.as_bytes())).collect();
        let projects: Vec<Change> = list.extract_if(.., |change| is_project(change.path.as_bytes())).collect();
        list.retain(|change| !governs(change.path.as_bytes()));
        let elsewhere = |change: &Change| is_opaque(change) && !ours(change.path.as_bytes()) && !folder(change.path.as_bytes());
        let opaque: Vec<Change> = list.extract_if(.., |change| elsewhere(change)).collect();
        // A file of ours that vanished may have come back under a name that says nothing.
        if list.iter().any(|change| change.head.is_none()) {
            list = shared.changes_of_any_name(input, &|path| {
                !deletes(path) && !governs(path) && (ours(path) || folder(path) || xml(path))
            })?;
        }
        let submodule = |change: &Change| change.head.as_ref().is_some_and(|file| file.kind() == FileKind::Submodule);
        list.retain(|change| !elsewhere(change) && (!folder(change.path.as_bytes()) || ours(change.path.as_bytes()) || submodule(change)));
        touched.orphans.extend(buried(&list, head, related, wanted)?);
        touched.changed_files = list.len();
        touched.in_place =
            projects.is_empty() && manifests.is_empty() && list.iter().all(|change| change.base.is_some() && change.head.is_some());
        let mut components: ByIdentity = BTreeMap::new();
        let files = |side: fn(&Change) -> Option<&FileRef>| list.iter().filter_map(side).collect::<Vec<_>>();
        let (before, after) = (files(|change| change.base.as_ref()), files(|change| change.head.as_ref()));
        if base.is_heavy(&before) && head.is_heavy(&after) {
            rayon::join(|| base.load_all(&before), || head.load_all(&after));
        } else {
            base.load_all(&before);
            head.load_all(&after);
        }
        for change in &list {
            touched.take(change, base, head, wanted, &mut components);
        }
        // What settings leave out is left out, unless the same component was or is in: moving a file is no way around.
        components.retain(|_, (before, after)| before.iter().chain(after.iter()).any(|component| wanted(component.path.as_bytes())));
        for (before, after) in components.values() {
            let judged = |component: &&Arc<Component>| wanted(component.path.as_bytes());
            if let (Some(old), Some(new)) = (before.iter().find(judged), after.iter().find(|new| !judged(new)))
                && !before.iter().any(|known| known.path == new.path)
            {
                touched.beyond.push((old.path.clone(), new.path.clone()));
            }
        }
        for (side, component) in components
            .values()
            .flat_map(|(before, after)| before.iter().map(|c| (base, c)).chain(after.iter().map(|c| (head, c))))
        {
            if !wanted(component.path.as_bytes()) {
                side.adopt(component);
            }
            touched.paths.insert(component.path.clone());
        }
        touched.deleted(input, &manifests, base, wanted)?;
        touched.changed_metadata = touched.paths.len();
        touched.changed = components.clone();
        for ((type_name, name), (before, after)) in components {
            let moves = Moves::of(&before, &after);
            for (old, new) in &moves.pairs {
                touched.note_move(old, new);
            }
            // Another package root can mean other copies and other org settings beside it; within one, a move is nothing.
            let spec = input.registry.get(&type_name);
            let root = |component: &Arc<Component>| component.package_root(spec.map_or("", |spec| &spec.folder)).to_vec();
            let roots = |list: &[Arc<Component>]| list.iter().map(root).collect::<BTreeSet<_>>();
            if moves.nothing_else && roots(&before) == roots(&after) {
                continue;
            }
            for (component, side) in before.iter().map(|c| (c, base)).chain(after.iter().map(|c| (c, head))) {
                touched.subject(component, side, input);
            }
            let mut extent = extent(&before, &after, |path| base.replaces(path) || head.replaces(path));
            // Another label can make it one that other files name.
            if spec.and_then(|spec| spec.label.as_deref()).is_some_and(|label| extent.has(label)) {
                extent = Extent::Whole;
            }
            touched.extend(&type_name, extent);
            touched.components.insert((type_name, name));
        }
        touched.orphans.extend(deployed_from(&opaque, head, wanted)?);
        touched.orphans.extend(refused::projects(&projects, input, base, head));
        touched.orphans.extend(refused::rules(&rules, input)?);
        touched.orphans.extend(refused::attributes(&attributes, input)?);
        touched.replaced(&projects, base, head);
        for side in [base, head] {
            if let Some(error) = side.failure() {
                return Err(error);
            }
        }
        Ok(touched)
    }

    /// Whether a control can judge otherwise because of what changed in types that `which` accepts.
    pub(super) fn concerns(&self, control: &Control, which: impl Fn(&Arc<str>) -> bool) -> bool {
        let mut types = self.types.iter();
        types.any(|(name, extent)| which(name) && extent.concerns(control, name))
    }

    /// What the changed manifests newly delete.
    fn deleted(&mut self, input: &Input<'_>, manifests: &[Change], base: &Side<'_>, wanted: Wanted<'_>) -> Result<(), DiffError> {
        let already = already(manifests, input);
        let mut deleted = Deletions::default();
        for change in manifests.iter().filter(|change| wanted(change.path.as_bytes())) {
            match newly(change, &already, input)? {
                Ok(list) => list.into_iter().for_each(|one| deleted.add(one)),
                Err(refused) => self.orphans.push(refused),
            }
        }
        for one in deleted.iter() {
            self.paths.insert(one.path.clone());
            let parts = base.of_name(&one.type_name, &one.name);
            let apps = parts.iter().filter_map(|part| base.subject_name(part));
            self.subjects.extend(apps.filter(|(kind, _)| *kind != SubjectKind::Org));
            if !parts.is_empty() {
                self.extend(&one.type_name, Extent::Whole);
            }
        }
        self.deleted = deleted;
        Ok(())
    }

    /// Files whose deployed content changes because a project's replacements do.
    fn replaced(&mut self, projects: &[Change], base: &Side<'_>, head: &Side<'_>) {
        let mut settled = true;
        for change in projects {
            let (before, after) = (base.project(change.path.parent()), head.project(change.path.parent()));
            if before == after {
                continue;
            }
            settled = false;
            for (side, declared) in [(base, &before), (base, &after), (head, &before), (head, &after)] {
                for component in side.covered_by(declared) {
                    if let Some(subject) = side.subject_name(&component) {
                        self.subjects.insert(subject);
                    }
                    self.extend(&component.type_name, Extent::Whole);
                    self.components
                        .insert((Arc::clone(&component.type_name), Name::of(&component.name)));
                }
            }
        }
        if settled {
            base.declare_alike();
            head.declare_alike();
        }
    }

    fn extend(&mut self, type_name: &Arc<str>, extent: Extent) {
        match self.types.entry(Arc::clone(type_name)) {
            Entry::Vacant(entry) => _ = entry.insert(extent),
            Entry::Occupied(mut entry) => entry.get_mut().merge(extent),
        }
    }

    fn note_move(&mut self, old: &Component, new: &Component) {
        if old.path != new.path {
            self.moved.insert(new.path.clone(), old.path.clone());
        }
    }

    fn take(&mut self, change: &Change, base: &Side<'_>, head: &Side<'_>, wanted: Wanted<'_>, components: &mut ByIdentity) {
        let before = change.base.as_ref().map(|file| base.load(file));
        let after = change.head.as_ref().map(|file| head.load(file));
        let refused = |loaded: &Option<Loaded>| matches!(loaded, Some(Loaded::Refused(_)));
        if refused(&before) || refused(&after) {
            self.in_place = false;
            if wanted(change.path.as_bytes()) {
                self.paths.insert(change.path.clone());
            }
        }
        if let Some(Loaded::Component(component)) = before {
            components
                .entry((Arc::clone(&component.type_name), Name::of(&component.name)))
                .or_default()
                .0
                .push(component);
        }
        if let Some(Loaded::Component(component)) = after {
            components
                .entry((Arc::clone(&component.type_name), Name::of(&component.name)))
                .or_default()
                .1
                .push(component);
        }
    }

    fn subject(&mut self, component: &Component, side: &Side<'_>, input: &Input<'_>) {
        let known = side.subject_name(component);
        let join = input.registry.get(&component.type_name).map(|spec| &spec.join);
        if let (Some(Join::Element(element)), Which::Head) = (join, side.which) {
            let names: BTreeSet<Name> = component.root.children_named(element).map(|name| Name::of(&name.text)).collect();
            let what = match (names.len(), &known) {
                (..=1, Some(_)) => None,
                (..=1, None) => Some("is missing or empty"),
                _ => Some("names several apps"),
            };
            self.orphans.extend(what.map(|what| {
                let reason = format!("`{element}` {what}, so nobody can tell which app this file belongs to; name the app");
                opaque::refused(component.path.clone(), 1, reason)
            }));
        }
        self.subjects.extend(known);
    }
}

/// What differs between the files of one component. `replaced` tells where what is written is not what is deployed.
fn extent(before: &[Arc<Component>], after: &[Arc<Component>], replaced: impl Fn(&RepoPath) -> bool) -> Extent {
    let mut extent = Extent::Elements(BTreeSet::new());
    let mut left: BTreeMap<&RepoPath, &Arc<Component>> = after.iter().map(|new| (&new.path, new)).collect();
    for old in before {
        match left.remove(&old.path) {
            Some(new) if !replaced(&old.path) => extent.add(&old.root, &new.root),
            _ => return Extent::Whole,
        }
    }
    if left.is_empty() { extent } else { Extent::Whole }
}
