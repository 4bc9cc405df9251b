//! Changed lines: everything the map says is true of the two files.

use orgate_diff::LineMap;

fn split(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Two files, with [`super::CUT`] between them.
///
/// # Panics
/// When a promise is broken.
pub fn lines(data: &[u8]) {
    match super::parts(data, 2)[..] {
        [base, head] => check(base, head),
        _ => check(data, data),
    }
}

/// Two versions of a file.
///
/// # Panics
/// When a promise is broken.
pub fn check(base: &[u8], head: &[u8]) {
    let map = LineMap::new(base, head);
    let (old, new) = (split(base), split(head));
    assert_eq!(map.head_lines() as usize, new.len());
    let (mut at_old, mut at_new) = (0, 0);
    for hunk in map.hunks() {
        let (from, to) = (hunk.base.start as usize, hunk.head.start as usize);
        assert!(!hunk.base.is_empty() || !hunk.head.is_empty());
        assert!(from == 0 || from > at_old || to > at_new);
        assert_eq!(old[at_old..from], new[at_new..to]);
        at_old = hunk.base.end as usize;
        at_new = hunk.head.end as usize;
    }
    assert_eq!(old[at_old..], new[at_new..]);
    for line in 1..=map.head_lines() {
        let changed = map.hunks().iter().any(|hunk| hunk.head.contains(&(line - 1)));
        assert_eq!(map.is_changed_head_line(line), changed);
        assert_eq!(map.head_changed(line..line + 1), changed.then_some(line));
        let first = (line..=map.head_lines()).find(|line| map.is_changed_head_line(*line));
        assert_eq!(map.head_changed(line..map.head_lines() + 1), first);
    }
    for line in 1..=u32::try_from(old.len()).expect("fits") {
        let anchor = map.anchor_for_removed(line..line + 1);
        assert!(anchor >= 1 && anchor <= map.head_lines().max(1));
        match map.hunks().iter().find(|hunk| hunk.base.contains(&(line - 1))) {
            Some(hunk) if hunk.head.is_empty() => assert_eq!(anchor, hunk.head.start.max(1)),
            Some(hunk) => assert_eq!(anchor, hunk.head.start + 1),
            None => assert_eq!(old[line as usize - 1], new[anchor as usize - 1]),
        }
    }
    // Ranges that make no sense get an answer too.
    for (from, to) in [(0, 0), (0, u32::MAX), (u32::MAX, u32::MAX), (5, 2)] {
        assert!(map.anchor_for_removed(from..to) >= 1);
        map.head_changed(from..to);
    }
}
