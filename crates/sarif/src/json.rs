//! JSON whose bytes are safe to print: hidden characters are escapes, so a terminal or an editor shows what is there;
//! so is the second of two number signs, with which commands to the runners of GitHub and Azure Pipelines begin, wherever
//! on a line of a log they stand.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::text::is_hidden;

/// Writes a value and a line feed.
///
/// # Errors
/// Those of the writer.
pub fn write(value: &impl Serialize, pretty: bool, out: &mut dyn io::Write) -> io::Result<()> {
    if pretty {
        value.serialize(&mut Serializer::with_formatter(&mut *out, Escaping(PrettyFormatter::new())))?;
    } else {
        value.serialize(&mut Serializer::with_formatter(&mut *out, Escaping(CompactFormatter)))?;
    }
    out.write_all(b"\n")
}

/// A formatter with one difference.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        let mut before = ' ';
        while let Some((at, hidden)) = rest.char_indices().find(|(_, character)| {
            let mark = before == '#' && *character == '#';
            before = *character;
            mark || is_hidden(*character)
        }) {
            writer.write_all(rest.get(..at).unwrap_or_default().as_bytes())?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = rest.get(at.saturating_add(hidden.len_utf8())..).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn end_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_key(writer)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str, pretty: bool) -> String {
        let mut out = Vec::new();
        write(&[text], pretty, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn hidden_characters_are_escapes() {
        assert_eq!(
            written("a\u{202e}b\u{e0041}\n\u{7f}", false),
            "[\"a\\u202eb\\udb40\\udc41\\n\\u007f\"]\n"
        );
        assert_eq!(written("##[x] #1 ###", false), "[\"#\\u0023[x] #1 #\\u0023\\u0023\"]\n");
        assert_eq!(written("a", true), "[\n  \"a\"\n]\n");
    }

    proptest! {
        #[test]
        fn reads_back_as_it_was(text in any::<String>()) {
            let json = written(&text, false);
            prop_assert!(!json.trim_end_matches('\n').contains(is_hidden));
            let back: Vec<String> = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(back, vec![text]);
        }
    }
}
