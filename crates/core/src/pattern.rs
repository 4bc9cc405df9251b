//! A regular expression that is compiled when it is first used.
//!
//! Most runs use none or few of the patterns of the controls, and compiling one costs more than reading a control.
//! A pattern written by a person is compiled at once, so that a wrong one is a load error; only the pack of built-in
//! controls, whose patterns passed that check when it was made, puts it off.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

/// Answers that are kept: the values of one app are asked for again by every control that looks at them, on both sides.
const KEPT: usize = 8;
/// Longer texts are not kept.
const LONGEST: usize = 256;

/// See the module.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Box<str>", into = "Box<str>")]
pub(crate) struct Pattern {
    text: Box<str>,
    compiled: OnceLock<Box<Compiled>>,
}

struct Compiled {
    regex: Option<Regex>,
    recent: Mutex<VecDeque<(Box<str>, bool)>>,
}

impl Compiled {
    fn new(regex: Option<Regex>) -> Self {
        Self {
            regex,
            recent: Mutex::default(),
        }
    }

    fn search(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// Answers stay behind.
impl Clone for Compiled {
    fn clone(&self) -> Self {
        Self {
            regex: self.regex.clone(),
            recent: Mutex::default(),
        }
    }
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn new(text: &str) -> Result<Self, regex_lite::Error> {
        let compiled = Compiled::new(Some(Regex::new(text)?));
        Ok(Self {
            text: text.into(),
            compiled: OnceLock::from(Box::new(compiled)),
        })
    }

    /// The pattern as written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern occurs in `text`.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Box::new(Compiled::new(Regex::new(&self.text).ok())));
        if text.len() > LONGEST {
            return compiled.search(text);
        }
        let mut recent = compiled.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = recent.iter().find(|(known, _)| **known == *text) {
            return *known;
        }
        let answer = compiled.search(text);
        recent.truncate(KEPT - 1);
        recent.push_front((text.into(), answer));
        answer
    }
}

/// The text alone: whether it was used yet says nothing about the pattern.
impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl From<Box<str>> for Pattern {
    fn from(text: Box<str>) -> Self {
        Self {
            text,
            compiled: OnceLock::new(),
        }
    }
}

impl From<Pattern> for Box<str> {
    fn from(pattern: Pattern) -> Self {
        pattern.text
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_pattern_that_was_put_off_matches_the_same() {
        let now = Pattern::new("^a+$").unwrap();
        let later = Pattern::from(Box::from("^a+$"));
        for text in ["a", "aaa", "ab", ""] {
            assert_eq!(now.is_match(text), later.is_match(text), "{text}");
        }
        assert!(Pattern::new("(").is_err());
    }
}
