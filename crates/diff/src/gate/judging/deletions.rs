//! Components whose mere presence protects, and that a manifest deletes.

use std::sync::Arc;

use orgate_core::policy::OnRemoval;
use orgate_core::registry::Join;
use orgate_core::report::Report;
use orgate_core::subject::{Pair, single};
use orgate_core::world::Subject;
use orgate_core::{Component, Control};

use super::super::deleted::Deleted;
use super::super::name::Name;
use super::Judging;

impl Judging<'_> {
    /// Judges what a manifest newly deletes, and points at its line there. Only where a control says that losing the
    /// component weakens: everything else that leaves an org takes along what it grants.
    pub(super) fn judge_deleted(&self, report: &mut Report) -> usize {
        let mut judged = 0_usize;
        for deleted in self.touched.deleted.iter() {
            let there = self.base.of_name(&deleted.type_name, &deleted.name);
            // A file that goes as well is judged as such.
            let stays = !self.head.of_name(&deleted.type_name, &deleted.name).is_empty();
            let controls: Vec<&Arc<Control>> = self.protecting(deleted).collect();
            if !stays || there.is_empty() || controls.is_empty() {
                continue;
            }
            judged = judged.saturating_add(1);
            for component in &there {
                for control in &controls {
                    self.judge_one_deleted(control, deleted, component, there.len() > 1, report);
                }
            }
        }
        judged
    }

    /// Whether a manifest deletes an app as a whole.
    pub(super) fn is_deleted(&self, subject: &Subject) -> bool {
        let is_app = |type_name: &str| {
            let spec = self.input.registry.get(type_name);
            spec.is_some_and(|spec| spec.join == Join::Name && spec.subject == Some(subject.kind))
        };
        self.touched.deleted.names(&Name::of(&subject.name), is_app)
    }

    fn protecting<'s>(&'s self, deleted: &'s Deleted) -> impl Iterator<Item = &'s Arc<Control>> {
        let controls = self.input.catalog.controls();
        controls.filter(|control| control.on_removal == OnRemoval::Regressed && control.per.contains(&deleted.type_name))
    }

    fn judge_one_deleted(&self, control: &Arc<Control>, deleted: &Deleted, component: &Arc<Component>, copies: bool, report: &mut Report) {
        let subject = single(component);
        let name = subject.name.clone();
        let pair = Pair {
            base: vec![Arc::new(subject)],
            head: None,
        };
        let known = report.findings.len();
        self.judge_pair(control, &pair, &name, copies, true, report);
        let Some(finding) = report.findings.get_mut(known) else { return };
        finding.anchor = self.anchor_at(&deleted.path, deleted.span);
        finding.anchor_type = None;
    }
}
