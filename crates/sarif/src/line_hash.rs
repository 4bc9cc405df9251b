//! GitHub's line hash, by which code scanning follows a result through changes of its file.
//!
//! A line's hash covers 100 UTF-16 code units from its start onwards, spaces and tabs left out, line ends counted as
//! one line feed. The upload action computes the same and complains about every result that has another value, so
//! this must agree with it to the last digit.

use std::collections::BTreeMap;

const LENGTH: usize = 100;
const FACTOR: u64 = 37;
/// Marks the end of the file; no code unit of a text is this.
const END: u16 = 0xFFFF;

const TAB: u16 = 0x09;
const LINE_FEED: u16 = 0x0A;
const CARRIAGE_RETURN: u16 = 0x0D;
const SPACE: u16 = 0x20;

/// The hash of every line: 16 hexadecimal digits or fewer, a colon, and how many lines up to this one have the same.
pub fn lines(content: &[u8]) -> Vec<String> {
    let (units, starts) = units(&String::from_utf8_lossy(content));
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    starts
        .into_iter()
        .map(|start| {
            let covered = units.iter().skip(start).copied().chain(std::iter::repeat(0)).take(LENGTH);
            let hash = covered.fold(0_u64, |hash, unit| hash.wrapping_mul(FACTOR).wrapping_add(u64::from(unit)));
            let count = seen.entry(hash).or_default();
            *count = count.saturating_add(1);
            format!("{hash:x}:{count}")
        })
        .collect()
}

/// What is hashed, and where in it lines start.
fn units(text: &str) -> (Vec<u16>, Vec<usize>) {
    let mut units = Vec::with_capacity(text.len());
    let mut starts = Vec::new();
    let mut at_start = true;
    let mut after_return = false;
    for unit in text.encode_utf16().chain([END]) {
        if matches!(unit, SPACE | TAB) || (after_return && unit == LINE_FEED) {
            after_return = false;
            continue;
        }
        after_return = unit == CARRIAGE_RETURN;
        if at_start {
            starts.push(units.len());
        }
        let unit = if after_return { LINE_FEED } else { unit };
        at_start = unit == LINE_FEED;
        units.push(unit);
    }
    (units, starts)
}

#[cfg(test)]
mod tests {
    use super::lines;

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
}
