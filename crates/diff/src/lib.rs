//! Snapshots of a repository, the range to compare and what a change touches.
