//! Where a finding points whose cause is that a file is there.

use std::sync::Arc;

use orgate_core::report::{Anchor, Finding, Places as _, Side as Which};
use orgate_core::subject::Pair;
use orgate_core::{Component, Control, RepoPath, Span};

use super::Judging;

impl Judging<'_> {
    /// Turns a finding that points into a file which this change leaves alone to the file of the subject that it touches,
    /// one that it adds before all others. A condition that asks only whether a file is there has no element to point at.
    pub(super) fn point(&self, finding: &mut Finding, control: &Control, one: &Pair) {
        if finding.anchor.side != Which::Head || self.touched.paths.contains(&finding.anchor.path) {
            return;
        }
        let Some(cause) = self.cause(control, one) else { return };
        finding.anchor = self.anchor_at(&cause.path, cause.root.span);
        finding.anchor_type = Some(Arc::clone(&cause.type_name));
    }

    /// A place in a file of head.
    pub(super) fn anchor_at(&self, path: &RepoPath, span: Span) -> Anchor {
        let (line, column) = self.places.position(Which::Head, path, span.start);
        Anchor {
            path: path.clone(),
            line,
            column,
            side: Which::Head,
            end: Some(self.places.position(Which::Head, path, span.end)),
        }
    }

    fn cause<'p>(&self, control: &Control, one: &'p Pair) -> Option<&'p Component> {
        let head = one.head.as_ref()?;
        let was_there = |file: &Component| {
            let mut before = one.base.iter().flat_map(|base| base.of_type(&file.type_name));
            before.any(|old| old.name == file.name)
        };
        let touched = head.files.values().flatten().filter(|file| self.touched.paths.contains(&file.path));
        touched
            .min_by_key(|file| (!control.reads(&file.type_name), was_there(file)))
            .map(|file| &**file)
    }
}
