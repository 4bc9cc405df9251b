//! What a change lets into a deploy without a change to it: files that stood there and were left out until now, because a
//! `.forceignore`, a project file or a `package.xml` said so.
//!
//! Base is judged once more without them, so that they count as new. Must not take a file for new that was deployed in any
//! way that the change leaves alone.

mod governing;
mod pointing;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use orgate_core::RepoPath;
use orgate_core::registry::TypeSpec;
use orgate_core::report::{Evidence, Finding, Report};
use orgate_metadata::identify;

use super::left_out::Reading;
use super::merge::{add_warnings, add_worse};
use super::name::Name;
use super::shared::Shared;
use super::side::Side;
use super::touched::Touched;
use super::{Further, Input, looks};
use crate::error::DiffError;
use crate::held::HeldSnapshot;
use crate::snapshot::FileRef;
pub(super) use governing::governs;
use governing::{Governing, LetIn, Nearest};
use pointing::Told;

/// Sets of files that are told apart; with more of them nothing is judged.
const MOST: usize = 64;

/// Files of both sides that are deployed from now on, each with the file that says so.
pub(super) type Admitted = BTreeMap<RepoPath, RepoPath>;

/// What changed files let in, each by itself and all together.
pub(super) fn find(touched: &Touched, input: &Input<'_>, base: &Side<'_>, head: &Side<'_>) -> Result<Vec<Admitted>, DiffError> {
    let mut found: Vec<Admitted> = Vec::new();
    let mut before = Reading::new(input, touched, input.base);
    let mut after = Reading::new(input, touched, input.head);
    let mut files = None;
    let mut nearest = <[Nearest; 2]>::default();
    for path in &touched.governing {
        let Some(mut governing) = Governing::of(path, input, &mut nearest)? else {
            continue;
        };
        let mut admitted = Admitted::new();
        for (file, spec, name) in files.get_or_insert_with(|| named(head, input)) {
            let (file, spec): (&RepoPath, &TypeSpec) = (file, spec);
            let comes = governing.lets_in(file, spec, name);
            if comes == LetIn::No || input.base.file(file)?.is_none() || !after.takes_component(file, spec, name)? {
                continue;
            }
            // What only tells of an app is seldom all there is, so it counts beside another file only.
            let counts = spec.subject.is_some() && comes == LetIn::Surely;
            let mut twins = base.files_named(&spec.name, &Name::of(name)).into_iter().map(FileRef::path);
            let mut deployed = |twin: &RepoPath| {
                let other = twin != file && !governing.left_out(twin, spec, name);
                Ok(other && before.takes_component(twin, spec, name)?)
            };
            if counts || twins.try_fold(false, |found, twin| Ok::<_, DiffError>(found || deployed(twin)?))? {
                admitted.insert(file.clone(), path.clone());
            }
        }
        if !admitted.is_empty() && !found.contains(&admitted) {
            found.push(admitted);
        }
        if found.len() > MOST {
            return Err(DiffError::Excess {
                snapshot: head.snapshot.describe(),
                what: "too many files that say what is deployed".into(),
            });
        }
    }
    if found.len() > 1 {
        found.push(found.iter().flatten().map(|(file, by)| (file.clone(), by.clone())).collect());
    }
    Ok(found)
}

/// The files of head with the type and the name of what their names say they hold.
fn named<'a>(head: &'a Side<'_>, input: &Input<'a>) -> Vec<(&'a RepoPath, &'a TypeSpec, String)> {
    let identified = |file: &'a FileRef| {
        let (spec, name) = identify(file.path(), input.registry)?;
        Some((file.path(), spec, name.unwrap_or_default()))
    };
    head.files().filter_map(identified).collect()
}

/// Adds to a report what got weaker by files that are deployed only from now on.
pub(super) fn look(input: &Input<'_>, shared: &Shared<'_>, admitted: &Admitted, report: &mut Report) -> Result<(), DiffError> {
    let paths: BTreeSet<RepoPath> = admitted.keys().cloned().collect();
    let base = HeldSnapshot::without(input.base, &paths);
    let mut with = looks(&Input { base: &base, ..*input }, shared, Further::LeftOut)?.0;
    let mut told: BTreeMap<&RepoPath, Told> = BTreeMap::new();
    for finding in &mut with.findings {
        if let Some(by) = admitted.get(&finding.anchor.path) {
            let told = match told.entry(by) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(Told::of(by, input)?),
            };
            turn(finding, told);
        }
    }
    let work = &mut report.work;
    work.subjects = work.subjects.max(with.work.subjects);
    work.files_read = work.files_read.max(with.work.files_read);
    work.judged = work.judged.max(with.work.judged);
    if !add_worse(report, with) {
        return Ok(());
    }
    let told = admitted.iter().map(|(path, by)| {
        let text = format!("a deploy takes this file only from now on ({by} says so), so what it says is new");
        (path, text)
    });
    add_warnings(report, told);
    Ok(())
}

/// Turns a finding to the line by which its file is let in, because nobody touched that file; it becomes evidence.
fn turn(finding: &mut Finding, told: &Told) {
    let (anchor, went) = told.point(&finding.anchor.path);
    let file = std::mem::replace(&mut finding.anchor, anchor);
    let place = Evidence {
        path: file.path,
        side: file.side,
        line: file.line,
        column: file.column,
        field: finding.anchor_type.take().unwrap_or_else(|| "file".into()),
        value: Some("deployed from now on".to_owned()),
    };
    finding.evidence.extend(went);
    finding.evidence.push(place);
    finding.evidence.sort();
}
