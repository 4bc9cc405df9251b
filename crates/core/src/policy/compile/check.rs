//! Gives a check as written its meaning.

use std::sync::Arc;

use crate::check::{Check, Grades, Lengths, Limit, LimitValue, Members, Rank, Ranking, Review};
use crate::condition::compile::Compiler;
use crate::condition::{Condition, FieldRef};
use crate::policy::problem::nearest;
use crate::policy::raw::{MemberKind, RawCheck, RawGrade, RawLength, RawLimit, RawMembers, RawRank, RawRanking};
use crate::registry::{Absent, FieldKind};
use crate::yaml::Spanned;

/// Compiles a check; `None` after a problem was told. `near` is where problems without a place of their own are shown.
pub(super) fn check(compiler: &mut Compiler<'_>, raw: &RawCheck, near: &Spanned<String>) -> Option<Check> {
    match raw {
        RawCheck::Require(condition) => compiler.condition(condition, near).map(Check::Require),
        RawCheck::Grades(steps) => states(compiler, steps, near).map(|steps| Check::Grades(Grades { steps })),
        RawCheck::Limit(raw) => limit(compiler, raw).map(Check::Limit),
        RawCheck::Ranking(raw) => ranking(compiler, raw).map(Check::Ranking),
        RawCheck::Members(raw) => members(compiler, raw, near).map(|members| Check::Members(Box::new(members))),
        RawCheck::Review(raw) => {
            let of = compiler.fields(&raw.of)?;
            Some(Check::Review(Review { of, kind: raw.kind }))
        }
    }
}

fn limit(compiler: &mut Compiler<'_>, raw: &RawLimit) -> Option<Limit> {
    let mut values = Vec::new();
    for value in &raw.value {
        let field = compiler.field(&value.field)?;
        if field.shape.kind == FieldKind::Enum {
            for name in field.shape.values.iter().filter(|name| !value.map.contains_key(*name)) {
                compiler.problem(&value.field, format!("`map` has no number for `{name}`"));
            }
        }
        values.push(LimitValue {
            field,
            map: value.map.clone(),
        });
    }
    Some(Limit {
        values,
        at_most: raw.at_most,
        unit: raw.unit.as_str().into(),
        not_set: raw.not_set,
    })
}

fn ranking(compiler: &mut Compiler<'_>, raw: &RawRanking) -> Option<Ranking> {
    let field = compiler.field(&raw.field)?;
    check_absent(compiler, &raw.field, &field, raw.absent.is_some());
    let mut ranks = Vec::new();
    for rank in &raw.strongest_first {
        let (name, pattern) = match rank {
            RawRank::Value(name) => {
                if field.shape.kind == FieldKind::Enum && !field.shape.values.contains(name) {
                    let near = nearest(name, field.shape.values.iter().map(String::as_str));
                    compiler.problem(&raw.field, format!("`{name}` is not a value of `{}`{near}", field.full));
                }
                (name, None)
            }
            RawRank::Matching { name, matches } => (name, Some(compiler.pattern(&raw.field, matches)?)),
        };
        ranks.push(Rank {
            name: name.as_str().into(),
            pattern,
        });
    }
    let weakest = &raw.weakest_allowed;
    let Some(allowed) = ranks.iter().position(|rank| *rank.name == *weakest.value) else {
        compiler.problem(weakest, format!("`{}` is not in `strongest-first`", weakest.value));
        return None;
    };
    Some(Ranking {
        field,
        ranks,
        allowed,
        absent: raw.absent.as_deref().map(Into::into),
    })
}

/// An author must say what a missing element means exactly where nobody documents it.
fn check_absent(compiler: &mut Compiler<'_>, name: &Spanned<String>, field: &FieldRef, said: bool) {
    let undocumented = field.shape.absent == Some(Absent::Undocumented);
    if undocumented && !said {
        compiler.problem(name, format!("the default of `{}` is undocumented: say `absent`", field.full));
    }
    if said && !undocumented {
        compiler.problem(
            name,
            format!("what a missing `{}` means is in the registry: remove `absent`", field.full),
        );
    }
}

fn members(compiler: &mut Compiler<'_>, raw: &RawMembers, near: &Spanned<String>) -> Option<Members> {
    let from = compiler.fields(&raw.from);
    let weak_matching = match &raw.weak_matching {
        Some(text) => Some(compiler.pattern(text, &text.value)?),
        None => None,
    };
    let except = match &raw.except {
        Some(text) => Some(compiler.pattern(text, &text.value)?),
        None => None,
    };
    let (from, each) = (from?, states(compiler, &raw.each, near)?);
    if from.is_empty() == each.is_empty() {
        compiler.problem(near, "`members` needs `from` or `each`, and only one of them".to_owned());
    }
    if raw.only_weak && raw.weak.is_empty() && weak_matching.is_none() {
        let text = "`only-weak` without `weak` or `weak-matching`: no member would ever count".to_owned();
        compiler.problem(raw.from.first().unwrap_or(near), text);
    }
    if raw.apart && from.len() < 2 {
        let text = "`apart` without a second field: there is nothing to keep apart".to_owned();
        compiler.problem(raw.from.first().unwrap_or(near), text);
    }
    for (field, name) in from.iter().zip(&raw.from) {
        let block = field.shape.kind == FieldKind::Block;
        if block != (raw.kind == MemberKind::AddressRanges) {
            compiler.problem(
                name,
                "`as: address-ranges` reads repeated blocks, the other kinds read texts".to_owned(),
            );
        }
    }
    Some(Members {
        from,
        apart: raw.apart,
        each,
        weaker_when: raw.weaker_when,
        weak: raw.weak.clone(),
        weak_matching,
        except,
        only_weak: raw.only_weak,
        covers: raw.covers.clone(),
        ignore: raw.ignore.clone(),
        kind: raw.kind,
        ends: (
            raw.start.clone().unwrap_or_else(|| "start".to_owned()),
            raw.end.clone().unwrap_or_else(|| "end".to_owned()),
        ),
    })
}

/// Named states; `None` when a condition has a problem, after all of them were looked at.
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

/// Compiles where a length stands, which is compared beside the check.
pub(super) fn lengths(compiler: &mut Compiler<'_>, raw: &RawLength) -> Option<Lengths> {
    Some(Lengths {
        of: compiler.fields(&raw.of)?,
        hours: raw.hours.clone(),
        fixed: raw.fixed.clone(),
        renewed: raw.renewed.clone(),
    })
}
