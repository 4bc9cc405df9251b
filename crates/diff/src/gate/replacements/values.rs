//! The places of a metadata file where another text changes the value of one element, or a comment, and nothing else.

use std::ops::Range;

use memchr::memmem;

/// See the module. In order, and apart from each other.
pub(super) fn places(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut places: Vec<Range<usize>> = Vec::new();
    // Since the last start tag: the first place that counts only if an end tag follows, and where its text goes on.
    let mut open: Option<(usize, usize)> = None;
    let mut at = 0;
    while let Some(tag) = find(bytes, at, b"<") {
        let rest = bytes.get(tag..).unwrap_or_default();
        if let Some((_, goes_on)) = open {
            add(&mut places, goes_on..tag);
        }
        let (end, inside) = if rest.starts_with(b"<!--") {
            (b"-->".as_slice(), Some(4))
        } else if rest.starts_with(b"<![CDATA[") {
            (b"]]>".as_slice(), open.map(|_| 9))
        } else if rest.starts_with(b"<?") {
            (b"?>".as_slice(), None)
        } else {
            (b">".as_slice(), None)
        };
        let markup = rest.starts_with(b"<!--") || rest.starts_with(b"<![CDATA[");
        let close = if end == b">" {
            end_of_tag(bytes, tag)
        } else {
            find(bytes, tag, end)
        };
        let Some(close) = close else { break };
        let next = close.saturating_add(end.len());
        if let Some(skip) = inside {
            add(&mut places, tag.saturating_add(skip)..close);
        }
        open = match open {
            Some((first, _)) if markup => Some((first, next)),
            None if markup => None,
            // An end tag makes what stands before it a value; anything else shows that it was none.
            before => {
                if let (Some((first, _)), false) = (before, rest.starts_with(b"</")) {
                    drop_texts(&mut places, first, bytes);
                }
                let starts = !rest.starts_with(b"</") && !rest.starts_with(b"<?") && !rest.starts_with(b"<!");
                let empty = bytes.get(..close).is_some_and(|before| before.ends_with(b"/"));
                (starts && !empty).then_some((places.len(), next))
            }
        };
        at = next;
    }
    if let Some((first, _)) = open {
        drop_texts(&mut places, first, bytes);
    }
    places
}

fn add(places: &mut Vec<Range<usize>>, place: Range<usize>) {
    if place.start < place.end {
        places.push(place);
    }
}

/// Takes back what turned out to stand between elements; comments stay.
fn drop_texts(places: &mut Vec<Range<usize>>, first: usize, bytes: &[u8]) {
    let tail = places.split_off(first.min(places.len()));
    places.extend(
        tail.into_iter()
            .filter(|place| bytes.get(..place.start).is_some_and(|before| before.ends_with(b"<!--"))),
    );
}

fn find(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let found = memmem::find(bytes.get(from..)?, wanted)?;
    Some(from.saturating_add(found))
}

/// The `>` of a tag; one within quotes is part of an attribute.
fn end_of_tag(bytes: &[u8], from: usize) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        match (quote, *byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn values_and_comments_are_places_and_nothing_else() {
        let text =
            "<?xml version=\"1.0\"?>\n<!--c--><R x='>'>\n  <!--d--> <a>one</a><b/>\n  <c>x<![CDATA[<y>]]>z<!--e--></c><d></d>\n</R>\n";
        let found: Vec<&str> = places(text).into_iter().filter_map(|place| text.get(place)).collect();
        assert_eq!(found, ["c", "d", "one", "x", "<y>", "z", "e"]);
        for broken in ["<a>x", "<a>x<", "<a", "x", "<!--", "<a><![CDATA[x", "</a>", "<a>x<b></a>"] {
            assert!(
                places(broken).iter().all(|place| broken.get(place.clone()) != Some("x")),
                "{broken}"
            );
        }
    }
}
