//! Checks and conditions in words: what a control looks at, as a sentence a person can follow.

use super::page::NEVER;
use crate::check::{Check, Limit, Members, Ranking, Review};
use crate::condition::{Condition, Exists, FieldTest, Link, Test};
use crate::policy::Control;
use crate::policy::raw::{ClientType, LooksLike, MemberKind, NotSet, WeakerWhen};

/// What good is, in one or more sentences, for a check.
pub(super) fn check(check: &Check) -> Vec<String> {
    match check {
        Check::Require(wanted) => vec![format!("Good when {}.", condition(wanted))],
        Check::Grades(grades) => {
            let mut said = vec!["Good when none of these grades holds, weakest first:".to_owned()];
            said.extend(grades.steps.iter().map(|(name, when)| format!("`{name}`: {}.", condition(when))));
            said
        }
        Check::Limit(limit) => vec![self::limit(limit)],
        Check::Ranking(ranking) => vec![self::ranking(ranking)],
        Check::Members(members) => self::members(members),
        Check::Review(review) => vec![self::review(review)],
    }
}

fn limit(limit: &Limit) -> String {
    let fields: Vec<String> = limit.values.iter().map(|value| code(&value.field.full)).collect();
    let open = match limit.not_set {
        NotSet::Undecided => "cannot be judged",
        NotSet::Satisfied => "is good",
        NotSet::Violated => "is no limit at all, which is weak",
    };
    format!(
        "Good when {} is at most {} {}; a larger number is weaker, and a value that is not set {open}.",
        fields.join(", else "),
        limit.at_most,
        limit.unit
    )
}

fn ranking(ranking: &Ranking) -> String {
    let names: Vec<String> = ranking.ranks.iter().map(|rank| code(&rank.name)).collect();
    let allowed = ranking.ranks.get(ranking.allowed).map_or_else(String::new, |rank| code(&rank.name));
    format!(
        "{} from strong to weak: {}. Good down to {allowed}.",
        code(&ranking.field.full),
        names.join(", ")
    )
}

/// What a control looks at, in sentences.
pub(super) fn control(control: &Control) -> Vec<String> {
    let mut said = check(&control.check);
    if let Some(length) = &control.length {
        let fields: Vec<String> = length.of.iter().map(|field| code(&field.full)).collect();
        said.push(format!(
            "Where that is the same on both sides, the time in {} is compared: longer is weaker where it is weak already, and shown for \
             review where it is still good.",
            fields.join(", ")
        ));
    }
    if let Some(when) = &control.unseen_when {
        said.push(format!("Undecided instead of weaker where {}.", condition(when)));
    }
    if !control.decided_by.is_empty() {
        let fields: Vec<String> = control.decided_by.iter().map(|field| code(field)).collect();
        said.push(format!(
            "Where {} did not change, what else got weaker is shown for review and fails nothing.",
            fields.join(" or ")
        ));
    }
    said
}

fn members(members: &Members) -> Vec<String> {
    let fields: Vec<String> = members.from.iter().map(|field| code(&field.full)).collect();
    let what = match (members.kind, members.weaker_when) {
        (MemberKind::AddressRanges, WeakerWhen::Added) => "an address that was not covered before makes it weaker",
        (MemberKind::AddressRanges, WeakerWhen::Removed) => "an address that is no longer covered makes it weaker",
        (MemberKind::UrlHosts, WeakerWhen::Added) => "a host that was not listed before makes it weaker",
        (MemberKind::UrlHosts, WeakerWhen::Removed) => "a host that is no longer listed makes it weaker",
        (MemberKind::Text | MemberKind::Names, WeakerWhen::Added) => "a new member makes it weaker",
        (MemberKind::Text | MemberKind::Names, WeakerWhen::Removed) => "a member that goes makes it weaker",
    };
    let mut said = if members.each.is_empty() {
        vec![format!("The members of {} are compared: {what}.", fields.join(" and "))]
    } else {
        let what = match members.weaker_when {
            WeakerWhen::Added => "one that did not hold before makes it weaker",
            WeakerWhen::Removed => "one that no longer holds makes it weaker",
        };
        let states = members.each.iter().map(|(name, when)| format!("`{name}`: {}.", condition(when)));
        std::iter::once(format!("It is compared which of these states hold: {what}."))
            .chain(states)
            .collect()
    };
    let mut weak: Vec<String> = members.weak.iter().map(|member| code(member)).collect();
    if let Some(pattern) = &members.weak_matching {
        let except = members.except.as_ref();
        let except = except.map(|pattern| format!(", but not {}", code(pattern.as_str())));
        weak.push(format!("whatever matches {}{}", code(pattern.as_str()), except.unwrap_or_default()));
    }
    if members.apart {
        said.push("A text in one of these fields is another member than the same text in another one.".to_owned());
    }
    if !weak.is_empty() {
        let others = if members.only_weak { "; the others do not count" } else { "" };
        said.push(format!("Weak by themselves: {}{others}.", weak.join(", ")));
    }
    for (member, covered) in &members.covers {
        let covered: Vec<String> = covered.iter().map(|member| code(member)).collect();
        said.push(format!("{} already includes {}.", code(member), covered.join(", ")));
    }
    if !members.ignore.is_empty() {
        let ignored: Vec<String> = members.ignore.iter().map(|member| code(member)).collect();
        said.push(format!("Left out: {}.", ignored.join(", ")));
    }
    said
}

fn review(review: &Review) -> String {
    let fields: Vec<String> = review.of.iter().map(|field| code(&field.full)).collect();
    let what = if review.kind == MemberKind::UrlHosts {
        "another host"
    } else {
        "another value"
    };
    format!(
        "Neither value is better: {what} in {} is for a person to look at, and never fails a change by default.",
        fields.join(" or ")
    )
}

/// A condition as a clause.
pub(super) fn condition(condition: &Condition) -> String {
    match condition {
        Condition::All(list) => join(list, " and "),
        Condition::Any(list) => join(list, " or "),
        Condition::Not(inner) => format!("it is not so that {}", nested(inner)),
        Condition::Always(true) => "always".to_owned(),
        Condition::Always(false) => NEVER.to_owned(),
        Condition::Named(name, _) => code(name),
        Condition::Collapse(inner, value) => format!(
            "{} (what cannot be known counts as {})",
            nested(inner),
            if *value { "true" } else { "false" }
        ),
        Condition::Field(test) => field(test),
        Condition::Exists(exists) => self::exists(exists),
        Condition::Record(record) => format!("one {} has {}", code(&record.block.full), nested(&record.condition)),
        Condition::Declared(ClientType::Public) => "`orgate.yaml` declares the client public".to_owned(),
        Condition::Declared(ClientType::Confidential) => "`orgate.yaml` declares the client confidential".to_owned(),
    }
}

fn join(list: &[Condition], word: &str) -> String {
    list.iter().map(nested).collect::<Vec<_>>().join(word)
}

fn nested(inner: &Condition) -> String {
    match inner {
        Condition::All(list) | Condition::Any(list) if list.len() > 1 => format!("({})", condition(inner)),
        _ => condition(inner),
    }
}

fn field(test: &FieldTest) -> String {
    let name = code(&test.field.full);
    let said = match &test.test {
        Test::OneOf(values) => {
            let values: Vec<String> = values.iter().map(|value| code(value)).collect();
            format!("{name} is {}", values.join(" or "))
        }
        Test::Contains(value) => format!("{name} contains {}", code(value)),
        Test::Matches { pattern, except } => match except {
            Some(except) => format!("{name} matches {} and not {}", code(pattern.as_str()), code(except.as_str())),
            None => format!("{name} matches {}", code(pattern.as_str())),
        },
        Test::Present(true) => format!("{name} is there"),
        Test::Present(false) => format!("{name} is not there"),
        Test::AtLeast(number) => format!("{name} is at least {number}"),
        Test::AtMost(number) => format!("{name} is at most {number}"),
        Test::LooksLike(LooksLike::Secret) => format!("{name} looks like a real secret"),
        Test::LooksLike(LooksLike::PrivateKey) => format!("{name} looks like a private key"),
    };
    match &test.absent {
        Some(absent) => format!("{said} (a missing element is taken for {}, which nobody documents)", code(absent)),
        None => said,
    }
}

fn exists(exists: &Exists) -> String {
    let link = match &exists.link {
        Link::Any => String::new(),
        Link::By(field) => format!(" that names it in {}", code(&field.full)),
        Link::ListedIn(field) => format!(" that {} lists", code(&field.full)),
        Link::HeldBy(field) => format!(" held by the user in {}", code(&field.full)),
    };
    match &exists.condition {
        Some(inner) => format!("some {}{link} has {}", exists.type_name, nested(inner)),
        None => format!("there is a {}{link}", exists.type_name),
    }
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

#[cfg(test)]
mod tests;
