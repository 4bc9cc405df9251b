//! Makes text from metadata harmless, one function for each sink. The author of that text is hostile.

/// One line for a terminal: control and bidirectional characters become visible escapes.
pub(crate) fn terminal(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let hidden =
            matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}');
        if character.is_control() || hidden {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Several lines for a terminal: as [`terminal`], but line breaks stay.
pub(crate) fn terminal_lines(text: &str) -> String {
    text.split('\n').map(terminal).collect::<Vec<_>>().join("\n")
}
