//! The second look: head once more, without what the change does to files that a deploy may leave out.
//!
//! What such a file says must excuse nothing: the app that it switches off stays on in the org, and the settings that
//! it strengthens stay as they are. So what got weaker in either look is told, and nothing that the first one told is
//! taken back.

use std::collections::BTreeSet;

use orgate_core::report::{Report, Warning};

use super::Input;
use super::left_out::LeftOut;
use crate::error::DiffError;
use crate::held::HeldSnapshot;

/// Adds to a report what got weaker only without the files that may be left out.
pub(super) fn look(input: &Input<'_>, left_out: &LeftOut, report: &mut Report) -> Result<(), DiffError> {
    let paths = left_out.files.keys().chain(&left_out.before).cloned().collect();
    let head = HeldSnapshot::new(input.base, input.head, &paths);
    let (without, _) = super::look(&Input { head: &head, ..*input })?;
    let known: BTreeSet<&str> = report.findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
    let mut more = without.findings;
    more.retain(|finding| !known.contains(finding.fingerprint.as_str()));
    for refused in without.unreadable {
        if !report.unreadable.contains(&refused) {
            report.unreadable.push(refused);
        }
    }
    if more.is_empty() {
        return Ok(());
    }
    for finding in &more {
        let count = report.counts.entry(finding.outcome).or_default();
        *count = count.saturating_add(1);
    }
    report.work.judged = report.work.judged.saturating_add(more.len());
    report.findings.extend(more);
    for (path, why) in &left_out.files {
        let warning = Warning {
            path: Some(path.clone()),
            line: 0,
            text: format!("a deploy may leave this file out ({why}), so what the change writes into it excuses nothing"),
        };
        if !report.warnings.contains(&warning) {
            report.warnings.push(warning);
        }
    }
    Ok(())
}
