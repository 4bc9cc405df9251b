//! What orgate judges and how: controls, conditions, standings, the comparison of two standings, and the report.
//!
//! This crate is pure. It opens no file, no repository, no XML, reads no clock and no environment: everything it
//! needs is handed to it. That is what makes a verdict reproducible and the logic testable without a repository.

pub mod element;
pub mod lexical;
pub mod path;
pub mod registry;
mod yaml;

pub use element::{Component, Element, Note, Span};
pub use path::RepoPath;
