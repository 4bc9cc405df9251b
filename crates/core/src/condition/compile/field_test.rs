//! Tests of one field: each must fit the kind of value that the field holds.

use super::{Compiler, count};
use crate::condition::{Condition, FieldRef, FieldTest, Test};
use crate::policy::problem::nearest;
use crate::policy::raw::RawCondition;
use crate::registry::{Absent, FieldKind};
use crate::yaml::Spanned;

/// What an author says who takes nothing for a missing element.
const UNKNOWN: &str = "unknown";

impl Compiler<'_> {
    /// Compiles the test of one field; `None` after a problem was told.
    pub(super) fn test(&mut self, raw: &RawCondition, name: &Spanned<String>) -> Option<Condition> {
        let field = self.field(name)?;
        let tests = count(&[
            raw.equals.is_some(),
            raw.one_of.is_some(),
            raw.contains.is_some(),
            raw.matches.is_some(),
            raw.present.is_some(),
            raw.at_least.is_some(),
            raw.at_most.is_some(),
            raw.looks_like.is_some(),
        ]);
        if tests != 1 {
            self.problem(
                name,
                "a field has exactly one test: `equals`, `one-of`, `contains`, `matches`, `present`, `at-least`, `at-most` or `looks-like`"
                    .to_owned(),
            );
            return None;
        }
        let test = self.test_kind(raw, name, &field)?;
        self.check_absent(raw, name, &field, &test)?;
        Some(Condition::Field(Box::new(FieldTest {
            field,
            test,
            absent: raw.absent.as_deref().filter(|value| *value != UNKNOWN).map(Into::into),
        })))
    }

    fn test_kind(&mut self, raw: &RawCondition, name: &Spanned<String>, field: &FieldRef) -> Option<Test> {
        let kind = field.shape.kind;
        if kind == FieldKind::Block && raw.present.is_none() {
            self.problem(name, format!("`{}` is a block: it can only be tested with `present`", name.value));
            return None;
        }
        let values: Option<Vec<String>> = raw.equals.clone().map(|value| vec![value]).or_else(|| raw.one_of.clone());
        if let Some(values) = values {
            if field.is_list() {
                self.problem(name, format!("`{}` holds several values: use `contains` or `matches`", name.value));
                return None;
            }
            return self.legal(values, name, field).map(Test::OneOf);
        }
        if let Some(value) = &raw.contains {
            return Some(Test::Contains(value.clone()));
        }
        if let Some(pattern) = &raw.matches {
            let except = match &raw.except {
                Some(text) => Some(Box::new(self.pattern(text, &text.value)?)),
                None => None,
            };
            return Some(Test::Matches {
                pattern: Box::new(self.pattern(pattern, &pattern.value)?),
                except,
            });
        }
        if let Some(value) = raw.present {
            return Some(Test::Present(value));
        }
        if let Some(kind) = raw.looks_like {
            return Some(Test::LooksLike(kind));
        }
        let (text, least) = match (&raw.at_least, &raw.at_most) {
            (Some(text), _) => (text, true),
            (None, Some(text)) => (text, false),
            (None, None) => return None,
        };
        if kind != FieldKind::Integer {
            self.problem(name, format!("`{}` is not an integer", name.value));
            return None;
        }
        let Ok(number) = text.parse() else {
            self.problem(name, format!("`{text}` is not an integer"));
            return None;
        };
        Some(if least { Test::AtLeast(number) } else { Test::AtMost(number) })
    }

    /// Values that a field of this kind can have; anything else would be a condition that never holds.
    fn legal(&mut self, values: Vec<String>, name: &Spanned<String>, field: &FieldRef) -> Option<Vec<String>> {
        for value in &values {
            let ok = match field.shape.kind {
                FieldKind::Boolean => matches!(value.as_str(), "true" | "false"),
                FieldKind::Integer => value.parse::<i64>().is_ok(),
                FieldKind::Enum => field.shape.values.contains(value),
                _ => true,
            };
            if !ok {
                let legal: Vec<&str> = match field.shape.kind {
                    FieldKind::Boolean => vec!["true", "false"],
                    _ => field.shape.values.iter().map(String::as_str).collect(),
                };
                let near = nearest(value, legal.iter().copied());
                self.problem(name, format!("`{value}` is not a value of `{}`{near}", name.value));
                return None;
            }
        }
        Some(values)
    }

    /// An author must say what a missing element means exactly where nobody documents it.
    fn check_absent(&mut self, raw: &RawCondition, name: &Spanned<String>, field: &FieldRef, test: &Test) -> Option<()> {
        let undocumented = field.shape.absent == Some(Absent::Undocumented) && !matches!(test, Test::Present(_));
        match (&raw.absent, undocumented) {
            (None, true) => {
                self.problem(
                    name,
                    format!(
                        "the default of `{}` is undocumented: say `absent: \"...\"` (the finding will have low confidence)",
                        name.value
                    ),
                );
                None
            }
            (Some(_), false) => {
                self.problem(
                    name,
                    format!("what a missing `{}` means is in the registry: remove `absent`", name.value),
                );
                None
            }
            (Some(value), true) if value == UNKNOWN => Some(()),
            (Some(value), true) => self.legal(vec![value.clone()], name, field).map(|_| ()),
            (None, false) => Some(()),
        }
    }
}

/// Whether a key is there that only the test of a field has.
pub(super) fn has_keys(raw: &RawCondition) -> bool {
    raw.equals.is_some()
        || raw.one_of.is_some()
        || raw.contains.is_some()
        || raw.matches.is_some()
        || raw.except.is_some()
        || raw.present.is_some()
        || raw.at_least.is_some()
        || raw.at_most.is_some()
        || raw.looks_like.is_some()
        || raw.absent.is_some()
}
