//! The controls that ship inside the binary.

/// Name and text of every file under `policies/`, sorted by name.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/policies.rs"));

/// The built-in policy files.
pub(crate) fn policies() -> &'static [(&'static str, &'static str)] {
    FILES
}
