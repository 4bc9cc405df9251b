use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::of;

/// Every line of a file.
fn lines(content: &[u8]) -> Vec<String> {
    of(content, &(0..=content.len()).collect()).into_values().collect()
}

/// The same as the definition has it: all units, and 100 of them for every line.
fn defined(content: &[u8]) -> Vec<String> {
    let (mut units, mut starts) = (Vec::new(), Vec::new());
    let (mut at_start, mut after_return) = (true, false);
    for unit in String::from_utf8_lossy(content).encode_utf16().chain([0xFFFF]) {
        let skipped = matches!(unit, 0x20 | 0x09) || (after_return && unit == 0x0A);
        after_return = !skipped && unit == 0x0D;
        if skipped {
            continue;
        }
        if at_start {
            starts.push(units.len());
        }
        let unit = if after_return { 0x0A } else { unit };
        at_start = unit == 0x0A;
        units.push(unit);
    }
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    let hash = |start: usize| {
        let covered = units.iter().skip(start).copied().chain(std::iter::repeat(0)).take(100);
        let hash = covered.fold(0_u64, |hash, unit| hash.wrapping_mul(37).wrapping_add(u64::from(unit)));
        let count = seen.entry(hash).or_default();
        *count += 1;
        format!("{hash:x}:{count}")
    };
    starts.into_iter().map(hash).collect()
}

/// Texts of which many parts are the same, and bytes that are none.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        8 => prop::sample::select(vec!["\n", "\r\n", "\r", " ", "\t", "a", "b", "<x>1</x>\n", "        <editable>false</editable>\n"])
            .prop_map(|text| text.as_bytes().to_vec()),
        2 => prop::sample::select(vec!["é", "𝒳", "\u{feff}", "\u{ffff}", "\0", "\u{2028}", "\u{ff}"]).prop_map(|text| text.as_bytes().to_vec()),
        1 => "[a-z]{0,150}\n".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(part, 0..80).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn is_what_the_definition_says(content in content()) {
        prop_assert_eq!(lines(&content), defined(&content));
    }

    #[test]
    fn what_else_is_wanted_changes_nothing(content in content(), wanted in prop::collection::btree_set(0_usize..90, 0..5)) {
        let all = defined(&content);
        let expected: BTreeMap<usize, String> = wanted.iter().filter_map(|line| Some((*line, all.get(*line)?.clone()))).collect();
        prop_assert_eq!(of(&content, &wanted), expected);
    }
}

#[test]
fn agrees_with_the_upload_action() {
    assert_eq!(lines(b""), ["c129715d7a2bc9a3:1"]);
    assert_eq!(
        lines(b" a\nb\n  \t\tc\n d"),
        ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
    );
    assert_eq!(
        lines("Lorem ipsum dolor sit amet.\n".repeat(10).as_bytes()),
        [
            "a7f2ff13bc495cf2:1",
            "a7f2ff13bc495cf2:2",
            "a7f2ff13bc495cf2:3",
            "a7f2ff13bc495cf2:4",
            "a7f2ff13bc495cf2:5",
            "a7f2ff13bc495cf2:6",
            "a7f2ff1481e87703:1",
            "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1",
            "c129715d7a2bc9a3:1",
        ]
    );
}

#[test]
fn only_lines_that_are_there_have_one() {
    assert_eq!(of(b"a\nb\n", &BTreeSet::new()), BTreeMap::new());
    assert_eq!(of(b"a\nb\n", &[3, usize::MAX].into()), BTreeMap::new());
    let found: Vec<usize> = of(b"a\nb\n", &[2, 1, 7].into()).into_keys().collect();
    assert_eq!(found, [1, 2]);
}

#[test]
fn line_ends_and_white_space_do_not_count() {
    let plain = lines(b"<a>\n<b/>\n</a>\n");
    assert_eq!(lines(b"<a>\r\n<b/>\r\n</a>\r\n"), plain);
    assert_eq!(lines(b"<a>\r<b/>\r</a>\r"), plain);
    assert_eq!(lines(b"<a>\n\t<b />  \n </a>\n"), plain);
}

#[test]
fn lines_are_numbered_as_everywhere_else() {
    for (text, count) in [("", 1), ("a", 1), ("a\n", 2), ("a\n\nb", 3), ("a\r\n\r\nb", 3), ("a\r\rb", 3)] {
        assert_eq!(lines(text.as_bytes()).len(), count, "{text:?}");
    }
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    assert_eq!(lines(b"a\xff\xfeb\n").len(), 2);
    assert_eq!(lines("𝒳é\u{feff}".as_bytes()).len(), 1);
}
