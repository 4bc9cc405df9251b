//! Sets of internet addresses, as closed ranges. IPv4 and IPv6 are kept apart.

use std::net::IpAddr;

/// A closed range within one address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Range {
    v6: bool,
    start: u128,
    end: u128,
}

fn number(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(v4) => (false, u128::from(u32::from(v4))),
        IpAddr::V6(v6) => (true, u128::from(v6)),
    }
}

impl Range {
    /// From the texts of both ends; `None` when they are no addresses, of two families, or the wrong way round.
    pub(crate) fn parse(start: &str, end: &str) -> Option<Self> {
        let (v6, first) = number(start.trim().parse().ok()?);
        let (end_v6, last) = number(end.trim().parse().ok()?);
        (v6 == end_v6 && first <= last).then_some(Self {
            v6,
            start: first,
            end: last,
        })
    }
}

/// Ranges together, without gaps or overlaps between them.
pub(crate) struct Cover(Vec<Range>);

impl Cover {
    /// The addresses of all these ranges.
    pub(crate) fn of(mut ranges: Vec<Range>) -> Self {
        ranges.sort();
        let mut joined: Vec<Range> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match joined.last_mut() {
                Some(last) if last.v6 == range.v6 && range.start <= last.end.saturating_add(1) => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        Self(joined)
    }

    /// Whether every address of a range is among them.
    pub(crate) fn holds(&self, range: &Range) -> bool {
        let behind = self.0.partition_point(|one| (one.v6, one.start) <= (range.v6, range.start));
        let before = behind.checked_sub(1).and_then(|index| self.0.get(index));
        before.is_some_and(|one| one.v6 == range.v6 && one.end >= range.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: &str, end: &str) -> Range {
        Range::parse(start, end).expect("a range")
    }

    #[test]
    fn adjacent_ranges_cover_what_spans_them() {
        let parts = Cover::of(vec![
            range("10.0.1.0", "10.0.1.255"),
            range("10.0.0.0", "10.0.0.255"),
            range("::1", "::9"),
        ]);
        assert!(parts.holds(&range("10.0.0.5", "10.0.1.9")));
        assert!(!parts.holds(&range("10.0.0.5", "10.0.2.0")));
        assert!(!parts.holds(&range("9.9.9.9", "10.0.0.0")));
        assert!(!parts.holds(&range("::a", "::b")));
        assert!(parts.holds(&range("::1", "::9")) && !parts.holds(&range("::", "::1")));
        let all = Cover::of(vec![range("0.0.0.0", "255.255.255.255"), range("10.0.0.0", "10.0.0.1")]);
        assert!(all.holds(&range("255.255.255.255", "255.255.255.255")) && !all.holds(&range("::", "::")));
    }

    #[test]
    fn nonsense_is_no_range() {
        for (start, end) in [("10.0.0.2", "10.0.0.1"), ("x", "y"), ("1.1.1.1", "::1"), ("", "")] {
            assert!(Range::parse(start, end).is_none(), "{start} {end}");
        }
    }
}
