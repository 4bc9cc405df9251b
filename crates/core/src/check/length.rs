//! How long something lives, beside the check: of two values that the check takes for alike, the longer one is weaker.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::condition::FieldRef;
use crate::condition::find::Frame;
use crate::condition::value::Value;
use crate::judge::Why;
use crate::judge::env::Env;
use crate::lexical;

/// Where a length stands: texts that give `kind:number:unit`, in one field or over several.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Lengths {
    pub(crate) of: Vec<FieldRef>,
    /// Hours of each unit.
    pub(crate) hours: BTreeMap<String, u32>,
    /// Kinds that end after their time. A kind in neither list has no length, whatever number stands beside it.
    pub(crate) fixed: Vec<String>,
    /// Kinds whose time starts again at every use.
    pub(crate) renewed: Vec<String>,
}

/// A length as one side states it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length {
    /// The units of the source have none finer than an hour.
    pub time: i64,
    /// Whether `time` is in hours; otherwise no unit is given, and the number stands for itself.
    pub in_hours: bool,
    /// It starts again at every use, so that it need never end.
    pub renewed: bool,
    /// For people.
    pub text: String,
}

impl Lengths {
    /// `None` where nothing states a length, or nobody can tell which.
    pub(crate) fn read(&self, env: &Env<'_>, frames: &[Frame]) -> Option<Length> {
        let mut texts = Vec::new();
        for field in &self.of {
            match env.value(field, None, frames) {
                Value::One { text } => texts.push(text),
                // A unit that is missing is the same one on both sides, whichever that is.
                Value::Nothing | Value::Unknown(Why::Undocumented(_)) => {}
                Value::Unknown(_) | Value::Many { .. } => return None,
            }
        }
        let text = texts.join(":");
        let (kind, rest) = text.split_once(':')?;
        let (number, unit) = rest.split_once(':').map_or((rest, None), |(number, unit)| (number, Some(unit)));
        // Nobody documents what zero or less means, so it is no length.
        let number = lexical::integer(number).filter(|number| *number > 0)?;
        let time = match unit {
            Some(unit) => number.checked_mul(i64::from(*self.hours.get(unit)?))?,
            None => number,
        };
        let is = |list: &[String]| list.iter().any(|name| name == kind);
        let renewed = is(&self.renewed);
        (renewed || is(&self.fixed)).then_some(Length {
            time,
            in_hours: unit.is_some(),
            renewed,
            text,
        })
    }
}
