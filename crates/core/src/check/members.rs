//! `members`: a set. What matters is how it changed: members that the other side does not cover.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::address::{Cover, Range};
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
        let mut unknown = false;
        for (name, condition) in &self.each {
            let (truth, reads) = env.reads.aside(|| env.holds(condition, frames));
            let place = reads.iter().find_map(|read| read.values.first().map(|value| &value.1));
            let place = place.or_else(|| reads.iter().find_map(|read| read.home.as_ref())).cloned();
            env.reads.extend(reads);
            unknown |= truth == Truth::Unknown;
            if let (true, Some(place)) = (truth.is_true(), place) {
                members.push(self.member(name.to_string(), place));
            }
        }
        for field in &self.from {
            if self.kind == MemberKind::AddressRanges {
                unknown |= !self.ranges(env, field, frames, &mut members);
                continue;
            }
            match env.every_value(field, frames) {
                Value::Nothing => {}
                Value::Unknown(why) => {
                    env.why(why);
                    unknown = true;
                }
                Value::One { .. } | Value::Many { .. } if field.shape.secret => {}
                Value::One { text } => {
                    if let Some(place) = env.reads.last_place(field) {
                        unknown |= !self.add(env, field, text, place, &mut members);
                    }
                }
                Value::Many { mut items, unknown: why } => {
                    if let Some(why) = why {
                        env.why(why);
                        unknown = true;
                    }
                    // Of a restriction that stands there twice, neither is certain to hold.
                    let one = items.windows(2).all(|pair| matches!(pair, [a, b] if a.text == b.text));
                    if self.weaker_when == WeakerWhen::Removed && !field.is_list() && !one {
                        items.clear();
                    }
                    for item in items {
                        let place = item.at.place();
                        unknown |= !self.add(env, field, item.text, place, &mut members);
                    }
                }
            }
        }
        members.retain(|member| !self.ignore.contains(&member.text) && (!self.only_weak || self.is_weak(&member.text)));
        let weak = members.iter().any(|member| self.is_weak(&member.text));
        let state = match (weak, unknown) {
            (true, _) => State::Violated,
            (false, true) => State::Undecided,
            (false, false) => State::Satisfied,
        };
        Found::new(state, Measure::Set(members))
    }

    /// Adds a member; false when it is not known what it comes to.
    fn add(&self, env: &Env<'_>, field: &FieldRef, text: String, place: Place, members: &mut Vec<Member>) -> bool {
        if self.kind != MemberKind::UrlHosts || !url::is_odd(&text) {
            members.push(self.member(text, place));
            return true;
        }
        let weak: Vec<&str> = url::pieces(&text).filter(|piece| self.is_weak(piece)).collect();
        members.extend(weak.iter().map(|piece| self.member((*piece).to_owned(), place.clone())));
        let known = !weak.is_empty() || self.is_weak(&text);
        if !known {
            env.why(Why::Illegal(field.full.clone(), text.clone()));
        }
        if weak.is_empty() {
            members.push(self.member(text, place));
        }
        known
    }

    fn member(&self, text: String, place: Place) -> Member {
        let key = match self.kind {
            MemberKind::UrlHosts => url::host(&text),
            MemberKind::Names => text.to_lowercase(),
            MemberKind::Text | MemberKind::AddressRanges => text.clone(),
        };
        Member { text, key, place }
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
                            env.why(Why::Illegal(field.full.clone(), format!("{start} to {end}")));
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
        let covered: Box<dyn Fn(&Member) -> bool> = if self.kind == MemberKind::AddressRanges {
            let parse = |member: &Member| member.key.split_once(' ').and_then(|(start, end)| Range::parse(start, end));
            let cover = Cover::of(from.iter().filter_map(parse).collect());
            Box::new(move |member| parse(member).is_some_and(|range| cover.holds(&range)))
        } else {
            let keys: HashSet<&str> = from.iter().map(|other| other.key.as_str()).collect();
            let wide: Vec<&Vec<String>> = from.iter().filter_map(|other| self.covers.get(&other.text)).collect();
            Box::new(move |member| keys.contains(&*member.key) || wide.iter().any(|covered| covered.contains(&member.text)))
        };
        to.iter().filter(|member| !covered(member)).cloned().collect()
    }
}
