//! One side of the comparison as a [`World`]: components read from a snapshot when they are first asked for.

pub(super) mod orgs;
mod reading;
mod subjects;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock};

use orgate_core::registry::{Join, Registry};
use orgate_core::report::{Side as Which, Unreadable, Warning};
use orgate_core::world::World;
use orgate_core::{Component, Element, RepoPath};
use orgate_metadata::{Limits, LineIndex};

use super::name::Name;
use super::related::{Listing, Related};
use super::replacements::{Project, Tokens, folders_above, outwards};
use crate::error::DiffError;
use crate::lock::lock;
use crate::snapshot::{FileRef, Snapshot};
pub(super) use orgs::Org;
use orgs::{ByOrg, Homes};
pub use reading::Cache;
use subjects::ByOwner;

/// More files with one name or label are refused: each is looked at for every app that names them.
const MOST_ALIKE: usize = 256;

/// What a path turned out to hold.
#[derive(Clone, Debug)]
pub(super) enum Loaded {
    Component(Arc<Component>),
    /// A file that is none of ours after all.
    Other,
    /// No readable metadata; the reason is in `unreadable`.
    Refused(Unreadable),
}

/// Lazily read components of one snapshot.
pub(super) struct Side<'a> {
    pub(super) which: Which,
    /// The other side, for head: org settings that are no longer in source still are in the org.
    before: Option<&'a Side<'a>>,
    pub(super) snapshot: &'a dyn Snapshot,
    registry: &'a Registry,
    limits: Limits,
    related: &'a Related<'a>,
    listing: OnceLock<Listing>,
    loaded: Mutex<BTreeMap<RepoPath, Loaded>>,
    /// Types of which a file that was read is no readable metadata.
    blind: Mutex<BTreeSet<Arc<str>>>,
    /// Types of which the files were read whose names nobody can read.
    nameless: Mutex<BTreeSet<Arc<str>>>,
    by_type: Mutex<BTreeMap<Arc<str>, Vec<Arc<Component>>>>,
    /// By type, the components of each subject, or those with each label.
    by_owner: Mutex<BTreeMap<Arc<str>, Arc<ByOwner>>>,
    /// By type, the org settings of each org.
    by_org: Mutex<BTreeMap<Arc<str>, Arc<ByOrg>>>,
    /// By label, the one header that has it; none where several have.
    labels: OnceLock<BTreeMap<Name, Option<Name>>>,
    /// Files found by their root element although their name says nothing.
    extra: Mutex<BTreeMap<RepoPath, Arc<Component>>>,
    cache: Option<&'a Cache>,
    /// The project files, by folder.
    projects: Mutex<BTreeMap<Vec<u8>, Arc<Project>>>,
    /// What stands for that of a folder without one.
    no_project: Arc<Project>,
    /// A project that lies in a package directory of another one is a part of that.
    outer: bool,
    /// There is such a project.
    nested: OnceLock<()>,
    /// What is not certain to be replaced is not replaced.
    literal: bool,
    /// There is such a replacement.
    doubtful: OnceLock<()>,
    /// The projects around a folder.
    homes: Mutex<Homes>,
    /// No project around any file of ours replaces anything.
    silent: OnceLock<bool>,
    /// What replacements exchange, by file.
    tokens: Mutex<HashMap<RepoPath, Arc<Tokens>>>,
    /// The project files of both sides declare the same.
    declared_alike: OnceLock<()>,
    failure: Mutex<Option<DiffError>>,
    read: Mutex<usize>,
}

impl<'a> Side<'a> {
    pub(super) fn new(which: Which, snapshot: &'a dyn Snapshot, registry: &'a Registry, limits: Limits, related: &'a Related<'a>) -> Self {
        Self {
            which,
            before: None,
            snapshot,
            registry,
            limits,
            related,
            listing: OnceLock::new(),
            loaded: Mutex::default(),
            blind: Mutex::default(),
            nameless: Mutex::default(),
            by_type: Mutex::default(),
            by_owner: Mutex::default(),
            by_org: Mutex::default(),
            labels: OnceLock::new(),
            extra: Mutex::default(),
            cache: None,
            projects: Mutex::default(),
            no_project: Arc::default(),
            outer: false,
            nested: OnceLock::new(),
            literal: false,
            doubtful: OnceLock::new(),
            homes: Mutex::default(),
            declared_alike: OnceLock::new(),
            silent: OnceLock::new(),
            tokens: Mutex::default(),
            failure: Mutex::default(),
            read: Mutex::default(),
        }
    }

    /// Takes org settings from `before` where this side has none: a deleted file does not change the org.
    pub(super) fn after(self, before: &'a Side<'a>) -> Self {
        Self {
            before: Some(before),
            ..self
        }
    }

    /// Takes what other runs have read from a cache.
    pub(super) fn remembering(self, cache: Option<&'a Cache>) -> Self {
        Self { cache, ..self }
    }

    /// Takes projects within the package directories of others for parts of those.
    pub(super) fn joining(self, outer: bool) -> Self {
        Self { outer, ..self }
    }

    /// Takes texts as they are written that a project may not replace after all.
    pub(super) fn literally(self, literal: bool) -> Self {
        Self { literal, ..self }
    }

    /// Whether some project may replace something, and may not.
    pub(super) fn is_doubtful(&self) -> bool {
        self.doubtful.get().is_some()
    }

    /// Both sides replace by the same declarations: what nobody understands of them hides no change, and files are judged
    /// as they are written.
    pub(super) fn declare_alike(&self) {
        self.declared_alike.get_or_init(|| ());
    }

    /// The first error of the snapshot; a side with one cannot be trusted.
    pub(super) fn failure(&self) -> Option<DiffError> {
        lock(&self.failure).take()
    }

    /// Of several errors the one is told whose text comes first, whichever thread met it first.
    fn fail(&self, error: DiffError) {
        let mut failure = lock(&self.failure);
        if failure.as_ref().is_none_or(|known| error.to_string() < known.to_string()) {
            *failure = Some(error);
        }
    }

    /// How many files were read and parsed, without those that the cache keeps.
    pub(super) fn files_read(&self) -> usize {
        *lock(&self.read)
    }

    /// The components that were read so far, sorted by path.
    pub(super) fn components_read(&self) -> Vec<Arc<Component>> {
        let component = |loaded: &Loaded| match loaded {
            Loaded::Component(component) => Some(Arc::clone(component)),
            _ => None,
        };
        lock(&self.loaded).values().filter_map(component).collect()
    }

    fn bytes(&self, path: &RepoPath) -> Option<Vec<u8>> {
        let file = self.snapshot.file(path).ok().flatten()?;
        self.snapshot.read(&file, u64::from(self.limits.bytes)).ok()
    }

    /// Counts a component in although its path is left out.
    pub(super) fn adopt(&self, component: &Arc<Component>) {
        lock(&self.extra).insert(component.path.clone(), Arc::clone(component));
    }

    /// Whether this file could not be read as metadata.
    pub(super) fn refused(&self, path: &RepoPath) -> bool {
        matches!(lock(&self.loaded).get(path), Some(Loaded::Refused(_)))
    }

    /// Every file that a declared replacement covers, as far as it holds metadata.
    pub(super) fn covered_by(&self, project: &Project) -> Vec<Arc<Component>> {
        let files: Vec<&FileRef> = self.listing().all().filter(|file| project.covers(file.path())).collect();
        self.load_all(&files)
            .into_iter()
            .filter_map(|loaded| match loaded {
                Loaded::Component(component) => Some(component),
                _ => None,
            })
            .collect()
    }

    fn is_blind(&self, type_name: &str) -> bool {
        lock(&self.blind).contains(type_name)
    }

    fn listing(&self) -> &Listing {
        if let Some(known) = self.listing.get() {
            return known;
        }
        // Not while the cell is locked: a thread that waits for others in here takes up their work, which asks again.
        let listing = self.related.listing(self.which).unwrap_or_else(|error| {
            self.fail(error);
            Listing::default()
        });
        self.listing.get_or_init(|| listing)
    }

    /// Lists the files of this side, before several threads ask for them.
    pub(super) fn list(&self) {
        self.listing();
    }

    /// The files of this side that are of a known type by their name.
    pub(super) fn files(&self) -> impl Iterator<Item = &FileRef> {
        self.listing().all()
    }

    /// Those of a type whose names give this one.
    pub(super) fn files_named(&self, type_name: &str, name: &Name) -> Vec<&FileRef> {
        self.listing().named(type_name, name)
    }

    /// The components of a type in these files, and those of its `extra` files that `keep` accepts, sorted by path.
    fn read_all(&self, type_name: &str, files: &[&FileRef], keep: &dyn Fn(&Component) -> bool) -> Vec<Arc<Component>> {
        if let Err(error) = self.snapshot.prefetch(files) {
            self.fail(error);
        }
        let mut found: Vec<Arc<Component>> = self
            .load_all(files)
            .into_iter()
            .filter_map(|loaded| match loaded {
                Loaded::Component(component) if &*component.type_name == type_name => Some(component),
                _ => None,
            })
            .collect();
        found.extend(
            lock(&self.extra)
                .values()
                .filter(|component| &*component.type_name == type_name && keep(component))
                .map(Arc::clone),
        );
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }

    /// All readable components of a type in this snapshot.
    fn own(&self, type_name: &str) -> Vec<Arc<Component>> {
        if let Some(known) = lock(&self.by_type).get(type_name) {
            return known.clone();
        }
        let found = self.read_all(type_name, &self.listing().of_type(type_name), &|_| true);
        lock(&self.by_type).insert(type_name.into(), found.clone());
        found
    }

    /// Whether some file of the type may hold any component, as nobody can read its name. Whoever asks for one component
    /// must know; such files are read, and told, once.
    fn has_nameless(&self, type_name: &str) -> bool {
        if lock(&self.nameless).contains(type_name) {
            return true;
        }
        let files = self.listing().nameless(type_name);
        if files.is_empty() {
            return false;
        }
        self.load_all(&files);
        lock(&self.nameless).insert(type_name.into());
        true
    }

    /// The readable components of a type with this full name, sorted by path.
    pub(super) fn of_name(&self, type_name: &str, name: &Name) -> Vec<Arc<Component>> {
        self.has_nameless(type_name);
        let files = self.listing().named(type_name, name);
        let is_it = |component: &Component| Name::of(&component.name) == *name;
        let mut found = self.read_all(type_name, &files, &is_it);
        found.retain(|component| is_it(component));
        found
    }

    /// Everything of this side that could not be read, and the remarks of the reader.
    pub(super) fn remarks(&self) -> (Vec<Unreadable>, Vec<Warning>) {
        let mut unreadable = Vec::new();
        let mut warnings = Vec::new();
        for (path, loaded) in lock(&self.loaded).iter() {
            match loaded {
                Loaded::Refused(reason) => unreadable.push(reason.clone()),
                Loaded::Component(component) => {
                    let bytes = if component.notes.is_empty() { None } else { self.bytes(path) };
                    warnings.extend(component.notes.iter().map(|note| {
                        Warning {
                            path: Some(path.clone()),
                            line: bytes
                                .as_ref()
                                .map_or(0, |bytes| LineIndex::new(bytes).position(note.span.start).line),
                            text: note.text.clone(),
                        }
                    }));
                }
                Loaded::Other => {}
            }
        }
        (unreadable, warnings)
    }

    /// What the project file of this folder declares.
    pub(super) fn project(&self, folder: &[u8]) -> Arc<Project> {
        if let Some(known) = lock(&self.projects).get(folder) {
            return Arc::clone(known);
        }
        if self.related.has_project(self.which, folder) == Some(false) {
            return Arc::clone(&self.no_project);
        }
        let found = Project::of(self.snapshot, folder).unwrap_or_else(|error| {
            self.fail(error);
            Project::default()
        });
        let found = Arc::new(if self.literal { found.certainly() } else { found });
        lock(&self.projects).insert(folder.to_vec(), Arc::clone(&found));
        found
    }

    /// Whether no project around any file of ours replaces anything.
    pub(super) fn replaces_nothing(&self) -> bool {
        *self.silent.get_or_init(|| {
            let mut seen = HashSet::new();
            self.listing().all().all(|file| {
                let mut fresh = outwards(file.path()).take_while(|folder| seen.insert(*folder));
                fresh.all(|folder| self.project(folder).is_silent())
            })
        })
    }

    /// Whether some project at or above a file replaces something in it.
    pub(super) fn replaces(&self, path: &RepoPath) -> bool {
        let projects: Vec<_> = folders_above(path).map(|folder| self.project(folder)).collect();
        self.some_cover(&projects, path)
    }

    /// Whether some of these projects replaces something in a file; remembers if one may not do so after all.
    fn some_cover(&self, projects: &[Arc<Project>], path: &RepoPath) -> bool {
        if projects.iter().any(|project| project.doubts(path)) {
            self.doubtful.get_or_init(|| ());
        }
        projects.iter().any(|project| project.covers(path))
    }

    /// What the projects at and above a file replace in it.
    fn tokens(&self, path: &RepoPath) -> Arc<Tokens> {
        if let Some(known) = lock(&self.tokens).get(path) {
            return Arc::clone(known);
        }
        let mut tokens = Tokens::default();
        let projects: Vec<_> = folders_above(path).map(|folder| self.project(folder)).collect();
        if self.some_cover(&projects, path) {
            let bytes = self.bytes(path).unwrap_or_default();
            for project in projects {
                project.find(path, &bytes, &mut tokens);
            }
        }
        let tokens = Arc::new(tokens);
        lock(&self.tokens).insert(path.clone(), Arc::clone(&tokens));
        tokens
    }
}

impl World for Side<'_> {
    fn registry(&self) -> &Registry {
        self.registry
    }

    fn components(&self, type_name: &str) -> Vec<Arc<Component>> {
        let own = self.own(type_name);
        let org_wide = || self.registry.get(type_name).is_some_and(|spec| spec.join == Join::Org);
        match self.before {
            Some(before) if own.is_empty() && org_wide() && !self.is_blind(type_name) => before.own(type_name),
            _ => own,
        }
    }

    fn named(&self, type_name: &str, name: &str) -> Vec<Arc<Component>> {
        let known = Name::of(name);
        let found = self.of_name(type_name, &known);
        let found = if found.is_empty() {
            self.of_label(type_name, &known)
        } else {
            found
        };
        if found.len() <= MOST_ALIKE {
            return found;
        }
        self.fail(DiffError::Excess {
            snapshot: self.snapshot.describe(),
            what: format!("more than {MOST_ALIKE} files of type {type_name} are named '{name}'"),
        });
        Vec::new()
    }

    fn blind(&self, type_name: &str, name: Option<&str>) -> bool {
        let Some(name) = name else {
            self.own(type_name);
            return self.is_blind(type_name);
        };
        if self.has_nameless(type_name) {
            return true;
        }
        let files = self.listing().named(type_name, &Name::of(name));
        self.load_all(&files);
        if files.is_empty() && self.registry.get(type_name).is_some_and(|spec| spec.label.is_some()) {
            // Any that cannot be read may have the label.
            self.own(type_name);
            return self.is_blind(type_name);
        }
        files.iter().any(|file| self.refused(file.path()))
    }

    fn replaced(&self, component: &Component, element: &Element) -> Option<String> {
        self.tokens(&component.path).within(element.span)
    }

    fn rewritten(&self, component: &Component) -> Option<String> {
        if self.declared_alike.get().is_some() {
            return None;
        }
        self.tokens(&component.path).whole.clone()
    }
}
