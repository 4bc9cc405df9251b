//! Looks at components that are related to the subject: those that name it, that it lists, or that its user holds.

use std::collections::HashSet;
use std::sync::Arc;

use super::find::Frame;
use super::value::Value;
use super::{Exists, FieldRef, Link};
use crate::element::Component;
use crate::judge::Why;
use crate::judge::env::Env;
use crate::truth::Truth;

impl Env<'_> {
    /// Whether some related component is there that meets the condition.
    pub(super) fn exists(&self, exists: &Exists, frames: &[Frame]) -> Truth {
        let (candidates, blind) = match self.related(exists, frames) {
            Ok(related) => related,
            Err(why) => return self.unknown(why),
        };
        let mut truth = Truth::False;
        let mut inner = frames.to_vec();
        for component in candidates {
            inner.truncate(frames.len());
            inner.push(Frame::of(&component));
            let linked = match &exists.link {
                Link::By(field) => self.reads.linking(|| self.names_subject(field, &inner)),
                _ => Truth::True,
            };
            if linked == Truth::False {
                continue;
            }
            let matches = exists
                .condition
                .as_ref()
                .map_or(Truth::True, |condition| self.holds(condition, &inner));
            truth = truth.or(linked.and(matches));
        }
        if truth == Truth::False && blind {
            return self.unknown(Why::Unreadable(Arc::clone(&exists.type_name)));
        }
        truth
    }

    /// Whether an element of a component names the subject.
    fn names_subject(&self, field: &FieldRef, frames: &[Frame]) -> Truth {
        match self.every_value(field, frames) {
            Value::One { text } => Truth::from(text == self.subject.name),
            Value::Many { items, unknown } => {
                if items.iter().any(|item| item.text == self.subject.name) {
                    Truth::True
                } else if unknown.is_empty() {
                    Truth::False
                } else {
                    self.all_unknown(unknown)
                }
            }
            Value::Nothing => Truth::False,
            Value::Unknown(why) => self.unknown(why),
        }
    }

    /// The components that a condition looks at, and whether there are others that cannot be read.
    fn related(&self, exists: &Exists, frames: &[Frame]) -> Result<(Vec<Arc<Component>>, bool), Why> {
        if exists.own {
            return Ok((self.subject.of_type(&exists.type_name).to_vec(), false));
        }
        let (field, held) = match &exists.link {
            Link::Any | Link::By(_) => {
                let all = self.world.components(&exists.type_name);
                return Ok((all, self.world.blind(&exists.type_name, None)));
            }
            Link::ListedIn(field) => (field, false),
            Link::HeldBy(field) => (field, true),
        };
        let names: Vec<String> = match self.value(field, None, frames) {
            Value::Unknown(why) => return Err(why),
            Value::Nothing => Vec::new(),
            Value::One { text } => vec![text],
            Value::Many { items, .. } => items.into_iter().map(|item| item.text).collect(),
        };
        let mut found = Vec::new();
        let mut blind = false;
        // A list may name one component thousands of times, in several spellings too: it is looked at once.
        let (mut asked, mut known) = (HashSet::new(), HashSet::new());
        let mut take = |name: &str| {
            if asked.insert(name.to_owned()) {
                let components = self.world.named(&exists.type_name, name).into_iter();
                found.extend(components.filter(|component| known.insert(Arc::as_ptr(component))));
                blind |= self.world.blind(&exists.type_name, Some(name));
            }
        };
        for name in names {
            if !held {
                take(&name);
                continue;
            }
            let Some(user) = self.facts.users.get(&name) else {
                return Err(Why::Undeclared(format!("which profile and permission sets the user '{name}' has")));
            };
            let held_names = if &*exists.type_name == "Profile" {
                user.profile.iter().collect::<Vec<_>>()
            } else {
                user.permission_sets.iter().collect()
            };
            for name in held_names {
                take(name);
            }
        }
        Ok((found, blind))
    }
}
