//! Entry point of the `orgate` binary.
fn main() {}
