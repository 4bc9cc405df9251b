//! Evaluates conditions. Total: every input has a truth value, and what is unknown says why.

use std::sync::Arc;

use super::find::{Frame, Lookup, Occurrence};
use super::value::{Item, Value};
use super::{Condition, FieldRef, FieldTest, Record, Test};
use crate::judge::env::Env;
use crate::judge::{Read, Role, Why};
use crate::lexical::{self, CertificateText};
use crate::policy::raw::LooksLike;
use crate::registry::FieldKind;
use crate::truth::Truth;

impl Env<'_> {
    /// The truth of a condition. No operand is skipped, so that everything that could matter is in the evidence.
    pub(crate) fn holds(&self, condition: &Condition, frames: &[Frame]) -> Truth {
        match condition {
            Condition::All(list) => list.iter().map(|item| self.holds(item, frames)).fold(Truth::True, Truth::and),
            Condition::Any(list) => list.iter().map(|item| self.holds(item, frames)).fold(Truth::False, Truth::or),
            Condition::Not(inner) => !self.holds(inner, frames),
            Condition::Always(value) => Truth::from(*value),
            Condition::Named(_, inner) => self.holds(inner, frames),
            Condition::Collapse(inner, value) => match self.holds(inner, frames) {
                Truth::Unknown => Truth::from(*value),
                known => known,
            },
            Condition::Field(test) => self.field_holds(test, frames),
            Condition::Exists(exists) => self.exists(exists, frames),
            Condition::Record(record) => self.record(record, frames),
            Condition::Declared(client) => match self.facts.app(&self.subject.name).and_then(|app| app.client) {
                Some(declared) => Truth::from(declared == *client),
                None => Truth::Unknown,
            },
        }
    }

    /// Takes down why something is unknown.
    pub(super) fn unknown(&self, why: Why) -> Truth {
        self.why(why);
        Truth::Unknown
    }

    /// Takes down everything that makes something unknown.
    pub(super) fn all_unknown(&self, whys: Vec<Why>) -> Truth {
        for why in whys {
            self.why(why);
        }
        Truth::Unknown
    }

    fn field_holds(&self, test: &FieldTest, frames: &[Frame]) -> Truth {
        if let Test::Present(wanted) = &test.test {
            let present = self.present(test, frames);
            return if *wanted { present } else { !present };
        }
        if let Test::LooksLike(kind) = &test.test {
            return self.looks_like(test, *kind, frames);
        }
        let field = &test.field;
        match self.value(field, test.absent.as_deref(), frames) {
            Value::Unknown(why) => self.unknown(why),
            Value::Nothing => Truth::False,
            Value::One { text } => one_holds(&test.test, &text),
            Value::Many { items, unknown } => {
                let some = items.iter().any(|item| member_holds(&test.test, &item.text));
                // A member that its field does not know may be meant for any other: that none matches is not certain.
                let legal = |text: &String| field.shape.kind != FieldKind::Enum || field.shape.values.contains(text);
                let strange = items.iter().find(|item| !legal(&item.text));
                match strange {
                    _ if some => Truth::True,
                    _ if !unknown.is_empty() => self.all_unknown(unknown),
                    Some(item) => self.unknown(Why::illegal(field, &item.text)),
                    None => Truth::False,
                }
            }
        }
    }

    fn present(&self, test: &FieldTest, frames: &[Frame]) -> Truth {
        let field = &test.field;
        if field.shape.kind == FieldKind::Block {
            return match self.find(field, frames) {
                Lookup::NoFile(why) => {
                    self.reads.remember(field, Vec::new(), None);
                    self.unknown(why)
                }
                Lookup::Here {
                    mut occurrences,
                    mut home,
                    gap,
                } => {
                    // A block that holds nothing declares nothing, as if it were not there.
                    let holds = |occurrence: &Occurrence| {
                        let element = occurrence.element();
                        !(element.nil || element.children.is_empty() && element.text.is_empty())
                    };
                    let hollow = occurrences.iter().find(|occurrence| !holds(occurrence)).map(Occurrence::place);
                    occurrences.retain(holds);
                    // Of a block that may stand there once only, the one that holds nothing may be the one that counts.
                    let gone = hollow.or(gap).filter(|_| !field.shape.many && !occurrences.is_empty());
                    if let Some(gone) = gone {
                        let key = || format!("{} in {} at {}", field.full, home.component.path, home.span.start);
                        if self.choose(2, key) == 1 {
                            occurrences.clear();
                            home = gone;
                        }
                    }
                    let some = !occurrences.is_empty();
                    self.reads.remember(field, occurrences, Some(home));
                    Truth::from(some)
                }
            };
        }
        // For presence it does not matter what absence means: only what is written counts.
        let written = if field.is_list() {
            self.written(field, frames)
        } else {
            self.written_once(field, frames)
        };
        match written {
            Err(why) => self.unknown(why),
            Ok(items) if field.shape.kind == FieldKind::Certificate => {
                items.iter().map(|item| self.certificate(test, item)).fold(Truth::False, Truth::or)
            }
            Ok(items) => Truth::from(items.iter().any(|item| !item.text.trim().is_empty())),
        }
    }

    fn certificate(&self, test: &FieldTest, item: &Item) -> Truth {
        match lexical::certificate(&item.text) {
            CertificateText::Provided => Truth::True,
            CertificateText::Absent => Truth::False,
            // A private key is no certificate; that it is a leak is another control's business.
            CertificateText::PrivateKey | CertificateText::Unclear => {
                let field = Arc::clone(&test.field.full);
                let why = match self.placeholder(&item.at, &item.text) {
                    Some(token) => Why::Placeholder(field, token),
                    None => Why::NoCertificate(field),
                };
                self.unknown(why)
            }
        }
    }

    fn looks_like(&self, test: &FieldTest, kind: LooksLike, frames: &[Frame]) -> Truth {
        match self.written(&test.field, frames) {
            Err(why) => self.unknown(why),
            Ok(items) => Truth::from(items.iter().any(|item| match kind {
                LooksLike::Secret => lexical::is_real_secret(&item.text) && !self.is_replaced_whole(item),
                LooksLike::PrivateKey => lexical::certificate(&item.text) == CertificateText::PrivateKey,
            })),
        }
    }

    /// Whether a project replaces all of a text. What it replaces a part of is in the file all the same.
    fn is_replaced_whole(&self, item: &Item) -> bool {
        let replaced = self.world.replaced(&item.at.component, item.at.element());
        replaced.is_some_and(|token| token == item.text.trim())
    }

    /// The text of a field that has one value, as it stands in the file; nothing where it is absent.
    fn written_once(&self, field: &FieldRef, frames: &[Frame]) -> Result<Vec<Item>, Why> {
        match self.find(field, frames) {
            Lookup::NoFile(_) => self.written(field, frames),
            Lookup::Here { occurrences, home, gap } => {
                let (chosen, home) = self.one_of(field, occurrences, home, gap);
                let chosen: Vec<_> = chosen.into_iter().collect();
                self.reads.remember(field, chosen.clone(), Some(home));
                Ok(items(chosen))
            }
        }
    }

    /// All texts that stand in the file, as they stand there.
    fn written(&self, field: &FieldRef, frames: &[Frame]) -> Result<Vec<Item>, Why> {
        match self.find(field, frames) {
            Lookup::NoFile(why) => {
                self.reads.remember(field, Vec::new(), None);
                Err(why)
            }
            Lookup::Here { occurrences, home, .. } => {
                let set: Vec<_> = occurrences.into_iter().filter(Occurrence::is_set).collect();
                self.reads.remember(field, set.clone(), Some(home));
                Ok(items(set))
            }
        }
    }

    fn record(&self, record: &Record, frames: &[Frame]) -> Truth {
        match self.find(&record.block, frames) {
            Lookup::NoFile(why) => {
                self.reads.remember(&record.block, Vec::new(), None);
                self.unknown(why)
            }
            Lookup::Here { occurrences, home, .. } => {
                let mut truth = Truth::False;
                let (mut matching, mut near) = (Vec::new(), Vec::new());
                for occurrence in occurrences {
                    let mut inner = frames.to_vec();
                    inner.push(occurrence.frame());
                    // What is read inside a record is evidence only when the record matters.
                    let (holds, inside) = self.reads.aside(|| self.holds(&record.condition, &inner));
                    if holds != Truth::False {
                        matching.push((told(&inside), occurrence));
                    } else if self.reads.role() == Role::Check && self.nearly(&record.condition, &inner) {
                        near.push((told(&inside), occurrence));
                    }
                    truth = truth.or(holds);
                }
                let shown = if matching.is_empty() { near } else { matching };
                self.reads.remember_records(&record.block, shown, Some(home));
                truth
            }
        }
    }

    /// Whether a record fails by nothing but a switch that is off: that is how it stood before it was granted.
    fn nearly(&self, condition: &Condition, frames: &[Frame]) -> bool {
        let Condition::All(list) = condition else { return false };
        let fails = |item: &&Condition| self.reads.aside(|| self.holds(item, frames)).0 == Truth::False;
        let is_switch = |item: &Condition| matches!(item, Condition::Field(test) if test.field.shape.kind == FieldKind::Boolean);
        let mut failing = list.iter().filter(fails);
        failing.next().is_some_and(is_switch) && failing.next().is_none()
    }

    /// Puts what makes a condition true in front of everything else that was read.
    pub(crate) fn put_first(&self, condition: &Condition, frames: &[Frame]) {
        let ((), telling) = self.reads.aside(|| self.support(condition, true, frames));
        self.reads.put_first(&telling);
    }

    /// Reads only what makes a condition true, or false.
    fn support(&self, condition: &Condition, wanted: bool, frames: &[Frame]) {
        let is = |item: &Condition| self.reads.aside(|| self.holds(item, frames)).0 == Truth::from(wanted);
        match condition {
            Condition::All(list) | Condition::Any(list) => list
                .iter()
                .filter(|item| is(item))
                .for_each(|item| self.support(item, wanted, frames)),
            Condition::Not(inner) => self.support(inner, !wanted, frames),
            Condition::Named(_, inner) => self.support(inner, wanted, frames),
            Condition::Collapse(inner, _) if is(inner) => self.support(inner, wanted, frames),
            Condition::Collapse(..) | Condition::Always(_) | Condition::Declared(_) => {}
            Condition::Field(_) | Condition::Exists(_) | Condition::Record(_) => _ = self.holds(condition, frames),
        }
    }
}

fn items(occurrences: Vec<Occurrence>) -> Vec<Item> {
    let item = |at: Occurrence| Item {
        text: at.element().text.clone(),
        at,
    };
    occurrences.into_iter().map(item).collect()
}

/// What was read of one record, in words.
fn told(reads: &[Read]) -> String {
    let parts: Vec<String> = reads
        .iter()
        .filter(|read| !read.secret && !read.block)
        .flat_map(|read| {
            let name = read.field.rsplit('/').next().unwrap_or_default();
            read.values.iter().map(move |(text, _)| format!("{name} {text}"))
        })
        .collect();
    if parts.is_empty() { "present".to_owned() } else { parts.join(", ") }
}

fn one_holds(test: &Test, value: &str) -> Truth {
    match test {
        Test::OneOf(values) => Truth::from(values.iter().any(|legal| legal == value)),
        Test::Contains(part) => Truth::from(value.contains(part.as_str())),
        Test::Matches { .. } => Truth::from(member_holds(test, value)),
        Test::AtLeast(limit) => lexical::integer(value).map_or(Truth::Unknown, |number| Truth::from(number >= *limit)),
        Test::AtMost(limit) => lexical::integer(value).map_or(Truth::Unknown, |number| Truth::from(number <= *limit)),
        Test::Present(_) | Test::LooksLike(_) => Truth::Unknown,
    }
}

fn member_holds(test: &Test, member: &str) -> bool {
    match test {
        Test::Contains(wanted) => wanted == member,
        Test::Matches { pattern, except } => pattern.is_match(member) && !except.as_ref().is_some_and(|except| except.is_match(member)),
        _ => false,
    }
}
