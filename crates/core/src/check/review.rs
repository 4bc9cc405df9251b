//! `review`: values without an order. Any change is for a person; neither value is better.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Found, Measure, Member, State, url};
use crate::condition::FieldRef;
use crate::condition::find::Frame;
use crate::condition::value::Value;
use crate::judge::Place;
use crate::judge::env::Env;
use crate::lexical::{self, CertificateText};
use crate::policy::raw::MemberKind;
use crate::registry::FieldKind;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Review {
    pub(crate) of: Vec<FieldRef>,
    pub(crate) kind: MemberKind,
}

impl Review {
    pub(super) fn run(&self, env: &Env<'_>, frames: &[Frame]) -> Found {
        let mut values = Vec::new();
        let mut unknown = false;
        for field in &self.of {
            match env.every_value(field, frames) {
                Value::Nothing => {}
                Value::Unknown(why) => {
                    env.why(why);
                    unknown = true;
                }
                Value::One { text } => {
                    if let Some(place) = env.reads.last_place(field) {
                        values.push(self.member(field, text, place));
                    }
                }
                Value::Many { items, unknown: whys } => {
                    unknown |= !whys.is_empty();
                    for why in whys {
                        env.why(why);
                    }
                    for item in items {
                        let place = item.at.place();
                        values.push(self.member(field, item.text, place));
                    }
                }
            }
        }
        // A private key is no certificate that could be another one: its own control tells of it.
        values.retain(|value| !value.key.is_empty());
        if self.kind == MemberKind::UrlHosts {
            let declared = env.facts.app(&env.subject.name).into_iter();
            let hosts: HashSet<&str> = declared.flat_map(|app| &app.callback_hosts).map(String::as_str).collect();
            values.retain(|value| {
                let host = value.key.split_once("://").map_or(value.key.as_str(), |(_, host)| host);
                let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
                url::is_odd(&value.text) || !(hosts.contains(host) || hosts.contains(bare))
            });
        }
        Found::new(if unknown { State::Undecided } else { State::Satisfied }, Measure::Values(values))
    }

    fn member(&self, field: &FieldRef, text: String, place: Place) -> Member {
        let key = match self.kind {
            MemberKind::UrlHosts => url::host(&text),
            MemberKind::Names => text.to_lowercase(),
            _ if field.shape.kind == FieldKind::Certificate => match lexical::certificate(&text) {
                CertificateText::PrivateKey => String::new(),
                _ => lexical::certificate_body(&text),
            },
            _ => text.clone(),
        };
        let shown = if field.shape.kind == FieldKind::Certificate || field.shape.secret {
            "(not shown)".to_owned()
        } else {
            text
        };
        Member { text: shown, key, place }
    }

    /// The values of `after` that `before` does not have, when `before` has any.
    pub(crate) fn changed(before: &[Member], after: &[Member]) -> Vec<Member> {
        if before.is_empty() {
            return Vec::new();
        }
        let known: HashSet<&str> = before.iter().map(|old| old.key.as_str()).collect();
        after.iter().filter(|value| !known.contains(value.key.as_str())).cloned().collect()
    }
}
