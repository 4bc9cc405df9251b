//! `orgate policy`: for authors of controls.

use std::fmt::Write as _;

use orgate_core::Catalog;
use orgate_core::report::verdict::Verdict;

use crate::args::{PolicyArgs, PolicyCommand, SchemaArg};
use crate::config;
use crate::error::CliError;
use crate::output::escape::terminal;
use crate::output::facts::plural;
use crate::output::style::{BOLD, DIM, GREEN, RED, RESET, wrapped};
use crate::output::{people, stdout};

/// The committed schemas, as tests keep them fresh.
const SCHEMAS: [(SchemaArg, &str); 6] = [
    (SchemaArg::Control, include_str!("../../schemas/orgate-control.v1.json")),
    (SchemaArg::Conditions, include_str!("../../schemas/orgate-conditions.v1.json")),
    (SchemaArg::Registry, include_str!("../../schemas/orgate-registry.v1.json")),
    (SchemaArg::Settings, include_str!("../../schemas/orgate-settings.v1.json")),
    (SchemaArg::Report, include_str!("../../schemas/orgate-report.v1.json")),
    (SchemaArg::Audit, include_str!("../../schemas/orgate-audit.v1.json")),
];

/// Runs a subcommand.
pub(crate) fn run(command: &PolicyCommand) -> Result<Verdict, CliError> {
    match command {
        PolicyCommand::Check(arguments) => check(arguments),
        PolicyCommand::Test(arguments) => test(arguments),
        PolicyCommand::Schema(arguments) => {
            let text = SCHEMAS
                .iter()
                .find(|(what, _)| *what == arguments.what)
                .map_or("", |(_, text)| *text);
            stdout(text.trim_end())?;
            Ok(Verdict::Pass)
        }
    }
}

/// What was loaded, and which of it the author asked about.
struct Loaded {
    registry: orgate_core::Registry,
    catalog: Catalog,
    /// Ids of the controls in the given files.
    own: Vec<String>,
}

fn load(arguments: &PolicyArgs) -> Result<Loaded, CliError> {
    let mut files = Vec::new();
    for path in &arguments.paths {
        files.extend(config::policies_on_disk(path)?);
    }
    let (registry, catalog) = config::load_text(&files, !arguments.no_builtin)?;
    let own = if files.is_empty() {
        catalog.controls().map(|control| control.id.to_string()).collect()
    } else {
        files
            .iter()
            .filter_map(|(name, _)| {
                let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
                let stem = stem.strip_suffix(".yaml").or_else(|| stem.strip_suffix(".yml"))?;
                catalog.get(stem).map(|control| control.id.to_string())
            })
            .collect()
    };
    Ok(Loaded { registry, catalog, own })
}

fn check(arguments: &PolicyArgs) -> Result<Verdict, CliError> {
    let loaded = load(arguments)?;
    if loaded.own.is_empty() {
        return Err(CliError::NoControls);
    }
    let mut text = String::new();
    for id in &loaded.own {
        if let Some(control) = loaded.catalog.get(id) {
            let _ = writeln!(
                text,
                "{GREEN}ok{RESET} {BOLD}{id}{RESET} {DIM}check `{}`, {} fields, {} conditions that move the score, {} examples{RESET}",
                control.check_kind(),
                control.fields.len(),
                control.raises_risk.len().saturating_add(control.lowers_risk.len()),
                control.examples.len(),
            );
        }
    }
    let _ = write!(
        text,
        "read {}; `orgate policy test` runs their examples",
        plural(loaded.own.len(), "control")
    );
    people(&text)?;
    Ok(Verdict::Pass)
}

fn test(arguments: &PolicyArgs) -> Result<Verdict, CliError> {
    let loaded = load(arguments)?;
    if loaded.own.is_empty() {
        return Err(CliError::NoControls);
    }
    let mut text = String::new();
    let (mut held, mut failed) = (0_usize, 0_usize);
    for id in &loaded.own {
        let Some(control) = loaded.catalog.get(id) else { continue };
        let _ = writeln!(text, "{BOLD}{id}{RESET}");
        for example in &control.examples {
            let failures = example.failures(control, &loaded.registry);
            if failures.is_empty() {
                held = held.saturating_add(1);
                let score = example
                    .compare(control, &loaded.registry)
                    .ok()
                    .filter(|comparison| comparison.outcome.is_finding())
                    .map(|comparison| format!(", score {}", comparison.score(control)))
                    .unwrap_or_default();
                let _ = writeln!(
                    text,
                    "  {GREEN}ok{RESET}   {}: {DIM}{}{score}{RESET}",
                    terminal(&example.name),
                    example.expect.as_str()
                );
            } else {
                failed = failed.saturating_add(1);
                let _ = writeln!(
                    text,
                    "  {RED}FAIL{RESET} {} {DIM}(line {}){RESET}",
                    terminal(&example.name),
                    example.line
                );
                for failure in failures {
                    wrapped(&mut text, "         ", &failure);
                }
            }
        }
    }
    let _ = write!(
        text,
        "{}: {held} hold, {}{failed} do not{RESET}",
        plural(held.saturating_add(failed), "example"),
        if failed > 0 { RED } else { "" }
    );
    people(&text)?;
    Ok(if failed > 0 { Verdict::Fail } else { Verdict::Pass })
}

#[cfg(test)]
mod tests {
    use orgate_core::schema;

    #[test]
    fn the_published_schemas_are_those_of_the_code() {
        for (name, what, mut schema) in [
            ("control", "A control of orgate", schema::control()),
            ("conditions", "Named conditions of orgate", schema::conditions()),
            ("registry", "A metadata type of orgate", schema::registry()),
            ("settings", "orgate.yaml", schema::settings()),
        ] {
            schema.insert("title".to_owned(), what.into());
            schema.insert(
                "$id".to_owned(),
                format!("{}/blob/main/schemas/orgate-{name}.v1.json", env!("CARGO_PKG_REPOSITORY")).into(),
            );
            crate::output::fresh(
                &format!("schemas/orgate-{name}.v1.json"),
                &serde_json::to_string_pretty(&schema).expect("schema"),
            );
        }
    }
}
