//! What must hold for any app and any edit, over generated repositories.
//!
//! Few cases by default; `ORGATE_CASES=10000 cargo test --release -p orgate-testkit --test properties` runs as many of each.
//! A failing case is one number: `ORGATE_FIRST=4711 ORGATE_CASES=1` runs it alone.

use std::collections::BTreeSet;

use orgate_core::report::Report;
use orgate_core::settings::Settings;
use orgate_testkit::fuzz::comparison::{anchored, report};
use orgate_testkit::gate::Hit;
use orgate_testkit::generate::{Random, change};
use orgate_testkit::library::{hits, library};
use orgate_testkit::transform::{byte_order_mark, comments, crlf, elsewhere, renamed, reversed, tabs, with_unrelated};
use orgate_testkit::{Tree, sample};

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Runs a property over both sides of so many changes.
fn every(property: impl Fn(u64, &Tree, &Tree)) {
    let first = number("ORGATE_FIRST", 0);
    for seed in first..first + number("ORGATE_CASES", 25) {
        let apps = usize::try_from(seed % 3 + 1).expect("small");
        let (base, head) = change(seed, apps);
        let run = std::panic::AssertUnwindSafe(|| property(seed, &base, &head));
        if let Err(panic) = std::panic::catch_unwind(run) {
            eprintln!("the failing case is ORGATE_FIRST={seed} ORGATE_CASES=1");
            std::panic::resume_unwind(panic);
        }
    }
}

fn judged(base: &Tree, head: &Tree) -> Report {
    report(base, head, &Settings::default())
}

/// What was found, without where; the neighbour that some transformations add is not counted.
fn about(report: &Report, fingerprints: bool) -> BTreeSet<String> {
    let hits = hits(report);
    let mine = hits.iter().filter(|hit| hit.subject != "Unrelated");
    let text = |hit: &Hit| {
        if fingerprints {
            format!("{} {}", hit.about(), hit.fingerprint)
        } else {
            hit.about()
        }
    };
    mine.map(text).collect()
}

#[track_caller]
fn same(what: &str, wanted: &BTreeSet<String>, found: &BTreeSet<String>) {
    let lost: Vec<_> = wanted.difference(found).collect();
    let more: Vec<_> = found.difference(wanted).collect();
    assert!(lost.is_empty() && more.is_empty(), "{what}: lost {lost:#?}, more {more:#?}");
}

#[test]
fn a_snapshot_against_itself_is_silent() {
    every(|_, base, head| {
        for tree in [base, head] {
            let same = judged(tree, tree);
            assert!(hits(&same).is_empty() && same.better.is_empty(), "{:#?}", hits(&same));
            assert!(!same.unreadable.iter().any(|file| file.fatal));
        }
    });
}

#[test]
fn layout_encoding_and_line_ends_do_not_matter() {
    every(|_, base, head| {
        let wanted = about(&judged(base, head), true);
        let layout = |tree: &Tree| crlf(&byte_order_mark(&comments(tree)));
        same("on both sides", &wanted, &about(&judged(&layout(base), &layout(head)), true));
        same("at head only", &wanted, &about(&judged(base, &tabs(&layout(head))), true));
        same("against itself", &BTreeSet::new(), &about(&judged(base, &layout(base)), true));
    });
}

#[test]
fn order_and_free_names_do_not_matter() {
    every(|_, base, head| {
        let wanted = about(&judged(base, head), true);
        let order = |tree: &Tree| renamed(&reversed(tree));
        same("on both sides", &wanted, &about(&judged(&order(base), &order(head)), true));
        same("at head only", &wanted, &about(&judged(base, &reversed(head)), true));
        same("against itself", &BTreeSet::new(), &about(&judged(head, &order(head)), true));
    });
}

#[test]
fn the_place_does_not_matter() {
    every(|_, base, head| {
        let wanted = about(&judged(base, head), false);
        same("elsewhere", &wanted, &about(&judged(&elsewhere(base), &elsewhere(head)), false));
    });
}

#[test]
fn unrelated_files_and_neighbours_do_not_matter() {
    every(|_, base, head| {
        let wanted = about(&judged(base, head), true);
        same(
            "on both sides",
            &wanted,
            &about(&judged(&with_unrelated(base), &with_unrelated(head)), true),
        );
        let more = head
            .clone()
            .with("docs/x.md", "x")
            .with("force-app/main/default/classes/X.cls", "x");
        same("at head only", &wanted, &about(&judged(base, &more), true));
    });
}

/// The files that hold an app.
fn files<'t>(tree: &'t Tree, app: &str) -> Vec<&'t [u8]> {
    let name = format!(">{app}<");
    let mine = tree
        .files
        .iter()
        .filter(|(_, content)| String::from_utf8_lossy(content).contains(&name));
    mine.map(|(path, _)| path.as_slice()).collect()
}

/// Apps of which there is one copy in one place on both sides: copies can change in opposite directions.
fn single(tree: &Tree, app: &str) -> bool {
    let roots: BTreeSet<Vec<u8>> = files(tree, app)
        .iter()
        .map(|path| path.split(|byte| *byte == b'/').take(2).flatten().copied().collect())
        .collect();
    roots.len() < 2 && !tree.files.keys().any(|path| path.windows(6).any(|part| part == b"Shadow"))
}

/// Apps outside of all package directories, where the generated projects have `src`: what head writes there may not be
/// deployed, so they are judged as base had them too, and that is neither better nor worse both ways.
fn left_out(tree: &Tree, app: &str) -> bool {
    files(tree, app).iter().any(|path| path.starts_with(b"src/"))
}

#[test]
fn what_got_weaker_one_way_did_not_get_weaker_the_other_way() {
    every(|_, base, head| {
        let weaker = |report: &Report| -> BTreeSet<(String, String)> {
            let hits = hits(report);
            let counts = |hit: &&Hit| {
                let ordered = !library().both_ways.contains(&hit.control);
                let plain = |tree: &Tree| single(tree, &hit.subject) && !left_out(tree, &hit.subject);
                ordered && hit.outcome == "regressed" && plain(base) && plain(head)
            };
            hits.iter()
                .filter(counts)
                .map(|hit| (hit.control.clone(), hit.subject.clone()))
                .collect()
        };
        let (there, back) = (judged(base, head), judged(head, base));
        let both: Vec<_> = weaker(&there).intersection(&weaker(&back)).cloned().collect();
        assert!(both.is_empty(), "{both:?}");
        // What regressed there is better on the way back.
        let better: BTreeSet<(String, String)> = back
            .better
            .iter()
            .map(|better| (better.control.id.to_string(), better.subject.name.clone()))
            .collect();
        let lost: Vec<_> = weaker(&there).difference(&better).cloned().collect();
        assert!(lost.is_empty(), "regressed there, not better on the way back: {lost:?}");
    });
}

/// Weakens one thing in an app: a switch is turned, or a scope is added.
fn weakened(tree: &Tree, random: &mut Random) -> Option<Tree> {
    let edits = [
        ("<isPkceRequired>true<", "<isPkceRequired>false<"),
        ("<isClientCredentialEnabled>false<", "<isClientCredentialEnabled>true<"),
        ("<isSecretRequiredForRefreshToken>true<", "<isSecretRequiredForRefreshToken>false<"),
        ("<isAdminApproved>true<", "<isAdminApproved>false<"),
        ("<ipRelaxation>ENFORCE<", "<ipRelaxation>BYPASS<"),
        ("<ipRelaxationPolicyType>Enforce<", "<ipRelaxationPolicyType>Bypass<"),
        ("<refreshTokenPolicy>zero<", "<refreshTokenPolicy>infinite<"),
        ("<scopes>Api<", "<scopes>Full<"),
    ];
    let mut places = Vec::new();
    for (path, content) in &tree.files {
        let text = String::from_utf8_lossy(content).into_owned();
        for (old, new) in edits {
            if text.matches(old).count() == 1 {
                places.push((path.clone(), text.replace(old, new)));
            }
        }
    }
    if places.is_empty() {
        return None;
    }
    let (path, text) = places.swap_remove(random.below(places.len()));
    let mut weaker = tree.clone();
    weaker.files.insert(path, text.into_bytes());
    Some(weaker)
}

#[test]
fn weakening_one_more_thing_hides_nothing() {
    every(|seed, base, head| {
        let Some(worse) = weakened(head, &mut Random::new(seed)) else {
            return;
        };
        let found = |report: &Report| -> BTreeSet<(String, Option<String>, String)> {
            let failing = report
                .findings
                .iter()
                .filter(|finding| finding.outcome != orgate_core::Outcome::Review);
            failing
                .map(|finding| {
                    let control = &finding.control;
                    (control.id.to_string(), control.source.id.clone(), finding.subject.name.clone())
                })
                .collect()
        };
        let (before, after) = (found(&judged(base, head)), found(&judged(base, &worse)));
        // A control that only tells what the org still makes good gives way to the one for when it does not.
        let gives_way = |(id, source, subject): &&(String, Option<String>, String)| {
            let mut instead = after.difference(&before).filter(|other| other.1 == *source && other.2 == *subject);
            id.ends_with("-left-to-the-org") && instead.next().is_some()
        };
        let hidden: Vec<_> = before.difference(&after).filter(|one| !gives_way(one)).collect();
        assert!(hidden.is_empty(), "hidden: {hidden:?}");
    });
}

#[test]
fn another_app_that_got_worse_hides_nothing() {
    every(|_, base, head| {
        let wanted = about(&judged(base, head), true);
        let with = |tree: &Tree, open: bool| {
            let path = "other/connectedApps/Other.connectedApp-meta.xml";
            tree.clone().with(path, sample::connected_app(open))
        };
        let found = about(&judged(&with(base, false), &with(head, true)), true);
        let lost: Vec<_> = wanted.difference(&found).collect();
        assert!(lost.is_empty() && found.len() > wanted.len(), "lost {lost:?}");
    });
}

#[test]
fn anchors_exist_and_lie_in_changed_hunks() {
    every(|_, base, head| anchored(base, head, &judged(base, head)));
}
