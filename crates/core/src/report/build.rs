//! Turns a comparison into what people see: how both sides stood, the reasons, the evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::difference::{Difference, differences};
use super::fingerprint::fingerprint;
use super::message::{NO_ENTRY, NO_LIMIT, shown};
use super::{Anchor, Evidence, Finding, Places, Reason, Side, SideView, SubjectRef, Undecided};
use crate::check::{Check, Measure};
use crate::compare::Comparison;
use crate::element::Component;
use crate::judge::{Judgement, Read, Role, Standing};
use crate::policy::Control;
use crate::policy::raw::WeakerWhen;
use crate::registry::SubjectKind;
use crate::truth::Truth;
use crate::world::Subject;

/// What to describe, and on whom.
pub struct Case<'a> {
    /// The control.
    pub control: &'a Arc<Control>,
    /// The subject.
    pub subject: SubjectRef,
    /// Tells copies of one subject in several package directories apart; empty when there is one.
    pub copy: String,
    /// Its files at head.
    pub files: Option<&'a Subject>,
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

pub(crate) fn view(judgement: &Judgement) -> SideView {
    told(judgement, &several([Some(judgement), None]))
}

fn decides(read: &Read) -> bool {
    matches!(read.role, Role::Check | Role::Applies)
}

fn component(read: &Read) -> Option<&Component> {
    let place = read.values.first().map(|(_, place)| place).or(read.home.as_ref());
    place.map(|place| &*place.component)
}

/// Fields that were read in several components on one side, so that their names alone do not tell them apart.
fn several(sides: [Option<&Judgement>; 2]) -> BTreeSet<Arc<str>> {
    let mut found = BTreeSet::new();
    for side in sides.into_iter().flatten() {
        let mut seen: BTreeMap<&Arc<str>, &str> = BTreeMap::new();
        for read in side.reads.iter().filter(|read| decides(read)) {
            let Some(component) = component(read) else { continue };
            if *seen.entry(&read.field).or_insert(&component.name) != component.name {
                found.insert(Arc::clone(&read.field));
            }
        }
    }
    found
}

/// `Type/path/below`; `Type:Name/path/below` for one of several components.
fn key(read: &Read, several: &BTreeSet<Arc<str>>) -> Arc<str> {
    match (read.field.split_once('/'), component(read)) {
        (Some((type_name, path)), Some(component)) if several.contains(&read.field) => {
            format!("{type_name}:{}/{path}", component.name).into()
        }
        _ => Arc::clone(&read.field),
    }
}

fn told(judgement: &Judgement, several: &BTreeSet<Arc<str>>) -> SideView {
    let mut values: BTreeMap<Arc<str>, Option<String>> = BTreeMap::new();
    for read in judgement.reads.iter().filter(|read| decides(read)) {
        let slot = values.entry(key(read, several)).or_default();
        if slot.as_deref().is_none_or(|text| text == NO_ENTRY) {
            *slot = shown(read).or(slot.take());
        }
    }
    let grade = match &judgement.measure {
        Measure::Grade { name, .. } if judgement.standing == Standing::Violated => Some(name.to_string()),
        Measure::Grade { rank: 1.., name } if judgement.standing == Standing::Undecided => Some(format!("at least {name}")),
        Measure::Number { value: i64::MAX, .. } => Some(NO_LIMIT.to_owned()),
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
        let several = several([comparison.base.as_ref(), comparison.head.as_ref()]);
        let sides = [&comparison.base, &comparison.head];
        let [base, head] = sides.map(|side| side.as_ref().map(|side| told(side, &several)));
        Finding {
            control: Arc::clone(self.control),
            outcome: comparison.outcome,
            severity: score.severity(),
            score,
            low_confidence: comparison.head.as_ref().is_some_and(|head| head.assumed),
            subject: self.subject.clone(),
            base,
            head,
            reasons: self.reasons(),
            message: self.message(&differences),
            fingerprint: fingerprint(&identity),
            anchor_type: self.type_at(&anchor),
            anchor,
            evidence,
            waived: None,
            fails: false,
        }
    }

    /// The type of the component in the file of an anchor.
    fn type_at(&self, anchor: &Anchor) -> Option<Arc<str>> {
        let sides = [&self.comparison.head, &self.comparison.base];
        let reads = sides.into_iter().flatten().flat_map(|side| &side.reads);
        reads
            .filter_map(component)
            .chain(self.any_file.iter().map(|(_, component)| &**component))
            .find(|component| component.path == anchor.path)
            .map(|component| Arc::clone(&component.type_name))
    }

    /// The entry for a control that cannot be judged.
    pub fn undecided(&self) -> Undecided {
        let head = self.comparison.head.as_ref();
        let mut reasons: Vec<String> = head
            .map(|head| head.whys.iter().map(ToString::to_string).collect())
            .unwrap_or_default();
        let comparable = head.is_none_or(|head| head.standing == Standing::Undecided);
        let unseen = head.is_some_and(|head| !comparable && head.unseen.is_true());
        if unseen {
            reasons = vec!["retrieved differently: what would tell is no longer in the file".to_owned()];
        } else if !comparable {
            let before = self.comparison.base.iter().flat_map(|base| &base.whys);
            reasons = before.map(|why| format!("cannot be compared with base: {why}")).collect();
        } else if head.is_none() {
            reasons.push(format!("not in source: '{}' is no longer there", self.subject.name));
        } else if reasons.is_empty() {
            reasons.push("not enough is known about the subject".to_owned());
        }
        if let (Check::Members(check), false, false) = (&self.control.check, self.comparison.members.is_empty(), unseen) {
            let said = match check.weaker_when {
                WeakerWhen::Added => "added, unless what is unknown at base stood for it",
                WeakerWhen::Removed => "gone, unless what is unknown at head stands for it",
            };
            reasons.push(format!("{said}: {}", self.members()));
        }
        Undecided {
            control: Arc::clone(self.control),
            subject: self.subject.clone(),
            reasons,
            new: !comparable
                || self.comparison.is_news()
                || match &self.comparison.base {
                    Some(base) => base.standing != Standing::Undecided,
                    // The org is never new: without its settings in source, nothing was known of it.
                    None => self.control.subject != SubjectKind::Org || !self.control.per.is_empty(),
                },
            gone: head.is_none(),
            base: self.comparison.base.as_ref().map(view),
            anchor: self.anchor(&differences(self.comparison)),
        }
    }

    pub(super) fn reasons(&self) -> Vec<Reason> {
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

    fn evidence(&self, differences: &[Difference<'_>], anchor: &Anchor) -> Vec<Evidence> {
        let mut found = Vec::new();
        let mut add = |side: Side, read: &Read| {
            let places = read
                .values
                .iter()
                .map(|(_, place)| (true, place))
                .chain(read.home.iter().filter(|_| read.values.is_empty()).map(|home| (false, home)));
            // It tells all values of the read, so that it is the same at each place.
            let value = if read.values.is_empty() { None } else { shown(read) };
            for (present, place) in places.take(20) {
                let at = self.at(side, place);
                if !(present && side == anchor.side && at.path == anchor.path && at.line == anchor.line) {
                    found.push(Evidence {
                        path: at.path,
                        side,
                        line: at.line,
                        column: at.column,
                        field: Arc::clone(&read.field),
                        value: value.clone(),
                    });
                }
            }
        };
        for difference in differences.iter().filter(|difference| !difference.elsewhere()) {
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
                if holds && !read.elsewhere && !read.values.is_empty() {
                    add(Side::Head, read);
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }
}
