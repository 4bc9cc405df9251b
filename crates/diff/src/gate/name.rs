//! Names as the platform compares them.

use orgate_core::SubjectKind;

/// An API name, for comparing: the platform knows no two that differ only in case. People are told the spelling that a
/// file has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(String);

impl Name {
    pub(super) fn of(text: &str) -> Self {
        Self(text.to_lowercase())
    }
}

/// A subject, whichever side it is on.
pub(super) type App = (SubjectKind, Name);
