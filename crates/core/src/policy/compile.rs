//! Gives a control as written its meaning, collecting every problem on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::control::{Control, Fix, Risk, Source};
use super::problem::{Problem, nearest};
use super::raw::{MemberKind, RawCheck, RawCondition, RawControl, RawGrade, RawLength, RawNamed, RawRank, RawRisk, RawSource};
use crate::check::{Check, Grades, Lengths, Limit, LimitValue, Members, Rank, Ranking, Review};
use crate::condition::compile::Compiler;
use crate::condition::{Condition, FieldRef};
use crate::pattern::Pattern;
use crate::registry::{Absent, FieldKind, Registry, SubjectKind};
use crate::score::{Score, ScoreRange};
use crate::yaml::Spanned;

const PLACEHOLDERS: [&str; 6] = ["subject", "before", "after", "added", "removed", "grade"];

/// Compiles one control. `None` when it has problems; they are in `problems`, without the file's name.
pub(super) fn control(
    raw: RawControl,
    registry: &Registry,
    named: &BTreeMap<String, Spanned<RawNamed>>,
    problems: &mut Vec<Problem>,
) -> Option<Control> {
    let before = problems.len();
    let id = raw.id.clone();
    for name in &raw.per {
        if registry.get(&name.value).is_none() {
            let near = nearest(&name.value, registry.types().map(|spec| &*spec.name));
            problems.push(Problem::at(name, format!("unknown metadata type `{}`{near}", name.value)));
        }
        if raw.subject != SubjectKind::Org {
            problems.push(Problem::at(name, "`per` belongs to subject `org`".to_owned()));
        }
    }
    let source = source(&raw.source, problems);
    placeholders(&raw.message, problems);
    let frame: Vec<String> = raw.per.iter().map(|name| name.value.clone()).collect();
    let mut compiler = Compiler {
        registry,
        named,
        subject: raw.subject,
        frame,
        open: Vec::new(),
        problems,
    };
    let applies_when = optional(&mut compiler, raw.applies_when.as_ref(), &id);
    let introduced_when = optional(&mut compiler, raw.introduced_when.as_ref(), &id);
    let unseen_when = optional(&mut compiler, raw.unseen_when.as_ref(), &id);
    let satisfied_when = optional(&mut compiler, raw.satisfied_when.as_ref(), &id);
    let decided_by = raw
        .decided_by
        .iter()
        .filter_map(|name| compiler.field(name))
        .map(|field| field.full)
        .collect();
    let check = check(&mut compiler, &raw.check, &id);
    let length = raw.length.as_ref().and_then(|length| lengths(&mut compiler, length));
    let raises_risk = risks(&mut compiler, &raw.raises_risk, &id);
    let lowers_risk = risks(&mut compiler, &raw.lowers_risk, &id);
    let fix = raw.fix.as_ref().and_then(|fix| {
        compiler.field(&fix.set).map(|field| Fix {
            field: field.full.to_string(),
            to: fix.to.clone(),
        })
    });
    let mut examples = Vec::new();
    for example in raw.examples {
        if let Some(example) = super::example::compile(example, registry, raw.subject, &frame_of(&raw.per), problems) {
            examples.push(example);
        }
    }
    if examples.is_empty() && problems.len() == before {
        problems.push(Problem::at(
            &id,
            "a control needs examples: one that regresses, one that stays silent, one near miss".to_owned(),
        ));
    }
    if problems.len() > before {
        return None;
    }
    let check = check?;
    let mut fields = BTreeSet::new();
    collect_fields(&check, &mut fields);
    for field in length.iter().flat_map(|length| &length.of) {
        fields.insert(field.full.to_string());
    }
    let mut control = Control {
        id: raw.id.value.as_str().into(),
        title: raw.title,
        status: raw.status,
        subject: raw.subject,
        per: raw.per.iter().map(|name| name.value.as_str().into()).collect(),
        source: source?,
        standards: raw.standards,
        applies_when,
        check,
        length,
        satisfied_when,
        decided_by,
        unseen_when,
        introduced_when,
        on_removal: raw.on_removal,
        raises_risk,
        lowers_risk,
        not_checkable: raw.not_checkable,
        message: raw.message.value,
        why: raw.why,
        remediation: raw.remediation,
        interpretation: raw.interpretation,
        fix,
        twin: raw.twin.map(|twin| twin.value),
        examples,
        reads: BTreeSet::new(),
        fields: fields.into_iter().collect(),
    };
    let mut reads: BTreeSet<Arc<str>> = control.per.iter().cloned().collect();
    control.visit(&mut |type_name, _| _ = reads.insert(Arc::clone(type_name)));
    control.reads = reads;
    Some(control)
}

fn frame_of(per: &[Spanned<String>]) -> Vec<String> {
    per.iter().map(|name| name.value.clone()).collect()
}

fn optional(compiler: &mut Compiler<'_>, raw: Option<&RawCondition>, near: &Spanned<String>) -> Option<Condition> {
    raw.and_then(|raw| compiler.condition(raw, near))
}

fn risks(compiler: &mut Compiler<'_>, raw: &[RawRisk], near: &Spanned<String>) -> Vec<Risk> {
    raw.iter()
        .filter_map(|risk| {
            let when = compiler.condition(&risk.when, near)?;
            let name = when.name().cloned();
            Some(Risk {
                when,
                because: risk.because.trim().to_owned(),
                name,
            })
        })
        .collect()
}

fn source(raw: &Spanned<RawSource>, problems: &mut Vec<Problem>) -> Option<Source> {
    let value = &raw.value;
    if value.page.is_none() && value.grounds.is_none() {
        problems.push(Problem::at(
            raw,
            "a control without a source page says what it is grounded on: `grounds`".to_owned(),
        ));
    }
    if value.page.is_some() && (value.control.is_none() || value.recommended.is_none()) {
        problems.push(Problem::at(
            raw,
            "a source page has a control name and a recommended setting".to_owned(),
        ));
    }
    let hundredths = |number: f64| {
        let scaled = (number * 100.0).round();
        // The range is checked first, so the conversion is exact.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie in 0 to 1000")]
        (0.0..=1000.0).contains(&scaled).then(|| Score::from_hundredths(scaled as u16))
    };
    match (hundredths(value.cvss.min), hundredths(value.cvss.max)) {
        (Some(min), Some(max)) if min <= max => Some(Source {
            id: value.id.clone(),
            control: value.control.clone(),
            recommended: value.recommended.clone(),
            page: value.page.clone(),
            by_analogy_to: value.by_analogy_to.clone(),
            grounds: value.grounds.clone(),
            range: ScoreRange { min, max },
            estimated: value.cvss.estimated,
        }),
        _ => {
            problems.push(Problem::at(raw, "`cvss` needs 0.0 <= min <= max <= 10.0".to_owned()));
            None
        }
    }
}

fn placeholders(message: &Spanned<String>, problems: &mut Vec<Problem>) {
    let mut rest = message.value.as_str();
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            problems.push(Problem::at(message, "an opening brace without a closing one".to_owned()));
            return;
        };
        if !PLACEHOLDERS.contains(&name) {
            let near = nearest(name, PLACEHOLDERS.into_iter());
            problems.push(Problem::at(message, format!("unknown placeholder `{{{name}}}`{near}")));
        }
        rest = tail;
    }
}

fn check(compiler: &mut Compiler<'_>, raw: &RawCheck, near: &Spanned<String>) -> Option<Check> {
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
                if field.spec.kind == FieldKind::Enum {
                    for name in &field.spec.values {
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
                        if field.spec.kind == FieldKind::Enum && !field.spec.values.contains(name) {
                            let near = nearest(name, field.spec.values.iter().map(String::as_str));
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
                let block = field.spec.kind == FieldKind::Block;
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

fn lengths(compiler: &mut Compiler<'_>, raw: &RawLength) -> Option<Lengths> {
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
    let open = field.spec.absent == Some(Absent::Undocumented);
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

fn collect_fields(check: &Check, fields: &mut BTreeSet<String>) {
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
