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

#[test]
fn long_lines_are_counted_the_same_in_blocks() {
    let long = "\u{feff}".to_owned() + &"aé😀".repeat(5_000) + "\n" + &"öx".repeat(9_000);
    let index = LineIndex::new(long.as_bytes());
    for offset in (0..long.len()).step_by(37).chain(long.len() - 9..long.len() + 3) {
        let offset = u32::try_from(offset).unwrap();
        let end = (offset as usize).min(long.len());
        let end = (0..=end).rev().find(|at| long.is_char_boundary(*at)).unwrap();
        let before = &long[..end];
        let line = before.rsplit('\n').next().unwrap().trim_start_matches('\u{feff}');
        let expected = Position {
            line: u32::try_from(before.matches('\n').count() + 1).unwrap(),
            column: u32::try_from(line.chars().count() + 1).unwrap(),
        };
        assert_eq!(index.position(offset), expected, "{offset}");
    }
}

#[test]
fn a_line_is_what_stands_between_two_breaks() {
    let index = LineIndex::new(&b"ab\n\ncd"[..]);
    let lines: Vec<Option<&[u8]>> = (0..=4).map(|line| index.line(line)).collect();
    assert_eq!(lines, [None, Some(&b"ab"[..]), Some(b""), Some(b"cd"), None]);
}
