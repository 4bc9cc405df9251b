//! Test support for orgate: fixtures, temporary repositories, oracles. Never published.
// Helpers for tests fail by panicking, like the tests that call them.

pub mod fixture;
pub mod fuzz;
pub mod gate;
pub mod generate;
pub mod library;
pub mod naive;
pub mod oracle;
pub mod render;
pub mod repo;
pub mod sample;
pub mod transform;
pub mod tree;

pub use gate::Gate;
pub use repo::TestRepo;
pub use tree::Tree;
