//! The sentence of a finding, and values as people read them. Secret values are not shown, long ones are cut.

use super::build::{Case, view};
use super::difference::Difference;
use crate::compare::Outcome;
use crate::judge::{Judgement, Read, Standing};
use crate::lexical;
use crate::registry::SubjectKind;

/// Longer values are cut in messages and reports: nobody reads a certificate there.
const LONGEST_VALUE: usize = 120;
/// Of a value that must not be printed.
const SECRET: &str = "(not shown)";
/// Of a number that is not set, or set to what nobody documents.
pub(super) const NO_LIMIT: &str = "no documented limit";
/// Of an element that is absent.
pub(super) const NOT_SET: &str = "not set";
/// Of a block without an entry that meets the condition.
pub(super) const NO_ENTRY: &str = "no such entry";

impl Case<'_> {
    pub(super) fn message(&self, differences: &[Difference<'_>]) -> String {
        match self.comparison.outcome {
            Outcome::Worsened => self.worsened(),
            Outcome::Introduced => self.introduced(),
            _ => self.changed(differences),
        }
    }

    fn worsened(&self) -> String {
        let rose: Vec<String> = self
            .reasons()
            .into_iter()
            .filter(|reason| reason.changed)
            .map(|reason| reason.because)
            .collect();
        format!(
            "'{}': {}, as before, but the risk around it rose: {}.",
            self.subject.name,
            self.control.title,
            rose.join("; ")
        )
    }

    /// Nothing can be said about what was, so the message states what is: the title, which names the weak state.
    fn introduced(&self) -> String {
        let name = &self.subject.name;
        let base = self.comparison.base.as_ref().map(|base| base.standing);
        let opening = match (base, self.subject.kind) {
            // The org was there before its file came into source.
            (None, SubjectKind::Org) if self.control.per.is_empty() => "The org can be judged now".to_owned(),
            // A profile or an app may have been in the org for years; what is new is that source says something about it.
            (None, _) => format!("'{name}' is new in source"),
            (Some(Standing::Undecided), _) => format!("'{name}' can be judged now"),
            (Some(_), _) => format!("'{name}' is concerned now"),
        };
        let members = self.members();
        let detail = if members.is_empty() { members } else { format!(": {members}") };
        format!("{opening}: {}{detail}.", self.control.title)
    }

    /// Members or values that made the difference, in one text.
    pub(super) fn members(&self) -> String {
        let members: Vec<&str> = self.comparison.members.iter().map(|member| member.text.as_str()).collect();
        cut(&members.join(", "))
    }

    fn changed(&self, differences: &[Difference<'_>]) -> String {
        let first = differences.first();
        let side = |read: Option<&Read>| read.and_then(shown).unwrap_or_else(|| NOT_SET.to_owned());
        let mut members = self.members();
        if members.is_empty() {
            members = side(first.and_then(|difference| difference.head));
        }
        let mut grade = self.comparison.head.as_ref().and_then(|head| view(head).grade).unwrap_or_default();
        let length = |side: &Option<Judgement>| side.as_ref().and_then(|side| side.length.clone());
        if let (Some(before), Some(after)) = (length(&self.comparison.base), length(&self.comparison.head)) {
            let texts = format!("now {}, before {}", after.text, before.text);
            grade = if grade.is_empty() { texts } else { format!("{grade}: {texts}") };
        }
        let now = || {
            let text = side(first.and_then(|difference| difference.head));
            if grade == NO_LIMIT {
                format!("{text}, which is {NO_LIMIT}")
            } else {
                text
            }
        };
        // One pass over the template, so that a value that looks like a placeholder stays what it is.
        let mut text = String::new();
        let mut rest = self.control.message.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(&match name {
                "subject" => self.subject.name.clone(),
                "before" => side(first.and_then(|difference| difference.base)),
                "after" => now(),
                "added" | "removed" => members.clone(),
                "grade" => grade.clone(),
                _ => String::new(),
            });
            rest = tail;
        }
        text.push_str(rest);
        text
    }
}

pub(super) fn shown(read: &Read) -> Option<String> {
    if read.values.is_empty() {
        return (read.record && read.home.is_some()).then(|| NO_ENTRY.to_owned());
    }
    if read.secret {
        return Some(SECRET.to_owned());
    }
    if read.block {
        return Some("present".to_owned());
    }
    let all: Vec<String> = read
        .values
        .iter()
        .map(|(text, _)| {
            if lexical::certificate(text) == lexical::CertificateText::PrivateKey {
                SECRET.to_owned()
            } else {
                text.split('\n').map(str::trim).collect::<Vec<_>>().join(" ")
            }
        })
        .collect();
    Some(cut(&all.join(", ")))
}

fn cut(text: &str) -> String {
    let text = lexical::without_passwords(text);
    if text.chars().count() <= LONGEST_VALUE {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST_VALUE).collect();
    short.push('…');
    short
}
