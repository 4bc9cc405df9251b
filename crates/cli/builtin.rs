//! The controls and metadata types that ship inside the binary: as text, and checked and packed at build time.

use orgate_core::pack::PackError;
use orgate_core::{Catalog, Registry};

/// Name and text of every file under `policies/`, sorted by name.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/policies.rs"));

const TYPES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/types.pack"));
const CONTROLS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/controls.pack"));

/// The built-in policy files.
pub(crate) fn policies() -> &'static [(&'static str, &'static str)] {
    FILES
}

/// The built-in metadata types.
pub(crate) fn registry() -> Result<Registry, PackError> {
    Registry::from_pack(TYPES)
}

/// The built-in controls, without examples and without the named conditions that policies of users may refer to.
pub(crate) fn catalog() -> Result<Catalog, PackError> {
    Catalog::from_pack(CONTROLS)
}

#[cfg(test)]
mod tests {
    use crate::config::{load, load_text};

    #[test]
    fn the_pack_holds_what_the_yaml_says() {
        let (packed_types, packed) = load(&[], true).unwrap();
        let (types, catalog) = load_text(&[], true).unwrap();
        assert_eq!(format!("{packed_types:?}"), format!("{types:?}"));
        assert_eq!(packed.len(), catalog.len());
        for (packed, control) in packed.controls().zip(catalog.controls()) {
            assert!(!control.examples.is_empty());
            let mut bare = (**control).clone();
            bare.examples = Vec::new();
            assert_eq!(format!("{packed:?}"), format!("{bare:?}"));
        }
    }
}
