//! The kinds of check, a closed set with one module each. A check turns a subject into a [`Found`]: how it stands,
//! and the measure by which two sides are compared.

pub(crate) mod address;
mod grades;
mod length;
mod limit;
mod members;
mod ranking;
mod require;
mod review;
pub(crate) mod url;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) use grades::Grades;
pub use length::Length;
pub(crate) use length::Lengths;
pub(crate) use limit::{Limit, LimitValue};
pub(crate) use members::Members;
pub(crate) use ranking::{Rank, Ranking};
pub(crate) use review::Review;

use crate::condition::find::Frame;
use crate::condition::{Condition, FieldRef, Visit};
use crate::judge::Place;
use crate::judge::env::Env;

/// A compiled check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Check {
    Require(Condition),
    Grades(Grades),
    Limit(Limit),
    Ranking(Ranking),
    Members(Box<Members>),
    Review(Review),
}

/// By what two standings of one control are compared.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Measure {
    /// Satisfied or not, nothing between.
    #[default]
    None,
    /// A named weak state; a higher rank is weaker.
    Grade {
        /// Position, strongest first.
        rank: usize,
        /// Name for people.
        name: Arc<str>,
    },
    /// A number; a larger one is weaker.
    Number {
        /// In `unit`.
        value: i64,
        /// For people.
        unit: Arc<str>,
    },
    /// A number that no file sets, and what applies then is not known.
    Unset,
    /// A set of members.
    Set(Vec<Member>),
    /// Values without an order.
    Values(Vec<Member>),
}

impl Measure {
    /// Whether it has members; of two such ones none need be weaker than the other.
    pub fn is_set(&self) -> bool {
        matches!(self, Self::Set(_) | Self::Values(_))
    }
}

/// One member of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// As shown to people.
    pub text: String,
    /// By which it is compared.
    pub key: String,
    /// Where it stands.
    pub place: Place,
}

/// How a subject stands, before risk and confidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Satisfied,
    Undecided,
    Violated,
}

/// The result of a check.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) state: State,
    pub(crate) measure: Measure,
}

impl Found {
    pub(crate) fn new(state: State, measure: Measure) -> Self {
        Self { state, measure }
    }

    pub(crate) fn undecided() -> Self {
        Self::new(State::Undecided, Measure::None)
    }
}

impl Check {
    /// Runs the check on the subject of `env`.
    pub(crate) fn run(&self, env: &Env<'_>, frames: &[Frame]) -> Found {
        match self {
            Self::Require(condition) => require::run(condition, env, frames),
            Self::Grades(check) => check.run(env, frames),
            Self::Limit(check) => check.run(env, frames),
            Self::Ranking(check) => check.run(env, frames),
            Self::Members(check) => check.run(env, frames),
            Self::Review(check) => check.run(env, frames),
        }
    }

    /// The spelling in policies.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Require(_) => "require",
            Self::Grades(_) => "grades",
            Self::Limit(_) => "limit",
            Self::Ranking(_) => "ranking",
            Self::Members(_) => "members",
            Self::Review(_) => "review",
        }
    }

    /// The fields it reads itself, without those of its conditions.
    pub(crate) fn fields(&self) -> Vec<&FieldRef> {
        match self {
            Self::Require(_) | Self::Grades(_) => Vec::new(),
            Self::Limit(check) => check.values.iter().map(|value| &value.field).collect(),
            Self::Ranking(check) => vec![&check.field],
            Self::Members(check) => check.from.iter().collect(),
            Self::Review(check) => check.of.iter().collect(),
        }
    }

    /// The conditions it is made of.
    pub(crate) fn conditions(&self) -> Vec<&Condition> {
        match self {
            Self::Require(condition) => vec![condition],
            Self::Grades(check) => check.steps.iter().map(|(_, condition)| condition).collect(),
            Self::Members(check) => check.each.iter().map(|(_, condition)| condition).collect(),
            Self::Limit(_) | Self::Ranking(_) | Self::Review(_) => Vec::new(),
        }
    }

    /// Calls `visit` for everything the check reads, as [`Condition::reads`] does.
    pub(crate) fn reads(&self, visit: &mut Visit<'_>) {
        self.fields().into_iter().for_each(|field| field.visit(visit));
        self.conditions().into_iter().for_each(|condition| condition.reads(visit));
    }
}
