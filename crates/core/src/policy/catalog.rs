//! All controls that are loaded, sorted by id, with every problem of every file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::compile;
use super::control::{Control, NamedCondition};
use super::problem::{Problem, nearest, one_line};
use super::raw::{RawConditions, RawControl, RawNamed};
use crate::condition::compile::Compiler;
use crate::registry::{Registry, SubjectKind};
use crate::yaml::{self, Spanned};

/// One YAML text and the name it goes by in messages.
#[derive(Clone, Copy, Debug)]
pub struct PolicyFile<'a> {
    /// For messages; its file stem must be the control's id.
    pub name: &'a str,
    /// The YAML.
    pub text: &'a str,
}

/// The controls in force.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    controls: BTreeMap<Arc<str>, Arc<Control>>,
    named: BTreeMap<String, Spanned<RawNamed>>,
}

impl Catalog {
    /// Loads files named `conditions.yaml` as named conditions and all others as controls, on top of what is loaded.
    ///
    /// # Errors
    /// Every [`Problem`] of every file, sorted by file and position. Nothing is added then.
    pub fn add(&mut self, files: &[PolicyFile<'_>], registry: &Registry) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        let mut named = self.named.clone();
        for file in files.iter().filter(|file| is_conditions(file.name)) {
            match yaml::parse::<RawConditions>(file.text) {
                Ok(raw) => {
                    for (name, condition) in raw.conditions {
                        if let Some(double) = named.insert(name.clone(), condition) {
                            problems.push(at(file.name, Problem::at(&double, format!("condition `{name}` is defined twice"))));
                        }
                    }
                }
                Err(error) => problems.push(parse_problem(file.name, error)),
            }
        }
        for file in files.iter().filter(|file| is_conditions(file.name)) {
            check_conditions(file.name, &named, registry, &mut problems);
        }
        let mut controls = self.controls.clone();
        for file in files.iter().filter(|file| !is_conditions(file.name)) {
            let raw: RawControl = match yaml::parse(file.text) {
                Ok(raw) => raw,
                Err(error) => {
                    problems.push(parse_problem(file.name, error));
                    continue;
                }
            };
            let mut found = Vec::new();
            check_id(file.name, &raw.id, &mut found);
            let id = raw.id.clone();
            let control = compile::control(raw, registry, &named, &mut found);
            if let Some(control) = control
                && controls.insert(Arc::clone(&control.id), Arc::new(control)).is_some()
            {
                found.push(Problem::at(&id, format!("control `{}` is defined twice", id.value)));
            }
            problems.extend(found.into_iter().map(|problem| at(file.name, problem)));
        }
        for control in controls.values() {
            if let Some(twin) = &control.twin
                && !controls.contains_key(twin.as_str())
                && problems.is_empty()
            {
                let near = nearest(twin, controls.keys().map(|id| &**id));
                problems.push(Problem {
                    file: control.id.to_string(),
                    line: 0,
                    column: 0,
                    message: one_line(format!("no control has the id of the twin `{twin}`{near}")),
                });
            }
        }
        if problems.is_empty() {
            self.controls = controls;
            self.named = named;
            return Ok(());
        }
        problems.sort();
        problems.dedup();
        Err(problems)
    }

    /// The control with this id.
    pub fn get(&self, id: &str) -> Option<&Arc<Control>> {
        self.controls.get(id)
    }

    /// All controls, sorted by id.
    pub fn controls(&self) -> impl Iterator<Item = &Arc<Control>> {
        self.controls.values()
    }

    /// How many controls there are.
    pub fn len(&self) -> usize {
        self.controls.len()
    }

    /// Whether there is none: then nothing can be judged.
    pub fn is_empty(&self) -> bool {
        self.controls.is_empty()
    }

    /// All named conditions, sorted by name.
    pub fn conditions(&self) -> impl Iterator<Item = NamedCondition> + '_ {
        self.named.iter().map(|(name, raw)| NamedCondition {
            name: name.clone(),
            meaning: raw.value.meaning.clone(),
        })
    }

    /// Keeps the controls for which `keep` is true.
    pub fn retain(&mut self, keep: impl Fn(&Control) -> bool) {
        self.controls.retain(|_, control| keep(control));
    }
}

impl FromIterator<Arc<Control>> for Catalog {
    fn from_iter<I: IntoIterator<Item = Arc<Control>>>(controls: I) -> Self {
        Self {
            controls: controls.into_iter().map(|control| (Arc::clone(&control.id), control)).collect(),
            named: BTreeMap::new(),
        }
    }
}

fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml")).unwrap_or(file)
}

fn is_conditions(name: &str) -> bool {
    stem(name) == "conditions"
}

fn at(file: &str, problem: Problem) -> Problem {
    Problem {
        file: file.to_owned(),
        ..problem
    }
}

fn parse_problem(file: &str, error: yaml::YamlError) -> Problem {
    Problem {
        file: file.to_owned(),
        line: error.line,
        column: error.column,
        message: one_line(error.message),
    }
}

fn check_id(file: &str, id: &Spanned<String>, problems: &mut Vec<Problem>) {
    if id.value != stem(file) {
        problems.push(Problem::at(
            id,
            format!("the id is the file's name: `{}` or rename the file", stem(file)),
        ));
    }
    let kebab = id
        .value
        .split('-')
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    if !kebab {
        problems.push(Problem::at(
            id,
            "an id is kebab-case: lower-case letters, digits and single hyphens".to_owned(),
        ));
    }
}

/// A named condition must make sense for at least the subject it says it is about.
fn check_conditions(file: &str, named: &BTreeMap<String, Spanned<RawNamed>>, registry: &Registry, problems: &mut Vec<Problem>) {
    for (name, raw) in named {
        let place = Spanned {
            value: name.clone(),
            referenced: raw.referenced,
            defined: raw.defined,
        };
        let mut found = Vec::new();
        let mut compiler = Compiler {
            registry,
            named,
            subject: raw.value.subject.unwrap_or(SubjectKind::Org),
            frame: Vec::new(),
            open: vec![name.clone()],
            problems: &mut found,
        };
        compiler.condition(&raw.value.when, &place);
        problems.extend(found.into_iter().map(|problem| at(file, problem)));
    }
}

#[cfg(test)]
mod tests;
