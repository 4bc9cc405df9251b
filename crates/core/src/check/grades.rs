//! `grades`: named weak states, weakest first. The first that holds is the grade; none is good.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Found, Measure, State};
use crate::condition::Condition;
use crate::condition::resolve::Frame;
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
        for (index, (truth, (name, condition))) in truths.iter().zip(&self.steps).enumerate() {
            match truth {
                // A weaker state cannot be excluded, so a stronger one that holds would be a guess.
                Truth::Unknown => return Found::undecided(),
                Truth::True => {
                    env.put_first(condition, frames);
                    let rank = self.steps.len().saturating_sub(index);
                    return Found::new(
                        State::Violated,
                        Measure::Grade {
                            rank,
                            name: Arc::clone(name),
                        },
                    );
                }
                Truth::False => {}
            }
        }
        Found::new(
            State::Satisfied,
            Measure::Grade {
                rank: 0,
                name: "none".into(),
            },
        )
    }
}
