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

/// The addresses of many ranges: in order, and apart from each other.
#[derive(Debug)]
pub(crate) struct Addresses(Vec<Range>);

impl Addresses {
    /// Of ranges that may overlap and touch, in any order.
    pub(crate) fn new(mut ranges: Vec<Range>) -> Self {
        ranges.sort_unstable();
        ranges.dedup_by(|next, last| {
            let joined = last.v6 == next.v6 && next.start <= last.end.saturating_add(1);
            if joined {
                last.end = last.end.max(next.end);
            }
            joined
        });
        Self(ranges)
    }

    /// Whether every address of a range is among them.
    pub(crate) fn contain(&self, range: &Range) -> bool {
        let behind = self.0.partition_point(|own| (own.v6, own.start) <= (range.v6, range.start));
        let nearest = behind.checked_sub(1).and_then(|at| self.0.get(at));
        nearest.is_some_and(|own| own.v6 == range.v6 && own.end >= range.end)
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
        let parts = Addresses::new(vec![range("10.0.1.0", "10.0.1.255"), range("10.0.0.0", "10.0.0.255")]);
        assert!(parts.contain(&range("10.0.0.5", "10.0.1.9")));
        assert!(!parts.contain(&range("10.0.0.5", "10.0.2.0")));
        assert!(!parts.contain(&range("9.255.255.255", "10.0.0.5")));
        assert!(!parts.contain(&range("::a", "::b")));
        let all = Addresses::new(vec![range("0.0.0.0", "255.255.255.255")]);
        assert!(all.contain(&range("255.255.255.255", "255.255.255.255")));
        assert!(!all.contain(&range("::a00:5", "::a00:5")));
        assert!(!Addresses::new(Vec::new()).contain(&range("1.1.1.1", "1.1.1.1")));
    }

    #[test]
    fn a_narrow_range_within_a_wide_one_hides_nothing_of_it() {
        let parts = Addresses::new(vec![
            range("10.0.0.0", "10.0.0.99"),
            range("10.0.0.5", "10.0.0.6"),
            range("10.0.0.0", "10.0.0.1"),
            range("10.0.0.101", "10.0.0.102"),
            range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            range("::a", "::b"),
        ]);
        assert!(parts.contain(&range("10.0.0.7", "10.0.0.99")));
        assert!(!parts.contain(&range("10.0.0.7", "10.0.0.100")));
        assert!(!parts.contain(&range("10.0.0.99", "10.0.0.101")));
        assert!(parts.contain(&range("::c", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
    }

    #[test]
    fn nonsense_is_no_range() {
        for (start, end) in [("10.0.0.2", "10.0.0.1"), ("x", "y"), ("1.1.1.1", "::1"), ("", "")] {
            assert!(Range::parse(start, end).is_none(), "{start} {end}");
        }
    }
}
