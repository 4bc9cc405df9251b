use super::*;

fn at(source: &str, offset: u32) -> (u32, u32) {
    let position = LineIndex::new(source.as_bytes()).position(offset);
    (position.line, position.column)
}

#[test]
fn lines_end_at_line_feeds_only() {
    let source = "ab\ncd\r\ne\rf";
    for (offset, expected) in [
        (0, (1, 1)),
        (2, (1, 3)),
        (3, (2, 1)),
        (5, (2, 3)),
        (6, (2, 4)),
        (7, (3, 1)),
        (9, (3, 3)),
        (10, (3, 4)),
        (99, (3, 4)),
    ] {
        assert_eq!(at(source, offset), expected, "{offset}");
    }
}

#[test]
fn columns_are_code_points_without_a_byte_order_mark() {
    let source = "\u{feff}é😀x\né";
    assert_eq!(at(source, 0), (1, 1));
    assert_eq!(at(source, 1), (1, 1));
    assert_eq!(at(source, 3), (1, 1));
    assert_eq!(at(source, 4), (1, 1));
    assert_eq!(at(source, 5), (1, 2));
    assert_eq!(at(source, 8), (1, 2));
    assert_eq!(at(source, 9), (1, 3));
    assert_eq!(at(source, 11), (2, 1));
    assert_eq!(at(source, 13), (2, 2));
    assert_eq!(at("a\u{feff}b", 4), (1, 3));
}

#[test]
fn lines_are_counted_as_git_does() {
    let lines = |source: &str| LineIndex::new(source.as_bytes()).lines();
    assert_eq!(lines(""), 0);
    assert_eq!(lines("a"), 1);
    assert_eq!(lines("a\n"), 1);
    assert_eq!(lines("a\nb"), 2);
    assert_eq!(lines("\n\n"), 2);
}

#[test]
fn bytes_that_are_not_utf8_have_a_place_too() {
    let index = LineIndex::new(b"a\xff\x80\nb");
    assert_eq!(index.position(4), Position { line: 2, column: 1 });
    let _ = index.position(2);
}
