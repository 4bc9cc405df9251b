//! The types that ship with orgate: the texts of `types/*.yaml`, embedded at build time.
//!
//! What the types say is data and lies in those files; nothing here may know a type or a field by name.

use std::sync::OnceLock;

use orgate_core::registry::{Registry, RegistryError};

/// File name and text of every type file, sorted by name; written by `build.rs`.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/types.rs"));

/// The built-in registry, as a value of the caller's own: users extend it with their own files.
///
/// The texts are parsed once per process.
///
/// # Errors
/// [`RegistryError`] when a built-in file is faulty; the tests of this crate exclude that.
pub fn registry() -> Result<Registry, RegistryError> {
    static BUILT: OnceLock<Result<Registry, RegistryError>> = OnceLock::new();
    BUILT.get_or_init(load).clone()
}

/// File name and text of every built-in type file, sorted by name.
pub fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}

fn load() -> Result<Registry, RegistryError> {
    let mut registry = Registry::default();
    for (file, text) in FILES {
        registry.add(file, text)?;
    }
    Ok(registry)
}

#[cfg(test)]
mod tests;
