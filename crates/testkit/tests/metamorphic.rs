//! Over all fixture cases and all examples of all controls: layout, order, place and neighbours do not matter; nothing
//! differs from itself; no change weakens the same thing in both directions; one thing more never hides another.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use orgate_core::settings::Settings;
use orgate_testkit::fixture::cases;
use orgate_testkit::gate::Hit;
use orgate_testkit::library::{compare, hits, library};
use orgate_testkit::transform::{byte_order_mark, comments, crlf, elsewhere, renamed, reversed, tabs, with_unrelated};
use orgate_testkit::{Tree, render, sample};

/// A pair of sides, and what must be found by its name, if that is known.
struct Subject {
    name: String,
    base: Tree,
    head: Tree,
    settings: Settings,
    expected: Option<(String, String)>,
    /// Every fixture, and every fourth example: all of them with `ORGATE_FULL=1`, which takes minutes.
    thorough: bool,
}

fn facts(settings: &orgate_core::world::Facts) -> Settings {
    Settings {
        apps: settings.apps().map(|(name, app)| (name.to_owned(), app.clone())).collect(),
        users: settings.users.clone(),
        ..Settings::default()
    }
}

fn subjects() -> Vec<Subject> {
    let library = library();
    let mut found: Vec<Subject> = Vec::new();
    let full = std::env::var_os("ORGATE_FULL").is_some();
    for control in library.catalog.controls() {
        for example in &control.examples {
            let side = |side: &Option<Vec<_>>| side.as_ref().map(|side| render::tree(side, &library.registry)).unwrap_or_default();
            found.push(Subject {
                thorough: full || found.len().is_multiple_of(4),
                name: format!("{}::{}", control.id, example.name),
                base: side(&example.base),
                head: side(&example.head),
                settings: facts(&example.facts),
                expected: Some((control.id.to_string(), example.expect.as_str().to_owned())),
            });
        }
    }
    for case in cases() {
        let settings = case.base.lines("orgate.yaml").join("\n");
        found.push(Subject {
            thorough: true,
            settings: Settings::parse(&settings).expect("settings"),
            name: format!("fixture::{}", case.name),
            base: case.base,
            head: case.head,
            expected: None,
        });
    }
    found
}

/// What was found, without where.
fn about(hits: &[Hit]) -> BTreeSet<String> {
    // The neighbour that a transformation puts there may well be touched by a change of org settings.
    let mine = hits.iter().filter(|hit| hit.subject != "Unrelated");
    mine.map(|hit| format!("{} {}", hit.about(), hit.fingerprint)).collect()
}

/// The same, without fingerprints: those name the package root where an app has copies.
fn loosely(hits: &[Hit]) -> BTreeSet<String> {
    hits.iter().filter(|hit| hit.subject != "Unrelated").map(Hit::about).collect()
}

fn same(what: &str, wanted: &BTreeSet<String>, found: &BTreeSet<String>) -> Result<(), Failed> {
    if wanted == found {
        return Ok(());
    }
    let lost: Vec<_> = wanted.difference(found).collect();
    let more: Vec<_> = found.difference(wanted).collect();
    Err(Failed::from(format!("{what}: lost {lost:#?}, more {more:#?}")))
}

fn check(subject: &Subject) -> Result<(), Failed> {
    let run = |base: &Tree, head: &Tree| hits(&compare(base, head, &subject.settings));
    let plain = run(&subject.base, &subject.head);
    let wanted = about(&plain);
    // An example knows no base to keep settings from that leave source.
    let settings = |tree: &Tree| tree.files.keys().filter(|path| path.ends_with(b".settings-meta.xml")).count();
    if let Some((control, outcome)) = subject
        .expected
        .as_ref()
        .filter(|_| settings(&subject.base) <= settings(&subject.head))
    {
        let mine: Vec<&Hit> = plain.iter().filter(|hit| hit.control == *control).collect();
        let shown = matches!(outcome.as_str(), "regressed" | "introduced" | "worsened" | "review");
        let unknown = outcome == "undecided";
        let right = if shown {
            mine.iter().any(|hit| hit.outcome == *outcome)
        } else {
            unknown || mine.is_empty()
        };
        if !right {
            return Err(Failed::from(format!("the example says {outcome}, the gate {mine:#?}")));
        }
    }
    if !subject.thorough {
        return Ok(());
    }
    let layout = |tree: &Tree| crlf(&byte_order_mark(&comments(tree)));
    same(
        "comments, byte order mark, CRLF",
        &wanted,
        &about(&run(&layout(&subject.base), &layout(&subject.head))),
    )?;
    same(
        "the same at head only",
        &wanted,
        &about(&run(&subject.base, &layout(&subject.head))),
    )?;
    let order = |tree: &Tree| tabs(&renamed(&reversed(tree)));
    same(
        "opposite order, other names",
        &wanted,
        &about(&run(&order(&subject.base), &order(&subject.head))),
    )?;
    same(
        "opposite order at head only",
        &wanted,
        &about(&run(&subject.base, &reversed(&subject.head))),
    )?;
    let moved = run(&elsewhere(&subject.base), &elsewhere(&subject.head));
    same("another package directory", &loosely(&plain), &loosely(&moved))?;
    same(
        "neighbours",
        &wanted,
        &about(&run(&with_unrelated(&subject.base), &with_unrelated(&subject.head))),
    )?;
    for (side, tree) in [("base", &subject.base), ("head", &subject.head)] {
        same(&format!("{side} against itself"), &BTreeSet::new(), &about(&run(tree, tree)))?;
        same(
            &format!("{side} laid out anew"),
            &BTreeSet::new(),
            &about(&run(tree, &layout(&order(tree)))),
        )?;
    }
    let worse = |tree: &Tree, open: bool| {
        tree.clone()
            .with("other/connectedApps/Other.connectedApp-meta.xml", sample::connected_app(open))
    };
    let more = about(&run(&worse(&subject.base, false), &worse(&subject.head, true)));
    if let Some(lost) = wanted.iter().find(|one| !more.contains(*one)) {
        return Err(Failed::from(format!("another app got worse, and {lost} is gone")));
    }
    let back = run(&subject.head, &subject.base);
    let regressed = |hits: &[Hit]| -> BTreeSet<String> {
        let counts = |hit: &&Hit| matches!(hit.outcome.as_str(), "regressed" | "introduced") && !library().both_ways.contains(&hit.control);
        hits.iter()
            .filter(counts)
            .map(|hit| format!("{} {}", hit.control, hit.subject))
            .collect()
    };
    match regressed(&plain).intersection(&regressed(&back)).next() {
        // Copies of one app can change in opposite directions.
        Some(both) if !subject.name.contains("swapped") => Err(Failed::from(format!("weaker in both directions: {both}"))),
        _ => Ok(()),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = subjects()
        .into_iter()
        .map(|subject| {
            let subject = Arc::new(subject);
            Trial::test(subject.name.clone(), move || check(&subject))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
