//! Which files of head a deploy may leave out, so that what the change writes into them must excuse nothing.
//!
//! How a team deploys is not known, and each way leaves out its own: so for each way there is one set of files, and head is
//! judged once more without each. Must not leave out one way because another leaves out more: what is left out in vain
//! may be what got weaker.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgate_core::policy::OnRemoval;
use orgate_core::registry::TypeSpec;
use orgate_core::{Component, RepoPath};
use orgate_metadata::manifest::members;
use orgate_metadata::{Limits, is_deployable};

use super::Input;
use super::deleted::Deleted;
use super::deployed::{Deployed, Text, text};
use super::ignored::{Ignored, Source};
use super::name::Name;
use super::side::Side;
use super::touched::ByIdentity;
use crate::error::DiffError;
use crate::snapshot::Snapshot;

/// `.forceignore` files that leave out something that one change touches; with more of them nothing is judged.
const MOST_SOURCES: usize = 16;

/// What one way to deploy leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// Files of head, with the reason.
    pub(super) files: BTreeMap<RepoPath, &'static str>,
    /// Files of base in whose place they come.
    pub(super) before: BTreeSet<RepoPath>,
}

/// Why a file is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// No tool deploys a file of this name.
    Name,
    /// A manifest deletes what it holds.
    Deleted,
    /// It lies in no package directory.
    Package,
    /// Its name, or that of a folder, begins with a dot.
    Hidden,
    /// A `.forceignore` says so.
    Rules(Source),
    /// The `package.xml` beside it does not name what it holds.
    Manifest,
}

impl Reason {
    fn text(&self) -> &'static str {
        match self {
            Self::Name => "no tool deploys a file of this name",
            Self::Deleted => "a manifest deletes what it holds",
            Self::Package => "it lies in no package directory of its project",
            Self::Hidden => "the deploy tool leaves out what begins with a dot",
            Self::Rules(_) => "a `.forceignore` leaves it out",
            Self::Manifest => "`package.xml` does not name what it holds",
        }
    }
}

/// Which reasons count together: those of one way to deploy.
enum Way<'a> {
    /// A project in source format, with the one `.forceignore` that is in force there.
    Source(Option<&'a Source>),
    /// The same with a tool that also leaves out hidden files.
    Hidden(Option<&'a Source>),
    /// A folder in metadata format.
    Metadata,
    /// Everything, as where packages are deployed one by one and each has rules of its own.
    All,
}

impl Way<'_> {
    fn has(&self, reason: &Reason) -> bool {
        match (self, reason) {
            (Self::All, _) | (_, Reason::Name | Reason::Deleted) => true,
            (Self::Metadata, reason) => *reason == Reason::Manifest,
            (Self::Hidden(_), Reason::Hidden) | (_, Reason::Package) => true,
            (Self::Source(known) | Self::Hidden(known), Reason::Rules(source)) => *known == Some(source),
            _ => false,
        }
    }
}

/// What each way to deploy leaves out, those that leave out nothing not among them.
pub(super) fn find(components: &ByIdentity, deleted: &[Deleted], input: &Input<'_>, head: &Side<'_>) -> Result<Vec<LeftOut>, DiffError> {
    let mut reading = Reading {
        input,
        head,
        deleted,
        projects: BTreeMap::new(),
        ignored: Ignored::new(head.snapshot),
        packages: BTreeMap::new(),
    };
    let mut reasons: BTreeMap<&RepoPath, Vec<Reason>> = BTreeMap::new();
    for component in components.values().flat_map(|(_, after)| after) {
        let found = reading.reasons(component)?;
        if !found.is_empty() {
            reasons.insert(&component.path, found);
        }
    }
    let sources: BTreeSet<&Source> = reasons
        .values()
        .flatten()
        .filter_map(|reason| match reason {
            Reason::Rules(source) => Some(source),
            _ => None,
        })
        .collect();
    if sources.len() > MOST_SOURCES {
        return Err(DiffError::Excess {
            snapshot: head.snapshot.describe(),
            what: format!("more than {MOST_SOURCES} `.forceignore` files that leave out what changes"),
        });
    }
    let of_source = sources
        .iter()
        .flat_map(|source| [Way::Source(Some(source)), Way::Hidden(Some(source))]);
    let ways = [Way::Source(None), Way::Hidden(None), Way::Metadata]
        .into_iter()
        .chain(of_source)
        .chain([Way::All]);
    let mut found: Vec<LeftOut> = Vec::new();
    for way in ways {
        let left_out = LeftOut::by(&way, &reasons, components, input);
        if !left_out.files.is_empty() && !found.contains(&left_out) {
            found.push(left_out);
        }
    }
    Ok(found)
}

impl LeftOut {
    fn by(way: &Way<'_>, reasons: &BTreeMap<&RepoPath, Vec<Reason>>, components: &ByIdentity, input: &Input<'_>) -> Self {
        let mut left_out = Self::default();
        if reasons.is_empty() {
            return left_out;
        }
        for ((type_name, _), (before, after)) in components {
            let known = left_out.files.len();
            for component in after {
                let why = reasons.get(&component.path).into_iter().flatten().find(|reason| way.has(reason));
                left_out.files.extend(why.map(|why| (component.path.clone(), why.text())));
            }
            // What moved to such a place is no longer in source, and still in the org as it was, unless it is one of
            // those whose removal counts.
            let removable = input
                .catalog
                .controls()
                .any(|control| control.on_removal == OnRemoval::Regressed && control.per.contains(type_name));
            if left_out.files.len() > known && !removable {
                let stays = |old: &&Arc<Component>| after.iter().any(|new| new.path == old.path);
                let gone = before.iter().filter(|old| !stays(old));
                left_out.before.extend(gone.map(|old| old.path.clone()));
            }
        }
        left_out
    }
}

/// What says that files are left out, each read once.
struct Reading<'a> {
    input: &'a Input<'a>,
    head: &'a Side<'a>,
    deleted: &'a [Deleted],
    /// By the folder of the project file.
    projects: BTreeMap<Vec<u8>, Deployed>,
    ignored: Ignored<'a>,
    /// What `package.xml` takes, by its folder.
    packages: BTreeMap<Vec<u8>, Taken>,
}

impl Reading<'_> {
    fn reasons(&mut self, component: &Component) -> Result<Vec<Reason>, DiffError> {
        let path = &component.path;
        let mut reasons = Vec::new();
        if !is_deployable(path, self.input.registry) {
            reasons.push(Reason::Name);
        }
        if self.deleted.iter().any(|deleted| deleted.is(component)) {
            reasons.push(Reason::Deleted);
        }
        if let Some(folder) = self.head.project_above(path.parent()) {
            let project = match self.projects.entry(folder) {
                Entry::Vacant(entry) => {
                    let project = Deployed::of(self.head.snapshot, entry.key())?;
                    entry.insert(project)
                }
                Entry::Occupied(entry) => entry.into_mut(),
            };
            if project.is_elsewhere(path) {
                reasons.push(Reason::Package);
            }
            if project.is_hidden(path) {
                reasons.push(Reason::Hidden);
            }
            reasons.extend(self.ignored.sources(path)?.into_iter().map(Reason::Rules));
        }
        // Files in source format are deployed without a `package.xml` beside them.
        let spec = self.input.registry.get(&component.type_name);
        if let Some(spec) = spec.filter(|_| !path.as_bytes().ends_with(b"-meta.xml")) {
            let taken = match self.packages.entry(component.package_root(&spec.folder).to_vec()) {
                Entry::Vacant(entry) => {
                    let taken = Taken::of(self.head.snapshot, entry.key(), &self.input.limits)?;
                    entry.insert(taken)
                }
                Entry::Occupied(entry) => entry.into_mut(),
            };
            if !taken.takes(component, spec) {
                reasons.push(Reason::Manifest);
            }
        }
        Ok(reasons)
    }
}

/// What a deploy in metadata format takes of a folder.
enum Taken {
    /// Nothing is known of it.
    Unknown,
    /// These members of these types.
    Named(BTreeSet<(String, Name)>),
}

impl Taken {
    fn of(snapshot: &dyn Snapshot, folder: &[u8], limits: &Limits) -> Result<Self, DiffError> {
        let prefix = if folder.is_empty() { Vec::new() } else { [folder, b"/"].concat() };
        Ok(
            match text(snapshot, &RepoPath::new([prefix.as_slice(), b"package.xml"].concat()))? {
                Text::None => Self::Unknown,
                Text::Unread => Self::Named(BTreeSet::new()),
                Text::Read(text) => {
                    // One that is malformed takes nothing.
                    let named = members(text.as_bytes(), limits).unwrap_or_default();
                    Self::Named(named.into_iter().map(|one| (one.type_name, Name::of(&one.name))).collect())
                }
            },
        )
    }

    fn takes(&self, component: &Component, spec: &TypeSpec) -> bool {
        let Self::Named(named) = self else { return true };
        // All settings are of one type in a manifest.
        let type_name: &str = if spec.folder == "settings" { "Settings" } else { &spec.name };
        [Name::of(&component.name), Name::of("*")]
            .into_iter()
            .any(|name| named.contains(&(type_name.to_owned(), name)))
    }
}
