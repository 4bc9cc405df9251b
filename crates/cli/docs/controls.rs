//! The table of controls, a page for each, the named conditions, and what of the source is covered.

use std::fmt::Write as _;

use orgate_core::SubjectKind;
use orgate_core::explain::{Page, RiskFacts, page};
use orgate_core::policy::coverage;

use super::{NOTE, builtin, only};
use crate::explain::markdown::{absence, cell, page as markdown};
use crate::output::fresh;

const FAMILIES: [(SubjectKind, &str); 3] = [
    (SubjectKind::ConnectedApp, "Connected Apps"),
    (SubjectKind::ExternalClientApp, "External Client Apps"),
    (SubjectKind::Org, "The org"),
];

fn pages() -> Vec<Page> {
    let (registry, catalog) = builtin();
    catalog.controls().map(|control| page(control, &catalog, &registry)).collect()
}

fn moved(label: &str, risks: &[RiskFacts]) -> Option<String> {
    if risks.is_empty() {
        return None;
    }
    let names: Vec<String> = risks
        .iter()
        .map(|risk| {
            risk.condition
                .as_ref()
                .map_or_else(|| cell(&risk.because), |name| format!("`{name}`"))
        })
        .collect();
    Some(format!("{label}: {}", names.join(", ")))
}

#[test]
fn the_table_of_controls_is_fresh() {
    let pages = pages();
    let mut text = format!("{NOTE}\n\n# Controls\n\n{} controls. ", pages.len());
    text.push_str(
        "Each name leads to its page; `orgate explain ID` shows the same on the terminal. The CVSS range is the source's own \
         unless marked *est.*, and a finding's score always lies in it. A field says in brackets what its absence means; \
         *undocumented* means that nobody says so, and a verdict that rests on it has low confidence.\n",
    );
    for (family, title) in FAMILIES {
        let _ = writeln!(text, "\n## {title}\n");
        text.push_str(
            "| control | source | recommended | CVSS | fields (when absent) | what moves the score |\n|---|---|---|---|---|---|\n",
        );
        for page in pages.iter().filter(|page| page.subject == family) {
            let source = match (&page.source.control, &page.source.page) {
                (Some(control), Some(address)) => format!("[{}]({address})", cell(control)),
                _ => match (&page.source.by_analogy_to, &page.source.grounds) {
                    (Some(other), _) => format!("no page; by analogy to {}", cell(other)),
                    (None, Some(grounds)) => format!("no page; {}", cell(grounds)),
                    (None, None) => "no page".to_owned(),
                },
            };
            let fields: Vec<String> = page
                .fields
                .iter()
                .map(|field| format!("`{}` ({})", field.field, absence(field)))
                .collect();
            let moves: Vec<String> = [moved("higher", &page.raises_risk), moved("lower", &page.lowers_risk)]
                .into_iter()
                .flatten()
                .collect();
            let _ = writeln!(
                text,
                "| [`{}`](controls/{}.md)<br>{} | {source} | {} | {} to {}{} | {} | {} |",
                page.id,
                page.id,
                cell(&page.title),
                page.source.recommended.as_deref().map_or_else(String::new, cell),
                page.risk.min,
                page.risk.max,
                if page.risk.estimated { " *est.*" } else { "" },
                fields.join("<br>"),
                moves.join("<br>")
            );
        }
    }
    fresh("docs/controls.md", &text);
}

#[test]
fn every_control_has_a_fresh_page() {
    let mut names = Vec::new();
    for page in pages() {
        let name = format!("{}.md", page.id);
        fresh(&format!("docs/controls/{name}"), &format!("{NOTE}\n\n{}", markdown(&page)));
        names.push(name);
    }
    only("docs/controls", &names);
}

#[test]
fn the_named_conditions_are_fresh() {
    let (_, catalog) = builtin();
    let mut text =
        format!("{NOTE}\n\n# Named conditions\n\nWhat several controls look at, each written once in `policies/conditions.yaml`. ");
    text.push_str("A condition is true, false or unknown; unknown never raises or lowers a score.\n\n| condition | meaning |\n|---|---|\n");
    for condition in catalog.conditions() {
        let _ = writeln!(text, "| `{}` | {} |", condition.name, cell(&condition.meaning));
    }
    fresh("docs/reference/conditions.md", &text);
}

#[test]
fn the_coverage_table_is_true_and_fresh() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/coverage.yaml");
    let rows = coverage::parse(&std::fs::read_to_string(path).expect("policies/coverage.yaml")).expect("rows");
    let (_, catalog) = builtin();
    assert_eq!(coverage::problems(&rows, &catalog), Vec::<String>::new());
    let judged = rows.iter().filter(|row| row.not_judged.is_none()).count();
    let mut text = format!("{NOTE}\n\n# Coverage\n\n");
    let _ = writeln!(
        text,
        "What the sources publish about Connected Apps, External Client Apps and the org's OAuth settings, row by row: \
         {judged} of {} rows are judged, and each of the others says why not.\n\n| row | the source's control | judged by |\n|---|---|---|",
        rows.len()
    );
    for row in &rows {
        let by: Vec<String> = row.controls.iter().map(|id| format!("[`{id}`](controls/{id}.md)")).collect();
        let by = row
            .not_judged
            .as_ref()
            .map_or_else(|| by.join("<br>"), |reason| format!("not judged: {}", cell(reason)));
        let _ = writeln!(text, "| {} | {} | {by} |", row.id, cell(&row.control));
    }
    let unlisted: Vec<&str> = catalog
        .controls()
        .map(|control| &*control.id)
        .filter(|id| !rows.iter().any(|row| row.controls.iter().any(|known| known == id)))
        .collect();
    if !unlisted.is_empty() {
        let _ = writeln!(text, "\nControls that no row names, because the sources do not ask for them:\n");
        for id in unlisted {
            let _ = writeln!(text, "- [`{id}`](controls/{id}.md)");
        }
    }
    fresh("docs/coverage.md", &text);
}
