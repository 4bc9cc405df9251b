//! The message of a result.

use std::fmt::Write as _;

use orgate_core::report::Evidence;
use orgate_core::{Outcome, Side};

use crate::group::Group;
use crate::text::{cut, message, sentence};

/// More links make a message unreadable; the places stay in the list.
const LINKS: usize = 8;
/// More names make a message unreadable; all of them stay in the properties.
const NAMES: usize = 20;
/// No message is longer, in UTF-16 code units: names and values can be as long as files allow.
const MESSAGE: usize = 4000;

/// The message: what happened; on what else; why it is riskier or safer here; where to look.
pub(super) fn text(group: &Group<'_>, related: &[(usize, &Evidence)]) -> String {
    let finding = group.first;
    let mut text = message(&cut(&sentence(&finding.message), MESSAGE));
    if !group.others.is_empty() {
        // Writing to a string cannot fail, here and below.
        let names: Vec<String> = group
            .others
            .iter()
            .take(NAMES)
            .map(|other| format!("'{}'", message(&cut(&other.subject.name, 255))))
            .collect();
        let more = group.others.len().saturating_sub(NAMES);
        let _ = write!(text, " The same holds for {}", names.join(", "));
        if more > 0 {
            let _ = write!(text, " and {more} more");
        }
        text.push('.');
    }
    for (raises, word) in [(true, "higher"), (false, "lower")] {
        let reasons: Vec<String> = finding
            .reasons
            .iter()
            // What worsened is already part of the message.
            .filter(|reason| reason.raises == raises && !(reason.changed && finding.outcome == Outcome::Worsened))
            .map(|reason| message(reason.because.trim().trim_end_matches('.')))
            .collect();
        if !reasons.is_empty() {
            let _ = write!(text, " The risk is {word} here: {}.", reasons.join("; "));
        }
    }
    if finding.low_confidence {
        text.push_str(" This rests on a default that nobody documents.");
    }
    if finding.anchor.side == Side::Base {
        text.push_str(" The file is gone; the place is that of the base revision.");
    }
    if !related.is_empty() {
        let links: Vec<String> = related
            .iter()
            .take(LINKS)
            .map(|(id, evidence)| format!("[{}]({id})", message(&evidence.text())))
            .collect();
        let _ = write!(text, " See {}.", links.join(", "));
    }
    text
}
