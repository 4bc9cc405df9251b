//! Gives a check as written its meaning.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::{Check, Grades, Lengths, Limit, LimitValue, Members, Rank, Ranking, Review};
use crate::condition::compile::Compiler;
use crate::condition::{Condition, FieldRef};
use crate::pattern::Pattern;
use crate::policy::problem::{Problem, nearest};
use crate::policy::raw::{MemberKind, RawCheck, RawGrade, RawLength, RawRank};
use crate::registry::{Absent, FieldKind};
use crate::yaml::Spanned;

pub(super) fn check(compiler: &mut Compiler<'_>, raw: &RawCheck, near: &Spanned<String>) -> Option<Check> {
    match raw {
        RawCheck::Require(condition) => compiler.condition(condition, near).map(Check::Require),
        RawCheck::Grades(steps) => {
            let steps = states(compiler, steps, near)?;
            Some(Check::Grades(Grades { steps }))
        }
        RawCheck::Limit(limit) => {
            let mut values = Vec::new();
            for value in &limit.value {
                let field = compiler.field(&value.field)?;
                if field.shape.kind == FieldKind::Enum {
                    for name in &field.shape.values {
                        if !value.map.contains_key(name) {
                            compiler
                                .problems
                                .push(Problem::at(&value.field, format!("`map` has no number for `{name}`")));
                        }
                    }
                }
                values.push(LimitValue {
                    field,
                    map: value.map.clone(),
                });
            }
            Some(Check::Limit(Limit {
                values,
                at_most: limit.at_most,
                unit: limit.unit.as_str().into(),
                not_set: limit.not_set,
            }))
        }
        RawCheck::Ranking(ranking) => {
            let field = compiler.field(&ranking.field)?;
            undocumented(compiler, &ranking.field, &field, ranking.absent.is_some());
            let mut ranks = Vec::new();
            for rank in &ranking.strongest_first {
                ranks.push(match rank {
                    RawRank::Value(name) => {
                        if field.shape.kind == FieldKind::Enum && !field.shape.values.contains(name) {
                            let near = nearest(name, field.shape.values.iter().map(String::as_str));
                            compiler.problems.push(Problem::at(
                                &ranking.field,
                                format!("`{name}` is not a value of `{}`{near}", field.full),
                            ));
                        }
                        Rank {
                            name: name.as_str().into(),
                            pattern: None,
                        }
                    }
                    RawRank::Matching { name, matches } => match Pattern::new(matches) {
                        Ok(pattern) => Rank {
                            name: name.as_str().into(),
                            pattern: Some(pattern),
                        },
                        Err(error) => {
                            compiler.problems.push(Problem::at(&ranking.field, format!("bad pattern: {error}")));
                            return None;
                        }
                    },
                });
            }
            let allowed = ranks.iter().position(|rank| *rank.name == *ranking.weakest_allowed.value);
            if allowed.is_none() {
                compiler.problems.push(Problem::at(
                    &ranking.weakest_allowed,
                    format!("`{}` is not in `strongest-first`", ranking.weakest_allowed.value),
                ));
            }
            Some(Check::Ranking(Ranking {
                field,
                ranks,
                allowed: allowed?,
                absent: ranking.absent.as_deref().map(Into::into),
            }))
        }
        RawCheck::Members(members) => {
            let from: Vec<_> = members.from.iter().map(|name| compiler.field(name)).collect();
            let from: Option<Vec<FieldRef>> = from.into_iter().collect();
            let weak_matching = pattern(compiler, members.weak_matching.as_ref())?;
            let except = pattern(compiler, members.except.as_ref())?;
            let (from, each) = (from?, states(compiler, &members.each, near)?);
            if from.is_empty() == each.is_empty() {
                let text = "`members` needs `from` or `each`, and only one of them".to_owned();
                compiler.problems.push(Problem::at(near, text));
            }
            if members.only_weak && members.weak.is_empty() && weak_matching.is_none() {
                let text = "`only-weak` without `weak` or `weak-matching`: no member would ever count".to_owned();
                compiler.problems.push(Problem::at(members.from.first().unwrap_or(near), text));
            }
            for (field, name) in from.iter().zip(&members.from) {
                let block = field.shape.kind == FieldKind::Block;
                if block != (members.kind == MemberKind::AddressRanges) {
                    compiler.problems.push(Problem::at(
                        name,
                        "`as: address-ranges` reads repeated blocks, the other kinds read texts".to_owned(),
                    ));
                }
            }
            let ends = (
                members.start.clone().unwrap_or_else(|| "start".to_owned()),
                members.end.clone().unwrap_or_else(|| "end".to_owned()),
            );
            Some(Check::Members(Box::new(Members {
                from,
                each,
                weaker_when: members.weaker_when,
                weak: members.weak.clone(),
                weak_matching,
                except,
                only_weak: members.only_weak,
                covers: members.covers.clone(),
                ignore: members.ignore.clone(),
                kind: members.kind,
                ends,
            })))
        }
        RawCheck::Review(review) => {
            let of: Vec<_> = review.of.iter().map(|name| compiler.field(name)).collect();
            let of: Option<Vec<FieldRef>> = of.into_iter().collect();
            Some(Check::Review(Review {
                of: of?,
                kind: review.kind,
            }))
        }
    }
}

pub(super) fn lengths(compiler: &mut Compiler<'_>, raw: &RawLength) -> Option<Lengths> {
    let of: Vec<_> = raw.of.iter().map(|name| compiler.field(name)).collect();
    let of: Option<Vec<FieldRef>> = of.into_iter().collect();
    Some(Lengths {
        of: of?,
        hours: raw.hours.clone(),
        fixed: raw.fixed.clone(),
        renewed: raw.renewed.clone(),
    })
}

/// Named states; the outcome is `None` when a condition has a problem, after all of them were looked at.
fn states(compiler: &mut Compiler<'_>, raw: &[RawGrade], near: &Spanned<String>) -> Option<Vec<(Arc<str>, Condition)>> {
    let states: Vec<_> = raw
        .iter()
        .map(|state| {
            let when = compiler.condition(&state.when, near)?;
            Some((Arc::from(state.name.as_str()), when))
        })
        .collect();
    states.into_iter().collect()
}

fn undocumented(compiler: &mut Compiler<'_>, name: &Spanned<String>, field: &FieldRef, said: bool) {
    let open = field.shape.absent == Some(Absent::Undocumented);
    if open && !said {
        compiler.problems.push(Problem::at(
            name,
            format!("the default of `{}` is undocumented: say `absent`", field.full),
        ));
    }
    if said && !open {
        compiler.problems.push(Problem::at(
            name,
            format!("what a missing `{}` means is in the registry: remove `absent`", field.full),
        ));
    }
}

pub(super) fn collect_fields(check: &Check, fields: &mut BTreeSet<String>) {
    let mut add = |field: &FieldRef| {
        fields.insert(field.full.to_string());
    };
    match check {
        Check::Require(condition) => condition_fields(condition, &mut add),
        Check::Grades(grades) => grades.steps.iter().for_each(|(_, condition)| condition_fields(condition, &mut add)),
        Check::Limit(limit) => limit.values.iter().for_each(|value| add(&value.field)),
        Check::Ranking(ranking) => add(&ranking.field),
        Check::Members(members) => {
            members.from.iter().for_each(&mut add);
            members.each.iter().for_each(|(_, condition)| condition_fields(condition, &mut add));
        }
        Check::Review(review) => review.of.iter().for_each(add),
    }
}

fn condition_fields(condition: &Condition, add: &mut dyn FnMut(&FieldRef)) {
    match condition {
        Condition::All(list) | Condition::Any(list) => list.iter().for_each(|item| condition_fields(item, add)),
        Condition::Not(inner) | Condition::Collapse(inner, _) => condition_fields(inner, add),
        Condition::Named(_, inner) => condition_fields(inner, add),
        Condition::Field(test) => add(&test.field),
        Condition::Record(record) => condition_fields(&record.condition, add),
        Condition::Exists(exists) => {
            if let Some(inner) = &exists.condition {
                condition_fields(inner, add);
            }
        }
        Condition::Always(_) | Condition::Declared(_) => {}
    }
}

/// An optional pattern; the outer `None` is a pattern that does not compile, which is told.
#[allow(clippy::option_option)]
fn pattern(compiler: &mut Compiler<'_>, text: Option<&Spanned<String>>) -> Option<Option<Pattern>> {
    let Some(text) = text else { return Some(None) };
    match Pattern::new(&text.value) {
        Ok(pattern) => Some(Some(pattern)),
        Err(error) => {
            compiler.problems.push(Problem::at(text, format!("bad pattern: {error}")));
            None
        }
    }
}
