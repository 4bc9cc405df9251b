//! What to write where, and what only a person can mend.

use orgate_core::posture::Posture;
use orgate_core::registry::{FieldKind, FieldSpec};
use orgate_core::report::{Anchor, Evidence, Finding, Report, Side};
use orgate_core::{Control, Outcome, Registry, RepoPath};
use orgate_metadata::{Limits, classify, edit};

use crate::args::FixArgs;
use crate::config::Config;
use crate::sides::{Sides, content};

/// One element and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) control: String,
    pub(super) subject: String,
    pub(super) path: RepoPath,
    /// Names below the root.
    pub(super) element: Vec<String>,
    /// `None` takes the element away.
    pub(super) value: Option<String>,
}

impl Wanted {
    pub(super) fn title(&self) -> String {
        title(&self.control, &self.subject)
    }
}

/// The same title, for a finding.
pub(super) fn of(finding: &Finding) -> String {
    title(&finding.control.id, &finding.subject.name)
}

/// What people read first.
pub(super) fn title(control: &str, subject: &str) -> String {
    format!("{control} on {subject}")
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) wanted: Vec<Wanted>,
    /// What, and why not.
    pub(super) left: Vec<(String, String)>,
}

fn asked(arguments: &FixArgs, control: &str, subject: &str) -> bool {
    (arguments.control.is_empty() || arguments.control.iter().any(|id| id == control))
        && (arguments.subject.is_empty() || arguments.subject.iter().any(|name| name == subject))
}

impl Plan {
    /// The findings of a report that no waiver covers.
    pub(super) fn of_report(report: &Report, arguments: &FixArgs, config: &Config, sides: &Sides) -> Self {
        let mut plan = Self::default();
        for finding in &report.findings {
            let about = asked(arguments, &finding.control.id, &finding.subject.name);
            if !about || finding.waived.is_some() || finding.control.is_review() {
                continue;
            }
            // It was weak before. What the change did to it stands in another field, with a finding of its own or not.
            if finding.outcome == Outcome::Worsened && !arguments.all && !arguments.restore {
                let reasons: Vec<&str> = finding
                    .reasons
                    .iter()
                    .filter(|reason| reason.changed)
                    .map(|reason| reason.because.as_str())
                    .collect();
                plan.left.push((
                    of(finding),
                    format!(
                        "it was weak before, and the change raised the risk around it: {}. `--all` mends the weakness itself",
                        reasons.join("; ")
                    ),
                ));
                continue;
            }
            let wanted = if arguments.restore {
                restored(finding, config, sides)
            } else {
                safe(
                    &finding.control,
                    &finding.subject.name,
                    Some(&finding.anchor),
                    &finding.evidence,
                    &config.registry,
                )
                .map(|one| vec![one])
            };
            match wanted {
                Ok(list) => list.into_iter().for_each(|one| plan.add(one)),
                Err(reason) => plan.left.push((of(finding), reason)),
            }
        }
        plan
    }

    /// What was weak before.
    pub(super) fn add_old(&mut self, posture: &Posture, arguments: &FixArgs, config: &Config) {
        for cell in posture.violations() {
            if cell.waived.is_some() || !asked(arguments, &cell.control.id, &cell.subject.name) {
                continue;
            }
            match safe(
                &cell.control,
                &cell.subject.name,
                cell.anchor.as_ref(),
                &cell.evidence,
                &config.registry,
            ) {
                Ok(one) => self.add(one),
                Err(reason) => {
                    let title = title(&cell.control.id, &cell.subject.name);
                    if !self.left.iter().any(|(known, _)| *known == title) {
                        self.left.push((title, reason));
                    }
                }
            }
        }
    }

    fn add(&mut self, one: Wanted) {
        let known = self
            .wanted
            .iter()
            .any(|other| other.path == one.path && other.element == one.element);
        if !known {
            self.wanted.push(one);
        }
    }
}

/// The safe value that the control names.
pub(super) fn safe(
    control: &Control,
    subject: &str,
    anchor: Option<&Anchor>,
    evidence: &[Evidence],
    registry: &Registry,
) -> Result<Wanted, String> {
    let fix = control
        .fix
        .as_ref()
        .ok_or_else(|| format!("no single safe value is known. {}", flat(&control.remediation)))?;
    let (path, element) = place(&fix.field, anchor, evidence, registry)?;
    Ok(Wanted {
        control: control.id.to_string(),
        subject: subject.to_owned(),
        path,
        element,
        value: Some(fix.to.clone()),
    })
}

/// The file and the element of a field, when it may be written.
fn place(field: &str, anchor: Option<&Anchor>, evidence: &[Evidence], registry: &Registry) -> Result<(RepoPath, Vec<String>), String> {
    let Some((spec, element, known)) = registry.field(field) else {
        return Err(format!("the registry does not know `{field}`"));
    };
    writable(field, known)?;
    let is_type = |path: &RepoPath| classify(path, registry).is_some_and(|found| found.name == spec.name);
    let exact = evidence
        .iter()
        .find(|one| one.side == Side::Head && &*one.field == field && is_type(&one.path));
    let path = exact
        .map(|one| &one.path)
        .or_else(|| {
            anchor
                .filter(|anchor| anchor.side == Side::Head && is_type(&anchor.path))
                .map(|anchor| &anchor.path)
        })
        .or_else(|| {
            evidence
                .iter()
                .find(|one| one.side == Side::Head && is_type(&one.path))
                .map(|one| &one.path)
        })
        .ok_or_else(|| format!("no {} file that could hold `{element}` is in source", spec.name))?;
    Ok((path.clone(), element.split('/').map(str::to_owned).collect()))
}

fn writable(field: &str, spec: &FieldSpec) -> Result<(), String> {
    if spec.secret {
        return Err(format!("`{field}` is a secret, which orgate never writes"));
    }
    if spec.many || matches!(spec.kind, FieldKind::Block | FieldKind::Certificate) {
        return Err(format!("`{field}` is no single value; put it back by hand or with git"));
    }
    Ok(())
}

/// The values that base has, for every field that decided and differs.
fn restored(finding: &Finding, config: &Config, sides: &Sides) -> Result<Vec<Wanted>, String> {
    let (Some(base), Some(head)) = (&finding.base, &finding.head) else {
        return Err("the subject is not on both sides".to_owned());
    };
    let limits = Limits::default();
    let mut list = Vec::new();
    for (field, value) in &head.values {
        if base.values.get(field).is_none_or(|before| before == value) {
            continue;
        }
        let (path, element) = place(field, Some(&finding.anchor), &finding.evidence, &config.registry)?;
        let base_path = finding
            .evidence
            .iter()
            .find(|one| one.side == Side::Base && one.field == *field)
            .map_or_else(|| path.clone(), |one| one.path.clone());
        let bytes = content(sides.base.as_ref(), &base_path).ok_or_else(|| format!("base has no {base_path}"))?;
        let names: Vec<&str> = element.iter().map(String::as_str).collect();
        let value = edit::get(&bytes, &names, &limits).map_err(|error| format!("at base: {error}"))?;
        list.push(Wanted {
            control: finding.control.id.to_string(),
            subject: finding.subject.name.clone(),
            path,
            element,
            value,
        });
    }
    if list.is_empty() {
        return Err("no value of it differs from base; something around it does".to_owned());
    }
    Ok(list)
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
