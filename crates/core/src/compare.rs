//! The gate's one question: is this control on this subject weaker at head than at base?

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::check::{Check, Length, Measure, Member, Members, Review};
use crate::judge::{Judgement, Role, Standing, Why};
use crate::policy::Control;
use crate::policy::raw::{OnRemoval, WeakerWhen};
use crate::score::Score;
use crate::truth::Truth;

/// What became of one control on one subject between base and head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was satisfied and is violated, or it is violated by a weaker grade.
    Regressed,
    /// Nothing was there to judge, and what came is violated.
    Introduced,
    /// Violated on both sides, and the risk around it rose.
    Worsened,
    /// A value without an order changed: for a person to look at.
    Review,
    /// Head cannot be judged.
    Undecided,
    /// Still violated, by a stronger grade.
    Improved,
    /// It was violated and is not any more.
    Resolved,
    /// As it was.
    Unchanged,
    /// The control is not about this subject at head.
    NotApplicable,
}

impl Outcome {
    /// The spelling used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::Introduced => "introduced",
            Self::Worsened => "worsened",
            Self::Review => "review",
            Self::Undecided => "undecided",
            Self::Improved => "improved",
            Self::Resolved => "resolved",
            Self::Unchanged => "unchanged",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// Whether it is shown as a finding.
    pub fn is_finding(self) -> bool {
        matches!(self, Self::Regressed | Self::Introduced | Self::Worsened | Self::Review)
    }
}

/// The result of a comparison with what it rests on.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The result.
    pub outcome: Outcome,
    /// How it stood; `None` when the subject is not in base.
    pub base: Option<Judgement>,
    /// How it stands; `None` when the subject is not in head.
    pub head: Option<Judgement>,
    /// Members or values that made the difference.
    pub members: Vec<Member>,
    /// What was read for these roles explains the outcome, most telling first.
    pub roles: Vec<Role>,
}

impl Comparison {
    /// Whether something got weaker for certain beside what cannot be known, so that even a standing doubt is news.
    pub(crate) fn is_news(&self) -> bool {
        let sides = self.base.as_ref().zip(self.head.as_ref());
        !self.members.is_empty() || sides.is_some_and(|(base, head)| by_length(base, head) == Some(Ordering::Less))
    }

    /// The risk at head in its context.
    pub fn score(&self, control: &Control) -> Score {
        let context = self.head.as_ref().or(self.base.as_ref());
        let any = |list: &[Truth]| list.iter().any(|truth| truth.is_true());
        let (raised, lowered) = context.map_or((false, false), |judgement| (any(&judgement.raises), any(&judgement.lowers)));
        control.source.range.in_context(raised, lowered)
    }
}

/// Compares how a subject stands on both sides. `None` for a side means that the subject is not there.
///
/// Where a side has several sets ([`Judgement::others`]), one of head that is weaker than each of base is a finding: any
/// of them may be the one that counts.
pub fn compare(control: &Control, base: Option<Judgement>, head: Option<Judgement>) -> Comparison {
    let (base, head) = match (base, head) {
        (Some(base), Some(head)) if !(base.others.is_empty() && head.others.is_empty()) => {
            let (base, head) = worst_pair(control, base, head);
            (Some(base), Some(head))
        }
        sides => sides,
    };
    let (outcome, members, roles) = told(control, base.as_ref(), head.as_ref());
    Comparison {
        outcome,
        base,
        head,
        members,
        roles,
    }
}

/// What became of it, and what explains that.
fn told(control: &Control, base: Option<&Judgement>, head: Option<&Judgement>) -> (Outcome, Vec<Member>, Vec<Role>) {
    let mut members = Vec::new();
    let mut roles = vec![Role::Check, Role::Applies];
    let outcome = match (base, head) {
        (_, None) => removed(control, base),
        (None, Some(head)) => introduced(head),
        (Some(base), Some(head)) => match both(control, base, head, &mut members, &mut roles) {
            Outcome::Regressed if head.unseen.is_true() => Outcome::Undecided,
            Outcome::Regressed if !decided(control, base, head) => Outcome::Review,
            outcome => outcome,
        },
    };
    if let (Outcome::Introduced, true, Some(head), Check::Members(check)) = (outcome, members.is_empty(), head, &control.check)
        && let Measure::Set(all) = &head.measure
    {
        members = check.weak_ones(all);
    }
    (outcome, members, roles)
}

/// Of all the ways in which each side may stand, the two that tell most: at head the one whose mildest comparison with
/// base is the worst, and at base the one that gives it. The other ways stay with them.
fn worst_pair(control: &Control, base: Judgement, head: Judgement) -> (Judgement, Judgement) {
    let (mut before, mut after) = (base.ways(), head.ways());
    // What has no members cannot excuse those of head.
    if before.iter().any(|way| way.measure.is_set()) {
        before.retain(|way| way.measure.is_set());
    }
    let mildest = |head: &Judgement| {
        let outcomes = before.iter().map(|base| mildness(told(control, Some(base), Some(head)).0));
        outcomes.enumerate().min_by_key(|(_, mildness)| Reverse(*mildness))
    };
    let pairs = after.iter().enumerate().filter_map(|(way, head)| Some((way, mildest(head)?)));
    let worst = pairs.min_by_key(|(_, (_, mildness))| *mildness);
    let (way, against) = worst.map_or((0, 0), |(way, (against, _))| (way, against));
    (
        Judgement::with_others(&mut before, against),
        Judgement::with_others(&mut after, way),
    )
}

/// The order of outcomes, from the one that must be told to the one that is best.
fn mildness(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Regressed => 0,
        Outcome::Introduced => 1,
        Outcome::Worsened => 2,
        Outcome::Review => 3,
        Outcome::Undecided => 4,
        Outcome::Unchanged => 5,
        Outcome::NotApplicable => 6,
        Outcome::Improved => 7,
        Outcome::Resolved => 8,
    }
}

/// Whether what a component restricted is restricted by others of head, so that a regression is none: it was renamed,
/// or two of them changed places. `others` is asked what components of head restrict, as far as that can cover some of
/// the members it is given.
pub fn still_held(control: &Control, comparison: &Comparison, others: impl FnOnce(&[Member]) -> Vec<Member>) -> bool {
    let (Check::Members(check), Some(base)) = (&control.check, &comparison.base) else {
        return false;
    };
    let Measure::Set(before) = &base.measure else { return false };
    let restricts = check.weaker_when == WeakerWhen::Removed && !control.per.is_empty();
    if comparison.outcome != Outcome::Regressed || !restricts || before.is_empty() {
        return false;
    }
    check.weakening(before, &others(before)).is_empty()
}

/// What a component certainly restricts: of one that says several things, nothing is certain.
pub fn restricted(judgement: Judgement) -> Vec<Member> {
    match judgement.measure {
        Measure::Set(members) if judgement.others.is_empty() => members,
        _ => Vec::new(),
    }
}

/// Whether a field changed by which the control says that a change decides. Without evidence it is taken for changed.
fn decided(control: &Control, base: &Judgement, head: &Judgement) -> bool {
    let texts = |side: &Judgement, field: &str| -> Option<Vec<String>> {
        let mut reads = side.reads.iter().filter(|read| read.role == Role::Check && *read.field == *field);
        let first = reads.next()?;
        Some(first.values.iter().map(|(text, _)| text.clone()).collect())
    };
    let changed = |field: &Arc<str>| {
        let (before, after) = (texts(base, field), texts(head, field));
        before.is_none() || before != after
    };
    control.decided_by.is_empty() || control.decided_by.iter().any(changed)
}

fn removed(control: &Control, base: Option<&Judgement>) -> Outcome {
    match (base.map(|base| base.standing), control.on_removal) {
        (Some(Standing::Satisfied), OnRemoval::Regressed) => Outcome::Regressed,
        // A component that is judged for what it grants takes that along.
        _ if !control.per.is_empty() => Outcome::NotApplicable,
        (Some(Standing::Satisfied | Standing::Violated), OnRemoval::Undecided) if !control.is_review() => Outcome::Undecided,
        _ => Outcome::NotApplicable,
    }
}

fn introduced(head: &Judgement) -> Outcome {
    match head.standing {
        Standing::NotApplicable => Outcome::NotApplicable,
        Standing::Satisfied => Outcome::Unchanged,
        // Nothing is set and nothing was: there is nothing to say about it.
        Standing::Undecided if head.measure == Measure::Unset => Outcome::NotApplicable,
        Standing::Undecided => Outcome::Undecided,
        // A condition that cannot be known does not excuse a new weakness.
        Standing::Violated if head.counts_when_new == Truth::False => Outcome::Unchanged,
        Standing::Violated => Outcome::Introduced,
    }
}

fn both(control: &Control, base: &Judgement, head: &Judgement, members: &mut Vec<Member>, roles: &mut Vec<Role>) -> Outcome {
    match (&control.check, &base.measure, &head.measure) {
        (Check::Members(check), Measure::Set(before), Measure::Set(after)) => {
            let weakening = check.weakening(before, after);
            let comparable = comparable(check, base, head);
            let (certain, open): (Vec<_>, Vec<_>) = weakening.into_iter().partition(comparable);
            if !certain.is_empty() {
                *members = certain;
                return Outcome::Regressed;
            }
            // A token at base may have stood for what head says, or for something else: that cannot be told.
            if !open.is_empty() && written(base) {
                *members = check.weak_ones(&open);
                if check.weaker_when == WeakerWhen::Added && !members.is_empty() {
                    return Outcome::Introduced;
                }
                *members = open;
                return Outcome::Undecided;
            }
        }
        (Check::Review(_), Measure::Values(before), Measure::Values(after)) => {
            let changed = Review::changed(before, after);
            if !changed.is_empty() {
                *members = changed;
                return Outcome::Review;
            }
        }
        _ => {}
    }
    match (base.standing, head.standing) {
        (Standing::Undecided, Standing::Undecided) if base.measure == Measure::Unset && head.measure == Measure::Unset => {
            Outcome::NotApplicable
        }
        // The same thing is unknown on both sides, and what is certain beside it changed.
        (Standing::Undecided, Standing::Undecided) if base.whys == head.whys => match by_grade(base, head) {
            Some(Ordering::Less) => Outcome::Regressed,
            Some(Ordering::Greater) => Outcome::Improved,
            _ => Outcome::Undecided,
        },
        (_, Standing::Undecided) => Outcome::Undecided,
        (Standing::Violated, Standing::NotApplicable | Standing::Satisfied) => Outcome::Resolved,
        (_, Standing::NotApplicable) => Outcome::NotApplicable,
        // As it should be on both sides, but less so: for a person to know.
        (Standing::Satisfied, Standing::Satisfied) if by_length(base, head) == Some(Ordering::Less) => Outcome::Review,
        (_, Standing::Satisfied) => Outcome::Unchanged,
        (Standing::Satisfied, Standing::Violated) => Outcome::Regressed,
        // Nothing set a number, and what would say whether it counts here is as much out of sight as it was.
        (Standing::Undecided, Standing::Violated) if base.measure == Measure::Unset && as_unseen(base, head) => Outcome::Unchanged,
        // Whatever the missing unit is, head lives longer.
        (Standing::Undecided, Standing::Violated) if by_length(base, head) == Some(Ordering::Less) => Outcome::Regressed,
        // What is weak for certain now, where something stood that could not be read, is no old weakness.
        (Standing::Undecided, Standing::Violated) if written(base) => Outcome::Introduced,
        (Standing::NotApplicable | Standing::Undecided, Standing::Violated) => introduced(head),
        (Standing::Violated, Standing::Violated) => match by_measure(&base.measure, &head.measure).then(by_hours(base, head)) {
            Ordering::Less => Outcome::Regressed,
            Ordering::Greater => Outcome::Improved,
            // Nobody defines which of the two is stricter; but one of them need never end.
            Ordering::Equal if by_length(base, head) == Some(Ordering::Less) => Outcome::Review,
            // What would be no finding on a new subject does not become one by its surroundings; and what makes it count
            // now (a flow that was switched on) has a control of its own.
            Ordering::Equal if [base, head].iter().any(|side| side.counts_when_new == Truth::False) => Outcome::Unchanged,
            Ordering::Equal => by_risk(base, head, roles),
        },
    }
}

/// Whether what is unknown about a side stands there, unreadable, and is not merely out of sight.
fn written(side: &Judgement) -> bool {
    side.whys.iter().any(Why::is_written)
}

/// Whether it cannot be known if a violation counts on something new, and base did not know more.
fn as_unseen(base: &Judgement, head: &Judgement) -> bool {
    let open = &head.counting;
    head.counts_when_new == Truth::Unknown && !open.is_empty() && beside(open, &base.whys).next().is_none()
}

/// The reasons of one side that the other one does not have.
fn beside<'a>(reasons: &'a [Why], other: &'a [Why]) -> impl Iterator<Item = &'a Why> {
    let known: HashSet<&Why> = other.iter().collect();
    reasons.iter().filter(move |why| !known.contains(why))
}

/// Tells whether a member that only one side shows is certain to be missing on the other one.
///
/// What is unknown in the same way on both sides does not matter: a file that is in neither. Otherwise the side that
/// could hide it must be known: base where an addition weakens, and head where a removal does.
fn comparable(check: &Members, base: &Judgement, head: &Judgement) -> impl Fn(&Member) -> bool {
    let (hiding, showing) = match check.weaker_when {
        WeakerWhen::Added => (base, head),
        WeakerWhen::Removed => (head, base),
    };
    // By the fields they are about, as there are few of those and may be many reasons and many members.
    let open: BTreeSet<_> = beside(&hiding.whys, &showing.whys).map(|why| check.fields_of(why)).collect();
    move |member| open.iter().all(|fields| check.hides_elsewhere(fields, member))
}

/// `Less` when head's grade is weaker for certain; `None` where a side has none.
fn by_grade(base: &Judgement, head: &Judgement) -> Option<Ordering> {
    match (&base.measure, &head.measure) {
        (Measure::Grade { rank: before, .. }, Measure::Grade { rank: after, .. }) => Some(before.cmp(after)),
        _ => None,
    }
}

/// `Less` when head is weaker.
fn by_measure(base: &Measure, head: &Measure) -> Ordering {
    match (base, head) {
        (Measure::Grade { rank: before, .. }, Measure::Grade { rank: after, .. }) => before.cmp(after),
        (Measure::Number { value: before, .. }, Measure::Number { value: after, .. }) => before.cmp(after),
        _ => Ordering::Equal,
    }
}

/// `Less` when head lives longer, or as long and is renewed at every use; `None` where a side states no length.
fn by_length(base: &Judgement, head: &Judgement) -> Option<Ordering> {
    let (base, head) = (base.length.as_ref()?, head.length.as_ref()?);
    let key = |length: &Length| (length.time, length.renewed);
    (base.in_hours == head.in_hours).then(|| key(base).cmp(&key(head)))
}

/// `Less` when head lives longer for certain.
fn by_hours(base: &Judgement, head: &Judgement) -> Ordering {
    match (&base.length, &head.length) {
        (Some(before), Some(after)) if before.in_hours == after.in_hours => before.time.cmp(&after.time),
        _ => Ordering::Equal,
    }
}

fn by_risk(base: &Judgement, head: &Judgement, roles: &mut Vec<Role>) -> Outcome {
    let mut rose = Vec::new();
    for (index, (before, after)) in base.raises.iter().zip(&head.raises).enumerate() {
        // Coming into sight is not becoming true: what a file newly in source says, the direct controls judge.
        if after.is_true() && *before == Truth::False {
            rose.push(Role::Raises(index));
        }
    }
    for (index, (before, after)) in base.lowers.iter().zip(&head.lowers).enumerate() {
        // Losing sight of a mitigation is not losing it.
        if before.is_true() && *after == Truth::False {
            rose.push(Role::Lowers(index));
        }
    }
    if rose.is_empty() {
        return Outcome::Unchanged;
    }
    rose.extend(roles.iter().copied());
    *roles = rose;
    Outcome::Worsened
}
