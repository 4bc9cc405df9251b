//! `limit`: a number that must not be larger than the source recommends. A larger number is weaker.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Found, Measure, State};
use crate::condition::FieldRef;
use crate::condition::find::Frame;
use crate::condition::value::Value;
use crate::judge::Why;
use crate::judge::env::Env;
use crate::lexical;
use crate::policy::raw::NotSet;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LimitValue {
    pub(crate) field: FieldRef,
    /// Numbers for the names of an enum.
    pub(crate) map: BTreeMap<String, i64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Limit {
    /// The first that is set counts.
    pub(crate) values: Vec<LimitValue>,
    pub(crate) at_most: i64,
    pub(crate) unit: Arc<str>,
    pub(crate) not_set: NotSet,
}

impl Limit {
    pub(super) fn run(&self, env: &Env<'_>, frames: &[Frame]) -> Found {
        for value in &self.values {
            match env.value(&value.field, None, frames) {
                Value::Nothing => {}
                Value::Unknown(why) => {
                    let fallback = matches!(why, Why::NotInSource(_));
                    env.why(why);
                    // A missing org file leaves the question open; `not-set` answers it.
                    if !fallback {
                        return Found::undecided();
                    }
                }
                Value::One { text } => return self.judge(env, value, &text),
                Value::Many { items, .. } => {
                    if let Some(item) = items.first() {
                        return self.judge(env, value, &item.text);
                    }
                }
            }
        }
        match self.not_set {
            NotSet::Undecided => {
                if let Some(value) = self.values.first() {
                    env.why(Why::Unset(Arc::clone(&value.field.full)));
                }
                Found::new(State::Undecided, Measure::Unset)
            }
            NotSet::Satisfied => Found::new(State::Satisfied, Measure::None),
            NotSet::Violated => Found::new(
                State::Violated,
                Measure::Number {
                    value: i64::MAX,
                    unit: Arc::clone(&self.unit),
                },
            ),
        }
    }

    fn judge(&self, env: &Env<'_>, value: &LimitValue, text: &str) -> Found {
        let number = value.map.get(text).copied().or_else(|| lexical::integer(text));
        let Some(number) = number else {
            env.why(Why::illegal(&value.field, text));
            return Found::undecided();
        };
        // Nobody documents what zero or less means, so it is not taken for short: it is no limit.
        let number = if number < 1 { i64::MAX } else { number };
        let state = if number > self.at_most { State::Violated } else { State::Satisfied };
        Found::new(
            state,
            Measure::Number {
                value: number,
                unit: Arc::clone(&self.unit),
            },
        )
    }
}
