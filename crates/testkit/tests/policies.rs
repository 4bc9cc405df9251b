//! Every control under `policies/` loads, and every example in it has the outcome it states. One trial per example,
//! found at run time: a new control is a new test without any Rust.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use orgate_core::policy::Example;
use orgate_core::policy::catalog::PolicyFile;
use orgate_core::{Catalog, Control, Outcome, Registry};
use orgate_testkit::library::yaml_files;

/// What must hold for every example under every control of the same subject, not only its own.
fn invariants(catalog: &Catalog, registry: &Arc<Registry>) -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut crossfire = BTreeMap::new();
    for own in catalog.controls() {
        let others: Vec<Arc<Control>> = catalog
            .controls()
            .filter(|other| other.subject == own.subject && other.per == own.per)
            .cloned()
            .collect();
        let mut fired: BTreeSet<String> = BTreeSet::new();
        let mut wrong: Vec<String> = Vec::new();
        for (example, control) in own
            .examples
            .iter()
            .flat_map(|example| others.iter().map(move |control| (example, control)))
        {
            let outcome = |example: &Example| example.compare(control, registry).map(|comparison| comparison.outcome);
            let there = outcome(example).expect("few alternatives");
            let back = outcome(&example.swapped()).expect("few alternatives");
            if outcome(&example.still()).expect("few alternatives").is_finding() {
                wrong.push(format!("{} fires on `{}` against itself", control.id, example.name));
            }
            if there == Outcome::Regressed && back == Outcome::Regressed && !may_regress_both_ways(control) {
                wrong.push(format!("{} regresses on `{}` in both directions", control.id, example.name));
            }
            if there.is_finding() && control.id != own.id {
                fired.insert(control.id.to_string());
            }
        }
        crossfire.insert(own.id.to_string(), fired);
        trials.push(Trial::test(format!("{}::invariants", own.id), move || {
            if wrong.is_empty() {
                Ok(())
            } else {
                Err(Failed::from(wrong.join("\n")))
            }
        }));
    }
    let mut table = String::new();
    for (own, others) in &crossfire {
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        table.extend([own.as_str(), ": ", others.join(" ").as_str(), "\n"]);
    }
    trials.push(Trial::test("catalogue::crossfire", move || fresh("fixtures/crossfire.txt", &table)));
    trials
}

/// A set in which one member replaces another is wider in both directions.
fn may_regress_both_ways(control: &Control) -> bool {
    control.check_kind() == "members"
}

/// Every field that a control's text names, outside its examples, is one that it is known to read: a control that reads
/// what it is not known to read would stay silent about a change of it.
fn reads_what_it_names(control: &Control, text: &str, registry: &Registry) -> Result<(), Failed> {
    let judged = text.lines().take_while(|line| !line.starts_with("examples:"));
    let judged = judged.filter(|line| !line.starts_with("fix:"));
    let names = |line: &str| -> Vec<String> {
        line.split(|c: char| !c.is_ascii_alphanumeric() && c != '/' && c != '_')
            .map(str::to_owned)
            .collect()
    };
    let mut named = 0;
    for name in judged.flat_map(names) {
        let Some((spec, path, _)) = registry.field(&name) else { continue };
        named += 1;
        let reads = control.reads_any(&spec.name, &|parts| parts.iter().map(|part| &**part).eq(path.split('/')));
        if !reads {
            return Err(Failed::from(format!("{name} is not among what it reads")));
        }
    }
    let by_name = text.contains(" is: ");
    if named > 0 || by_name {
        Ok(())
    } else {
        Err(Failed::from("it names no field"))
    }
}

/// Compares a committed generated file with what the code generates; `UPDATE=1` rewrites it.
fn fresh(path: &str, generated: &str) -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, generated)?;
    }
    if std::fs::read_to_string(&path).unwrap_or_default() == generated {
        return Ok(());
    }
    Err(Failed::from(format!(
        "{} is stale: run UPDATE=1 cargo test and look at the difference",
        path.display()
    )))
}

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut paths = Vec::new();
    yaml_files(&root, &mut paths);
    let texts: Vec<(String, String)> = paths
        .iter()
        .map(|path| {
            (
                path.strip_prefix(&root).expect("below").display().to_string(),
                std::fs::read_to_string(path).expect("text"),
            )
        })
        .collect();
    let registry = Arc::new(orgate_metadata::builtin::registry().expect("registry"));
    let files: Vec<PolicyFile<'_>> = texts.iter().map(|(name, text)| PolicyFile { name, text }).collect();
    let mut catalog = Catalog::default();
    let loaded = catalog.add(&files, &registry);
    let mut trials = vec![Trial::test("catalogue::loads", move || {
        loaded.map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Failed::from(lines.join("\n"))
        })
    })];
    for control in catalog.controls() {
        for example in &control.examples {
            let (control, example, registry) = (Arc::clone(control), example.clone(), Arc::clone(&registry));
            trials.push(Trial::test(format!("{}::example::{}", control.id, example.name), move || {
                let failures = example.failures(&control, &registry);
                if failures.is_empty() {
                    Ok(())
                } else {
                    Err(Failed::from(format!("line {}: {}", example.line, failures.join("; "))))
                }
            }));
        }
    }
    for (name, text) in texts {
        let id = name
            .rsplit('/')
            .next()
            .and_then(|name| name.strip_suffix(".yaml"))
            .unwrap_or_default();
        if let Some(control) = catalog.controls().find(|control| &*control.id == id) {
            let (control, registry) = (Arc::clone(control), Arc::clone(&registry));
            trials.push(Trial::test(format!("{id}::reads what it names"), move || {
                reads_what_it_names(&control, &text, &registry)
            }));
        }
    }
    trials.extend(invariants(&catalog, &registry));
    libtest_mimic::run(&arguments, trials).exit();
}
