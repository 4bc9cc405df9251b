//! The surroundings of one evaluation: what may be looked at, what was read, and which alternatives were taken.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::condition::resolve::{Frame, Occurrence};
use crate::condition::{FieldRef, Scope};
use crate::element::{Component, Span};
use crate::world::{Facts, Subject, World};

/// Why something is unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// No file of this type belongs to the subject in this snapshot.
    NotInSource(Arc<str>),
    /// A file of this type is there, and cannot be read.
    Unreadable(Arc<str>),
    /// The value is filled in at deploy time: field and token.
    Placeholder(Arc<str>, String),
    /// More than values is filled in at deploy time: the type of the file and what is replaced.
    Rewritten(Arc<str>, String),
    /// The value is not legal for its field: field and text (empty for secrets).
    Illegal(Arc<str>, String),
    /// The element holds text that is no certificate: its field.
    NoCertificate(Arc<str>),
    /// The element is missing and nobody documents what that means.
    Undocumented(Arc<str>),
    /// Settings do not say: what would have to be declared.
    Undeclared(String),
}

impl Why {
    /// Something stands there, only what it comes to cannot be told. It is not merely out of sight.
    pub fn is_written(&self) -> bool {
        matches!(
            self,
            Self::Placeholder(..) | Self::Rewritten(..) | Self::Illegal(..) | Self::NoCertificate(_)
        )
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInSource(type_name) => write!(f, "not in source: no {type_name} file"),
            Self::Unreadable(type_name) => write!(f, "unreadable: a {type_name} file could not be read"),
            Self::Placeholder(field, token) => write!(f, "placeholder: {field} is '{token}' until it is deployed"),
            Self::Rewritten(type_name, what) => {
                write!(
                    f,
                    "rewritten: sfdx-project.json replaces {what} in a {type_name} file when it is deployed"
                )
            }
            Self::Illegal(field, text) if text.is_empty() => write!(f, "invalid value: {field} is empty"),
            Self::Illegal(field, text) => write!(f, "invalid value: {field} is '{text}'"),
            Self::NoCertificate(field) => {
                write!(f, "not a certificate: {field} holds text that is neither PEM nor base64 of DER")
            }
            Self::Undocumented(field) => write!(f, "undocumented: nobody says what a missing {field} means"),
            Self::Undeclared(what) => write!(f, "undeclared: orgate.yaml does not say {what}"),
        }
    }
}

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
pub struct Read {
    /// `Type/path/below`.
    pub field: Arc<str>,
    /// The value must not be printed.
    pub secret: bool,
    /// It is a block, so its text says nothing.
    pub block: bool,
    /// The values are the entries of a block that meet a condition, each told by what the condition reads of it.
    pub record: bool,
    /// What for.
    pub role: Role,
    /// The texts found, each with its place; empty when the element is absent.
    pub values: Vec<(String, Place)>,
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

/// See the module.
pub(crate) struct Env<'a> {
    pub(crate) world: &'a dyn World,
    pub(crate) subject: &'a Subject,
    pub(crate) facts: &'a Facts,
    /// Whether an author's assumption about an undocumented default is taken.
    pub(crate) assume: bool,
    /// Set when such an assumption was met.
    pub(crate) assumed: Cell<bool>,
    pub(crate) role: Cell<Role>,
    pub(crate) reads: RefCell<Vec<Read>>,
    /// Places in `reads` by what a read was for and where its home is, once they are many; some may be out of date.
    known: RefCell<HashMap<Key, Vec<usize>>>,
    quiet: Quiet,
    pub(crate) whys: RefCell<Vec<Why>>,
    choices: RefCell<Vec<Choice>>,
}

/// What a read was for, and the component and the place of its home.
type Key = (Role, Option<(usize, Span)>);

fn key(role: Role, home: Option<(&Arc<Component>, Span)>) -> Key {
    (role, home.map(|(component, span)| (Arc::as_ptr(component).addr(), span)))
}

struct Choice {
    key: String,
    among: usize,
    pick: usize,
}

/// More alternatives than this in one subject are nothing that a person wrote by accident.
const MOST_ALTERNATIVES: usize = 64;

impl<'a> Env<'a> {
    pub(crate) fn new(world: &'a dyn World, subject: &'a Subject, facts: &'a Facts, assume: bool) -> Self {
        Self {
            world,
            subject,
            facts,
            assume,
            assumed: Cell::new(false),
            role: Cell::new(Role::Check),
            reads: RefCell::default(),
            known: RefCell::default(),
            quiet: Quiet::Nothing,
            whys: RefCell::default(),
            choices: RefCell::default(),
        }
    }

    /// Takes down less.
    pub(crate) fn quietly(self, quiet: Quiet) -> Self {
        Self { quiet, ..self }
    }

    /// Whether nobody asks for the evidence.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet != Quiet::Nothing
    }

    /// The frames a control starts with: the one component of a `per` control.
    pub(crate) fn frames(&self) -> Vec<Frame> {
        self.subject
            .per
            .iter()
            .map(|component| Frame {
                component: Arc::clone(component),
                route: Vec::new(),
            })
            .collect()
    }

    /// Which of several candidates counts in this round. Duplicated files and elements are not decided by order:
    /// every combination is judged, and the weakest counts.
    pub(crate) fn choose(&self, among: usize, key: impl FnOnce() -> String) -> usize {
        if among < 2 {
            return 0;
        }
        let key = key();
        let mut choices = self.choices.borrow_mut();
        if let Some(choice) = choices.iter().find(|choice| choice.key == key) {
            return choice.pick.min(among.saturating_sub(1));
        }
        choices.push(Choice { key, among, pick: 0 });
        0
    }

    /// Runs `judge` once for every combination of choices. `None` when there are too many.
    pub(crate) fn each_alternative<T>(&self, mut judge: impl FnMut(&Self) -> T) -> Option<Vec<T>> {
        let mut results = Vec::new();
        loop {
            if results.len() >= MOST_ALTERNATIVES {
                return None;
            }
            self.reads.borrow_mut().clear();
            self.known.borrow_mut().clear();
            self.whys.borrow_mut().clear();
            results.push(judge(self));
            let mut choices = self.choices.borrow_mut();
            loop {
                match choices.last_mut() {
                    None => return Some(results),
                    Some(choice) if choice.pick.saturating_add(1) < choice.among => {
                        choice.pick = choice.pick.saturating_add(1);
                        break;
                    }
                    Some(_) => {
                        choices.pop();
                    }
                }
            }
        }
    }

    /// Takes down what was read, once however often it is read: a condition over many components reads each of them.
    pub(crate) fn remember(&self, field: &FieldRef, found: Vec<Occurrence>, home: Option<(Arc<Component>, Span)>) {
        if self.takes_down() {
            let values = found.into_iter().map(|occurrence| (occurrence.element().text.clone(), occurrence));
            self.note(field, values.collect(), home, false);
        }
    }

    /// Remembers the entries of a block that a condition picked, each with what is to be told of it.
    pub(crate) fn remember_records(&self, field: &FieldRef, found: Vec<(String, Occurrence)>, home: Option<(Arc<Component>, Span)>) {
        if self.takes_down() {
            self.note(field, found, home, true);
        }
    }

    /// Puts what was read in another order.
    pub(crate) fn reorder(&self, by: impl Fn(&Read) -> bool) {
        self.reads.borrow_mut().sort_by_key(by);
        self.known.borrow_mut().clear();
    }

    fn takes_down(&self) -> bool {
        match self.quiet {
            Quiet::All => false,
            Quiet::ButCheck => self.role.get() == Role::Check,
            Quiet::Nothing => true,
        }
    }

    fn note(&self, field: &FieldRef, found: Vec<(String, Occurrence)>, home: Option<(Arc<Component>, Span)>, record: bool) {
        // A control that judges components of several types one by one reads nothing of the types that this one is not of.
        let foreign = home.as_ref().is_some_and(|(component, _)| component.type_name != field.type_name);
        if field.scope == Scope::Frame && foreign {
            return;
        }
        let role = self.role.get();
        let mut known = self.known.borrow_mut();
        let mut reads = self.reads.borrow_mut();
        let same = |read: &Read| {
            let alike = |((text, place), (other, occurrence)): (&(String, Place), &(String, Occurrence))| {
                let span = occurrence.element().span;
                Arc::ptr_eq(&place.component, &occurrence.component) && place.span == span && text == other
            };
            let home = match (&read.home, &home) {
                (Some(place), Some((component, span))) => Arc::ptr_eq(&place.component, component) && place.span == *span,
                (None, None) => true,
                _ => false,
            };
            home && read.role == role
                && read.record == record
                && read.field == field.full
                && read.values.len() == found.len()
                && read.values.iter().zip(&found).all(alike)
        };
        if reads.len() < FEW {
            known.clear();
            if reads.iter().any(same) {
                return;
            }
        } else {
            if known.is_empty() {
                for (at, read) in reads.iter().enumerate() {
                    let home = read.home.as_ref().map(|place| (&place.component, place.span));
                    known.entry(key(read.role, home)).or_default().push(at);
                }
            }
            let home = home.as_ref().map(|(component, span)| (component, *span));
            let places = known.entry(key(role, home)).or_default();
            if places.iter().any(|at| reads.get(*at).is_some_and(same)) {
                return;
            }
            places.push(reads.len());
        }
        let place = |occurrence: Occurrence| Place {
            span: occurrence.element().span,
            component: occurrence.component,
        };
        reads.push(Read {
            field: Arc::clone(&field.full),
            // Where a certificate belongs, a private key may stand.
            secret: field.spec.secret || field.spec.kind == crate::registry::FieldKind::Certificate,
            block: !record && field.spec.kind == crate::registry::FieldKind::Block,
            record,
            role,
            values: found.into_iter().map(|(text, occurrence)| (text, place(occurrence))).collect(),
            home: home.map(|(component, span)| Place { component, span }),
        });
    }

    /// Runs something and gives back what it read, instead of remembering it.
    pub(crate) fn aside<T>(&self, run: impl FnOnce() -> T) -> (T, Vec<Read>) {
        let (outside, known) = (self.reads.take(), self.known.take());
        let result = run();
        self.known.replace(known);
        (result, self.reads.replace(outside))
    }

    pub(crate) fn why(&self, why: Why) {
        let mut whys = self.whys.borrow_mut();
        if !whys.contains(&why) {
            whys.push(why);
        }
    }
}
