//! What fuzzers and property tests ask of every reader and writer: one function of bytes each, that panics when a
//! promise is broken.
//!
//! `fuzz/` feeds them with coverage-guided input, `tests/hostile.rs` with generated input and with what the fuzzers have
//! found. Nothing here may depend on time, environment or order of runs.

pub mod comparison;
pub mod git;
pub mod lines;
pub mod policy;
pub mod report;
pub mod settings;
pub mod writers;
pub mod xml;

/// A body, as a fuzzer calls it.
pub type Body = fn(&[u8]);

/// Every body by the name of its fuzz target and of its folder in the corpus.
pub const BODIES: [(&str, Body); 11] = [
    ("comparison", comparison::compare),
    ("index", git::index),
    ("lines", lines::lines),
    ("listing", git::listing),
    ("loose", git::loose),
    ("policy", policy::policy),
    ("replacements", comparison::replaced),
    ("settings", settings::settings),
    ("tree", git::tree),
    ("writers", writers::writers),
    ("xml", xml::xml),
];

/// What stands between the parts of an input that consists of several texts.
pub const CUT: &[u8] = b"\n%%%\n";

/// The parts of an input, at most `most` of them: the last takes the rest.
pub fn parts(data: &[u8], most: usize) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut rest = data;
    while found.len() + 1 < most {
        let Some(at) = rest.windows(CUT.len()).position(|window| window == CUT) else {
            break;
        };
        found.push(&rest[..at]);
        rest = &rest[at + CUT.len()..];
    }
    found.push(rest);
    found
}

/// A message for people: one line, nothing hidden in it.
///
/// # Panics
/// When it is not.
pub fn one_line(message: &str) {
    assert!(!message.is_empty(), "an empty message");
    assert!(!message.chars().any(char::is_control), "control characters in {message:?}");
    assert!(message.len() < 20_000, "a message of {} bytes", message.len());
}
