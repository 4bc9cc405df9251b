//! What a team's settings make of a report: severities, waivers, thresholds.

use std::collections::BTreeSet;

use super::{Finding, Report, Thresholds};
use crate::compare::Outcome;
use crate::policy::{Catalog, Status, nearest};
use crate::settings::{ControlSetting, Introduced, Settings, Waiver};

/// Among more subjects than these, none is looked for that a waiver may mean.
const FEW: usize = 64;

impl Report {
    /// Applies settings. `today` decides which waivers have expired; the last day counts, in UTC.
    pub fn apply(&mut self, settings: &Settings, thresholds: Thresholds, today: jiff::civil::Date, catalog: &Catalog) {
        self.thresholds = thresholds;
        if thresholds.introduced == Introduced::Off {
            self.findings.retain(|finding| finding.outcome != Outcome::Introduced);
        }
        for finding in &mut self.findings {
            if let Some(ControlSetting::Severity(severity)) = settings.controls.get(&*finding.control.id) {
                finding.severity = *severity;
            }
        }
        self.waive(settings, today, catalog);
        for finding in &mut self.findings {
            finding.fails = fails(finding, thresholds);
        }
        self.sort();
    }

    fn waive(&mut self, settings: &Settings, today: jiff::civil::Date, catalog: &Catalog) {
        let (findings, subjects) = (&mut self.findings, &self.subjects);
        self.waiver_notes.extend(waivers(settings, today, catalog, |waiver, active| {
            // Of what the change leaves alone, nothing is to be found; but a name may be misspelled.
            let near = near_subject(&waiver.subject, subjects);
            let mut any = near.is_empty() && !subjects.contains(&waiver.subject);
            let matching = findings
                .iter_mut()
                .filter(|finding| *finding.control.id == *waiver.control && finding.subject.name == waiver.subject);
            for finding in matching {
                any = true;
                if active {
                    finding.waived = Some(waiver.clone());
                }
            }
            if any { Cover::Something } else { Cover::Nothing { near } }
        }));
    }

    /// Puts everything into its one order: worst first, then by place. The same input gives the same bytes.
    pub fn sort(&mut self) {
        self.findings.sort_by(|a, b| {
            let key = |finding: &Finding| {
                (
                    finding.waived.is_some(),
                    finding.outcome == Outcome::Review,
                    std::cmp::Reverse(finding.severity),
                    std::cmp::Reverse(finding.score),
                )
            };
            key(a).cmp(&key(b)).then_with(|| {
                (&a.anchor, &a.control.id, &a.subject, &a.fingerprint).cmp(&(&b.anchor, &b.control.id, &b.subject, &b.fingerprint))
            })
        });
        self.undecided
            .sort_by(|a, b| (&a.subject, &a.control.id, &a.anchor).cmp(&(&b.subject, &b.control.id, &b.anchor)));
        self.unreadable.sort();
        self.unreadable.dedup();
        self.better
            .sort_by(|a, b| (&a.subject, &a.control.id).cmp(&(&b.subject, &b.control.id)));
        self.warnings.sort();
        self.warnings.dedup();
        self.loosened.sort();
    }

    /// Keeps what concerns `keep`, a test on paths.
    pub fn restrict(&mut self, keep: impl Fn(&[u8]) -> bool) {
        self.findings.retain(|finding| {
            keep(finding.anchor.path.as_bytes()) || finding.evidence.iter().any(|evidence| keep(evidence.path.as_bytes()))
        });
        self.undecided.retain(|entry| keep(entry.anchor.path.as_bytes()));
        self.unreadable.retain(|entry| keep(entry.path.as_bytes()));
        self.warnings
            .retain(|warning| warning.path.as_ref().is_none_or(|path| keep(path.as_bytes())));
    }
}

/// What a waiver matches.
pub(crate) enum Cover {
    Something,
    /// With the subject that is probably meant, as [`near_subject`] puts it.
    Nothing {
        near: String,
    },
}

/// The subject that is probably meant by a name that none has, as the end of a clause; nothing where none is like it.
pub(crate) fn near_subject(name: &str, known: &BTreeSet<String>) -> String {
    if known.contains(name) {
        return String::new();
    }
    match known.iter().find(|other| other.eq_ignore_ascii_case(name)) {
        Some(other) => format!(": the subject is called '{other}', and capitals matter"),
        None if known.len() <= FEW => nearest(name, known.iter().map(String::as_str)),
        None => String::new(),
    }
}

/// Offers every waiver, and whether it still counts today, to `cover`, which says what it matches. Returns what there is to
/// say about waivers that expired, cover nothing or name no control.
pub(crate) fn waivers(
    settings: &Settings,
    today: jiff::civil::Date,
    catalog: &Catalog,
    mut cover: impl FnMut(&Waiver, bool) -> Cover,
) -> Vec<String> {
    let mut notes = Vec::new();
    for waiver in &settings.waivers {
        // The date was checked when the settings were read.
        let Ok(last) = waiver.last_day() else { continue };
        let covered = cover(waiver, last >= today);
        let what = format!("the waiver of `{}` for '{}'", waiver.control, waiver.subject);
        if catalog.get(&waiver.control).is_none() {
            let near = nearest(&waiver.control, catalog.controls().map(|control| &*control.id));
            notes.push(format!("{what} names no control in force{near}"));
        } else if last < today {
            notes.push(format!("{what} expired on {last} (last day inclusive, UTC)"));
        } else if let Cover::Nothing { near } = covered {
            notes.push(format!("{what} covers nothing here{near} (it counts until {last}, inclusive, UTC)"));
        }
    }
    notes
}

fn fails(finding: &Finding, thresholds: Thresholds) -> bool {
    finding.waived.is_none()
        && finding.control.status != Status::Preview
        && match finding.outcome {
            Outcome::Regressed | Outcome::Worsened => true,
            Outcome::Introduced => thresholds.introduced == Introduced::Fail,
            _ => false,
        }
        && thresholds.fail_on.includes(finding.severity)
}
