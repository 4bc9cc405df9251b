//! The oracle of [`agreement`](../agreement.rs) and of the fuzzer: two parsers on one text.
//!
//! Also compiled into the test kit, so that fuzzing and property tests ask the same questions.

use orgate_metadata::xml::{Doc, Elem, Limits, METADATA, Space, XSI, XmlErrorKind};

/// What is refused here although roxmltree accepts it; `fixtures/malformed` has a file for each.
const STRICTER: [&str; 13] = [
    "encoding",
    "version",
    "declaration",
    "declaration-not-first",
    "conflict-markers",
    "duplicate-attribute",
    "namespace-declaration",
    "character-reference",
    "instruction",
    "too-deep",
    "too-large",
    "too-many-attributes",
    "too-many-elements",
];

fn space(uri: Option<&str>) -> Space {
    match uri {
        None | Some("") => Space::None,
        Some(METADATA) => Space::Metadata,
        Some(XSI) => Space::Xsi,
        Some(_) => Space::Other,
    }
}

fn compare(mine: Elem<'_>, theirs: roxmltree::Node<'_, '_>) {
    let name = theirs.tag_name();
    assert_eq!(mine.name(), name.name());
    assert_eq!(mine.space(), space(name.namespace()));
    let span = mine.span();
    assert_eq!(span.start as usize..span.end as usize, theirs.range());
    let nil = theirs
        .attribute((XSI, "nil"))
        .is_some_and(|value| value.trim_matches(' ') == "true");
    assert_eq!(mine.is_nil(), nil);
    let mut other = theirs.children().filter(roxmltree::Node::is_element);
    let mut count = 0;
    for child in mine.children() {
        assert_eq!(child.parent().map(Elem::span), Some(span));
        count += 1;
        let Some(theirs) = other.next() else { break };
        compare(child, theirs);
    }
    assert_eq!(count, theirs.children().filter(roxmltree::Node::is_element).count());
    let text: String = theirs
        .children()
        .filter(roxmltree::Node::is_text)
        .filter_map(|node| node.text())
        .collect();
    if count == 0 {
        // Line ends next to references and instructions: roxmltree is wrong about carriage returns there.
        assert_eq!(lines(&mine.text()), lines(&text));
    }
    // A reference such as `&#32;` counts as text, since somebody wrote it.
    if !text.chars().all(|c| " \t\r\n".contains(c)) {
        assert!(mine.has_text(), "{text:?}");
    }
}

fn lines(text: &str) -> String {
    text.replace(['\r', '\n'], "")
}

/// What one parser refuses the other refuses, and what both accept they read alike.
///
/// # Panics
/// When they do not agree.
pub fn agree(text: &str) {
    // roxmltree takes an attribute `m:xmlns` for a declaration.
    if text.contains(":xmlns") {
        return;
    }
    let mine = Doc::parse(text.as_bytes(), &Limits::default());
    let theirs = roxmltree::Document::parse(text);
    match (mine, theirs) {
        (Ok(mine), Ok(theirs)) => {
            compare(mine.root(), theirs.root_element());
            assert_eq!(mine.len(), theirs.descendants().filter(roxmltree::Node::is_element).count());
        }
        (Err(_), Err(_)) => {}
        (Err(error), Ok(_)) => {
            // Names that start with a colon: no namespace-aware parser should take them.
            let colon = match &error.kind {
                XmlErrorKind::Name(name) => name.starts_with(':'),
                XmlErrorKind::Mismatched { expected, found } => found.strip_prefix(':') == Some(expected),
                _ => false,
            };
            let stricter = colon || STRICTER.contains(&error.kind.as_str());
            assert!(stricter, "{error:?}");
        }
        (Ok(_), Err(error)) => assert!(text.is_empty(), "only roxmltree refuses: {error}"),
    }
}
