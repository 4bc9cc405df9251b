//! A control as a page for people: what it looks at, why, how bad, how to mend it. All of it comes from the control,
//! the named conditions and the registry; a page never knows more than the data.

mod example;
mod field;
mod page;
mod words;

pub use example::{DiffLine, ExampleFile, ExamplePage, LineKind};
pub use field::{Absence, FieldFacts};
pub use page::{ConditionFacts, FixFacts, Page, RiskFacts, RiskRange, SourceFacts, page};

/// A text on one line, however its author wrapped it.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
