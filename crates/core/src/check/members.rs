//! `members`: a set. What matters is how it changed: members that the other side does not cover.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::address::{Addresses, Range};
use super::{Found, Measure, Member, State, url};
use crate::condition::find::{Frame, Lookup};
use crate::condition::value::Value;
use crate::condition::{Condition, FieldRef};
use crate::element::Element;
use crate::judge::env::Env;
use crate::judge::{Place, Why};
use crate::pattern::Pattern;
use crate::policy::raw::{MemberKind, WeakerWhen};
use crate::truth::Truth;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Members {
    pub(crate) from: Vec<FieldRef>,
    /// Members of different fields are different members.
    pub(crate) apart: bool,
    /// States that are members while they hold.
    pub(crate) each: Vec<(Arc<str>, Condition)>,
    pub(crate) weaker_when: WeakerWhen,
    /// Members that are weak by themselves.
    pub(crate) weak: Vec<String>,
    pub(crate) weak_matching: Option<Pattern>,
    /// What looks weak and is not.
    pub(crate) except: Option<Pattern>,
    /// The others are left out of the set.
    pub(crate) only_weak: bool,
    /// A member that makes others redundant.
    pub(crate) covers: BTreeMap<String, Vec<String>>,
    pub(crate) ignore: Vec<String>,
    pub(crate) kind: MemberKind,
    /// Element names of both ends, for address ranges.
    pub(crate) ends: (String, String),
}

/// More ends than this in one range are nothing that a person wrote by accident.
const MOST_ENDS: usize = 16;

/// The ends of a range. One that stands there several times leaves open which counts, so that all are combined.
fn ends_of<'a>(element: &'a Element, names: &'a (String, String)) -> Vec<(&'a str, &'a str)> {
    let texts = |name: &'a str| {
        let mut texts: Vec<&str> = element
            .children_named(name)
            .map(|child| child.text.as_str())
            // One more than is read, which tells that there are more.
            .take(MOST_ENDS + 1)
            .collect();
        if texts.is_empty() {
            texts.push("");
        }
        texts
    };
    let ends = texts(&names.1);
    texts(&names.0)
        .into_iter()
        .flat_map(|start| ends.iter().map(move |end| (start, *end)))
        .collect()
}

impl Members {
    pub(super) fn run(&self, env: &Env<'_>, frames: &[Frame]) -> Found {
        let mut members = Vec::new();
        let mut known = self.states(env, frames, &mut members);
        for field in &self.from {
            known &= match self.kind {
                MemberKind::AddressRanges => self.ranges(env, field, frames, &mut members),
                MemberKind::Text | MemberKind::Names | MemberKind::UrlHosts => self.values(env, field, frames, &mut members),
            };
        }
        members.retain(|member| !self.ignore.contains(&member.text) && (!self.only_weak || self.is_weak(&member.text)));
        let weak = members.iter().any(|member| self.is_weak(&member.text));
        let state = match (weak, known) {
            (true, _) => State::Violated,
            (false, false) => State::Undecided,
            (false, true) => State::Satisfied,
        };
        Found::new(state, Measure::Set(members))
    }

    /// Adds the states that hold; false when it is not known of one of them.
    fn states(&self, env: &Env<'_>, frames: &[Frame], members: &mut Vec<Member>) -> bool {
        let mut known = true;
        for (name, condition) in &self.each {
            let (truth, reads) = env.reads.aside(|| env.holds(condition, frames));
            let place = reads.iter().find_map(|read| read.values.first().map(|value| &value.1));
            let place = place.or_else(|| reads.iter().find_map(|read| read.home.as_ref())).cloned();
            env.reads.extend(reads);
            known &= truth != Truth::Unknown;
            if let (true, Some(place)) = (truth.is_true(), place) {
                members.push(self.member(None, name.to_string(), place));
            }
        }
        known
    }

    /// Adds the values of a field; false when one of them is not known.
    fn values(&self, env: &Env<'_>, field: &FieldRef, frames: &[Frame], members: &mut Vec<Member>) -> bool {
        let mut known = true;
        match env.every_value(field, frames) {
            Value::Nothing => {}
            Value::Unknown(why) => {
                env.why(why);
                known = false;
            }
            Value::One { .. } | Value::Many { .. } if field.shape.secret => {}
            Value::One { text } => {
                if let Some(place) = env.reads.last_place(field) {
                    known &= self.add(env, field, text, place, members);
                }
            }
            Value::Many { mut items, unknown } => {
                known &= unknown.is_empty();
                for why in unknown {
                    env.why(why);
                }
                // Of a restriction that stands there twice, neither is certain to hold.
                let one = items.windows(2).all(|pair| matches!(pair, [a, b] if a.text == b.text));
                if self.weaker_when == WeakerWhen::Removed && !field.is_list() && !one {
                    items.clear();
                }
                for item in items {
                    let place = item.at.place();
                    known &= self.add(env, field, item.text, place, members);
                }
            }
        }
        known
    }

    /// Adds a member; false when it is not known what it comes to.
    fn add(&self, env: &Env<'_>, field: &FieldRef, text: String, place: Place, members: &mut Vec<Member>) -> bool {
        if self.kind != MemberKind::UrlHosts || !url::is_odd(&text) {
            members.push(self.member(Some(field), text, place));
            return true;
        }
        let weak: Vec<&str> = url::pieces(&text).filter(|piece| self.is_weak(piece)).collect();
        members.extend(
            weak.iter()
                .map(|piece| self.member(Some(field), (*piece).to_owned(), place.clone())),
        );
        let known = !weak.is_empty() || self.is_weak(&text);
        if !known {
            env.why(Why::illegal(field, &text));
        }
        if weak.is_empty() {
            members.push(self.member(Some(field), text, place));
        }
        known
    }

    fn member(&self, field: Option<&FieldRef>, text: String, place: Place) -> Member {
        let apart = field.filter(|_| self.apart);
        let list = apart.and_then(|field| self.from.iter().position(|one| one.full == field.full));
        // By its place, so that the lists of twins can be compared.
        let key = match list {
            Some(list) => format!("{list} {}", self.bare_key(field, &text)),
            None => self.bare_key(field, &text),
        };
        Member { text, key, place }
    }

    /// By what a text is compared with others of its field.
    fn bare_key(&self, field: Option<&FieldRef>, text: &str) -> String {
        match self.kind {
            MemberKind::UrlHosts => url::host(text),
            MemberKind::Names => {
                let name = text.to_lowercase();
                field.and_then(|field| field.shape.labels.get(&name).cloned()).unwrap_or(name)
            }
            MemberKind::Text | MemberKind::AddressRanges => text.to_owned(),
        }
    }

    /// The place of a member's field and what it is compared by within that; no place where fields are not kept apart.
    fn split<'m>(&self, member: &'m Member) -> (&'m str, &'m str) {
        let parts = if self.apart { member.key.split_once(' ') } else { None };
        parts.unwrap_or(("", &member.key))
    }

    /// The places of the fields that a reason is about.
    pub(crate) fn fields_of(&self, why: &Why) -> Vec<usize> {
        let about = |(list, field): (usize, &FieldRef)| why.is_of(field).then_some(list);
        self.from.iter().enumerate().filter_map(about).collect()
    }

    /// Whether what is unknown is about others of the fields that are kept apart, so that it hides no such member.
    pub(crate) fn hides_elsewhere(&self, fields: &[usize], member: &Member) -> bool {
        let own = self.split(member).0.parse::<usize>();
        own.is_ok_and(|own| !fields.is_empty() && !fields.contains(&own))
    }

    fn is_weak(&self, text: &str) -> bool {
        let matches = |pattern: &Option<Pattern>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text));
        self.weak.iter().any(|weak| weak == text) || (matches(&self.weak_matching) && !matches(&self.except))
    }

    /// Adds the ranges of a repeated block; false when one of them is no range.
    fn ranges(&self, env: &Env<'_>, field: &FieldRef, frames: &[Frame], members: &mut Vec<Member>) -> bool {
        match env.find(field, frames) {
            Lookup::NoFile(why) => {
                env.reads.remember(field, Vec::new(), None);
                env.why(why);
                false
            }
            Lookup::Here { occurrences, home, .. } => {
                let mut all_legal = true;
                for occurrence in &occurrences {
                    if let Some(token) = env.world.replaced(&occurrence.component, occurrence.element()) {
                        env.why(Why::Placeholder(field.full.clone(), token));
                        all_legal = false;
                        continue;
                    }
                    let element = occurrence.element();
                    let pairs = ends_of(element, &self.ends);
                    let certain = pairs.len() == 1 || self.weaker_when == WeakerWhen::Added;
                    for (start, end) in pairs.iter().take(MOST_ENDS) {
                        if !certain || Range::parse(start, end).is_none() || pairs.len() > MOST_ENDS {
                            env.why(Why::illegal(field, &format!("{start} to {end}")));
                            all_legal = false;
                            continue;
                        }
                        members.push(Member {
                            text: format!("{start} to {end}"),
                            key: format!("{start} {end}"),
                            place: occurrence.place(),
                        });
                    }
                }
                env.reads.remember(field, occurrences, Some(home));
                all_legal
            }
        }
    }

    /// The members that are weak by themselves.
    pub(crate) fn weak_ones(&self, members: &[Member]) -> Vec<Member> {
        members.iter().filter(|member| self.is_weak(&member.text)).cloned().collect()
    }

    /// The members of `after` that weaken it against `before`.
    pub(crate) fn weakening(&self, before: &[Member], after: &[Member]) -> Vec<Member> {
        let (from, to) = match self.weaker_when {
            WeakerWhen::Added => (before, after),
            WeakerWhen::Removed => (after, before),
        };
        let cover = Cover::new(self, from);
        to.iter().filter(|member| !cover.holds(member)).cloned().collect()
    }
}

/// What a side has, so that each member of the other is looked up and not searched for.
enum Cover<'a> {
    Addresses(Addresses),
    Members {
        check: &'a Members,
        keys: HashSet<&'a str>,
        /// Place of the field and key of what is redundant beside what the side has.
        redundant: HashSet<(&'a str, String)>,
    },
}

impl<'a> Cover<'a> {
    fn new(check: &'a Members, side: &'a [Member]) -> Self {
        if check.kind == MemberKind::AddressRanges {
            return Self::Addresses(Addresses::new(side.iter().filter_map(range_of).collect()));
        }
        let covers: HashMap<String, &Vec<String>> = check.covers.iter().map(|(text, all)| (check.bare_key(None, text), all)).collect();
        let mut redundant = HashSet::new();
        for (field, key) in side.iter().map(|member| check.split(member)) {
            let covered = covers.get(key).into_iter().copied().flatten();
            redundant.extend(covered.map(|text| (field, check.bare_key(None, text))));
        }
        Self::Members {
            check,
            keys: side.iter().map(|member| member.key.as_str()).collect(),
            redundant,
        }
    }

    fn holds(&self, member: &Member) -> bool {
        match self {
            Self::Addresses(addresses) => range_of(member).is_some_and(|range| addresses.contain(&range)),
            Self::Members { check, keys, redundant } => {
                let (field, key) = check.split(member);
                keys.contains(member.key.as_str()) || redundant.contains(&(field, key.to_owned()))
            }
        }
    }
}

fn range_of(member: &Member) -> Option<Range> {
    let (start, end) = member.key.split_once(' ')?;
    Range::parse(start, end)
}
