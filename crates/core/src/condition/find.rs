//! Finds the elements that a field path names: on the subject, in the org settings or in a related component. What they
//! say is read by [`super::value`].

use std::sync::Arc;

use super::{FieldRef, Scope};
use crate::element::{Component, Element, Span};
use crate::judge::env::Env;
use crate::judge::{Place, Why};
use crate::registry::Join;

/// A related component, or one record of it, that field paths are relative to.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) component: Arc<Component>,
    /// Child indexes from the root to the record.
    pub(crate) route: Vec<usize>,
}

impl Frame {
    /// A whole component.
    pub(crate) fn of(component: &Arc<Component>) -> Self {
        Self {
            component: Arc::clone(component),
            route: Vec::new(),
        }
    }
}

/// One element in one file.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    pub(crate) component: Arc<Component>,
    route: Vec<usize>,
}

impl Occurrence {
    /// The element itself.
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

    /// Where it stands.
    pub(crate) fn place(&self) -> Place {
        Place {
            component: Arc::clone(&self.component),
            span: self.element().span,
        }
    }

    /// The record to which the fields inside it are relative.
    pub(crate) fn frame(&self) -> Frame {
        Frame {
            component: Arc::clone(&self.component),
            route: self.route.clone(),
        }
    }

    /// Whether it has a value; `xsi:nil` says that it has none.
    pub(crate) fn is_set(&self) -> bool {
        !self.element().nil
    }
}

/// What a field path leads to.
#[derive(Clone, Debug)]
pub(crate) enum Lookup {
    /// No file that could hold the field is in the snapshot (or none could be read).
    NoFile(Why),
    /// The elements, and the innermost existing ancestor for a field that is absent.
    Here {
        occurrences: Vec<Occurrence>,
        home: Place,
        /// Of a block that stands there several times, one that lacks the field: if it is the one that counts, the field
        /// is absent.
        gap: Option<Place>,
    },
}

/// Looks for the elements that a path names, in the order of the file.
struct Search<'a> {
    component: &'a Arc<Component>,
    found: Vec<Occurrence>,
    /// The first element of the innermost level that there is, but the last: how many levels down, and where.
    home: (usize, Span),
    /// The first element below the start that has nothing of what the path names next.
    gap: Option<Span>,
}

impl Search<'_> {
    fn below(&mut self, element: &Element, route: &mut Vec<usize>, parts: &[Arc<str>], level: usize) {
        let Some((part, rest)) = parts.split_first() else { return };
        if level > 1 && self.gap.is_none() && element.children_named(part).next().is_none() {
            self.gap = Some(element.span);
        }
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
    pub(crate) fn find(&self, field: &FieldRef, frames: &[Frame]) -> Lookup {
        let frame = frames.iter().rev().find(|frame| frame.component.type_name == field.type_name);
        let (component, route, depth) = match (field.scope, frame) {
            (Scope::Frame, Some(frame)) => (Arc::clone(&frame.component), frame.route.clone(), frame.route.len()),
            (Scope::Frame, None) => {
                // In a control that judges components of several types one by one, this one is of another type: it has
                // no such element.
                return match &self.subject.per {
                    Some(per) => Lookup::Here {
                        occurrences: Vec::new(),
                        home: Place {
                            component: Arc::clone(per),
                            span: per.root.span,
                        },
                        gap: None,
                    },
                    None => Lookup::NoFile(Why::NotInSource(Arc::clone(&field.type_name))),
                };
            }
            (Scope::Subject | Scope::Org, _) => match self.file_of(field) {
                Ok(component) => (component, Vec::new(), 0),
                Err(why @ Why::NotInSource(_)) => return self.formerly(field).unwrap_or(Lookup::NoFile(why)),
                Err(why) => return Lookup::NoFile(why),
            },
        };
        let parts = field.parts.get(depth..).unwrap_or_default();
        self.search(Occurrence { component, route }, parts, || {
            self.repeats(&field.type_name, &field.parts)
        })
    }

    /// Finds the elements where older API versions kept them. A file that has none there says nothing.
    fn formerly(&self, field: &FieldRef) -> Option<Lookup> {
        let mut found = Vec::new();
        for (type_name, parts) in &*field.former {
            let Some(component) = self.one_file(self.subject.of_type(type_name), type_name) else {
                continue;
            };
            let start = Occurrence {
                component,
                route: Vec::new(),
            };
            let lookup = self.search(start, parts, || self.repeats(type_name, parts));
            if matches!(&lookup, Lookup::Here { occurrences, .. } if !occurrences.is_empty()) {
                found.push(lookup);
            }
        }
        // No version has two such places, so that it is not known which counts.
        let pick = self.choose(found.len(), || format!("former place of {}", field.full));
        found.into_iter().nth(pick)
    }

    /// Finds the elements that names lead to from one element.
    fn search(&self, start: Occurrence, parts: &[Arc<str>], repeats: impl Fn() -> bool) -> Lookup {
        let component = &start.component;
        if let Some(what) = self.world.rewritten(component) {
            return Lookup::NoFile(Why::Rewritten(Arc::clone(&component.type_name), what));
        }
        let element = start.element();
        let mut search = Search {
            component: &start.component,
            found: Vec::new(),
            home: (0, element.span),
            gap: None,
        };
        search.below(element, &mut start.route.clone(), parts, 1);
        let (occurrences, span, gap) = (search.found, search.home.1, search.gap);
        let place = |span| Place {
            component: Arc::clone(&start.component),
            span,
        };
        let (home, mut gap) = (place(span), gap.filter(|_| !occurrences.is_empty()).map(place));
        if gap.is_some() && repeats() {
            gap = None;
        }
        let occurrences = if parts.is_empty() { vec![start] } else { occurrences };
        Lookup::Here { occurrences, home, gap }
    }

    /// Whether a block around the field may stand there several times, each with fields of its own.
    fn repeats(&self, type_name: &str, parts: &[Arc<str>]) -> bool {
        let Some(spec) = self.world.registry().get(type_name) else {
            return false;
        };
        let many = |depth| parts.get(..depth).and_then(|parts| spec.fields.get(&parts.join("/")));
        (1..parts.len()).filter_map(many).any(|block| block.many)
    }

    /// The file that holds a field of the subject or of the org. Several candidates are a choice: each is tried.
    fn file_of(&self, field: &FieldRef) -> Result<Arc<Component>, Why> {
        let wide;
        let candidates = if field.scope == Scope::Org {
            // Which of several deploys last is not known, wherever they lie.
            wide = self.world.components(&field.type_name);
            wide.as_slice()
        } else {
            self.subject.of_type(&field.type_name)
        };
        match self.one_file(candidates, &field.type_name) {
            Some(component) => Ok(component),
            None if self.blind_to(field) => Err(Why::Unreadable(Arc::clone(&field.type_name))),
            None => Err(Why::NotInSource(Arc::clone(&field.type_name))),
        }
    }

    /// The file of a type that counts in this round.
    fn one_file(&self, candidates: &[Arc<Component>], type_name: &str) -> Option<Arc<Component>> {
        let pick = self.choose(candidates.len(), || format!("file of {type_name}"));
        candidates.get(pick).map(Arc::clone)
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
}
