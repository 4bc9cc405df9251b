//! Findings as SARIF results.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use orgate_core::report::{Anchor, Evidence, Finding, SideView, SubjectRef, WaiverUse};
use orgate_core::{Control, Outcome, RepoPath, Severity, Side};

use crate::model::{
    Artifact, ArtifactChange, ArtifactLocation, Content, Fingerprints, Fix, Level, Location, Other, PhysicalLocation, Region, Replacement,
    ResultProperties, SarifResult, SideProperties, Subject, Suppression, Text,
};
use crate::text::{cut, message, sentence};
use crate::{Options, line_hash, rules, uri};

/// Base of all relative addresses.
pub(crate) const ROOT: &str = "%SRCROOT%";

/// GitHub keeps a hundred locations of a result.
const RELATED: usize = 100;
/// More links make a message unreadable; the places stay in the list.
const LINKS: usize = 8;
/// More names make a message unreadable; all of them stay in the properties.
const NAMES: usize = 20;
/// No message is longer, in UTF-16 code units: names and values can be as long as files allow.
const MESSAGE: usize = 4000;

/// Findings of one control that point at one line. Code hosts track results by rule, file and line, so several
/// results there would be taken for one.
pub(crate) struct Group<'a> {
    /// The worst one, as the report is sorted.
    pub(crate) first: &'a Finding,
    others: Vec<&'a Finding>,
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

/// The level of a finding in its context.
pub(crate) fn level(finding: &Finding) -> Level {
    if finding.outcome == Outcome::Review || rules::only_notes(&finding.control) {
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

/// Which files results point at, each with its place in the list of artifacts.
pub(crate) struct Artifacts {
    places: BTreeMap<RepoPath, usize>,
    deleted: Vec<bool>,
}

impl Artifacts {
    pub(crate) fn of(groups: &[Group<'_>]) -> Self {
        let mut deleted: BTreeMap<RepoPath, bool> = BTreeMap::new();
        for group in groups {
            let anchor = &group.first.anchor;
            let gone = deleted.entry(anchor.path.clone()).or_insert(true);
            *gone &= anchor.side == Side::Base;
        }
        Self {
            places: deleted.keys().cloned().enumerate().map(|(place, path)| (path, place)).collect(),
            deleted: deleted.into_values().collect(),
        }
    }

    pub(crate) fn list(&self) -> Vec<Artifact> {
        let role = |deleted: &bool| if *deleted { "deleted" } else { "analysisTarget" };
        self.places
            .keys()
            .zip(&self.deleted)
            .map(|(path, deleted)| Artifact {
                location: location(path),
                roles: vec![role(deleted)],
            })
            .collect()
    }

    fn location(&self, path: &RepoPath) -> ArtifactLocation {
        ArtifactLocation {
            index: self.places.get(path).copied(),
            ..location(path)
        }
    }
}

/// The address of a file.
pub(crate) fn location(path: &RepoPath) -> ArtifactLocation {
    ArtifactLocation {
        uri: Some(uri::encode(path)),
        uri_base_id: Some(ROOT),
        index: None,
        description: None,
    }
}

/// The line hashes of files at head, each file read once.
pub(crate) struct Hashes<'a> {
    options: &'a Options<'a>,
    known: BTreeMap<RepoPath, Option<Vec<String>>>,
}

impl<'a> Hashes<'a> {
    pub(crate) fn new(options: &'a Options<'a>) -> Self {
        Self {
            options,
            known: BTreeMap::new(),
        }
    }

    /// GitHub's hash of the anchor's line; where it has none, a value of the same form that does not move.
    fn of(&mut self, anchor: &Anchor, fingerprint: &str) -> String {
        let line = usize::try_from(anchor.line).unwrap_or(usize::MAX).saturating_sub(1);
        let hashes = match anchor.side {
            Side::Base => None,
            Side::Head => self
                .known
                .entry(anchor.path.clone())
                .or_insert_with_key(|path| (self.options.head_file)(path).map(|content| line_hash::lines(&content)))
                .as_ref(),
        };
        hashes
            .and_then(|hashes| hashes.get(line).cloned())
            .unwrap_or_else(|| format!("{}:1", fingerprint.get(..16).unwrap_or(fingerprint)))
    }
}

/// One group as a result.
pub(crate) fn result(
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
        message: Text::plain(text(group, &related)),
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
                message: Some(Text::plain(sentence(&describe(evidence)))),
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

/// The message: what happened; on what else; why it is riskier or safer here; where to look.
fn text(group: &Group<'_>, related: &[(usize, &Evidence)]) -> String {
    let finding = group.first;
    let mut text = message(&cut(&sentence(&finding.message), MESSAGE));
    if !group.others.is_empty() {
        // Writing to a string cannot fail, here and below.
        let names: Vec<String> = group
            .others
            .iter()
            .take(NAMES)
            .map(|other| format!("'{}'", message(&cut(&other.subject.name, 255))))
            .collect();
        let more = group.others.len().saturating_sub(NAMES);
        let _ = write!(text, " The same holds for {}", names.join(", "));
        if more > 0 {
            let _ = write!(text, " and {more} more");
        }
        text.push('.');
    }
    for (raises, word) in [(true, "higher"), (false, "lower")] {
        let reasons: Vec<String> = finding
            .reasons
            .iter()
            // What worsened is already part of the message.
            .filter(|reason| reason.raises == raises && !(reason.changed && finding.outcome == Outcome::Worsened))
            .map(|reason| message(reason.because.trim().trim_end_matches('.')))
            .collect();
        if !reasons.is_empty() {
            let _ = write!(text, " The risk is {word} here: {}.", reasons.join("; "));
        }
    }
    if finding.low_confidence {
        text.push_str(" This rests on a default that nobody documents.");
    }
    if finding.anchor.side == Side::Base {
        text.push_str(" The file is gone; the place is that of the base revision.");
    }
    if !related.is_empty() {
        let links: Vec<String> = related
            .iter()
            .take(LINKS)
            .map(|(id, evidence)| format!("[{}]({id})", message(&describe(evidence))))
            .collect();
        let _ = write!(text, " See {}.", links.join(", "));
    }
    text
}

fn describe(evidence: &Evidence) -> String {
    let value = match &evidence.value {
        Some(value) => format!("'{value}'"),
        None => "not set".to_owned(),
    };
    let side = match evidence.side {
        Side::Base => "before",
        Side::Head => "now",
    };
    format!("{} {side}: {value}", evidence.field)
}

fn at(anchor: &Anchor, artifacts: &Artifacts) -> PhysicalLocation {
    let line = anchor.line.max(1);
    let column = anchor.column.max(1);
    let behind = |(end_line, end_column): &(u32, u32)| *end_line > line || (*end_line == line && *end_column > column);
    let (region, context_region) = match anchor.end.filter(behind) {
        Some((end_line, end_column)) if end_line == line => (
            Region {
                start_line: line,
                start_column: Some(column),
                end_line,
                end_column: Some(end_column),
            },
            None,
        ),
        // Code hosts show a result in a change only if the change has all its lines: the rest of a long element is
        // context.
        Some((end_line, end_column)) => (
            point(line, Some(column)),
            Some(Region {
                start_line: line,
                start_column: Some(column),
                end_line,
                end_column: Some(end_column),
            }),
        ),
        None => (point(line, Some(column)), None),
    };
    PhysicalLocation {
        artifact_location: artifacts.location(&anchor.path),
        region: Some(region),
        context_region,
    }
}

/// From a column to the end of its line.
pub(crate) fn point(line: u32, column: Option<u32>) -> Region {
    Region {
        start_line: line.max(1),
        start_column: column.map(|column| column.max(1)),
        end_line: line.max(1),
        end_column: None,
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
        description: Text::plain(sentence(&crate::text::visible(&edit.description))),
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

fn suppression(used: &WaiverUse) -> Suppression {
    let waiver = &used.waiver;
    Suppression {
        kind: "external",
        status: "accepted",
        justification: crate::text::visible(&format!(
            "{} (approved by {}, until {})",
            waiver.reason.trim(),
            waiver.approved_by.trim(),
            waiver.expires
        ))
        .into_owned(),
    }
}

/// Rules of findings whose control is not in the list of controls in force would be lost; there are none in a report
/// that was built whole.
pub(crate) fn controls<'a>(listed: &'a [Arc<Control>], groups: &[Group<'a>]) -> impl Iterator<Item = &'a Arc<Control>> {
    let named: Vec<&'a Arc<Control>> = groups.iter().map(|group| &group.first.control).collect();
    listed.iter().chain(named)
}
