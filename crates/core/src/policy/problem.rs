//! What is wrong with a policy, where, and what was probably meant.

use std::fmt;

use crate::registry::{Registry, TypeSpec};
use crate::yaml::Spanned;

/// One problem in a policy file. Problems are collected, so that an author sees all of them at once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file as named by the caller.
    pub file: String,
    /// One-based line; 0 when the whole file is meant.
    pub line: u64,
    /// One-based column; 0 when the whole file is meant.
    pub column: u64,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Problem {
    /// A problem at a value; the file is filled in later.
    pub(crate) fn at<T>(place: &Spanned<T>, message: String) -> Self {
        Self {
            file: String::new(),
            line: place.referenced.line(),
            column: place.referenced.column(),
            message: one_line(message),
        }
    }
}

/// A message that quotes what stands in a file, which may hold anything, is still one line.
pub(super) fn one_line(message: String) -> String {
    if !message.contains(char::is_control) {
        return message;
    }
    let mut line = String::with_capacity(message.len());
    for c in message.chars() {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return write!(f, "{}: {}", self.file, self.message);
        }
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

/// Says that the registry has no type of this name, and which one was probably meant.
pub(crate) fn unknown_type(name: &str, registry: &Registry) -> String {
    let near = nearest(name, registry.types().map(|spec| &*spec.name));
    format!("unknown metadata type `{name}`{near}")
}

/// Says that a type has no field of this path, and which one was probably meant.
pub(crate) fn unknown_field(path: &str, spec: &TypeSpec) -> String {
    let near = nearest(path, spec.fields.keys().map(String::as_str));
    format!("type `{}` has no field `{path}`{near}", spec.name)
}

/// `, did you mean ...?` for the closest of the known names, or nothing when none is close.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let limit = word.chars().count() / 3 + 1;
    known
        .map(|name| (distance(word, name), name))
        .filter(|(far, _)| *far <= limit)
        .min()
        .map_or_else(String::new, |(_, name)| format!(", did you mean `{name}`?"))
}

/// Edit distance, case-blind: a wrong capital is the commonest slip in metadata names.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut last = i.saturating_add(1);
        let mut next = vec![last];
        for (right, above) in b.iter().zip(row.iter().skip(1)) {
            let here = if left == right {
                diagonal
            } else {
                diagonal.min(last).min(*above).saturating_add(1)
            };
            diagonal = *above;
            last = here;
            next.push(here);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_a_far_one_is_not() {
        let known = ["isPkceRequired", "isConsumerSecretOptional"];
        assert_eq!(nearest("isPkceRequird", known.into_iter()), ", did you mean `isPkceRequired`?");
        assert_eq!(nearest("ispkcerequired", known.into_iter()), ", did you mean `isPkceRequired`?");
        assert_eq!(nearest("callbackUrl", known.into_iter()), "");
        // A long name may have a slip in every third letter.
        let said = nearest("isConsmrSecretOptinal", known.into_iter());
        assert_eq!(said, ", did you mean `isConsumerSecretOptional`?");
    }

    #[test]
    fn what_a_message_quotes_cannot_begin_a_line_or_speak_to_a_terminal() {
        let quoted = |text: &str| one_line(format!("`{text}` is no name"));
        assert_eq!(quoted("a\nb\u{1b}[2J"), "`a\\nb\\u{1b}[2J` is no name");
        assert_eq!(quoted("höher"), "`höher` is no name");
    }
}
