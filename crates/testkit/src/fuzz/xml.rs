//! The XML reader: agrees with a second parser, and everything it points at is there.

use orgate_metadata::LineIndex;
use orgate_metadata::xml::{Doc, Elem, Limits};

#[path = "../../../metadata/tests/agree/mod.rs"]
mod agree;

/// Any bytes as one file.
///
/// # Panics
/// When a promise is broken.
pub fn xml(data: &[u8]) {
    bounded(data);
    match Doc::parse(data, &Limits::default()) {
        Ok(doc) => {
            let text = std::str::from_utf8(data).expect("only UTF-8 is read");
            let root = doc.root();
            assert!(root.parent().is_none());
            let mut seen = 0;
            walk(text, root, &mut seen);
            assert_eq!(seen, doc.len(), "elements that are not reached");
        }
        Err(error) => {
            let lines = LineIndex::new(data);
            assert!(error.offset as usize <= data.len(), "{error:?}");
            let at = lines.position(error.offset);
            assert!(
                at.line >= 1 && at.column >= 1 && at.line <= lines.lines().saturating_add(1),
                "{at:?}"
            );
            super::one_line(&error.to_string());
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        agree::agree(text);
    }
}

fn walk(text: &str, element: Elem<'_>, seen: &mut usize) {
    *seen += 1;
    let (span, tag) = (element.span(), element.open_tag());
    let whole = text.get(span.start as usize..span.end as usize).expect("a range of the text");
    let open = text.get(tag.start as usize..tag.end as usize).expect("a range of the text");
    assert!(whole.starts_with(open) && open.starts_with('<') && open.ends_with('>') && whole.ends_with('>'));
    assert!(open.contains(element.name()) && !element.name().is_empty());
    let mut at = tag.end;
    for child in element.children() {
        assert!(child.span().start >= at && child.span().end <= span.end, "siblings overlap");
        at = child.span().end;
        walk(text, child, seen);
    }
    if element.has_children() {
        assert_eq!(element.text(), "");
    }
}

/// Small limits are kept.
fn bounded(data: &[u8]) {
    let limits = Limits {
        bytes: 4096,
        depth: 5,
        elements: 20,
        attributes: 3,
    };
    if let Ok(doc) = Doc::parse(data, &limits) {
        assert!(data.len() <= 4096 && doc.len() <= 20, "{} elements", doc.len());
        let mut deepest = vec![(doc.root(), 1)];
        while let Some((element, depth)) = deepest.pop() {
            assert!(depth <= 5, "{depth} deep");
            deepest.extend(element.children().map(|child| (child, depth + 1)));
        }
    }
}
