//! `require`: a condition that must hold.

use super::{Found, Measure, State};
use crate::condition::Condition;
use crate::condition::find::Frame;
use crate::judge::env::Env;
use crate::truth::Truth;

pub(super) fn run(condition: &Condition, env: &Env<'_>, frames: &[Frame]) -> Found {
    let state = match env.holds(condition, frames) {
        Truth::True => State::Satisfied,
        Truth::False => State::Violated,
        Truth::Unknown => State::Undecided,
    };
    Found::new(state, Measure::None)
}
