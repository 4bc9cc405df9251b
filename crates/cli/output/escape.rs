//! Makes text from metadata harmless, one function for each sink. The author of that text is hostile.

use std::fmt::Write as _;

use sarif::text::is_hidden;

pub(crate) use sarif::text::visible;

/// One line for a terminal: control and bidirectional characters become visible escapes.
pub(crate) fn terminal(text: &str) -> String {
    if !text.contains(is_hidden) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
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

/// At most `limit` characters; what is cut ends in `…`.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The message of a GitHub workflow command. Line feeds stay line feeds there; everything hidden is shown.
pub(crate) fn workflow_data(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '%' => safe.push_str("%25"),
            '\r' => safe.push_str("%0D"),
            '\n' => safe.push_str("%0A"),
            _ if is_hidden(character) => safe.push_str(&visible(character.encode_utf8(&mut [0; 4]))),
            _ => safe.push(character),
        }
    }
    safe
}

/// A property of a GitHub workflow command.
pub(crate) fn workflow_property(text: &str) -> String {
    workflow_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text inside a line of GitHub's or GitLab's Markdown, in a table or out of it, that is shown as it is: no markup, no
/// HTML, no link, no mention, no reference, no quick action.
///
/// Characters that mean something become references. Platforms look for mentions, references and addresses once more
/// in the finished page, where references are characters again: a space of no width stands behind those signs.
pub(crate) fn markdown(text: &str) -> String {
    let text = visible(text);
    let mut safe = String::with_capacity(text.len().saturating_mul(2));
    let mut characters = text.chars().peekable();
    // Only digits so far, and the text still could begin a list.
    let mut numbering = true;
    let mut first = true;
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let active = match character {
            '!' | '#' | '$' | '%' | '&' | '*' | '<' | '>' | '@' | '[' | '\\' | ']' | '^' | '_' | '`' | '{' | '|' | '}' | '~' => true,
            ':' => next == Some('/'),
            ')' | '.' => numbering,
            '+' | '-' | '=' | '/' => first,
            ' ' => first || next.is_none(),
            _ => false,
        };
        if active {
            // Writing to a string cannot fail.
            let _ = write!(safe, "&#{};", u32::from(character));
        } else {
            safe.push(character);
        }
        let reference = matches!(character, '!' | '#' | '$' | '%' | '&' | '@' | '^' | '~') && next.is_some_and(|next| next != ' ');
        let address = character == ':' && next == Some('/') || character == '.' && ends_with_www(&safe);
        if reference || address {
            safe.push_str("&#8203;");
        }
        numbering = character.is_ascii_digit() && (first || numbering);
        first = false;
    }
    safe
}

fn ends_with_www(text: &str) -> bool {
    let tail = text.len().checked_sub(4).and_then(|start| text.get(start..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case("www."))
}

/// Text in Markdown as code, where it can be copied from; as plain text where code cannot hold it.
pub(crate) fn code(text: &str) -> String {
    let text = visible(text);
    if text.is_empty() {
        "(empty)".to_owned()
    } else if text.contains(['`', '|', '\\']) || text.starts_with(' ') || text.ends_with(' ') {
        markdown(&text)
    } else {
        format!("`{text}`")
    }
}

/// Text in XML, in an element or in an attribute. Everything hidden is shown, so nothing is left that XML forbids.
pub(crate) fn xml(text: &str) -> String {
    let text = visible(text);
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            // Two of them begin a command to a runner that reads the log.
            '#' if safe.ends_with('#') => safe.push_str("&#35;"),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    type Escape = fn(&str) -> String;

    #[test]
    fn each_sink_has_its_own() {
        let table: [(Escape, &str, &str); 28] = [
            (terminal, "a\u{1b}[31m\nb\u{202e}", "a\\u{1b}[31m\\nb\\u{202e}"),
            (terminal, "é 𝒳", "é 𝒳"),
            (terminal_lines, "a\nb\u{7}", "a\nb\\u{7}"),
            (workflow_data, "100%\r\n::error::x", "100%25%0D%0A::error::x"),
            (workflow_data, "a\u{1b}b", "a<U+001B>b"),
            (workflow_data, "%0A", "%250A"),
            (workflow_property, "C:\\a,b%3A", "C%3A\\a%2Cb%253A"),
            (workflow_property, "a\nb", "a%0Ab"),
            (markdown, "no longer requires PKCE.", "no longer requires PKCE."),
            (markdown, "'Portal' is 'true'", "'Portal' is 'true'"),
            (markdown, "@everyone", "&#64;&#8203;everyone"),
            (markdown, "see #123", "see &#35;&#8203;123"),
            (markdown, "a | b", "a &#124; b"),
            (markdown, "<b>", "&#60;b&#62;"),
            (markdown, "[x](y)", "&#91;x&#93;(y)"),
            (markdown, "The risk: high (7.95)", "The risk: high (7.95)"),
            (markdown, "http://a.b", "http&#58;&#8203;//a.b"),
            (markdown, "WWW.a.b", "WWW.&#8203;a.b"),
            (markdown, "a\nb", "a&#60;U+000A&#62;b"),
            (markdown, "- x", "&#45; x"),
            (markdown, "12. x", "12&#46; x"),
            (markdown, "    x ", "&#32;   x&#32;"),
            (markdown, "/close", "&#47;close"),
            (code, "force-app/a_b", "`force-app/a_b`"),
            (code, "a`b", "a&#96;b"),
            (code, "a|b", "a&#124;b"),
            (code, "", "(empty)"),
            (
                xml,
                "<a b=\"c\">&'\u{0}\u{ffff}",
                "&lt;a b=&quot;c&quot;&gt;&amp;&apos;&lt;U+0000&gt;&lt;U+FFFF&gt;",
            ),
        ];
        for (escape, text, expected) in table {
            assert_eq!(escape(text), expected, "{text:?}");
        }
        assert_eq!(cut("abcd", 3), "ab…");
    }
}
