//! Reads the value of a field: what its elements say, what their absence means, and what cannot be known of it.

use std::sync::Arc;

use super::FieldRef;
use super::find::{Frame, Lookup, Occurrence};
use crate::check::url;
use crate::judge::env::Env;
use crate::judge::{Place, Why};
use crate::lexical;
use crate::registry::{Absent, FieldKind};

/// More of a value that is not legal is not told.
const LONGEST_SHOWN: usize = 120;

/// One text of a field, with its place.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) text: String,
    pub(crate) at: Occurrence,
}

/// The value of a field.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Nothing is set, and nothing is documented to apply instead.
    Nothing,
    /// It cannot be known.
    Unknown(Why),
    /// A single value.
    One { text: String },
    /// The members of a list; why others of it are unknown is kept apart.
    Many { items: Vec<Item>, unknown: Vec<Why> },
}

impl Env<'_> {
    /// Reads a field: finds its elements, applies what absence means, and remembers what was read.
    pub(crate) fn value(&self, field: &FieldRef, absent: Option<&str>, frames: &[Frame]) -> Value {
        self.value_of(field, absent, self.find(field, frames))
    }

    /// As [`Self::value`], of a field whose elements were found.
    fn value_of(&self, field: &FieldRef, absent: Option<&str>, lookup: Lookup) -> Value {
        match lookup {
            Lookup::NoFile(why) => {
                self.reads.remember(field, Vec::new(), None);
                Value::Unknown(why)
            }
            Lookup::Here { occurrences, home, gap } => {
                if field.is_list() {
                    let set: Vec<Occurrence> = occurrences.into_iter().filter(Occurrence::is_set).collect();
                    let value = self.many(field, &set);
                    self.reads.remember(field, set, Some(home));
                    return value;
                }
                let (chosen, home) = self.one_of(field, occurrences, home, gap);
                let value = match &chosen {
                    Some(occurrence) => self.one(field, occurrence),
                    None => self.absent(field, absent),
                };
                self.reads.remember(field, chosen.into_iter().collect(), Some(home));
                value
            }
        }
    }

    /// The element that counts in this round, of a field that has one value: one of several, or none, where one of them
    /// is nil or a duplicate of the block around it lacks it. The place is where it stands or is missing.
    pub(super) fn one_of(
        &self,
        field: &FieldRef,
        occurrences: Vec<Occurrence>,
        home: Place,
        gap: Option<Place>,
    ) -> (Option<Occurrence>, Place) {
        let (set, nil): (Vec<_>, Vec<_>) = occurrences.into_iter().partition(Occurrence::is_set);
        let gap = nil.first().map(Occurrence::place).or(gap);
        let among = set.len().saturating_add(usize::from(gap.is_some()));
        let pick = self.choose(among, || {
            format!("{} in {} at {}", field.full, home.component.path, home.span.start)
        });
        let chosen = set.into_iter().nth(pick);
        let home = gap.filter(|_| chosen.is_none()).unwrap_or(home);
        (chosen, home)
    }

    /// Reads a field for a comparison of sets, or to see what it names: a single-valued element that stands there several
    /// times gives all its values, because nobody documents which of them counts, or each belongs to a block of its own.
    pub(crate) fn every_value(&self, field: &FieldRef, frames: &[Frame]) -> Value {
        let (set, home) = match self.find(field, frames) {
            Lookup::Here {
                occurrences,
                home,
                gap: None,
            } if !field.is_list() && occurrences.len() > 1 && occurrences.iter().all(Occurrence::is_set) => (occurrences, home),
            // That it may be absent as well is for `value` to try.
            lookup => return self.value_of(field, None, lookup),
        };
        let mut items = Vec::new();
        let mut unknown = Vec::new();
        for at in &set {
            match self.one(field, at) {
                Value::One { text } => items.push(Item { text, at: at.clone() }),
                Value::Unknown(why) => unknown.push(why),
                Value::Nothing | Value::Many { .. } => {}
            }
        }
        self.reads.remember(field, set, Some(home));
        Value::Many { items, unknown }
    }

    fn absent(&self, field: &FieldRef, absent: Option<&str>) -> Value {
        match (&field.shape.absent, absent) {
            (Some(Absent::Value(value)), _) => Value::One { text: value.clone() },
            (Some(Absent::Undocumented), Some(value)) => {
                self.assumed.set(true);
                if self.assume {
                    Value::One { text: value.to_owned() }
                } else {
                    Value::Unknown(Why::Undocumented(Arc::clone(&field.full)))
                }
            }
            (Some(Absent::Undocumented), None) => Value::Unknown(Why::Undocumented(Arc::clone(&field.full))),
            (Some(Absent::Nothing) | None, _) => Value::Nothing,
        }
    }

    fn one(&self, field: &FieldRef, at: &Occurrence) -> Value {
        let text = at.element().text.as_str();
        // A legal value that a deploy replaces is no value either.
        if let Some(token) = self.placeholder(at, text) {
            return Value::Unknown(Why::Placeholder(Arc::clone(&field.full), token));
        }
        let legal = match field.shape.kind {
            FieldKind::Boolean => lexical::boolean(text).map(|value| value.to_string()),
            FieldKind::Integer => lexical::integer(text).map(|number| number.to_string()),
            FieldKind::Enum => field.shape.values.iter().find(|value| *value == text).cloned(),
            _ if text.is_empty() => return Value::Nothing,
            _ => Some(text.to_owned()),
        };
        legal.map_or_else(
            || {
                let shown = Why::may_show(field, text).then(|| lexical::without_passwords(text).chars().take(LONGEST_SHOWN).collect());
                Value::Unknown(Why::Illegal(Arc::clone(&field.full), shown))
            },
            |text| Value::One { text },
        )
    }

    fn many(&self, field: &FieldRef, set: &[Occurrence]) -> Value {
        let mut items = Vec::new();
        let mut unknown = Vec::new();
        for at in set {
            let text = at.element().text.as_str();
            let parts: Vec<&str> = match field.shape.kind {
                FieldKind::Lines => lexical::split_lines(text).collect(),
                FieldKind::Commas => lexical::split_commas(text).collect(),
                _ if text.is_empty() => Vec::new(),
                _ => vec![text],
            };
            for part in parts {
                let token = self.placeholder(at, part);
                // An unknown member of a list still is a member: it can widen, but it satisfies nothing. Of a URL it is
                // known whom it calls where the token stands behind that.
                let known = token.as_ref().is_none_or(|token| {
                    let url = field.shape.kind == FieldKind::Lines && url::calls_before(part, token);
                    url && self.world.replaced(&at.component, at.element()).is_none()
                });
                if known {
                    items.push(Item {
                        text: part.to_owned(),
                        at: at.clone(),
                    });
                }
                unknown.extend(token.map(|token| Why::Placeholder(Arc::clone(&field.full), token)));
            }
        }
        Value::Many { items, unknown }
    }

    /// The token that stands for a value in `text`, or what the project replaces in the element around it.
    pub(crate) fn placeholder(&self, at: &Occurrence, text: &str) -> Option<String> {
        lexical::placeholder(text)
            .map(str::to_owned)
            .or_else(|| self.world.replaced(&at.component, at.element()))
    }
}
