//! Two reports on the same change as one, in which the worse answer counts.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use orgate_core::compare::Outcome;
use orgate_core::report::Report;

/// Adds what `other` tells that `report` does not, or tells more mildly; whether there was anything.
pub(super) fn add_worse(report: &mut Report, other: Report) -> bool {
    let mut added = false;
    for refused in other.unreadable {
        if !report.unreadable.contains(&refused) {
            report.unreadable.push(refused);
        }
    }
    let places = report.findings.iter().enumerate();
    let places: HashMap<String, usize> = places.map(|(at, known)| (known.fingerprint.clone(), at)).collect();
    for finding in other.findings {
        let known = places.get(&finding.fingerprint).and_then(|at| report.findings.get_mut(*at));
        let outcome = finding.outcome;
        match known {
            None => {
                report.findings.push(finding);
                report.work.judged = report.work.judged.saturating_add(1);
            }
            // What only lowers the risk excuses as well.
            Some(known) if (finding.outcome, known.score) < (known.outcome, finding.score) => {
                let before = report.counts.entry(known.outcome).or_default();
                *before = before.saturating_sub(1);
                *known = finding;
            }
            Some(_) => continue,
        }
        count(report, outcome);
        added = true;
    }
    let undecided = report.undecided.iter().map(|known| (&known.control.id, &known.subject));
    let findings = report.findings.iter().map(|known| (&known.control.id, &known.subject));
    let told: BTreeSet<_> = undecided
        .chain(findings)
        .map(|(id, subject)| (Arc::clone(id), subject.clone()))
        .collect();
    for entry in other.undecided.into_iter().filter(|entry| entry.new) {
        if !told.contains(&(Arc::clone(&entry.control.id), entry.subject.clone())) {
            count(report, Outcome::Undecided);
            report.undecided.push(entry);
            added = true;
        }
    }
    added
}

fn count(report: &mut Report, outcome: Outcome) {
    let count = report.counts.entry(outcome).or_default();
    *count = count.saturating_add(1);
}
