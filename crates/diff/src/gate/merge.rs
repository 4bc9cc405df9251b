//! Two reports on the same change as one, in which the worse answer counts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use orgate_core::RepoPath;
use orgate_core::compare::Outcome;
use orgate_core::report::{Finding, Report, Undecided, Unreadable, Warning};

/// Adds what `other` tells that `report` does not, or tells more mildly; whether there was anything.
pub(super) fn add_worse(report: &mut Report, other: Report) -> bool {
    let mut added = false;
    add_unreadable(&mut report.unreadable, other.unreadable);
    let mut places: HashMap<String, usize> = HashMap::new();
    for (at, known) in report.findings.iter().enumerate() {
        // A copy may be the only one in another look, and then has another fingerprint.
        places.insert(spot(known), at);
        places.insert(known.fingerprint.clone(), at);
    }
    for mut finding in other.findings {
        let at = places.get(&finding.fingerprint).or_else(|| places.get(&spot(&finding)));
        let known = at.and_then(|at| report.findings.get_mut(*at));
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
                finding.fingerprint.clone_from(&known.fingerprint);
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
    // What this look lacks as a whole, or what base lacks, is not what became unknown.
    let became = |entry: &Undecided| entry.new && !entry.gone && entry.base.is_some();
    for entry in other.undecided.into_iter().filter(became) {
        if !told.contains(&(Arc::clone(&entry.control.id), entry.subject.clone())) {
            count(report, Outcome::Undecided);
            report.undecided.push(entry);
            added = true;
        }
    }
    added
}

/// Adds files that cannot be read, each place once: what stops one look stops them all.
fn add_unreadable(list: &mut Vec<Unreadable>, more: Vec<Unreadable>) {
    let place = |one: &Unreadable| Unreadable {
        fatal: false,
        ..one.clone()
    };
    let mut known: BTreeMap<Unreadable, usize> = list.iter().map(place).zip(0..).collect();
    for refused in more {
        let at = *known.entry(place(&refused)).or_insert(list.len());
        match list.get_mut(at) {
            Some(known) => known.fatal |= refused.fatal,
            None => list.push(refused),
        }
    }
}

/// Adds remarks on whole files, each once.
pub(super) fn add_warnings<'p>(report: &mut Report, told: impl Iterator<Item = (&'p RepoPath, String)>) {
    let mut known: BTreeSet<Warning> = report.warnings.iter().cloned().collect();
    for (path, text) in told {
        let warning = Warning {
            path: Some(path.clone()),
            line: 0,
            text,
        };
        if known.insert(warning.clone()) {
            report.warnings.push(warning);
        }
    }
}

/// What a finding is about and where.
fn spot(finding: &Finding) -> String {
    let (subject, anchor) = (&finding.subject, &finding.anchor);
    format!(
        "{} {:?} {} {} {}",
        finding.control.id, subject.kind, subject.name, anchor.path, anchor.line
    )
}

fn count(report: &mut Report, outcome: Outcome) {
    let count = report.counts.entry(outcome).or_default();
    *count = count.saturating_add(1);
}
