//! How one subject stands to one control in one snapshot.

pub(crate) mod env;
mod reads;
mod why;

pub use reads::{Place, Read, Role};
pub use why::Why;

use crate::check::{Check, Found, Length, Measure, State};
use crate::policy::Control;
use crate::truth::Truth;
use crate::world::{Facts, Subject, World};
use env::Env;
use reads::Quiet;

/// How a subject stands to a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The control is not about this subject as it is.
    NotApplicable,
    /// As recommended.
    Satisfied,
    /// It cannot be known.
    Undecided,
    /// Weaker than recommended.
    Violated,
}

impl Standing {
    /// The spelling used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotApplicable => "not-applicable",
            Self::Satisfied => "satisfied",
            Self::Undecided => "undecided",
            Self::Violated => "violated",
        }
    }
}

/// A judgement with everything it rests on.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The result.
    pub standing: Standing,
    /// By what it is compared with the other side.
    pub measure: Measure,
    /// Where the measures are alike, the longer side is weaker.
    pub length: Option<Length>,
    /// Truth of the raises-risk conditions, in the control's order.
    pub raises: Vec<Truth>,
    /// Truth of the lowers-risk conditions, in the control's order.
    pub lowers: Vec<Truth>,
    /// What was read.
    pub reads: Vec<Read>,
    /// Why something was unknown, for an undecided standing.
    pub whys: Vec<Why>,
    /// The standing rests on an assumption about a default that nobody documents.
    pub assumed: bool,
    /// Whether a violation counts on a subject that is new.
    pub counts_when_new: Truth,
    /// Why that is unknown.
    pub counting: Vec<Why>,
    /// Whether the subject shows too little to call a violation a regression.
    pub unseen: Truth,
    /// How the subject stands by its other files and elements, where it has several for one and a set is compared: of
    /// two sets none need be the weaker one, so that each is held against base.
    pub others: Vec<Judgement>,
}

impl Judgement {
    /// All the ways in which the subject may stand, this one first.
    pub(crate) fn ways(mut self) -> Vec<Self> {
        let others = std::mem::take(&mut self.others);
        let mut ways = vec![self];
        ways.extend(others);
        ways
    }

    /// One of several ways, with the others beside it.
    pub(crate) fn with_others(ways: &mut Vec<Self>, index: usize) -> Self {
        let mut one = ways.swap_remove(index);
        one.others = std::mem::take(ways);
        one
    }

    /// Forgets the risk around the subject, but for what raises it.
    pub fn in_context_of(&mut self, raises: &[Truth]) {
        self.raises = raises.to_vec();
        self.lowers.clear();
        self.others.iter_mut().for_each(|other| other.in_context_of(raises));
    }
}

/// The subject says so many contradicting things that they cannot all be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many duplicated files or elements to judge every combination; remove the duplicates")]
pub struct TooManyAlternatives;

/// Judges one subject by one control.
///
/// Duplicated files and duplicated single-valued elements are judged in every combination and the weakest counts.
///
/// # Errors
/// [`TooManyAlternatives`] when there are more combinations than anybody writes by accident.
pub fn judge(control: &Control, subject: &Subject, world: &dyn World, facts: &Facts) -> Result<Judgement, TooManyAlternatives> {
    judge_in(control, &|assume| Env::new(world, subject, facts, assume))
}

/// The same judgement without its evidence, as far as a comparison needs it: [`Judgement::reads`] holds what the check
/// itself needs at most, risks are known of violations only, and [`Judgement::assumed`] is not worked out.
///
/// # Errors
/// As [`judge`].
pub fn judge_quietly(control: &Control, subject: &Subject, world: &dyn World, facts: &Facts) -> Result<Judgement, TooManyAlternatives> {
    // These checks find the places of their members among what was read.
    let members = matches!(control.check, Check::Members(_) | Check::Review(_));
    let quiet = if members { Quiet::ButCheck } else { Quiet::All };
    judge_in(control, &|assume| Env::new(world, subject, facts, assume).quietly(quiet))
}

fn judge_in<'a>(control: &Control, env: &dyn Fn(bool) -> Env<'a>) -> Result<Judgement, TooManyAlternatives> {
    let trusting = env(true);
    let mut judgement = weakest(control, &trusting)?;
    // How sure one can be is asked of what is told only.
    if trusting.assumed.get() && !trusting.reads.is_quiet() {
        judgement.assumed = weakest(control, &env(false))?.standing != judgement.standing;
    }
    Ok(judgement)
}

fn weakest(control: &Control, env: &Env<'_>) -> Result<Judgement, TooManyAlternatives> {
    let mut results = env.each_alternative(|env| once(control, env)).ok_or(TooManyAlternatives)?;
    let mut best = 0;
    for (index, next) in results.iter().enumerate() {
        if results.get(best).is_some_and(|known| weaker(next, known)) {
            best = index;
        }
    }
    if best >= results.len() {
        return Err(TooManyAlternatives);
    }
    let mut weakest = results.swap_remove(best);
    results.retain(|other| other.measure.is_set());
    weakest.others = results;
    Ok(weakest)
}

fn weaker(a: &Judgement, b: &Judgement) -> bool {
    let rank = |judgement: &Judgement| match &judgement.measure {
        Measure::None | Measure::Unset => 0,
        Measure::Grade { rank, .. } => i64::try_from(*rank).unwrap_or(i64::MAX),
        Measure::Number { value, .. } => *value,
        // Even an empty set can be compared, and its others with it.
        Measure::Set(members) | Measure::Values(members) => i64::try_from(members.len()).unwrap_or(i64::MAX).saturating_add(1),
    };
    let context = |judgement: &Judgement| {
        let up = judgement.raises.iter().filter(|truth| truth.is_true()).count();
        let down = judgement.lowers.iter().filter(|truth| !truth.is_true()).count();
        up.saturating_add(down)
    };
    (a.standing, rank(a), &a.length, context(a)) > (b.standing, rank(b), &b.length, context(b))
}

fn once(control: &Control, env: &Env<'_>) -> Judgement {
    let frames = env.frames();
    env.reads.set_role(Role::Applies);
    let applies = control
        .applies_when
        .as_ref()
        .map_or(Truth::True, |condition| env.holds(condition, &frames));
    env.reads.set_role(Role::Check);
    let found = match (applies, &control.satisfied_when) {
        (Truth::False, _) => Found::new(State::Satisfied, Measure::None),
        (_, None) => control.check.run(env, &frames),
        (_, Some(condition)) => {
            let overridden = env.holds(condition, &frames);
            let found = control.check.run(env, &frames);
            match (overridden, found.state) {
                (Truth::True, _) => Found::new(State::Satisfied, Measure::None),
                (Truth::Unknown, State::Violated) => Found::undecided(),
                _ => found,
            }
        }
    };
    let overridden = control.satisfied_when.is_some() && found.measure == Measure::None;
    let lengths = control.length.as_ref().filter(|_| applies.is_true() && !overridden);
    let length = lengths.and_then(|lengths| lengths.read(env, &frames));
    let standing = match (applies, found.state) {
        (Truth::False, _) => Standing::NotApplicable,
        // Whatever the answer, it would be "satisfied" or "not applicable": nothing is open.
        (Truth::Unknown | Truth::True, State::Satisfied) => Standing::Satisfied,
        (Truth::Unknown, State::Violated) | (_, State::Undecided) => Standing::Undecided,
        (Truth::True, State::Violated) => Standing::Violated,
    };
    let whys = env.whys();
    let mut raises = Vec::with_capacity(control.raises_risk.len());
    let mut lowers = Vec::with_capacity(control.lowers_risk.len());
    let (mut counts_when_new, mut counting, mut unseen) = (Truth::True, Vec::new(), Truth::False);
    // Nothing but a violation comes to anything by what is around it.
    if standing == Standing::Violated || standing != Standing::NotApplicable && !env.reads.is_quiet() {
        for (index, risk) in control.raises_risk.iter().enumerate() {
            env.reads.set_role(Role::Raises(index));
            raises.push(env.holds(&risk.when, &frames));
        }
        for (index, risk) in control.lowers_risk.iter().enumerate() {
            env.reads.set_role(Role::Lowers(index));
            lowers.push(env.holds(&risk.when, &frames));
        }
        if let Some(condition) = &control.introduced_when {
            env.reads.set_role(Role::Applies);
            (counts_when_new, counting) = env.whys_of(|| env.holds(condition, &frames));
        }
    }
    if let Some(condition) = control.unseen_when.as_ref().filter(|_| standing != Standing::NotApplicable) {
        env.reads.set_role(Role::Applies);
        unseen = env.holds(condition, &frames);
    }
    Judgement {
        standing,
        measure: found.measure,
        length,
        raises,
        lowers,
        reads: env.reads.all(),
        whys,
        assumed: false,
        counts_when_new,
        counting,
        unseen,
        others: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
