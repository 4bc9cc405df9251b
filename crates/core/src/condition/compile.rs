//! Turns conditions as written into typed ones, and says precisely what is wrong when that fails.

mod field_test;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Condition, Exists, FieldRef, Link, Record, Scope, Shape};
use crate::pattern::Pattern;
use crate::policy::problem::{Problem, nearest, unknown_field, unknown_type};
use crate::policy::raw::{RawCondition, RawExists, RawNamed};
use crate::registry::{FieldKind, Join, Registry, SubjectKind};
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
    /// Takes down what is wrong with a value.
    pub(crate) fn problem<T>(&mut self, at: &Spanned<T>, message: String) {
        self.problems.push(Problem::at(at, message));
    }

    /// A pattern that stands at `at`; `None` after a problem was told.
    pub(crate) fn pattern<T>(&mut self, at: &Spanned<T>, text: &str) -> Option<Pattern> {
        Pattern::new(text)
            .map_err(|error| self.problem(at, format!("bad pattern: {error}")))
            .ok()
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
        let former = match scope {
            Scope::Subject => self.registry.former_places(full),
            Scope::Org | Scope::Frame => Vec::new(),
        };
        Some(FieldRef::new(
            full.into(),
            Arc::new(Shape::of(field, self.registry)),
            scope,
            &former,
        ))
    }

    /// Looks fields up; `None` when one of them has a problem, after all of them were looked at.
    pub(crate) fn fields(&mut self, names: &[Spanned<String>]) -> Option<Vec<FieldRef>> {
        let fields: Vec<_> = names.iter().map(|name| self.field(name)).collect();
        fields.into_iter().collect()
    }

    fn unknown_field(&self, full: &str) -> String {
        let Some((type_name, path)) = full.split_once('/') else {
            return format!("`{full}` is not a field: write `Type/element`");
        };
        match self.registry.get(type_name) {
            None => unknown_type(type_name, self.registry),
            Some(spec) => unknown_field(path, spec),
        }
    }

    /// Compiles a condition; `None` after a problem was told.
    pub(crate) fn condition(&mut self, raw: &RawCondition, near: &Spanned<String>) -> Option<Condition> {
        let here = raw.field.as_ref().or(raw.is.as_ref()).unwrap_or(near);
        let kinds = count(&[
            raw.all.is_some(),
            raw.any.is_some(),
            raw.not.is_some(),
            raw.is.is_some(),
            raw.always.is_some(),
            raw.exists.is_some(),
            raw.record.is_some(),
            raw.declared.is_some(),
            raw.field.is_some(),
        ]);
        if kinds != 1 {
            self.problem(
                here,
                "a condition has exactly one of `all`, `any`, `not`, `is`, `always`, `field`, `exists`, `record`, `declared`".to_owned(),
            );
            return None;
        }
        if raw.field.is_none() && field_test::has_keys(raw) {
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
        // Problems inside the named condition stand in another file: they are told once, when that file is checked.
        let mut elsewhere = Vec::new();
        let mut inner = Compiler {
            registry: self.registry,
            named: self.named,
            subject: self.subject,
            frame: self.frame.clone(),
            open: self.open.iter().chain([&name.value]).cloned().collect(),
            problems: &mut elsewhere,
        };
        let compiled = inner.condition(&raw.value.when, name);
        if let Some(first) = elsewhere.into_iter().next() {
            self.problem(name, format!("condition `{}` cannot be used here: {}", name.value, first.message));
            return None;
        }
        compiled.map(|condition| Condition::Named(name.value.as_str().into(), Arc::new(condition)))
    }

    fn exists(&mut self, raw: &RawExists) -> Option<Condition> {
        let Some(spec) = self.registry.get(&raw.type_name.value) else {
            self.problem(&raw.type_name, unknown_type(&raw.type_name.value, self.registry));
            return None;
        };
        let own = spec.subject == Some(self.subject) && spec.join != Join::Org;
        if count(&[raw.linked_by.is_some(), raw.listed_in.is_some(), raw.held_by.is_some()]) > 1 {
            self.problem(&raw.type_name, "only one of `linked-by`, `listed-in`, `held-by`".to_owned());
            return None;
        }
        let mut link = match (&raw.listed_in, &raw.held_by) {
            (Some(name), _) => Link::ListedIn(self.field(name)?),
            (None, Some(name)) => Link::HeldBy(self.field(name)?),
            (None, None) => Link::Any,
        };
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
}

/// How many of some keys are there.
fn count(keys: &[bool]) -> usize {
    keys.iter().filter(|there| **there).count()
}
