//! Why something cannot be known, in types and in words.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use crate::condition::FieldRef;
use crate::lexical;

/// Why something is unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// No file of this type belongs to the subject in this snapshot.
    NotInSource(Arc<str>),
    /// A file of this type is there, and cannot be read.
    Unreadable(Arc<str>),
    /// The value is filled in at deploy time: field and token.
    Placeholder(Arc<str>, String),
    /// More than values is filled in at deploy time: the type of the file and what is replaced.
    Rewritten(Arc<str>, String),
    /// The value is not legal for its field: field and text; `None` for a text that must not be shown.
    Illegal(Arc<str>, Option<String>),
    /// The element holds text that is no certificate: its field.
    NoCertificate(Arc<str>),
    /// The element is missing and nobody documents what that means.
    Undocumented(Arc<str>),
    /// Neither this field is set, nor anything in source that would apply instead.
    Unset(Arc<str>),
    /// Settings do not say: what would have to be declared.
    Undeclared(String),
}

impl Why {
    /// A value that is not legal for its field, told where it may be shown.
    pub(crate) fn illegal(field: &FieldRef, text: &str) -> Self {
        let shown = Self::may_show(field, text).then(|| text.to_owned());
        Self::Illegal(Arc::clone(&field.full), shown)
    }

    /// Whether a text may be told: it is no secret, and no private key that strayed to where it stands.
    pub(crate) fn may_show(field: &FieldRef, text: &str) -> bool {
        let key = lexical::certificate(text) == lexical::CertificateText::PrivateKey;
        text.is_empty() || !(field.shape.secret || key)
    }

    /// The file is there, only what it comes to cannot be told. It is not merely out of sight.
    pub(crate) fn is_written(&self) -> bool {
        matches!(
            self,
            Self::Placeholder(..) | Self::Rewritten(..) | Self::Illegal(..) | Self::NoCertificate(_) | Self::Undocumented(_)
        )
    }

    /// Whether it is about what a field of the subject says.
    pub(crate) fn is_of(&self, field: &FieldRef) -> bool {
        match self {
            Self::NotInSource(type_name) | Self::Unreadable(type_name) | Self::Rewritten(type_name, _) => *type_name == field.type_name,
            Self::Placeholder(full, _)
            | Self::Illegal(full, _)
            | Self::NoCertificate(full)
            | Self::Undocumented(full)
            | Self::Unset(full) => *full == field.full,
            Self::Undeclared(_) => false,
        }
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
            Self::Illegal(field, None) => write!(f, "invalid value: {field} is (not shown)"),
            Self::Illegal(field, Some(text)) if text.is_empty() => write!(f, "invalid value: {field} is empty"),
            Self::Illegal(field, Some(text)) => write!(f, "invalid value: {field} is '{}'", lexical::without_passwords(text)),
            Self::NoCertificate(field) => {
                write!(f, "not a certificate: {field} holds text that is neither PEM nor base64 of DER")
            }
            Self::Undocumented(field) => write!(f, "undocumented: nobody says what a missing {field} means"),
            Self::Unset(field) => {
                write!(f, "not set: {field}, and nothing in source says what applies then")
            }
            Self::Undeclared(what) => write!(f, "undeclared: orgate.yaml does not say {what}"),
        }
    }
}

/// From this many reasons on they are looked up instead of gone through.
const FEW: usize = 16;

/// Reasons in the order in which they came, each once. A file can hold tens of thousands of them.
#[derive(Debug, Default)]
pub(crate) struct Whys {
    list: Vec<Why>,
    /// Those of `list`, once they are many.
    known: HashSet<Why>,
}

impl Whys {
    /// Adds a reason, unless it is there.
    pub(crate) fn add(&mut self, why: Why) {
        if self.list.len() < FEW {
            if !self.list.contains(&why) {
                self.list.push(why);
            }
            return;
        }
        if self.known.is_empty() {
            self.known.extend(self.list.iter().cloned());
        }
        if self.known.insert(why.clone()) {
            self.list.push(why);
        }
    }

    /// The reasons, in their order.
    pub(crate) fn into_list(self) -> Vec<Why> {
        self.list
    }

    /// As [`Self::into_list`], while more may come.
    pub(crate) fn list(&self) -> &[Why] {
        &self.list
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, Why, Whys};

    #[test]
    fn reasons_keep_their_order_and_come_once_however_many_they_are() {
        for many in [1, FEW - 1, FEW, FEW + 1, 10 * FEW] {
            let why = |number: &usize| Why::Undeclared(number.to_string());
            let mut whys = Whys::default();
            let there_and_back = (0..many).chain((0..many).rev()).collect::<Vec<_>>();
            there_and_back.iter().map(why).for_each(|why| whys.add(why));
            let expected: Vec<_> = (0..many).map(|number| why(&number)).collect();
            assert_eq!(whys.list(), expected, "{many}");
            assert_eq!(whys.into_list(), expected, "{many}");
        }
    }
}
