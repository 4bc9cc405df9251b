//! Which findings are one result: those of one control that point at one line.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::Control;
use orgate_core::report::Finding;

/// Findings of one control that point at one line. Code hosts track results by rule, file and line, so several
/// results there would be taken for one.
pub(crate) struct Group<'a> {
    /// The worst one, as the report is sorted.
    pub(crate) first: &'a Finding,
    /// The others, as the report is sorted.
    pub(crate) others: Vec<&'a Finding>,
}

impl<'a> Group<'a> {
    pub(crate) fn all(&self) -> impl Iterator<Item = &'a Finding> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }
}

/// Groups findings in the order in which they come.
pub(crate) fn group<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut known = BTreeMap::new();
    for finding in findings {
        let anchor = &finding.anchor;
        let key = (
            &finding.control.id,
            &anchor.path,
            anchor.line,
            anchor.side,
            finding.waived.is_some(),
        );
        if let Some(group) = known.get(&key).and_then(|place: &usize| groups.get_mut(*place)) {
            group.others.push(finding);
        } else {
            known.insert(key, groups.len());
            groups.push(Group {
                first: finding,
                others: Vec::new(),
            });
        }
    }
    groups
}

/// Rules of findings whose control is not in the list of controls in force would be lost; there are none in a report
/// that was built whole.
pub(crate) fn controls<'a>(listed: &'a [Arc<Control>], groups: &[Group<'a>]) -> impl Iterator<Item = &'a Arc<Control>> {
    let named: Vec<&'a Arc<Control>> = groups.iter().map(|group| &group.first.control).collect();
    listed.iter().chain(named)
}
