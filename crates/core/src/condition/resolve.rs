//! Finds the elements a field path names, on the subject, in the org settings or in a related component.

use std::sync::Arc;

use super::{FieldRef, Scope};
use crate::element::{Component, Element, Span};
use crate::judge::env::{Env, Why};
use crate::lexical;
use crate::registry::{Absent, FieldKind, Join};

/// More of a value that is not legal is not told.
const LONGEST_SHOWN: usize = 120;

/// A related component, or one record of it, that field paths are relative to.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) component: Arc<Component>,
    /// Child indexes from the root to the record.
    pub(crate) route: Vec<usize>,
}

/// One element in one file.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    pub(crate) component: Arc<Component>,
    route: Vec<usize>,
}

impl Occurrence {
    pub(crate) fn element(&self) -> &Element {
        let mut here = &self.component.root;
        for index in &self.route {
            match here.children.get(*index) {
                Some(child) => here = child,
                None => break,
            }
        }
        here
    }

    pub(crate) fn frame(&self) -> Frame {
        Frame {
            component: Arc::clone(&self.component),
            route: self.route.clone(),
        }
    }
}

/// What a field path leads to.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// No file that could hold the field is in the snapshot (or none could be read).
    NoFile(Why),
    /// The elements, and the innermost existing ancestor for a field that is absent.
    Here {
        occurrences: Vec<Occurrence>,
        home: (Arc<Component>, Span),
    },
}

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
    /// The members of a list; unknown members are kept apart.
    Many { items: Vec<Item>, unknown: Option<Why> },
}

/// Looks for the elements that a path names, in the order of the file.
struct Search<'a> {
    component: &'a Arc<Component>,
    found: Vec<Occurrence>,
    /// The first element of the innermost level that there is, but the last: how many levels down, and where.
    home: (usize, Span),
}

impl Search<'_> {
    fn below(&mut self, element: &Element, route: &mut Vec<usize>, parts: &[Arc<str>], level: usize) {
        let Some((part, rest)) = parts.split_first() else { return };
        for (index, child) in element.children.iter().enumerate() {
            if child.name != *part {
                continue;
            }
            route.push(index);
            if rest.is_empty() {
                self.found.push(Occurrence {
                    component: Arc::clone(self.component),
                    route: route.clone(),
                });
            } else {
                if self.home.0 < level {
                    self.home = (level, child.span);
                }
                self.below(child, route, rest, level.saturating_add(1));
            }
            route.pop();
        }
    }
}

impl Env<'_> {
    /// Finds the elements of a field.
    pub(crate) fn find(&self, field: &FieldRef, frames: &[Frame]) -> Found {
        let frame = frames.iter().rev().find(|frame| frame.component.type_name == field.type_name);
        let (component, route, depth) = match (field.scope, frame) {
            (Scope::Frame, Some(frame)) => (Arc::clone(&frame.component), frame.route.clone(), frame.route.len()),
            (Scope::Frame, None) => {
                // In a control that judges components of several types one by one, this one is of another type: it has
                // no such element.
                return match &self.subject.per {
                    Some(per) => Found::Here {
                        occurrences: Vec::new(),
                        home: (Arc::clone(per), per.root.span),
                    },
                    None => Found::NoFile(Why::NotInSource(Arc::clone(&field.type_name))),
                };
            }
            (Scope::Subject | Scope::Org, _) => match self.file_of(field) {
                Ok(component) => (component, Vec::new(), 0),
                Err(why) => return Found::NoFile(why),
            },
        };
        if let Some(what) = self.world.rewritten(&component) {
            return Found::NoFile(Why::Rewritten(Arc::clone(&component.type_name), what));
        }
        let start = Occurrence { component, route };
        let element = start.element();
        let parts = field.parts.get(depth..).unwrap_or_default();
        let mut search = Search {
            component: &start.component,
            found: Vec::new(),
            home: (0, element.span),
        };
        search.below(element, &mut start.route.clone(), parts, 1);
        let (occurrences, span) = (search.found, search.home.1);
        if parts.is_empty() {
            let home = (Arc::clone(&start.component), span);
            return Found::Here {
                occurrences: vec![start],
                home,
            };
        }
        Found::Here {
            occurrences,
            home: (start.component, span),
        }
    }

    /// The file that holds a field of the subject or of the org. Several candidates are a choice: each is tried.
    fn file_of(&self, field: &FieldRef) -> Result<Arc<Component>, Why> {
        let wide;
        let candidates = if field.scope == Scope::Org {
            wide = self.org_files(&field.type_name);
            wide.as_slice()
        } else {
            self.subject.of_type(&field.type_name)
        };
        let pick = self.choose(candidates.len(), || format!("file of {}", field.type_name));
        match candidates.get(pick) {
            Some(component) => Ok(Arc::clone(component)),
            None if self.blind_to(field) => Err(Why::Unreadable(Arc::clone(&field.type_name))),
            None => Err(Why::NotInSource(Arc::clone(&field.type_name))),
        }
    }

    /// Whether a file that could hold a field of the subject or of the org is there, and cannot be read.
    fn blind_to(&self, field: &FieldRef) -> bool {
        let by_name = self
            .world
            .registry()
            .get(&field.type_name)
            .is_some_and(|spec| spec.join == Join::Name);
        let name = (by_name && field.scope == Scope::Subject).then_some(self.subject.name.as_str());
        self.world.blind(&field.type_name, name)
    }

    /// The org settings of this type that lie nearest to the subject; equally near ones are all candidates.
    fn org_files(&self, type_name: &str) -> Vec<Arc<Component>> {
        let all = self.world.components(type_name);
        let near = |component: &Arc<Component>| {
            component
                .path
                .as_bytes()
                .split(|b| *b == b'/')
                .zip(self.subject.root.split(|b| *b == b'/'))
                .take_while(|(a, b)| a == b)
                .count()
        };
        let best = all.iter().map(near).max().unwrap_or_default();
        all.into_iter().filter(|component| near(component) == best).collect()
    }

    /// Reads a field: finds its elements, applies what absence means, and remembers what was read.
    pub(crate) fn value(&self, field: &FieldRef, absent: Option<&str>, frames: &[Frame]) -> Value {
        match self.find(field, frames) {
            Found::NoFile(why) => {
                self.remember(field, Vec::new(), None);
                Value::Unknown(why)
            }
            Found::Here { occurrences, home } => {
                let set: Vec<Occurrence> = occurrences.into_iter().filter(|occurrence| !occurrence.element().nil).collect();
                if field.is_list() {
                    let value = self.many(field, &set);
                    self.remember(field, set, Some(home));
                    return value;
                }
                let pick = self.choose(set.len(), || format!("{} in {} at {}", field.full, home.0.path, home.1.start));
                let chosen = set.into_iter().nth(pick);
                let value = match &chosen {
                    Some(occurrence) => self.one(field, occurrence),
                    None => self.absent(field, absent),
                };
                self.remember(field, chosen.into_iter().collect(), Some(home));
                value
            }
        }
    }

    /// Reads a field for a comparison of sets: a single-valued element that stands there several times gives all its
    /// values, because nobody documents which of them counts.
    pub(crate) fn every_value(&self, field: &FieldRef, frames: &[Frame]) -> Value {
        let Found::Here { occurrences, home } = self.find(field, frames) else {
            return self.value(field, None, frames);
        };
        let set: Vec<Occurrence> = occurrences.into_iter().filter(|occurrence| !occurrence.element().nil).collect();
        if field.is_list() || set.len() < 2 {
            return self.value(field, None, frames);
        }
        let mut items = Vec::new();
        let mut unknown = None;
        for at in &set {
            match self.one(field, at) {
                Value::One { text } => items.push(Item { text, at: at.clone() }),
                Value::Unknown(why) => unknown = Some(why),
                Value::Nothing | Value::Many { .. } => {}
            }
        }
        self.remember(field, set, Some(home));
        Value::Many { items, unknown }
    }

    fn absent(&self, field: &FieldRef, absent: Option<&str>) -> Value {
        match (&field.spec.absent, absent) {
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
        let legal = match field.spec.kind {
            FieldKind::Boolean => lexical::boolean(text).map(|value| value.to_string()),
            FieldKind::Integer => lexical::integer(text).map(|number| number.to_string()),
            FieldKind::Enum => field.spec.values.iter().find(|value| *value == text).cloned(),
            _ if text.is_empty() => return Value::Nothing,
            _ => Some(text.to_owned()),
        };
        legal.map_or_else(
            || {
                let key = lexical::certificate(text) == lexical::CertificateText::PrivateKey;
                let length = if field.spec.secret || key { 0 } else { LONGEST_SHOWN };
                let shown = text.chars().take(length).collect();
                Value::Unknown(Why::Illegal(Arc::clone(&field.full), shown))
            },
            |text| Value::One { text },
        )
    }

    fn many(&self, field: &FieldRef, set: &[Occurrence]) -> Value {
        let mut items = Vec::new();
        let mut unknown = None;
        for at in set {
            let text = at.element().text.as_str();
            let parts: Vec<&str> = match field.spec.kind {
                FieldKind::Lines => lexical::split_lines(text).collect(),
                FieldKind::Commas => lexical::split_commas(text).collect(),
                _ if text.is_empty() => Vec::new(),
                _ => vec![text],
            };
            for part in parts {
                match self.placeholder(at, part) {
                    Some(token) => unknown = Some(Why::Placeholder(Arc::clone(&field.full), token)),
                    // An unknown member of a list still is a member: it can widen, but it satisfies nothing.
                    None => items.push(Item {
                        text: part.to_owned(),
                        at: at.clone(),
                    }),
                }
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
