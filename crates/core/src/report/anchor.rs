//! Where a finding points: the changed line at head that made the difference, else the nearest place there is.

use std::sync::Arc;

use super::build::Case;
use super::difference::{Difference, texts};
use super::{Anchor, Side};
use crate::judge::{Judgement, Place};

impl Case<'_> {
    pub(super) fn at(&self, side: Side, place: &Place) -> Anchor {
        let path = &place.component.path;
        let (line, column) = self.places.position(side, path, place.span.start);
        let end = self.places.position(side, path, place.span.end);
        Anchor {
            path: path.clone(),
            line,
            column,
            side,
            end: Some(end),
        }
    }

    /// The changed line of an element at head; its first line when none of its lines changed.
    fn at_head(&self, place: &Place) -> (Anchor, bool) {
        let mut anchor = self.at(Side::Head, place);
        match self.places.changed(&place.component.path, place.span) {
            Some((line, column)) => {
                if line != anchor.line {
                    anchor.line = line;
                    anchor.column = column;
                }
                (anchor, true)
            }
            None => (anchor, false),
        }
    }

    fn at_gap(&self, place: &Place) -> Anchor {
        // A subject that is gone went with its file, though another one may look like it.
        let gone = self.comparison.head.is_none() && !self.places.holds(&place.component.path);
        match self.places.gap(&place.component.path, place.span).filter(|_| !gone) {
            Some((path, line)) => Anchor {
                path,
                line,
                column: 1,
                side: Side::Head,
                end: None,
            },
            None => Anchor {
                path: place.component.path.clone(),
                line: 1,
                column: 1,
                side: Side::Base,
                end: None,
            },
        }
    }

    /// The place of a value that came or went, on a changed line; an unchanged one is kept as fallback.
    fn at_value(&self, difference: &Difference<'_>, fallback: &mut Option<Anchor>) -> Option<Anchor> {
        let before = texts(difference.base);
        let after = texts(difference.head);
        if let Some(head) = difference.head {
            let fresh = head
                .values
                .iter()
                .filter(|(text, _)| before.binary_search(&text.as_str()).is_err() || before.len() < after.len());
            for (_, place) in fresh {
                let (anchor, changed) = self.at_head(place);
                if changed {
                    return Some(anchor);
                }
                fallback.get_or_insert(anchor);
            }
        }
        if let Some(base) = difference.base {
            let gone = base
                .values
                .iter()
                .find(|(text, _)| after.binary_search(&text.as_str()).is_err() || after.len() < before.len());
            // What head keeps as it was is not where something went: another file or block took its place.
            if let Some((_, place)) = gone
                && self.places.lacks(&place.component.path, place.span)
            {
                return Some(self.at_gap(place));
            }
        }
        None
    }

    /// Whether base has a value of its own at this place.
    fn stood(&self, place: &Place) -> bool {
        let reads = self.comparison.base.iter().flat_map(|base| &base.reads);
        reads.flat_map(|read| read.values.iter()).any(|(_, value)| value == place)
    }

    /// Whether a place is in one of the subject's own files.
    fn is_own(&self, place: &Place) -> bool {
        let mut files = self.files.into_iter().flat_map(|subject| subject.files.values().flatten());
        files.any(|file| Arc::ptr_eq(file, &place.component))
    }

    pub(super) fn anchor(&self, differences: &[Difference<'_>]) -> Anchor {
        let in_head = |place: &Place| {
            let head = self.comparison.head.as_ref();
            head.is_some_and(|head| {
                head.reads
                    .iter()
                    .flat_map(|read| read.values.iter().map(|(_, place)| place).chain(&read.home))
                    .any(|known| Arc::ptr_eq(&known.component, &place.component))
            })
        };
        let mut fallback = None;
        for member in &self.comparison.members {
            if in_head(&member.place) {
                let (anchor, changed) = self.at_head(&member.place);
                if changed {
                    return anchor;
                }
                fallback.get_or_insert(anchor);
            } else if self.stood(&member.place) {
                return self.at_gap(&member.place);
            } else {
                // Nothing was written there that could have gone: what head writes took it away.
                fallback.get_or_insert_with(|| self.at_gap(&member.place));
            }
        }
        // What an app newly is counts before the surroundings of what is judged: a change that makes a control
        // applicable is found in the field that did it, not in another line of the same block.
        let applicable = |difference: &&Difference<'_>| difference.weight(&self.comparison.roles) < usize::MAX;
        if self.comparison.base.is_some() {
            for difference in differences.iter().filter(applicable) {
                if let Some(anchor) = self.at_value(difference, &mut fallback) {
                    return anchor;
                }
            }
        }
        // What is new points at itself, not at a file of others that came with it.
        let own = |difference: &&Difference<'_>| {
            difference
                .head
                .and_then(|read| read.home.as_ref())
                .is_some_and(|home| self.is_own(home))
        };
        let (own, others): (Vec<_>, Vec<_>) = differences
            .iter()
            .partition(|difference| self.comparison.base.is_none() && own(difference));
        for difference in own.into_iter().chain(others) {
            if let Some(anchor) = self.at_value(difference, &mut fallback) {
                return anchor;
            }
            if let Some(home) = difference.head.and_then(|head| head.home.as_ref()) {
                let (anchor, changed) = self.at_head(home);
                if changed {
                    return anchor;
                }
                fallback.get_or_insert(anchor);
            }
            if let (Some(base), true) = (difference.base, difference.head.is_none_or(|head| head.home.is_none()))
                && let Some(home) = &base.home
                && self.places.lacks(&home.component.path, home.span)
            {
                return self.at_gap(home);
            }
        }
        if let Some(anchor) = fallback {
            return anchor;
        }
        let homes =
            |judgement: Option<&Judgement>| judgement.and_then(|judgement| judgement.reads.iter().find_map(|read| read.home.clone()));
        if let Some(home) = homes(self.comparison.head.as_ref()) {
            return self.at_head(&home).0;
        }
        match (&self.any_file, homes(self.comparison.base.as_ref())) {
            (Some((Side::Head, component)), _) => {
                self.at_head(&Place {
                    span: component.root.span,
                    component: Arc::clone(component),
                })
                .0
            }
            (Some((Side::Base, component)), None) => self.at_gap(&Place {
                span: component.root.span,
                component: Arc::clone(component),
            }),
            (_, Some(home)) => self.at_gap(&home),
            (None, None) => Anchor {
                path: "sfdx-project.json".into(),
                line: 1,
                column: 1,
                side: Side::Head,
                end: None,
            },
        }
    }
}
