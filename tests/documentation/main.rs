//! The documentation does what it says: its commands run and print what it shows, its files load, its links lead
//! somewhere, and every page can be found.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper fails like the test that calls it")]

mod links;
mod page;
mod picture;
mod session;

use page::Step;

/// Pages whose commands run. Any other page with commands is an error, so that none is forgotten.
const RUN: &str = "README.md policies/README.md docs/tutorial.md docs/questions.md docs/how-to/*.md docs/platforms/*.md CONTRIBUTING.md \
    packaging/npm/orgate/README.md packaging/pypi/README.md";

#[test]
#[cfg_attr(windows, ignore = "the pages are for a POSIX shell")]
fn commands_print_what_the_pages_show() {
    let mut commands = 0_usize;
    let mut wrong = Vec::new();
    for name in page::all() {
        let steps = page::steps(&page::read(&name));
        let runs = steps.iter().filter(|step| matches!(step, Step::Run { .. })).count();
        let listed = RUN.split_whitespace().any(|pattern| page::matches(pattern, &name));
        assert!(listed || runs == 0, "{name} shows commands; say in RUN that they run");
        if listed && runs > 0 {
            commands = commands.saturating_add(runs);
            wrong.extend(session::play(&name, &steps));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
    assert!(commands > 20, "the pages were read: {commands}");
}

#[test]
fn every_page_is_in_the_summary_once() {
    let mut summary = page::read("docs/SUMMARY.md");
    if std::env::var_os("UPDATE").is_some() {
        summary = with_controls(&summary);
        std::fs::write(page::root().join("docs/SUMMARY.md"), &summary).unwrap();
    }
    assert_eq!(
        summary,
        with_controls(&summary),
        "docs/SUMMARY.md is stale: run UPDATE=1 cargo test"
    );
    let listed: Vec<String> = links::of(&summary).into_iter().map(|link| format!("docs/{link}")).collect();
    for name in page::all()
        .iter()
        .filter(|name| name.starts_with("docs/") && *name != "docs/SUMMARY.md")
    {
        let times = listed.iter().filter(|link| *link == name).count();
        assert_eq!(times, 1, "{name} in docs/SUMMARY.md");
    }
}

#[test]
fn messages_that_are_explained_exist() {
    let sources = page::sources();
    let questions = page::read("docs/questions.md");
    let rows: Vec<&str> = questions
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert!(rows.len() > 5, "{rows:?}");
    for row in rows {
        for part in row.split('…').map(str::trim).filter(|part| part.len() > 3) {
            assert!(sources.contains(part), "no source says `{part}`, which docs/questions.md explains");
        }
    }
}

/// The summary with a line for each control below the page of all controls.
fn with_controls(summary: &str) -> String {
    let mut lines: Vec<String> = summary
        .lines()
        .filter(|line| !line.contains("](controls/"))
        .map(str::to_owned)
        .collect();
    let place = lines
        .iter()
        .position(|line| line.contains("](controls.md)"))
        .unwrap()
        .saturating_add(1);
    let ids: Vec<String> = page::all()
        .iter()
        .filter_map(|name| name.strip_prefix("docs/controls/")?.strip_suffix(".md").map(str::to_owned))
        .map(|id| format!("  - [{id}](controls/{id}.md)"))
        .collect();
    lines.splice(place..place, ids);
    format!("{}\n", lines.join("\n"))
}

#[test]
fn links_lead_somewhere() {
    let wrong: Vec<String> = page::all().iter().flat_map(|name| links::broken(name)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_picture_is_fresh() {
    picture::check();
}
