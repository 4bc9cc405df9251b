//! Which files a deploy may leave out, changed or not, so that what they say must excuse nothing.
//!
//! How a team deploys is not known, and each way leaves out its own: so for each way there is one set of files, and head is
//! judged once more without each. Must not leave out one way because another leaves out more: what is left out in vain
//! may be what got weaker.

mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgate_core::policy::OnRemoval;
use orgate_core::{Component, RepoPath};

use super::Input;
use super::ignored::{Dialect, RulesFile};
use super::side::Side;
use super::side::orgs::Org;
use super::touched::Touched;
use crate::error::DiffError;
use reading::Reason;
pub(super) use reading::{Reading, Taken};

/// Ways to deploy that are told apart; with more of them nothing is judged.
const MOST_WAYS: usize = 64;

/// What one way to deploy leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// Files of head that changed, with the reason.
    pub(super) files: BTreeMap<RepoPath, &'static str>,
    /// Files of base in whose place they come.
    pub(super) before: BTreeSet<RepoPath>,
    /// Files that stay as they are, with the reason.
    pub(super) standing: BTreeMap<RepoPath, &'static str>,
}

/// Which reasons count together: those of one way to deploy.
enum Way<'a> {
    /// Source format: the project whose package directories are taken, the one `.forceignore` that is in force, and
    /// whether the tool leaves out hidden files.
    SourceFormat(Option<&'a Vec<u8>>, Option<&'a RulesFile>, bool),
    /// Source format, all package directories of the project at once: each by the `.forceignore` that is in force for it.
    Packages(Option<&'a Vec<u8>>, Dialect, bool),
    /// A folder in metadata format.
    MetadataFormat,
    /// Everything, as where packages are deployed one by one and each has rules of its own.
    All,
}

impl Way<'_> {
    fn has(&self, reason: &Reason) -> bool {
        match (self, reason) {
            (Self::All, _) | (_, Reason::Name | Reason::Deleted) => true,
            (Self::MetadataFormat, reason) => matches!(reason, Reason::Manifest | Reason::NoManifest | Reason::SourceName),
            (Self::SourceFormat(project, ..) | Self::Packages(project, ..), Reason::Package(folder)) => *project == Some(folder),
            (Self::SourceFormat(_, rules, _), Reason::Rules(source)) => *rules == Some(source),
            (Self::Packages(_, dialect, _), Reason::PackageRules(own)) => dialect == own,
            (Self::SourceFormat(_, _, hidden) | Self::Packages(_, _, hidden), Reason::Hidden) => *hidden,
            (Self::SourceFormat(..) | Self::Packages(..), _) => false,
        }
    }
}

/// What each way to deploy leaves out of what was touched or read, those that leave out nothing not among them.
pub(super) fn find(touched: &Touched, input: &Input<'_>, base: &Side<'_>, head: &Side<'_>) -> Result<Vec<LeftOut>, DiffError> {
    if touched.changed.is_empty() {
        return Ok(Vec::new());
    }
    let mut reasons = Reasons::new();
    let mut reading = Reading::new(input, touched, head.snapshot);
    for component in touched.changed.values().flat_map(|(_, after)| after) {
        reasons.insert(component.path.clone(), reading.reasons(component)?);
    }
    let mut manifests = reading.has_manifest();
    let mut standing = base.components_read();
    standing.extend(head.components_read());
    standing.retain(|component| !touched.paths.contains(&component.path));
    // What is left out only from now on is in the org.
    let mut before = Reasons::new();
    let mut reading = Reading::new(input, touched, base.snapshot);
    for component in touched.changed.values().flat_map(|(before, _)| before).chain(&standing) {
        if !before.contains_key(&component.path) {
            before.insert(component.path.clone(), reading.reasons(component)?);
        }
    }
    manifests |= reading.has_manifest();
    for side in [&mut reasons, &mut before] {
        for found in side.values_mut().filter(|_| !manifests) {
            found.retain(|reason| *reason != Reason::NoManifest);
        }
        side.retain(|_, found| !found.is_empty());
    }
    // Orgs are deployed each by itself, so what is left out of one is no matter of how another is deployed.
    let mut orgs: BTreeMap<Org, BTreeSet<&RepoPath>> = BTreeMap::new();
    for (old, new) in touched.changed.values() {
        for (side, components) in [(base, old), (head, new)] {
            for component in components {
                orgs.entry(side.org_of(component)).or_default().insert(&component.path);
            }
        }
    }
    let controls = input
        .catalog
        .controls()
        .filter(|control| control.on_removal == OnRemoval::Regressed);
    let removable: BTreeSet<Arc<str>> = controls.flat_map(|control| control.per.iter().cloned()).collect();
    let near = |component: &Component, org: &Org| {
        let app = head.subject_name(component);
        org.may_be(&head.org_of(component)) || app.is_some_and(|app| touched.subjects.contains(&app))
    };
    let mut found: Vec<LeftOut> = Vec::new();
    for (org, changed) in &orgs {
        let standing: BTreeSet<&RepoPath> = standing
            .iter()
            .filter(|component| near(component, org))
            .map(|component| &component.path)
            .collect();
        let here = |path: &RepoPath| changed.contains(path) || standing.contains(path);
        let of = |side: &Reasons| -> Reasons {
            side.iter()
                .filter(|(path, _)| here(path))
                .map(|(path, list)| (path.clone(), list.clone()))
                .collect()
        };
        let (before, after) = (of(&before), of(&reasons));
        let mut own: Vec<LeftOut> = Vec::new();
        for way in ways(after.values().chain(before.values()).flatten(), head)? {
            let left_out = LeftOut::by(&way, (&before, &after), touched, &standing, &removable);
            let nothing = left_out.files.is_empty() && left_out.standing.is_empty();
            if !nothing && !own.contains(&left_out) {
                own.push(left_out);
            }
        }
        for (at, left_out) in own.into_iter().enumerate() {
            match found.get_mut(at) {
                Some(known) => known.join(left_out),
                None => found.push(left_out),
            }
        }
    }
    Ok(found)
}

/// The ways to deploy that these reasons tell apart.
fn ways<'r>(reasons: impl Iterator<Item = &'r Reason>, head: &Side<'_>) -> Result<Vec<Way<'r>>, DiffError> {
    let (mut projects, mut sources) = (BTreeSet::from([None]), BTreeSet::from([None]));
    let mut dialects = BTreeSet::new();
    for reason in reasons {
        match reason {
            Reason::Package(folder) => _ = projects.insert(Some(folder)),
            Reason::Rules(source) => _ = sources.insert(Some(source)),
            Reason::PackageRules(dialect) => _ = dialects.insert(*dialect),
            _ => {}
        }
    }
    if projects.len().saturating_mul(sources.len()) > MOST_WAYS {
        return Err(DiffError::Excess {
            snapshot: head.snapshot.describe(),
            what: "too many projects and `.forceignore` files that leave out what changes".into(),
        });
    }
    let mut ways = Vec::new();
    for project in projects {
        for rules in &sources {
            ways.extend([false, true].map(|hidden| Way::SourceFormat(project, *rules, hidden)));
        }
        for dialect in &dialects {
            ways.extend([false, true].map(|hidden| Way::Packages(project, *dialect, hidden)));
        }
    }
    ways.extend([Way::MetadataFormat, Way::All]);
    Ok(ways)
}

impl LeftOut {
    /// Takes in what is left out of another org.
    fn join(&mut self, other: Self) {
        self.files.extend(other.files);
        self.before.extend(other.before);
        self.standing.extend(other.standing);
    }

    fn by(
        way: &Way<'_>,
        (before, after): (&Reasons, &Reasons),
        touched: &Touched,
        standing: &BTreeSet<&RepoPath>,
        removable: &BTreeSet<Arc<str>>,
    ) -> Self {
        let mut left_out = Self::default();
        if before.is_empty() && after.is_empty() {
            return left_out;
        }
        let why = |side: &Reasons, path: &RepoPath| {
            let reason = side.get(path)?.iter().find(|reason| way.has(reason))?;
            Some((path.clone(), reason.text()))
        };
        for ((type_name, _), (old, new)) in &touched.changed {
            let mut known = false;
            for path in new.iter().map(|component| &component.path) {
                let Some(reason) = why(after, path) else { continue };
                // What the org never got of it says as little as what it gets now.
                let never = why(before, path).is_some();
                let files = if never { &mut left_out.standing } else { &mut left_out.files };
                files.extend([reason]);
                known = true;
            }
            // What moved to such a place is no longer in source, and still in the org as it was, unless it is one of
            // those whose removal counts.
            for path in old.iter().map(|component| &component.path) {
                if new.iter().any(|component| component.path == *path) {
                    continue;
                }
                match why(before, path) {
                    Some(reason) => left_out.standing.extend([reason]),
                    None if known && !removable.contains(type_name) => left_out.before.extend([path.clone()]),
                    None => {}
                }
            }
        }
        left_out.standing.extend(standing.iter().filter_map(|path| why(before, path)));
        left_out
    }
}

/// Why files of one side are left out.
type Reasons = BTreeMap<RepoPath, Vec<Reason>>;
