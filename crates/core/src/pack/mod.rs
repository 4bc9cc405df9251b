//! Registry and controls in a binary form that loads in a fraction of the time that their YAML takes.
//!
//! A pack is made at build time from checked controls and read by the program built with it, so its layout may change
//! with every build: it is no file format. The YAML stays the only source. Positions and examples are not in a pack:
//! whoever needs them reads the YAML.

pub(crate) mod shared;

use std::sync::Arc;

use crate::policy::{Catalog, Control};
use crate::registry::Registry;

/// A pack that cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("the pack of built-in {what} is damaged: {source}")]
pub struct PackError {
    what: &'static str,
    source: postcard::Error,
}

fn failed(what: &'static str) -> impl Fn(postcard::Error) -> PackError {
    move |source| PackError { what, source }
}

fn whole<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, postcard::Error> {
    match postcard::take_from_bytes(bytes)? {
        (value, []) => Ok(value),
        _ => Err(postcard::Error::DeserializeBadEncoding),
    }
}

impl Registry {
    /// Writes the registry as a pack.
    ///
    /// # Errors
    /// [`PackError`] when a value has no binary form.
    pub fn to_pack(&self) -> Result<Vec<u8>, PackError> {
        postcard::to_stdvec(self).map_err(failed("types"))
    }

    /// Reads a pack written by [`Self::to_pack`] of the same build.
    ///
    /// # Errors
    /// [`PackError`] when it is none.
    pub fn from_pack(bytes: &[u8]) -> Result<Self, PackError> {
        whole(bytes).map_err(failed("types"))
    }
}

impl Catalog {
    /// Writes the controls as a pack, without their examples.
    ///
    /// # Errors
    /// [`PackError`] when a value has no binary form.
    pub fn to_pack(&self) -> Result<Vec<u8>, PackError> {
        let controls: Vec<&Control> = self.controls().map(|control| &**control).collect();
        shared::write(&controls).map_err(failed("controls"))
    }

    /// Reads a pack written by [`Self::to_pack`] of the same build. The named conditions are not in it: before files
    /// that refer to them are added, the file that defines them has to be.
    ///
    /// # Errors
    /// [`PackError`] when it is none.
    pub fn from_pack(bytes: &[u8]) -> Result<Self, PackError> {
        let controls: Vec<Control> = shared::read(bytes).map_err(failed("controls"))?;
        Ok(controls.into_iter().map(Arc::new).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pack_is_refused() {
        for bytes in [&b""[..], b"\x05", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x00\x00"] {
            assert!(Catalog::from_pack(bytes).is_err(), "{bytes:?}");
            assert!(Registry::from_pack(bytes).is_err(), "{bytes:?}");
        }
    }
}
