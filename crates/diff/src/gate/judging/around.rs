//! What else is in a snapshot that an outcome rests on.

use orgate_core::Control;
use orgate_core::compare::{Comparison, still_held};
use orgate_core::subject::single;
use orgate_core::world::World;

use super::Judging;

impl Judging<'_> {
    /// Whether other components of head hold what this one no longer does.
    pub(super) fn held_elsewhere(&self, control: &Control, comparison: &Comparison) -> bool {
        still_held(control, comparison, || {
            let components = control.per.iter().flat_map(|type_name| self.head.components(type_name));
            components
                .filter_map(|component| self.judge_side(control, &single(&component), self.head).ok())
                .collect()
        })
    }
}
