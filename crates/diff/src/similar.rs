//! Names of refs that look like one that does not exist, for error messages only.

/// Refs looked at.
pub(crate) const MAX: usize = 5000;
/// Suggestions made.
const SHOWN: usize = 3;
/// Longer names are not compared letter by letter.
const LONGEST: usize = 100;

/// The refs most like `wanted`, as a user would write them, best first.
pub(crate) fn best(wanted: &str, refs: &[String]) -> Vec<String> {
    let last = |name: &str| name.rsplit('/').next().map(str::to_lowercase);
    let mut found: Vec<(usize, &str)> = refs
        .iter()
        .map(|name| short(name))
        .filter_map(|name| {
            if last(name) == last(wanted) {
                return Some((0, name));
            }
            let far = distance(wanted, name)?;
            (far <= 1 + wanted.chars().count() / 4).then_some((far, name))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(SHOWN).map(|(_, name)| name.to_owned()).collect()
}

fn short(name: &str) -> &str {
    ["refs/heads/", "refs/tags/", "refs/remotes/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

/// Letters to change, add or drop to make `a` of `b`.
fn distance(a: &str, b: &str) -> Option<usize> {
    if a.len() > LONGEST || b.len() > LONGEST {
        return None;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, b) in row.iter_mut().skip(1).zip(&b) {
            let cost = (corner + usize::from(a != *b)).min(left + 1).min(*cell + 1);
            corner = *cell;
            *cell = cost;
            left = cost;
        }
    }
    row.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_and_a_missing_remote_are_found() {
        let refs = ["refs/heads/develop", "refs/remotes/origin/main", "refs/tags/v1"].map(str::to_owned);
        assert_eq!(best("devlop", &refs), ["develop"]);
        assert_eq!(best("main", &refs), ["origin/main"]);
        assert!(best("something-else", &refs).is_empty());
    }

    #[test]
    fn distance_counts_letters() {
        assert_eq!(distance("kitten", "sitting"), Some(3));
        assert_eq!(distance("", "abc"), Some(3));
        assert_eq!(distance("abc", "abc"), Some(0));
    }
}
