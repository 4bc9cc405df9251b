//! JSON Schemas of what people write, derived from the very types that read it.

use schemars::{Schema, schema_for};

use crate::policy::raw::{RawConditions, RawControl};
use crate::registry::TypeSpec;
use crate::settings::Settings;

/// A control: a file under `policies/`.
pub fn control() -> Schema {
    schema_for!(RawControl)
}

/// Named conditions: `conditions.yaml`.
pub fn conditions() -> Schema {
    schema_for!(RawConditions)
}

/// A metadata type: a file under `types/` beside policies.
pub fn registry() -> Schema {
    schema_for!(TypeSpec)
}

/// `orgate.yaml`.
pub fn settings() -> Schema {
    schema_for!(Settings)
}
