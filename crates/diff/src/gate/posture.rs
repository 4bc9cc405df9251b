//! One snapshot judged by itself: every subject by every control of its kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::compare::compare;
use orgate_core::judge::judge;
use orgate_core::policy::Catalog;
use orgate_core::posture::{Cell, Posture};
use orgate_core::report::build::Case;
use orgate_core::report::{Side as Which, SubjectRef, Unreadable};
use orgate_core::settings::Settings;
use orgate_core::subject::{assemble, single};
use orgate_core::world::{Facts, Subject, World};
use orgate_core::{Component, Control, Registry, RepoPath, SubjectKind};
use orgate_metadata::Limits;

use super::places::Lines;
use super::related::Related;
use super::scope::Scope;
pub use super::side::Cache;
use super::side::Side;
use super::view::View;
use crate::error::DiffError;
use crate::snapshot::Snapshot;

/// What an audit needs.
#[derive(Debug)]
pub struct AuditInput<'a> {
    /// What to judge.
    pub snapshot: &'a dyn Snapshot,
    /// The metadata types.
    pub registry: &'a Registry,
    /// The controls in force.
    pub catalog: &'a Catalog,
    /// What the team decided.
    pub settings: &'a Settings,
    /// Bounds on single files.
    pub limits: Limits,
    /// What runs over other snapshots have read.
    pub cache: Option<&'a Cache>,
}

/// Judges a snapshot, before settings and waivers are applied. Controls that only ask for a look at changes say nothing
/// about one snapshot and are left out.
///
/// # Errors
/// [`DiffError`] when the snapshot cannot be read. Files that are no metadata are in the posture instead.
pub fn audit(input: &AuditInput<'_>) -> Result<Posture, DiffError> {
    let scope = Scope::of(input.settings);
    let wanted = |path: &[u8]| scope.includes(path);
    let related = Related::new(input.snapshot, input.snapshot, input.registry, &wanted);
    let side = Side::new(Which::Head, input.snapshot, input.registry, input.limits, &related).remembering(input.cache);
    let run = Run {
        input,
        side: &side,
        facts: input.settings.facts(),
        places: Lines::new(input.snapshot, input.snapshot, u64::from(input.limits.bytes), BTreeMap::new()),
    };
    let mut posture = Posture {
        snapshot: input.snapshot.describe(),
        id: input.snapshot.id(),
        controls: input.catalog.controls().filter(|control| !control.is_review()).cloned().collect(),
        ..Posture::default()
    };
    run.subjects(&mut posture);
    run.components(&mut posture);
    if let Some(error) = side.failure() {
        return Err(error);
    }
    let (refused, warnings) = side.remarks();
    posture
        .unreadable
        .extend(refused.into_iter().map(|refused| Unreadable { fatal: true, ..refused }));
    posture.warnings = warnings;
    posture.files_read = side.files_read();
    posture.sort();
    Ok(posture)
}

struct Run<'a> {
    input: &'a AuditInput<'a>,
    side: &'a Side<'a>,
    facts: Facts,
    places: Lines<'a>,
}

impl Run<'_> {
    /// The apps, and the org when any of its settings is in source.
    fn subjects(&self, posture: &mut Posture) {
        for kind in [SubjectKind::ConnectedApp, SubjectKind::ExternalClientApp, SubjectKind::Org] {
            let controls: Vec<Arc<Control>> = posture
                .controls
                .iter()
                .filter(|control| control.subject == kind && control.per.is_empty())
                .cloned()
                .collect();
            if controls.is_empty() {
                continue;
            }
            for name in self.side.subject_names(kind) {
                let spelling = self.side.spelling(kind, &name).unwrap_or_default();
                let copies = assemble(kind, &spelling, &self.side.subject_files(kind, &name), self.input.registry);
                posture.subjects = posture.subjects.saturating_add(1);
                let several = copies.len() > 1;
                for subject in &copies {
                    for control in &controls {
                        self.judge(control, subject, several, posture);
                    }
                }
            }
        }
    }

    /// The components that stand for themselves, such as profiles.
    fn components(&self, posture: &mut Posture) {
        let controls: Vec<Arc<Control>> = posture.controls.iter().filter(|control| !control.per.is_empty()).cloned().collect();
        let mut types: Vec<&Arc<str>> = controls.iter().flat_map(|control| &control.per).collect();
        types.sort();
        types.dedup();
        for type_name in types {
            for component in self.side.components(type_name) {
                let subject = single(&component);
                posture.subjects = posture.subjects.saturating_add(1);
                for control in controls.iter().filter(|control| control.per.contains(type_name)) {
                    self.judge(control, &subject, false, posture);
                }
            }
        }
    }

    fn judge(&self, control: &Arc<Control>, subject: &Subject, several: bool, posture: &mut Posture) {
        let any = subject.files.values().flatten().next().map(Arc::clone);
        let judgement = match judge(control, subject, &View::of(self.side, subject, &[], None), &self.facts) {
            Ok(judgement) => judgement,
            Err(error) => {
                posture.unreadable.push(refuse(any.as_deref(), error.to_string()));
                return;
            }
        };
        let comparison = compare(control, None, Some(judgement.clone()));
        let case = Case {
            control,
            subject: SubjectRef {
                kind: control.subject,
                name: subject.name.clone(),
            },
            copy: if several {
                String::from_utf8_lossy(&subject.root).into_owned()
            } else {
                String::new()
            },
            files: Some(subject),
            comparison: &comparison,
            any_file: any.map(|component| (Which::Head, component)),
            places: &self.places,
        };
        posture.cells.push(Cell::new(&case, &judgement));
    }
}

fn refuse(component: Option<&Component>, reason: String) -> Unreadable {
    Unreadable {
        path: component.map_or_else(|| RepoPath::from("sfdx-project.json"), |component| component.path.clone()),
        side: Which::Head,
        line: 0,
        column: 0,
        reason,
        fatal: true,
    }
}
