//! Turns a comparison into what people see: message, anchor, evidence, reasons.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fingerprint::fingerprint;
use super::{Anchor, Evidence, Finding, Places, Reason, Side, SideView, SubjectRef, Undecided};
use crate::check::Measure;
use crate::compare::{Comparison, Outcome};
use crate::element::Component;
use crate::judge::{Judgement, Place, Read, Role, Standing};
use crate::policy::Control;
use crate::truth::Truth;

/// Longer values are cut in messages and reports: nobody reads a certificate there.
const LONGEST_VALUE: usize = 120;
const SECRET: &str = "(secret)";
const NOT_SET: &str = "not set";

/// What to describe, and on whom.
pub struct Case<'a> {
    /// The control.
    pub control: &'a Arc<Control>,
    /// The subject.
    pub subject: SubjectRef,
    /// Tells copies of one subject in several package directories apart; empty when there is one.
    pub copy: String,
    /// The result.
    pub comparison: &'a Comparison,
    /// Some file of the subject, to point at when nothing else is left.
    pub any_file: Option<(Side, Arc<Component>)>,
    /// Translates positions into lines.
    pub places: &'a dyn Places,
}

impl std::fmt::Debug for Case<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case")
            .field("control", &self.control.id)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// One field that differs between the sides.
struct Difference<'a> {
    base: Option<&'a Read>,
    head: Option<&'a Read>,
}

impl Difference<'_> {
    fn weight(&self, roles: &[Role]) -> usize {
        let role = self.head.or(self.base).map_or(Role::Check, |read| read.role);
        roles.iter().position(|known| *known == role).unwrap_or(usize::MAX)
    }
}

fn texts(read: Option<&Read>) -> Vec<&str> {
    let mut texts: Vec<&str> = read
        .map(|read| read.values.iter().map(|(text, _)| text.as_str()).collect())
        .unwrap_or_default();
    texts.sort_unstable();
    texts
}

/// A block has no text: whether the same ones are there is what counts.
fn same(base: Option<&Read>, head: Option<&Read>) -> bool {
    let (Some(base), Some(head)) = (base, head) else { return false };
    texts(Some(base)) == texts(Some(head)) && base.values.len() == head.values.len() && base.home.is_some() == head.home.is_some()
}

fn differences<'a>(comparison: &'a Comparison) -> Vec<Difference<'a>> {
    let empty: &[Read] = &[];
    let base = comparison.base.as_ref().map_or(empty, |judgement| &judgement.reads);
    let head = comparison.head.as_ref().map_or(empty, |judgement| &judgement.reads);
    let key = |read: &Read| {
        (
            Arc::clone(&read.field),
            read.role,
            read.home.as_ref().map(|home| home.component.name.clone()),
        )
    };
    let mut found: Vec<Difference<'a>> = Vec::new();
    for read in head {
        let counterpart = base
            .iter()
            .find(|other| key(other) == key(read))
            .or_else(|| base.iter().find(|other| other.field == read.field && other.role == read.role));
        if !same(counterpart, Some(read)) {
            found.push(Difference {
                base: counterpart,
                head: Some(read),
            });
        }
    }
    for read in base {
        if !head.iter().any(|other| other.field == read.field && other.role == read.role) {
            found.push(Difference {
                base: Some(read),
                head: None,
            });
        }
    }
    found.sort_by_key(|difference| difference.weight(&comparison.roles));
    found
}

fn shown(read: &Read) -> Option<String> {
    if read.values.is_empty() {
        return None;
    }
    if read.secret {
        return Some(SECRET.to_owned());
    }
    if read.block {
        return Some("present".to_owned());
    }
    let all: Vec<String> = read
        .values
        .iter()
        .map(|(text, _)| text.split('\n').map(str::trim).collect::<Vec<_>>().join(" "))
        .collect();
    Some(cut(&all.join(", ")))
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST_VALUE {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LONGEST_VALUE).collect();
    short.push('…');
    short
}

pub(crate) fn view(judgement: &Judgement) -> SideView {
    let mut values: BTreeMap<String, Option<String>> = BTreeMap::new();
    for read in judgement
        .reads
        .iter()
        .filter(|read| matches!(read.role, Role::Check | Role::Applies))
    {
        let slot = values.entry(read.field.to_string()).or_default();
        if slot.is_none() {
            *slot = shown(read);
        }
    }
    let grade = match &judgement.measure {
        Measure::Grade { name, .. } if judgement.standing == Standing::Violated => Some(name.to_string()),
        Measure::Number { value: i64::MAX, .. } => Some("no limit".to_owned()),
        Measure::Number { value, unit } => Some(format!("{value} {unit}")),
        _ => None,
    };
    let whys = if judgement.standing == Standing::Undecided {
        judgement.whys.iter().map(ToString::to_string).collect()
    } else {
        Vec::new()
    };
    SideView {
        standing: judgement.standing,
        grade,
        values,
        whys,
    }
}

impl Case<'_> {
    /// The finding that the comparison gives.
    pub fn finding(&self) -> Finding {
        let comparison = self.comparison;
        let score = comparison.score(self.control);
        let differences = differences(comparison);
        let anchor = self.anchor(&differences);
        let evidence = self.evidence(&differences, &anchor);
        let mut identity = vec![&*self.control.id, self.subject.kind.as_str(), &self.subject.name, &self.copy];
        let mut members: Vec<&str> = comparison.members.iter().map(|member| member.key.as_str()).collect();
        members.sort_unstable();
        identity.extend(members);
        Finding {
            control: Arc::clone(self.control),
            outcome: comparison.outcome,
            severity: score.severity(),
            score,
            low_confidence: comparison.head.as_ref().is_some_and(|head| head.assumed),
            subject: self.subject.clone(),
            base: comparison.base.as_ref().map(view),
            head: comparison.head.as_ref().map(view),
            reasons: self.reasons(),
            message: self.message(&differences),
            fingerprint: fingerprint(&identity),
            anchor,
            evidence,
            waived: None,
            fails: false,
        }
    }

    /// The entry for a control that cannot be judged.
    pub fn undecided(&self) -> Undecided {
        let head = self.comparison.head.as_ref();
        let mut reasons: Vec<String> = head
            .map(|head| head.whys.iter().map(ToString::to_string).collect())
            .unwrap_or_default();
        if head.is_none() {
            reasons.push(format!("not in source: '{}' is no longer there", self.subject.name));
        } else if reasons.is_empty() {
            reasons.push("not enough is known about the subject".to_owned());
        }
        Undecided {
            control: Arc::clone(self.control),
            subject: self.subject.clone(),
            reasons,
            new: self
                .comparison
                .base
                .as_ref()
                .is_none_or(|base| base.standing != Standing::Undecided),
            base: self.comparison.base.as_ref().map(view),
            anchor: self.anchor(&differences(self.comparison)),
        }
    }

    fn reasons(&self) -> Vec<Reason> {
        let Some(now) = self.comparison.head.as_ref().or(self.comparison.base.as_ref()) else {
            return Vec::new();
        };
        let before = self.comparison.base.as_ref();
        let mut reasons = Vec::new();
        let sides = [
            (true, &self.control.raises_risk, &now.raises),
            (false, &self.control.lowers_risk, &now.lowers),
        ];
        for (raises, risks, truths) in sides {
            for (index, (risk, truth)) in risks.iter().zip(truths).enumerate() {
                let old = before.and_then(|before| {
                    if raises {
                        before.raises.get(index)
                    } else {
                        before.lowers.get(index)
                    }
                });
                let gone = !raises && old.is_some_and(|old| old.is_true()) && *truth == Truth::False;
                if truth.is_true() || gone {
                    let because = if gone {
                        format!("it is no longer true that {}", risk.because)
                    } else {
                        risk.because.clone()
                    };
                    let changed = gone || (truth.is_true() && old.is_some_and(|old| !old.is_true()));
                    // A mitigation that is gone makes it worse.
                    reasons.push(Reason {
                        raises: raises || gone,
                        condition: risk.name.clone(),
                        because,
                        changed,
                    });
                }
            }
        }
        reasons
    }

    fn message(&self, differences: &[Difference<'_>]) -> String {
        let first = differences.first();
        let side = |read: Option<&Read>| read.and_then(shown).unwrap_or_else(|| NOT_SET.to_owned());
        let members: Vec<&str> = self.comparison.members.iter().map(|member| member.text.as_str()).collect();
        let members = if members.is_empty() {
            side(first.and_then(|difference| difference.head))
        } else {
            cut(&members.join(", "))
        };
        let grade = self.comparison.head.as_ref().and_then(|head| view(head).grade).unwrap_or_default();
        if self.comparison.outcome == Outcome::Worsened {
            let changed: Vec<String> = self
                .reasons()
                .into_iter()
                .filter(|reason| reason.changed)
                .map(|reason| reason.because)
                .collect();
            return format!(
                "'{}': {}, as before, but the risk around it rose: {}.",
                self.subject.name,
                self.control.title,
                changed.join("; ")
            );
        }
        if self.comparison.outcome == Outcome::Introduced {
            return match self.comparison.base.as_ref().map(|base| base.standing) {
                None => format!("'{}' is new: {}.", self.subject.name, self.control.title),
                Some(Standing::Undecided) => format!("'{}' can be judged now: {}.", self.subject.name, self.control.title),
                Some(_) => format!("'{}' is concerned now: {}.", self.subject.name, self.control.title),
            };
        }
        // One pass over the template, so that a value that looks like a placeholder stays what it is.
        let mut text = String::new();
        let mut rest = self.control.message.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(&match name {
                "subject" => self.subject.name.clone(),
                "before" => side(first.and_then(|difference| difference.base)),
                "after" => side(first.and_then(|difference| difference.head)),
                "added" | "removed" => members.clone(),
                "grade" => grade.clone(),
                _ => String::new(),
            });
            rest = tail;
        }
        text.push_str(rest);
        text
    }

    fn at(&self, side: Side, place: &Place) -> Anchor {
        let path = &place.component.path;
        let (line, column) = self.places.position(side, path, place.span.start);
        let end = self.places.position(side, path, place.span.end);
        Anchor {
            path: path.clone(),
            line,
            column,
            side,
            end: Some(end),
        }
    }

    /// The changed line of an element at head; its first line when none of its lines changed.
    fn at_head(&self, place: &Place) -> (Anchor, bool) {
        let mut anchor = self.at(Side::Head, place);
        match self.places.changed(&place.component.path, place.span) {
            Some((line, column)) => {
                if line != anchor.line {
                    anchor.line = line;
                    anchor.column = column;
                }
                (anchor, true)
            }
            None => (anchor, false),
        }
    }

    fn at_gap(&self, place: &Place) -> Anchor {
        match self.places.gap(&place.component.path, place.span) {
            Some((path, line)) => Anchor {
                path,
                line,
                column: 1,
                side: Side::Head,
                end: None,
            },
            None => Anchor {
                path: place.component.path.clone(),
                line: 1,
                column: 1,
                side: Side::Base,
                end: None,
            },
        }
    }

    /// The place of a value that came or went, on a changed line; an unchanged one is kept as fallback.
    fn at_value(&self, difference: &Difference<'_>, fallback: &mut Option<Anchor>) -> Option<Anchor> {
        let before = texts(difference.base);
        let after = texts(difference.head);
        if let Some(head) = difference.head {
            let fresh = head
                .values
                .iter()
                .filter(|(text, _)| !before.contains(&text.as_str()) || before.len() < after.len());
            for (_, place) in fresh {
                let (anchor, changed) = self.at_head(place);
                if changed {
                    return Some(anchor);
                }
                fallback.get_or_insert(anchor);
            }
        }
        if let Some(base) = difference.base {
            let gone = base
                .values
                .iter()
                .find(|(text, _)| !after.contains(&text.as_str()) || after.len() < before.len());
            if let Some((_, place)) = gone {
                return Some(self.at_gap(place));
            }
        }
        None
    }

    fn anchor(&self, differences: &[Difference<'_>]) -> Anchor {
        let in_head = |place: &Place| {
            let head = self.comparison.head.as_ref();
            head.is_some_and(|head| {
                head.reads
                    .iter()
                    .flat_map(|read| read.values.iter().map(|(_, place)| place).chain(&read.home))
                    .any(|known| Arc::ptr_eq(&known.component, &place.component))
            })
        };
        let mut fallback = None;
        for member in &self.comparison.members {
            if in_head(&member.place) {
                let (anchor, changed) = self.at_head(&member.place);
                if changed {
                    return anchor;
                }
                fallback.get_or_insert(anchor);
            } else {
                return self.at_gap(&member.place);
            }
        }
        // What an app newly is counts before the surroundings of what is judged: a change that makes a control
        // applicable is found in the field that did it, not in another line of the same block.
        let applicable = |difference: &&Difference<'_>| difference.weight(&self.comparison.roles) < usize::MAX;
        if self.comparison.base.is_some() {
            for difference in differences.iter().filter(applicable) {
                if let Some(anchor) = self.at_value(difference, &mut fallback) {
                    return anchor;
                }
            }
        }
        for difference in differences {
            if let Some(anchor) = self.at_value(difference, &mut fallback) {
                return anchor;
            }
            if let Some(home) = difference.head.and_then(|head| head.home.as_ref()) {
                let (anchor, changed) = self.at_head(home);
                if changed {
                    return anchor;
                }
                fallback.get_or_insert(anchor);
            }
            if let (Some(base), true) = (difference.base, difference.head.is_none_or(|head| head.home.is_none()))
                && let Some(home) = &base.home
            {
                return self.at_gap(home);
            }
        }
        if let Some(anchor) = fallback {
            return anchor;
        }
        let homes =
            |judgement: Option<&Judgement>| judgement.and_then(|judgement| judgement.reads.iter().find_map(|read| read.home.clone()));
        if let Some(home) = homes(self.comparison.head.as_ref()) {
            return self.at_head(&home).0;
        }
        match (&self.any_file, homes(self.comparison.base.as_ref())) {
            (Some((Side::Head, component)), _) => {
                self.at_head(&Place {
                    span: component.root.span,
                    component: Arc::clone(component),
                })
                .0
            }
            (Some((Side::Base, component)), None) => self.at_gap(&Place {
                span: component.root.span,
                component: Arc::clone(component),
            }),
            (_, Some(home)) => self.at_gap(&home),
            (None, None) => Anchor {
                path: "sfdx-project.json".into(),
                line: 1,
                column: 1,
                side: Side::Head,
                end: None,
            },
        }
    }

    fn evidence(&self, differences: &[Difference<'_>], anchor: &Anchor) -> Vec<Evidence> {
        let mut found = Vec::new();
        let mut add = |side: Side, read: &Read| {
            let places = read
                .values
                .iter()
                .map(|(_, place)| (true, place))
                .chain(read.home.iter().filter(|_| read.values.is_empty()).map(|home| (false, home)));
            for (present, place) in places.take(20) {
                let at = self.at(side, place);
                if !(present && side == anchor.side && at.path == anchor.path && at.line == anchor.line) {
                    found.push(Evidence {
                        path: at.path,
                        side,
                        line: at.line,
                        column: at.column,
                        field: Arc::clone(&read.field),
                        value: if present { shown(read) } else { None },
                    });
                }
            }
        };
        for difference in differences {
            if let Some(base) = difference.base {
                add(Side::Base, base);
            }
            if let Some(head) = difference.head {
                add(Side::Head, head);
            }
        }
        if let Some(head) = &self.comparison.head {
            for read in &head.reads {
                let holds = match read.role {
                    Role::Check => true,
                    Role::Applies => false,
                    Role::Raises(index) => head.raises.get(index).is_some_and(|truth| truth.is_true()),
                    Role::Lowers(index) => head.lowers.get(index).is_some_and(|truth| truth.is_true()),
                };
                if holds && !read.values.is_empty() {
                    add(Side::Head, read);
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }
}
