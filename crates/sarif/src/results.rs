//! Findings as SARIF results.

mod hashes;
mod message;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use orgate_core::report::{Evidence, Finding, SideView, SubjectRef};
use orgate_core::settings::Waiver;
use orgate_core::{Severity, Side};
use serde::{Serialize, Serializer};

use hashes::Hashes;

use crate::group::Group;
use crate::model::{
    ArtifactChange, Content, Fingerprints, Fix, Level, Location, Other, PhysicalLocation, Replacement, ResultProperties, SarifResult,
    SideProperties, Subject, Suppression, Text,
};
use crate::places::{Artifacts, at, point};
use crate::text::{sentence, visible};
use crate::{Options, rules, uri};

/// GitHub keeps a hundred locations of a result.
const RELATED: usize = 100;

/// The level of a finding in its context.
pub(crate) fn level(finding: &Finding) -> Level {
    if finding.is_note() {
        Level::Note
    } else {
        rules::level(finding.severity)
    }
}

/// The score that a finding shows, in hundredths. Where settings give it another severity than its score has, the
/// nearest score of that severity, so that a reader who knows only scores sees the same band. 9.0 itself is read as
/// high by GitHub.
pub(crate) fn shown_score(finding: &Finding) -> u16 {
    let score = finding.score.hundredths();
    if finding.score.severity() == finding.severity {
        return score;
    }
    match finding.severity {
        Severity::Critical => score.clamp(910, 1000),
        Severity::High => score.clamp(700, 890),
        Severity::Medium => score.clamp(400, 690),
        Severity::Low => score.clamp(10, 390),
    }
}

/// The results of a run. Each is made when it is written, as all of them take a multiple of what the report does.
pub struct Results<'a> {
    groups: Vec<Group<'a>>,
    places: BTreeMap<Arc<str>, usize>,
    artifacts: Artifacts,
    hashes: RefCell<Hashes<'a>>,
    mend: &'a dyn Fn(&Finding) -> Option<crate::Fix>,
}

impl<'a> Results<'a> {
    /// One for each group, in this order.
    pub(crate) fn new(groups: Vec<Group<'a>>, places: BTreeMap<Arc<str>, usize>, artifacts: Artifacts, options: &'a Options<'a>) -> Self {
        Self {
            hashes: RefCell::new(Hashes::new(options, &groups)),
            mend: options.fix,
            groups,
            places,
            artifacts,
        }
    }
}

impl fmt::Debug for Results<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Results").field("count", &self.groups.len()).finish_non_exhaustive()
    }
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            groups,
            places,
            artifacts,
            hashes,
            mend,
        } = self;
        let made = |group| result(group, places, artifacts, &mut hashes.borrow_mut(), mend);
        serializer.collect_seq(groups.iter().map(made))
    }
}

/// One group as a result.
fn result(
    group: &Group<'_>,
    places: &BTreeMap<Arc<str>, usize>,
    artifacts: &Artifacts,
    hashes: &mut Hashes<'_>,
    mend: &dyn Fn(&Finding) -> Option<crate::Fix>,
) -> SarifResult {
    let finding = group.first;
    let related: Vec<(usize, &Evidence)> = finding
        .evidence
        .iter()
        .take(RELATED)
        .enumerate()
        .map(|(at, one)| (at + 1, one))
        .collect();
    let (base_uri, base_start_line) = at_base(finding);
    SarifResult {
        rule_id: finding.control.id.to_string(),
        rule_index: places.get(&finding.control.id).copied().unwrap_or_default(),
        level: group.all().map(level).max().unwrap_or(Level::Note),
        message: Text::plain(message::text(group, &related)),
        locations: vec![Location {
            id: None,
            physical_location: at(&finding.anchor, artifacts),
            message: None,
        }],
        partial_fingerprints: Fingerprints {
            line_hash: hashes.of(&finding.anchor, &finding.fingerprint),
            identity: finding.fingerprint.clone(),
        },
        related_locations: related
            .into_iter()
            .map(|(id, evidence)| Location {
                id: Some(id),
                physical_location: PhysicalLocation {
                    artifact_location: artifacts.location(&evidence.path),
                    region: Some(point(evidence.line, Some(evidence.column))),
                    context_region: None,
                },
                message: Some(Text::plain(sentence(&evidence.text()))),
            })
            .collect(),
        suppressions: finding.waived.iter().map(suppression).collect(),
        // One edit would mend only one of several findings.
        fixes: if group.others.is_empty() {
            mend(finding).iter().map(|edit| fix(edit, artifacts)).collect()
        } else {
            Vec::new()
        },
        properties: ResultProperties {
            outcome: finding.outcome.as_str(),
            severity: finding.severity.as_str(),
            score: finding.score.value(),
            fails: group.all().any(|finding| finding.fails),
            subject: subject(&finding.subject),
            base: finding.base.as_ref().map(side),
            head: finding.head.as_ref().map(side),
            base_uri,
            base_start_line,
            others: group
                .others
                .iter()
                .map(|other| Other {
                    subject: subject(&other.subject),
                    fingerprint: other.fingerprint.clone(),
                })
                .collect(),
        },
    }
}

/// Where it stood at base.
fn at_base(finding: &Finding) -> (Option<String>, Option<u32>) {
    let place = if finding.anchor.side == Side::Base {
        Some((&finding.anchor.path, finding.anchor.line))
    } else {
        let evidence = finding.evidence.iter().find(|evidence| evidence.side == Side::Base);
        evidence.map(|evidence| (&evidence.path, evidence.line))
    };
    place.map_or((None, None), |(path, line)| (Some(uri::encode(path)), Some(line.max(1))))
}

fn side(view: &SideView) -> SideProperties {
    SideProperties {
        standing: view.standing.as_str(),
        grade: view.grade.clone(),
        values: view.values.clone(),
    }
}

fn subject(subject: &SubjectRef) -> Subject {
    Subject {
        kind: subject.kind.as_str(),
        name: subject.name.clone(),
    }
}

fn fix(edit: &crate::Fix, artifacts: &Artifacts) -> Fix {
    Fix {
        description: Text::plain(sentence(&visible(&edit.description))),
        artifact_changes: vec![ArtifactChange {
            artifact_location: artifacts.location(&edit.path),
            replacements: edit
                .replacements
                .iter()
                .map(|(region, text)| Replacement {
                    deleted_region: *region,
                    inserted_content: Content { text: text.clone() },
                })
                .collect(),
        }],
    }
}

fn suppression(waiver: &Waiver) -> Suppression {
    Suppression {
        kind: "external",
        status: "accepted",
        justification: visible(&format!(
            "{} (approved by {}, until {})",
            waiver.reason.trim(),
            waiver.approved_by.trim(),
            waiver.expires
        ))
        .into_owned(),
    }
}
