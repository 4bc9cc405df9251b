//! What orgate judges and how: controls, conditions, standings, the comparison of two standings, and the report.
//!
//! This crate is pure. It opens no file, no repository, no XML, reads no clock and no environment: everything it
//! needs is handed to it. That is what makes a verdict reproducible and the logic testable without a repository.

mod check;
pub mod compare;
mod condition;
pub mod element;
pub mod explain;
pub mod judge;
pub mod lasting;
pub mod lexical;
pub mod pack;
pub mod path;
mod pattern;
pub mod policy;
pub mod posture;
pub mod registry;
pub mod report;
#[cfg(feature = "schema")]
pub mod schema;
pub mod score;
pub mod settings;
pub mod subject;
#[cfg(test)]
mod testing;
mod truth;
pub mod world;
mod yaml;

pub use check::{Length, Measure, Member};
pub use compare::{Comparison, Outcome};
pub use element::{Component, Element, Note, Span};
pub use path::RepoPath;
pub use policy::{Catalog, Control};
pub use registry::{Registry, SubjectKind};
pub use report::{Report, Side};
pub use score::{Score, Severity};
pub use truth::Truth;
pub use yaml::YamlError;
