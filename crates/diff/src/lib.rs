//! Snapshots of a repository, the range to compare and what a change touches.
//!
//! A snapshot is one side of a comparison: a commit, the index, the work tree or a plain folder. This crate opens
//! repositories, resolves revisions, lists and reads files, and tells which lines changed. It must not interpret what it
//! reads, never writes, runs nothing from inside a repository, and treats every byte of a snapshot as hostile: what
//! cannot be read is an error, never an empty result.

mod ancestry;
mod commit;
mod compare;
mod dir;
mod error;
mod folders;
#[doc(hidden)]
pub mod fuzzing;
pub mod gate;
mod held;
pub mod history;
pub mod hunks;
mod id;
mod index;
mod layout;
mod linediff;
mod listing;
mod lock;
mod loose;
mod memory;
mod naming;
mod nested;
mod objects;
mod pack;
mod positioned;
mod range;
pub mod repository;
mod revision;
mod search;
mod similar;
pub mod snapshot;
mod spawn;
mod tree;
mod walk;
mod worktree;

pub use commit::CommitSnapshot;
pub use compare::changes;
pub use dir::DirSnapshot;
pub use error::DiffError;
pub use hunks::LineMap;
pub use id::ObjectId;
pub use index::IndexSnapshot;
pub use memory::MemorySnapshot;
pub use range::{DefaultBase, MergeBase};
pub use repository::Repository;
pub use revision::CommitSide;
pub use snapshot::{Change, FileKind, FileRef, Snapshot, Want};
pub use worktree::WorktreeSnapshot;
