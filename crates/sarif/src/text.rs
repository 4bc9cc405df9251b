//! Texts that come from metadata, made fit to be shown.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character changes how the text around it is shown without being seen itself: control characters,
/// bidirectional controls, invisible marks, line and paragraph separators, tags.
pub fn is_hidden(character: char) -> bool {
    // Nearly all characters are printable ASCII.
    if matches!(character, ' '..='~') {
        return false;
    }
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text on one line, hidden characters written as `<U+200B>`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len().saturating_add(16));
    for character in text.chars() {
        if is_hidden(character) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "<U+{:04X}>", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// The text for a SARIF message: visible, and free of what SARIF reads as a link (section 3.11.6). Braces stay as they
/// are: they mean something only in messages with arguments, and nobody who shows ours would undo a doubling.
pub fn message(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '[' | ']' | '\\' => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// At most `limit` UTF-16 code units, the unit of GitHub's limits; what is cut ends in `…`.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    if text.encode_utf16().count() <= limit {
        return text.to_owned();
    }
    let mut used = 1_usize;
    let mut short: String = text
        .chars()
        .take_while(|character| {
            used = used.saturating_add(character.len_utf16());
            used <= limit
        })
        .collect();
    short.push('…');
    short
}

/// Lines of a paragraph joined; paragraphs stay apart.
pub fn unwrapped(text: &str) -> String {
    text.trim()
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|paragraph| !paragraph.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// The text with a period at its end.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', ':', '…']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// `ca-pkce-not-required` as `CaPkceNotRequired`.
pub(crate) fn pascal(id: &str) -> String {
    id.split(|character: char| !character.is_alphanumeric())
        .map(|part| {
            let mut characters = part.chars();
            characters.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(characters.flat_map(char::to_lowercase)).collect()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(visible("plain é 𝒳"), "plain é 𝒳");
        assert_eq!(visible("a\nb\u{1b}[31m"), "a<U+000A>b<U+001B>[31m");
        assert_eq!(visible("x\u{202e}y\u{9b}z"), "x<U+202E>y<U+009B>z");
    }

    #[test]
    fn links_are_text() {
        assert_eq!(message("[x](http://evil)"), "\\[x\\](http://evil)");
        assert_eq!(message("{0} \\"), "{0} \\\\");
    }

    #[test]
    fn small_helpers() {
        assert_eq!(pascal("ca-pkce-not-required"), "CaPkceNotRequired");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("𝒳𝒳𝒳", 4), "𝒳…");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(sentence("It is so "), "It is so.");
        assert_eq!(unwrapped("a\n b\n\n c\n"), "a b\n\nc");
    }

    proptest! {
        #[test]
        fn nothing_hidden_and_nothing_active_survives(text in any::<String>()) {
            let escaped = message(&text);
            prop_assert!(!escaped.contains(is_hidden));
            // Every bracket follows an odd number of backslashes.
            let mut backslashes = 0_usize;
            for character in escaped.chars() {
                if matches!(character, '[' | ']') {
                    prop_assert!(backslashes % 2 == 1);
                }
                backslashes = if character == '\\' { backslashes + 1 } else { 0 };
            }
            // Undoing the escapes gives the text back.
            let mut undone = String::new();
            let mut rest = escaped.chars();
            while let Some(character) = rest.next() {
                undone.push(if character == '\\' { rest.next().unwrap() } else { character });
            }
            prop_assert_eq!(undone, visible(&text).into_owned());
        }
    }
}
