//! `ranking`: a value from a list ordered from strong to weak.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Found, Measure, State};
use crate::condition::FieldRef;
use crate::condition::find::Frame;
use crate::condition::value::Value;
use crate::judge::Why;
use crate::judge::env::Env;
use crate::pattern::Pattern;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rank {
    pub(crate) name: Arc<str>,
    /// Values of this rank; `None` means exactly the name.
    pub(crate) pattern: Option<Pattern>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ranking {
    pub(crate) field: FieldRef,
    /// Strongest first.
    pub(crate) ranks: Vec<Rank>,
    /// Index of the weakest rank that passes.
    pub(crate) allowed: usize,
    pub(crate) absent: Option<Arc<str>>,
}

impl Ranking {
    pub(super) fn run(&self, env: &Env<'_>, frames: &[Frame]) -> Found {
        let text = match env.value(&self.field, self.absent.as_deref(), frames) {
            Value::One { text } => text,
            Value::Unknown(why) => {
                env.why(why);
                return Found::undecided();
            }
            Value::Nothing | Value::Many { .. } => {
                env.why(Why::Undocumented(Arc::clone(&self.field.full)));
                return Found::undecided();
            }
        };
        let matches = |rank: &Rank| {
            rank.pattern
                .as_ref()
                .map_or_else(|| *rank.name == *text, |pattern| pattern.is_match(&text))
        };
        let Some(rank) = self.ranks.iter().position(matches) else {
            env.why(Why::illegal(&self.field, &text));
            return Found::undecided();
        };
        let state = if rank > self.allowed { State::Violated } else { State::Satisfied };
        Found::new(
            state,
            Measure::Grade {
                rank,
                name: text.as_str().into(),
            },
        )
    }
}
