//! Further looks: head once more for each way to deploy, without what this way leaves out.
//!
//! What such a file says must excuse nothing: the app that it switches off stays on in the org, and the settings that
//! it strengthens stay as they are. So what got weaker in any look is told, and nothing that the first one told is
//! taken back.

use orgate_core::RepoPath;
use orgate_core::report::Report;

use super::left_out::LeftOut;
use super::merge::{add_warnings, add_worse};
use super::shared::Shared;
use super::{Further, Input, LookOptions};
use crate::error::DiffError;
use crate::held::HeldSnapshot;

/// Adds to a report what got weaker only without the files that may be left out.
pub(super) fn look(
    input: &Input<'_>,
    shared: &Shared<'_>,
    left_out: &LeftOut,
    first: &LookOptions<'_>,
    report: &mut Report,
) -> Result<(), DiffError> {
    let paths = left_out.files.keys().chain(&left_out.before).cloned().collect();
    let head = HeldSnapshot::new(input.base, input.head, &paths);
    let taken = LookOptions {
        hidden: left_out.standing.keys().map(RepoPath::as_bytes).collect(),
        further: Further::Nothing,
        outer: first.outer,
        literal: first.literal,
    };
    let without = super::look(&Input { head: &head, ..*input }, shared, &taken)?.report;
    if !add_worse(report, without) {
        return Ok(());
    }
    let files = left_out.files.iter().chain(&left_out.standing);
    let told = files.map(|(path, why)| {
        let text = format!("a deploy may leave this file out ({why}), so what it says excuses nothing");
        (path, text)
    });
    add_warnings(report, told);
    Ok(())
}
