//! The only place that names the YAML library.
//!
//! Every YAML text that orgate reads (controls, registry, settings) comes through [`parse`], so that all of them get
//! the same strictness: no duplicate keys, no merge keys, no YAML 1.1 booleans, small budgets.

use serde::de::DeserializeOwned;
use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy};

/// Larger texts are refused before they are parsed. The largest policy that ships has about 8 kB.
const MAX_BYTES: usize = 1 << 20;

/// What is wrong with a YAML text, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct YamlError {
    /// One-based line; 0 when the parser gives no position.
    pub line: u64,
    /// One-based column; 0 when the parser gives no position.
    pub column: u64,
    /// One line of text, without the drawn source.
    pub message: String,
}

impl YamlError {
    /// What is wrong with a text as a whole, or with a part of it whose position is not known.
    pub(crate) fn without_position(message: String) -> Self {
        Self {
            line: 0,
            column: 0,
            message,
        }
    }
}

/// A value and the position at which it stands in its YAML text.
pub(crate) type Spanned<T> = serde_yaml::Spanned<T>;

/// Parses one YAML document into `T`.
///
/// # Errors
/// [`YamlError`] for syntax errors, unknown or duplicate keys, wrong types and exceeded budgets.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    if text.len() > MAX_BYTES {
        return Err(YamlError::without_position(format!("larger than {MAX_BYTES} bytes")));
    }
    let mut options = serde_yaml::options! {
        budget: serde_yaml::budget! {
            flow_nesting_limit: 32,
            max_events: 200_000,
            max_aliases: 0,
            max_anchors: 0,
            max_depth: 64,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
    };
    options.merge_keys = MergeKeyPolicy::Error;
    options.strict_booleans = true;
    options.with_snippet = false;
    serde_yaml::from_str_with_options(text, options).map_err(|error| {
        let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
        let text = error.without_snippet().to_string();
        let mut message = text.lines().next().unwrap_or_default().trim().to_owned();
        // The library repeats the position inside its message, which is a field of ours, and has advice for who calls it.
        for tail in [" at line ", ", set DuplicateKeyPolicy"] {
            if let Some(cut) = message.rfind(tail) {
                message.truncate(cut);
            }
        }
        YamlError { line, column, message }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_message_is_for_whoever_wrote_the_text() {
        let error = parse::<BTreeMap<String, String>>("a: b\na: c\n").unwrap_err();
        assert_eq!((error.line, error.message.as_str()), (2, "duplicate mapping key: a"));
    }

    #[test]
    fn a_text_is_read_up_to_the_last_byte_of_the_limit() {
        let padded = |length: usize| format!("a: b\n#{}", "x".repeat(length - 6));
        let read = |length| parse::<BTreeMap<String, String>>(&padded(length));
        assert!(read(MAX_BYTES).is_ok());
        for length in [MAX_BYTES + 1, MAX_BYTES + 2] {
            let message = read(length).unwrap_err().message;
            assert_eq!(message, "larger than 1048576 bytes");
        }
    }
}
