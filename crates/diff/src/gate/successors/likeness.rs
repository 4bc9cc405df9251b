//! How much two apps have in common, by the texts of their elements. Each text is a number, so that thousands of apps can be
//! held against each other.

use std::collections::HashMap;
use std::sync::Arc;

use orgate_core::{Component, Element};

/// From this share of equal texts on, in percent, two apps may be one that was renamed. Renames in public repositories
/// kept 66 percent of their lines and more.
const ALIKE: usize = 60;
/// Fewer equal texts than this say nothing.
const FEWEST: usize = 4;

/// Texts with the name of their element, each as a number.
#[derive(Default)]
pub(super) struct Texts(HashMap<String, u32>);

impl Texts {
    /// All texts of these files, sorted.
    pub(super) fn of(&mut self, files: &[Arc<Component>]) -> Vec<u32> {
        let mut found = Vec::new();
        for file in files {
            self.walk(&file.root, &file.type_name, &mut found);
        }
        found.sort_unstable();
        found
    }

    fn walk(&mut self, element: &Element, type_name: &str, into: &mut Vec<u32>) {
        if element.children.is_empty() {
            let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
            let text = format!("{type_name}/{}={}", element.name, element.text);
            into.push(*self.0.entry(text).or_insert(next));
        }
        for child in &element.children {
            self.walk(child, type_name, into);
        }
    }
}

/// The share of equal texts in percent, when it is large enough to mean something. Both lists are sorted.
pub(super) fn alike_share(before: &[u32], after: &[u32]) -> Option<u8> {
    let (mut left, mut right) = (before.iter().peekable(), after.iter().peekable());
    let mut equal = 0_usize;
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => _ = left.next(),
            std::cmp::Ordering::Greater => _ = right.next(),
            std::cmp::Ordering::Equal => {
                equal = equal.saturating_add(1);
                _ = (left.next(), right.next());
            }
        }
    }
    let all = before.len().saturating_add(after.len());
    let share = equal.saturating_mul(200).checked_div(all)?;
    (equal >= FEWEST && share >= ALIKE).then(|| u8::try_from(share).unwrap_or(u8::MAX))
}
