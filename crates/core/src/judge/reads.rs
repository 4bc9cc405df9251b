//! What a judgement reads: the evidence it rests on. Each read is taken down once, with what it was for and where it
//! stands. Nothing here decides.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use crate::condition::find::Occurrence;
use crate::condition::{FieldRef, Scope};
use crate::element::{Component, Span};
use crate::registry::FieldKind;
use crate::truth::Truth;

/// What a field was read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// To decide.
    Check,
    /// To see whether the control applies.
    Applies,
    /// For the raises-risk condition with this index.
    Raises(usize),
    /// For the lowers-risk condition with this index.
    Lowers(usize),
}

/// A place in a file of one snapshot.
#[derive(Clone, Debug, Eq)]
pub struct Place {
    /// The component, which knows its path.
    pub component: Arc<Component>,
    /// The element.
    pub span: Span,
}

/// A component that was read once is the same one; only others need a look at all they say.
impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.span == other.span && (Arc::ptr_eq(&self.component, &other.component) || self.component == other.component)
    }
}

/// One field that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct Read {
    /// `Type/path/below`.
    pub field: Arc<str>,
    /// The value must not be printed.
    pub secret: bool,
    /// It is a block, so its text says nothing.
    pub block: bool,
    /// The values are the entries of a block that meet a condition, each told by what the condition reads of it.
    pub record: bool,
    /// It only shows that its component concerns other subjects. There may be as many of those as there are apps, for
    /// each of them, so that they are compared and not told.
    pub elsewhere: bool,
    /// What for.
    pub role: Role,
    /// The texts found, each with its place; empty when the element is absent. Shared, as there may be as many as fit into
    /// a file.
    pub values: Arc<[(String, Place)]>,
    /// The innermost enclosing element that exists; `None` when the file is not in the snapshot.
    pub home: Option<Place>,
}

/// What is not taken down, where nobody asks for the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quiet {
    Nothing,
    /// Everything but what the check reads.
    ButCheck,
    All,
}

/// From this many reads on they are looked up instead of gone through.
const FEW: usize = 16;

/// What was read so far. It is written while conditions are evaluated, which only look at everything else.
pub(crate) struct Reads {
    role: Cell<Role>,
    /// What is read now tells whether a component concerns the subject.
    linking: Cell<bool>,
    list: RefCell<Vec<Read>>,
    /// Places in `list` by what a read was for and where its home is, once they are many; some may be out of date.
    known: RefCell<HashMap<Key, Vec<usize>>>,
    quiet: Quiet,
}

/// What a read was for, and the component and the place of its home.
type Key = (Role, Option<(usize, Span)>);

fn key(role: Role, home: Option<&Place>) -> Key {
    (role, home.map(|home| (Arc::as_ptr(&home.component).addr(), home.span)))
}

impl Reads {
    /// Nothing yet. `quiet` says what will not be taken down.
    pub(crate) fn new(quiet: Quiet) -> Self {
        Self {
            role: Cell::new(Role::Check),
            linking: Cell::new(false),
            list: RefCell::default(),
            known: RefCell::default(),
            quiet,
        }
    }

    /// Whether nobody asks for the evidence.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet != Quiet::Nothing
    }

    /// What is read now.
    pub(crate) fn role(&self) -> Role {
        self.role.get()
    }

    /// From now on, what is read is read for this.
    pub(crate) fn set_role(&self, role: Role) {
        self.role.set(role);
    }

    /// Runs the test of whether a component concerns the subject, and marks what was read if it does not.
    pub(crate) fn linking(&self, test: impl FnOnce() -> Truth) -> Truth {
        let known = self.list.borrow().len();
        self.linking.set(true);
        let linked = test();
        self.linking.set(false);
        if linked != Truth::False {
            self.list
                .borrow_mut()
                .iter_mut()
                .skip(known)
                .for_each(|read| read.elsewhere = false);
        }
        linked
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.list.borrow_mut().clear();
        self.known.borrow_mut().clear();
    }

    /// All reads, in their order.
    pub(crate) fn all(&self) -> Vec<Read> {
        self.list.borrow().clone()
    }

    /// Adds reads that were made aside.
    pub(crate) fn extend(&self, reads: Vec<Read>) {
        self.list.borrow_mut().extend(reads);
    }

    /// Where the value of a field stands that was read last.
    pub(crate) fn last_place(&self, field: &FieldRef) -> Option<Place> {
        let list = self.list.borrow();
        let read = list.iter().rev().find(|read| read.field == field.full)?;
        read.values.first().map(|(_, place)| place.clone())
    }

    /// Puts these reads in front of all others.
    pub(crate) fn put_first(&self, telling: &[Read]) {
        self.list.borrow_mut().sort_by_key(|read| !telling.contains(read));
        self.known.borrow_mut().clear();
    }

    /// Runs something and gives back what it read, instead of remembering it.
    pub(crate) fn aside<T>(&self, run: impl FnOnce() -> T) -> (T, Vec<Read>) {
        let (outside, known) = (self.list.take(), self.known.take());
        let result = run();
        self.known.replace(known);
        (result, self.list.replace(outside))
    }

    /// Takes down what was read, once however often it is read: a condition over many components reads each of them.
    pub(crate) fn remember(&self, field: &FieldRef, found: Vec<Occurrence>, home: Option<Place>) {
        if self.takes_down() {
            let values = found.into_iter().map(|occurrence| (occurrence.element().text.clone(), occurrence));
            self.note(field, values.collect(), home, false);
        }
    }

    /// Remembers the entries of a block that a condition picked, each with what is to be told of it.
    pub(crate) fn remember_records(&self, field: &FieldRef, found: Vec<(String, Occurrence)>, home: Option<Place>) {
        if self.takes_down() {
            self.note(field, found, home, true);
        }
    }

    fn takes_down(&self) -> bool {
        match self.quiet {
            Quiet::All => false,
            Quiet::ButCheck => self.role() == Role::Check,
            Quiet::Nothing => true,
        }
    }

    fn note(&self, field: &FieldRef, found: Vec<(String, Occurrence)>, home: Option<Place>, record: bool) {
        // A control that judges components of several types one by one reads nothing of the types that this one is not of.
        let foreign = home.as_ref().is_some_and(|home| home.component.type_name != field.type_name);
        if field.scope == Scope::Frame && foreign {
            return;
        }
        let role = self.role();
        let mut known = self.known.borrow_mut();
        let mut list = self.list.borrow_mut();
        let same = |read: &Read| {
            let alike = |((text, place), (other, occurrence)): (&(String, Place), &(String, Occurrence))| {
                let span = occurrence.element().span;
                Arc::ptr_eq(&place.component, &occurrence.component) && place.span == span && text == other
            };
            let same_home = match (&read.home, &home) {
                (Some(one), Some(other)) => Arc::ptr_eq(&one.component, &other.component) && one.span == other.span,
                (None, None) => true,
                _ => false,
            };
            same_home
                && read.role == role
                && read.record == record
                && read.field == field.full
                && read.values.len() == found.len()
                && read.values.iter().zip(&found).all(alike)
        };
        let linking = self.linking.get();
        // What is read for something else too is told.
        let again = |read: Option<&mut Read>| read.into_iter().for_each(|read| read.elsewhere &= linking);
        if list.len() < FEW {
            known.clear();
            if let Some(at) = list.iter().position(same) {
                again(list.get_mut(at));
                return;
            }
        } else {
            if known.is_empty() {
                for (at, read) in list.iter().enumerate() {
                    known.entry(key(read.role, read.home.as_ref())).or_default().push(at);
                }
            }
            let places = known.entry(key(role, home.as_ref())).or_default();
            if let Some(at) = places.iter().find(|at| list.get(**at).is_some_and(same)) {
                again(list.get_mut(*at));
                return;
            }
            places.push(list.len());
        }
        list.push(Read {
            field: Arc::clone(&field.full),
            // Where a certificate belongs, a private key may stand.
            secret: field.shape.secret || field.shape.kind == FieldKind::Certificate,
            block: !record && field.shape.kind == FieldKind::Block,
            record,
            elsewhere: linking,
            role,
            values: found.into_iter().map(|(text, occurrence)| (text, occurrence.place())).collect(),
            home,
        });
    }
}
