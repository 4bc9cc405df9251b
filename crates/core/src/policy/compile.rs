//! Gives a control as written its meaning, collecting every problem on the way.

mod check;
mod example;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::control::{Control, Fix, Risk, Source};
use super::problem::{Problem, nearest, unknown_type};
use super::raw::{RawCondition, RawControl, RawNamed, RawRisk, RawSource};
use crate::condition::compile::Compiler;
use crate::condition::{Condition, FieldRef};
use crate::registry::{Registry, SubjectKind};
use crate::score::{Score, ScoreRange};
use crate::yaml::Spanned;
use check::{check, lengths};

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
            problems.push(Problem::at(name, unknown_type(&name.value, registry)));
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
        if let Some(example) = example::example(example, registry, problems) {
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
    let mut add = |field: &FieldRef| _ = fields.insert(field.full.to_string());
    check.fields().into_iter().for_each(&mut add);
    length.iter().flat_map(|length| &length.of).for_each(&mut add);
    check.conditions().into_iter().for_each(|condition| condition.tested(&mut add));
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
