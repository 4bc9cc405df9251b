//! The texts of one file that replacements exchange.
//!
//! Must not take time or memory in proportion to replacements times hits: both are what the author of a change writes.
//! Where more would have to be looked for, nothing is known of the file.

use std::ops::Range;

use memchr::memmem;
use orgate_core::Span;

use super::{Entry, Wanted, quoted, values};

/// Nobody replaces more than this in one file.
const MOST_HITS: usize = 100_000;
/// How often a file is read through, and how many bytes of a small one are in any case.
const MOST_PASSES: usize = 128;
const LEAST_WORK: usize = 1 << 20;
/// A plain text is found so many times faster than an expression.
const FASTER: usize = 16;

/// See the module.
#[derive(Debug, Default)]
pub(in super::super) struct Tokens {
    text: Box<str>,
    /// By replacement, in order: what none before it exchanges.
    found: Vec<Vec<Range<usize>>>,
    /// All of that, in order and apart from each other.
    all: Vec<Range<usize>>,
    hits: usize,
    /// Bytes read so far.
    work: usize,
    /// What is replaced, when that is more than the values of single elements.
    pub(in super::super) whole: Option<String>,
}

impl Tokens {
    /// The first text, of the first replacement that has one, that lies at least in part in `span`.
    pub(in super::super) fn within(&self, span: Span) -> Option<String> {
        let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
        self.found.iter().find_map(|found| {
            let first = found.partition_point(|hit| hit.end <= start);
            let hit = found.get(first).filter(|hit| hit.start < end)?;
            Some(self.text.get(hit.clone()).unwrap_or_default().to_owned())
        })
    }

    /// Adds what these replacements exchange in the file.
    pub(super) fn search<'a>(&mut self, bytes: &[u8], entries: impl Iterator<Item = &'a Entry>) {
        let mut entries = entries.peekable();
        if entries.peek().is_none() {
            return;
        }
        let text = String::from_utf8_lossy(bytes);
        if self.text.is_empty() {
            self.text = text.as_ref().into();
        }
        self.work = self.work.saturating_add(text.len());
        let places = values::places(&text);
        for entry in entries {
            if !self.find(entry, &text, &places) {
                self.whole.get_or_insert_with(|| "more than orgate looks for".to_owned());
                return;
            }
        }
    }

    /// False when there is too much to look for.
    fn find(&mut self, entry: &Entry, text: &str, places: &[Range<usize>]) -> bool {
        let mut complete = true;
        let mut found: Vec<Range<usize>> = Vec::new();
        let what = match &entry.wanted {
            Wanted::Text(wanted) => {
                complete &= self.spend(text, text.len() / FASTER);
                if complete {
                    let hits = memmem::find_iter(text.as_bytes(), wanted.as_bytes());
                    found.extend(hits.map(|at| at..at.saturating_add(wanted.len())).take(MOST_HITS));
                }
                wanted
            }
            Wanted::Expression(expression) => {
                if let Some((pattern, weight)) = &expression.known {
                    let mut hits = pattern.find_iter(text);
                    let mut at = 0;
                    loop {
                        // Each search may have to look at all of the rest, whatever it finds.
                        let rest = text.len().saturating_sub(at);
                        complete &= found.len() < MOST_HITS && self.spend(text, rest.saturating_mul(*weight));
                        let Some(hit) = hits.next().filter(|_| complete) else { break };
                        at = hit.end();
                        found.push(hit.range());
                    }
                } else {
                    self.whole.get_or_insert_with(|| quoted(&expression.text));
                }
                &expression.text
            }
            Wanted::Anything => {
                self.whole.get_or_insert_with(|| "any text".to_owned());
                return true;
            }
        };
        let harmless = |hit: &Range<usize>| {
            let within = places.partition_point(|place| place.end < hit.end);
            !hit.is_empty() && places.get(within).is_some_and(|place| place.start <= hit.start)
        };
        if found.iter().any(|hit| entry.elements || !harmless(hit)) {
            self.whole.get_or_insert_with(|| quoted(what));
        }
        self.hits = self.hits.saturating_add(found.len());
        found.retain(|hit| !self.has(hit));
        if !found.is_empty() {
            complete &= self.spend(text, self.all.len());
            self.all.extend(found.iter().cloned());
            // It joins runs that are in order already.
            self.all.sort_by_key(|hit| (hit.start, hit.end));
            self.all.dedup_by(|next, last| {
                let joined = next.start <= last.end;
                if joined {
                    last.end = last.end.max(next.end);
                }
                joined
            });
            self.found.push(found);
        }
        complete && self.hits < MOST_HITS
    }

    /// Whether all of a hit is exchanged by those before.
    fn has(&self, hit: &Range<usize>) -> bool {
        let behind = self.all.partition_point(|known| known.start <= hit.start);
        let nearest = behind.checked_sub(1).and_then(|at| self.all.get(at));
        nearest.is_some_and(|known| hit.end <= known.end)
    }

    /// False when that is more than is worth the while.
    fn spend(&mut self, text: &str, bytes: usize) -> bool {
        self.work = self.work.saturating_add(bytes);
        self.work <= text.len().saturating_mul(MOST_PASSES).saturating_add(LEAST_WORK)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Entry, MOST_HITS, Tokens};

    fn searched(text: &str, entries: &[Entry]) -> Tokens {
        let mut tokens = Tokens::default();
        tokens.search(text.as_bytes(), entries.iter());
        tokens
    }

    fn text(wanted: &str) -> Entry {
        Entry::new(&json!({ "glob": "**", "stringToReplace": wanted }))
    }

    fn expression(wanted: &str) -> Entry {
        Entry::new(&json!({ "glob": "**", "regexToReplace": wanted }))
    }

    #[test]
    fn the_first_replacement_that_reaches_into_a_span_is_told() {
        let at = |start, end| orgate_core::Span { start, end };
        let tokens = searched(
            "<a>one two</a><b>two</b>",
            &[text("two"), text("one two"), expression("t.o"), text("o")],
        );
        assert_eq!(tokens.within(at(0, 14)).as_deref(), Some("two"));
        assert_eq!(tokens.within(at(3, 6)).as_deref(), Some("one two"));
        assert_eq!(tokens.within(at(17, 20)).as_deref(), Some("two"));
        assert_eq!(tokens.within(at(0, 3)), None);
        assert_eq!(tokens.whole, None);
    }

    #[test]
    fn many_replacements_of_one_text_are_kept_once() {
        let entries: Vec<Entry> = (0..500).map(|_| text("a")).collect();
        let tokens = searched(&format!("<v>{}</v>", "a".repeat(10)), &entries);
        assert_eq!((tokens.found.len(), tokens.all.len()), (1, 1));
        assert_eq!(tokens.whole, None);
    }

    #[test]
    fn what_would_take_too_long_is_not_known() {
        let value = |text: &str| format!("<v>{text}</v>");
        // Every search looks at all of the rest before it settles for one letter.
        let slow = expression("(?:a|b)*Q|a");
        for (what, text, entries) in [
            ("hits", value(&"a".repeat(2 * MOST_HITS)), vec![text("a")]),
            ("hits of many", value(&"a".repeat(1000)), (0..200).map(|_| text("a")).collect()),
            ("searches", value(&"a".repeat(1 << 16)), (0..5000).map(|_| text("x")).collect()),
            ("an expression", value(&"a".repeat(1 << 13)), vec![slow]),
        ] {
            assert_eq!(
                searched(&text, &entries).whole.as_deref(),
                Some("more than orgate looks for"),
                "{what}"
            );
        }
        let usual = searched(&value(&"${NAME} ".repeat(100)), &[expression("\\$\\{[A-Z]+\\}")]);
        assert_eq!((usual.whole.as_deref(), usual.all.len()), (None, 100));
    }
}
