//! `grades`: named weak states, weakest first. The first that holds is the grade; none is good.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Found, Measure, State};
use crate::condition::Condition;
use crate::condition::find::Frame;
use crate::judge::env::Env;
use crate::truth::Truth;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grades {
    /// Weakest first.
    pub(crate) steps: Vec<(Arc<str>, Condition)>,
}

impl Grades {
    pub(super) fn run(&self, env: &Env<'_>, frames: &[Frame]) -> Found {
        let truths: Vec<Truth> = self.steps.iter().map(|(_, condition)| env.holds(condition, frames)).collect();
        let holds = truths.iter().position(|truth| truth.is_true());
        // A weaker state that cannot be excluded leaves the standing open; the grade then is the least that is certain.
        let open = truths
            .iter()
            .take(holds.unwrap_or(truths.len()))
            .any(|truth| *truth == Truth::Unknown);
        let state = match (open, holds) {
            (true, _) => State::Undecided,
            (false, Some(_)) => State::Violated,
            (false, None) => State::Satisfied,
        };
        let grade = holds.and_then(|index| self.steps.get(index).map(|(name, condition)| (index, name, condition)));
        let measure = match grade {
            Some((index, name, condition)) => {
                env.put_first(condition, frames);
                Measure::Grade {
                    rank: self.steps.len().saturating_sub(index),
                    name: Arc::clone(name),
                }
            }
            None => Measure::Grade {
                rank: 0,
                name: "none".into(),
            },
        };
        Found::new(state, measure)
    }
}
