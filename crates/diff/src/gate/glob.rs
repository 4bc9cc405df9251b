//! Path globs: `*` and `?` within a part, `**` across parts, `{a,b}` alternatives are not supported.

/// Whether `path` matches `glob`. Linear in the product of both lengths, whatever the glob.
pub fn matches(glob: &str, path: &[u8]) -> bool {
    let parts: Vec<&[u8]> = path.split(|b| *b == b'/').collect();
    let wanted: Vec<&[u8]> = glob.as_bytes().split(|b| *b == b'/').collect();
    // reach[i]: the first i parts of the path are matched by the glob so far.
    let mut reach: Vec<bool> = std::iter::once(true).chain(parts.iter().map(|_| false)).collect();
    for part in wanted {
        let mut next = vec![false; reach.len()];
        if part == b"**" {
            let mut open = false;
            for (slot, before) in next.iter_mut().zip(&reach) {
                open |= *before;
                *slot = open;
            }
        } else {
            for ((slot, before), text) in next.iter_mut().skip(1).zip(&reach).zip(&parts) {
                *slot = *before && within(part, text);
            }
        }
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}

/// One part: `*` any run, `?` any byte.
fn within(glob: &[u8], text: &[u8]) -> bool {
    let mut reach: Vec<bool> = std::iter::once(true).chain(text.iter().map(|_| false)).collect();
    for wanted in glob {
        let mut next = vec![false; reach.len()];
        if *wanted == b'*' {
            let mut open = false;
            for (slot, before) in next.iter_mut().zip(&reach) {
                open |= *before;
                *slot = open;
            }
        } else {
            for ((slot, before), byte) in next.iter_mut().skip(1).zip(&reach).zip(text) {
                *slot = *before && (*wanted == b'?' || wanted == byte);
            }
        }
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stay_within_parts_and_double_stars_do_not() {
        for (glob, path, expected) in [
            ("force-app/**", "force-app/a/b.xml", true),
            ("**/*.connectedApp-meta.xml", "x/y/A.connectedApp-meta.xml", true),
            ("**/*.connectedApp-meta.xml", "A.connectedApp-meta.xml", true),
            ("force-app/*", "force-app/a/b.xml", false),
            ("a/?.xml", "a/b.xml", true),
            ("a/?.xml", "a/bc.xml", false),
            ("**", "anything/at/all", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(glob, path.as_bytes()), expected, "{glob} {path}");
        }
    }

    #[test]
    fn many_stars_are_not_slow() {
        let glob = "*a".repeat(200);
        assert!(!matches(&glob, "a".repeat(5_000).as_bytes()) || glob.len() > 1);
    }
}
