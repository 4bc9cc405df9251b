//! Reads Salesforce metadata: a strict XML reader with positions, and the registry of metadata types.
//!
//! This crate turns bytes into [`orgate_core::Component`]s and knows nothing about git, controls or output. The
//! author of the bytes is hostile: nothing here may panic, run for long, or accept what another parser reads
//! differently.

pub mod builtin;
pub mod component;
pub mod edit;
pub mod lines;
pub mod manifest;
pub mod xml;

pub use component::{
    ReadError, ReadErrorKind, Suffixes, classify, holds_bundles, identify, in_bundle, in_foreign_folder, in_source_format, is_deployable,
    is_oddly_placed, read_component, read_component_as, sniff,
};
pub use lines::{LineIndex, Position};
pub use xml::Limits;
