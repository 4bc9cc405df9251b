//! What the judgement of one subject may see of a side: the settings of its own org, as far as that can be told, and
//! nothing that the change deletes.

use std::sync::Arc;

use orgate_core::registry::{Join, Registry};
use orgate_core::world::{Subject, World};
use orgate_core::{Component, Element, SubjectKind};

use super::deleted::Deletions;
use super::side::Side;

/// A side as one subject sees it.
pub(super) struct View<'a> {
    side: &'a Side<'a>,
    /// Where an app lies; settings of another org say nothing of it.
    place: Option<&'a [u8]>,
    /// Types of org settings that are taken away.
    without: &'a [Arc<str>],
    /// What is not in the org any more, whether its files are there or not.
    deleted: Option<&'a Deletions>,
}

impl<'a> View<'a> {
    pub(super) fn of(side: &'a Side<'a>, subject: &'a Subject, without: &'a [Arc<str>], deleted: Option<&'a Deletions>) -> Self {
        let place = (subject.kind != SubjectKind::Org).then_some(subject.root.as_slice());
        Self {
            side,
            place,
            without,
            deleted,
        }
    }

    fn standing(&self, mut found: Vec<Arc<Component>>) -> Vec<Arc<Component>> {
        if let Some(deleted) = self.deleted.filter(|deleted| !deleted.is_empty()) {
            found.retain(|component| !deleted.has(component));
        }
        found
    }
}

impl World for View<'_> {
    fn registry(&self) -> &Registry {
        self.side.registry()
    }

    fn components(&self, type_name: &str) -> Vec<Arc<Component>> {
        if self.without.iter().any(|gone| &**gone == type_name) {
            return Vec::new();
        }
        let settings = || self.registry().get(type_name).is_some_and(|spec| spec.join == Join::Org);
        self.standing(match self.place {
            Some(place) if settings() => self.side.settings_for(type_name, place),
            _ => self.side.components(type_name),
        })
    }

    fn named(&self, type_name: &str, name: &str) -> Vec<Arc<Component>> {
        self.standing(self.side.named(type_name, name))
    }

    fn blind(&self, type_name: &str, name: Option<&str>) -> bool {
        self.side.blind(type_name, name)
    }

    fn replaced(&self, component: &Component, element: &Element) -> Option<String> {
        self.side.replaced(component, element)
    }

    fn rewritten(&self, component: &Component) -> Option<String> {
        self.side.rewritten(component)
    }
}
