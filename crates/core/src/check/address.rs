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

    /// Whether `others` together contain every address of this range.
    pub(crate) fn within(&self, others: &[Self]) -> bool {
        let mut sorted: Vec<&Self> = others.iter().filter(|other| other.v6 == self.v6).collect();
        sorted.sort();
        let mut next = self.start;
        for other in sorted {
            if other.start > next {
                return false;
            }
            if other.end >= self.end {
                return true;
            }
            next = next.max(other.end.saturating_add(1));
        }
        false
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
        let parts = [range("10.0.1.0", "10.0.1.255"), range("10.0.0.0", "10.0.0.255")];
        assert!(range("10.0.0.5", "10.0.1.9").within(&parts));
        assert!(!range("10.0.0.5", "10.0.2.0").within(&parts));
        assert!(!range("::a", "::b").within(&parts));
        assert!(range("255.255.255.255", "255.255.255.255").within(&[range("0.0.0.0", "255.255.255.255")]));
    }

    #[test]
    fn nonsense_is_no_range() {
        for (start, end) in [("10.0.0.2", "10.0.0.1"), ("x", "y"), ("1.1.1.1", "::1"), ("", "")] {
            assert!(Range::parse(start, end).is_none(), "{start} {end}");
        }
    }
}
