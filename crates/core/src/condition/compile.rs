//! Turns conditions as written into typed ones, and says precisely what is wrong when that fails.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Condition, Exists, FieldRef, FieldTest, Link, Record, Scope, Shape, Test};
use crate::pattern::Pattern;
use crate::policy::problem::{Problem, nearest};
use crate::policy::raw::{RawCondition, RawExists, RawNamed};
use crate::registry::{Absent, FieldKind, Join, Registry, SubjectKind};
use crate::yaml::Spanned;

/// What a condition may refer to.
pub(crate) struct Compiler<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) named: &'a BTreeMap<String, Spanned<RawNamed>>,
    pub(crate) subject: SubjectKind,
    /// Types whose components are in the frame (inside `exists`, or in a `per` control).
    pub(crate) frame: Vec<String>,
    /// Names being expanded, to refuse circles.
    pub(crate) open: Vec<String>,
    /// Where problems go; compilation goes on so that all of them are told at once.
    pub(crate) problems: &'a mut Vec<Problem>,
}

impl Compiler<'_> {
    fn problem<T>(&mut self, at: &Spanned<T>, message: String) {
        self.problems.push(Problem::at(at, message));
    }

    /// Looks a field up and finds out where it will be read.
    pub(crate) fn field(&mut self, name: &Spanned<String>) -> Option<FieldRef> {
        let full = name.value.as_str();
        let Some((spec, _, field)) = self.registry.field(full) else {
            let message = self.unknown_field(full);
            self.problem(name, message);
            return None;
        };
        let scope = if self.frame.iter().any(|framed| **framed == *spec.name) {
            Scope::Frame
        } else if spec.subject == Some(self.subject) {
            Scope::Subject
        } else if spec.join == Join::Org {
            Scope::Org
        } else {
            let message = format!(
                "`{}` belongs to another subject than `{}`: it can be read only inside `exists`",
                spec.name,
                self.subject.as_str()
            );
            self.problem(name, message);
            return None;
        };
        Some(FieldRef::new(full.into(), Arc::new(Shape::from(field)), scope))
    }

    fn unknown_field(&self, full: &str) -> String {
        let Some((type_name, path)) = full.split_once('/') else {
            return format!("`{full}` is not a field: write `Type/element`");
        };
        match self.registry.get(type_name) {
            None => {
                let near = nearest(type_name, self.registry.types().map(|spec| &*spec.name));
                format!("unknown metadata type `{type_name}`{near}")
            }
            Some(spec) => {
                let near = nearest(path, spec.fields.keys().map(String::as_str));
                format!("type `{type_name}` has no field `{path}`{near}")
            }
        }
    }

    /// Compiles a condition; `None` after a problem was told.
    pub(crate) fn condition(&mut self, raw: &RawCondition, near: &Spanned<String>) -> Option<Condition> {
        let here = raw.field.as_ref().or(raw.is.as_ref()).unwrap_or(near);
        let kinds = [
            raw.all.is_some(),
            raw.any.is_some(),
            raw.not.is_some(),
            raw.is.is_some(),
            raw.always.is_some(),
            raw.exists.is_some(),
            raw.record.is_some(),
            raw.declared.is_some(),
            raw.field.is_some(),
        ];
        if kinds.iter().filter(|present| **present).count() != 1 {
            self.problem(
                here,
                "a condition has exactly one of `all`, `any`, `not`, `is`, `always`, `field`, `exists`, `record`, `declared`".to_owned(),
            );
            return None;
        }
        if raw.field.is_none() && has_field_keys(raw) {
            self.problem(here, "tests such as `equals` and the key `absent` belong to a `field`".to_owned());
            return None;
        }
        let inner = self.kind(raw, here)?;
        Some(match raw.unknown {
            Some(value) => Condition::Collapse(Box::new(inner), value),
            None => inner,
        })
    }

    fn kind(&mut self, raw: &RawCondition, here: &Spanned<String>) -> Option<Condition> {
        if let Some(list) = &raw.all {
            return self.list(list, here).map(Condition::All);
        }
        if let Some(list) = &raw.any {
            return self.list(list, here).map(Condition::Any);
        }
        if let Some(inner) = &raw.not {
            return self.condition(inner, here).map(|inner| Condition::Not(Box::new(inner)));
        }
        if let Some(value) = raw.always {
            return Some(Condition::Always(value));
        }
        if let Some(name) = &raw.is {
            return self.named(name);
        }
        if let Some(exists) = &raw.exists {
            return self.exists(exists);
        }
        if let Some(record) = &raw.record {
            let block = self.field(&record.of)?;
            if block.shape.kind != FieldKind::Block {
                self.problem(&record.of, format!("`{}` is not a block", record.of.value));
                return None;
            }
            let depth = self.frame.len();
            self.frame.push(block.type_name.to_string());
            let condition = self.condition(&record.condition, &record.of);
            self.frame.truncate(depth);
            return Some(Condition::Record(Box::new(Record {
                block,
                condition: condition?,
            })));
        }
        if let Some(declared) = raw.declared {
            return Some(Condition::Declared(declared.client));
        }
        let name = raw.field.as_ref()?;
        self.test(raw, name)
    }

    fn list(&mut self, list: &[RawCondition], here: &Spanned<String>) -> Option<Vec<Condition>> {
        if list.is_empty() {
            self.problem(here, "an empty list decides nothing".to_owned());
            return None;
        }
        let compiled: Vec<_> = list.iter().map(|item| self.condition(item, here)).collect();
        compiled.into_iter().collect()
    }

    fn named(&mut self, name: &Spanned<String>) -> Option<Condition> {
        let Some(raw) = self.named.get(&name.value) else {
            let near = nearest(&name.value, self.named.keys().map(String::as_str));
            self.problem(name, format!("no condition is named `{}`{near}", name.value));
            return None;
        };
        if self.open.contains(&name.value) {
            self.problem(name, format!("condition `{}` refers to itself", name.value));
            return None;
        }
        if let Some(kind) = raw.value.subject
            && kind != self.subject
            && kind != SubjectKind::Org
        {
            self.problem(
                name,
                format!(
                    "condition `{}` is about a {}, this control about a {}",
                    name.value,
                    kind.as_str(),
                    self.subject.as_str()
                ),
            );
            return None;
        }
        self.open.push(name.value.clone());
        // Problems inside the named condition stand in another file: they are told once, when that file is checked.
        let mut elsewhere = Vec::new();
        let mut inner = Compiler {
            registry: self.registry,
            named: self.named,
            subject: self.subject,
            frame: self.frame.clone(),
            open: self.open.clone(),
            problems: &mut elsewhere,
        };
        let compiled = inner.condition(&raw.value.when, name);
        self.open.pop();
        if let Some(first) = elsewhere.into_iter().next() {
            self.problem(name, format!("condition `{}` cannot be used here: {}", name.value, first.message));
            return None;
        }
        compiled.map(|condition| Condition::Named(name.value.as_str().into(), Arc::new(condition)))
    }

    fn exists(&mut self, raw: &RawExists) -> Option<Condition> {
        let Some(spec) = self.registry.get(&raw.type_name.value) else {
            let near = nearest(&raw.type_name.value, self.registry.types().map(|spec| &*spec.name));
            self.problem(&raw.type_name, format!("unknown metadata type `{}`{near}", raw.type_name.value));
            return None;
        };
        let own = spec.subject == Some(self.subject) && spec.join != Join::Org;
        if [raw.linked_by.is_some(), raw.listed_in.is_some(), raw.held_by.is_some()]
            .iter()
            .filter(|set| **set)
            .count()
            > 1
        {
            self.problem(&raw.type_name, "only one of `linked-by`, `listed-in`, `held-by`".to_owned());
            return None;
        }
        let outside = [
            raw.listed_in.as_ref().map(|name| (name, true)),
            raw.held_by.as_ref().map(|name| (name, false)),
        ];
        let mut link = Link::Any;
        for (name, listed) in outside.into_iter().flatten() {
            let field = self.field(name)?;
            link = if listed { Link::ListedIn(field) } else { Link::HeldBy(field) };
        }
        let depth = self.frame.len();
        self.frame.push(spec.name.to_string());
        let by = raw.linked_by.as_ref().map(|name| self.field(name));
        let condition = raw.condition.as_ref().map(|inner| self.condition(inner, &raw.type_name));
        self.frame.truncate(depth);
        if let Some(by) = by {
            link = Link::By(by?);
        }
        let condition = match condition {
            Some(inner) => Some(inner?),
            None => None,
        };
        Some(Condition::Exists(Box::new(Exists {
            type_name: Arc::clone(&spec.name),
            own,
            link,
            condition,
        })))
    }

    fn pattern(&mut self, text: &Spanned<String>) -> Option<Box<Pattern>> {
        match Pattern::new(&text.value) {
            Ok(pattern) => Some(Box::new(pattern)),
            Err(error) => {
                self.problem(text, format!("bad pattern: {error}"));
                None
            }
        }
    }

    fn test(&mut self, raw: &RawCondition, name: &Spanned<String>) -> Option<Condition> {
        let field = self.field(name)?;
        let count = [
            raw.equals.is_some(),
            raw.one_of.is_some(),
            raw.contains.is_some(),
            raw.matches.is_some(),
            raw.present.is_some(),
            raw.at_least.is_some(),
            raw.at_most.is_some(),
            raw.looks_like.is_some(),
        ];
        if count.iter().filter(|present| **present).count() != 1 {
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
            absent: raw.absent.as_deref().map(Into::into),
        })))
    }

    fn test_kind(&mut self, raw: &RawCondition, name: &Spanned<String>, field: &FieldRef) -> Option<Test> {
        let kind = field.shape.kind;
        let list = field.shape.many || matches!(kind, FieldKind::Lines | FieldKind::Commas);
        if kind == FieldKind::Block && raw.present.is_none() {
            self.problem(name, format!("`{}` is a block: it can only be tested with `present`", name.value));
            return None;
        }
        let values: Option<Vec<String>> = raw.equals.clone().map(|value| vec![value]).or_else(|| raw.one_of.clone());
        if let Some(values) = values {
            if list {
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
                Some(text) => Some(self.pattern(text)?),
                None => None,
            };
            return Some(Test::Matches {
                pattern: self.pattern(pattern)?,
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
            (Some(value), true) => self.legal(vec![value.clone()], name, field).map(|_| ()),
            (None, false) => Some(()),
        }
    }
}

fn has_field_keys(raw: &RawCondition) -> bool {
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
