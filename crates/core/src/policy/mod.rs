//! Controls as declarative policies: the YAML as written, the compiled control, the catalogue, and the examples.

pub mod catalog;
pub(crate) mod compile;
pub mod control;
pub mod coverage;
pub mod example;
pub mod problem;
pub(crate) mod raw;

pub use catalog::Catalog;
pub use control::{Control, Example, Fix, NamedCondition, Risk, Source};
pub use problem::{Problem, nearest};
pub use raw::{ClientType, OnRemoval, Status};
