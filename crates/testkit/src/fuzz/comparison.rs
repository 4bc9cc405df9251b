//! The whole comparison on arbitrary files: silent about what did not change, one-way about what did, and every writer
//! can show what came out.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use orgate::testing::Written;
use orgate_core::RepoPath;
use orgate_core::registry::TypeSpec;
use orgate_core::report::verdict::Verdict;
use orgate_core::report::{Report, Side, Unreadable};
use orgate_core::settings::Settings;
use orgate_diff::gate::{Input, run};
use orgate_diff::{LineMap, MemorySnapshot};
use orgate_metadata::{Limits, read_component};

use super::writers;
use crate::library::{hits, library};
use crate::tree::Tree;

/// A tree as a snapshot.
pub fn snapshot(tree: &Tree) -> MemorySnapshot {
    let files = tree.files.iter();
    files
        .map(|(path, content)| (RepoPath::new(path.as_slice()), content.clone()))
        .collect()
}

/// The report on two trees, before thresholds and waivers, without a file on disk.
///
/// # Panics
/// When memory cannot be read.
pub fn report(base: &Tree, head: &Tree, settings: &Settings) -> Report {
    let library = library();
    run(&Input {
        base: &snapshot(base),
        head: &snapshot(head),
        registry: &library.registry,
        catalog: &library.catalog,
        settings,
        limits: small(),
    })
    .expect("memory is read")
}

/// Small enough that an input that is slow within them is a finding.
fn small() -> Limits {
    Limits {
        bytes: 1 << 20,
        elements: 100_000,
        ..Limits::default()
    }
}

/// Where a file may lie, for every type: as Salesforce's tools put it, in metadata format, and misnamed.
fn places() -> &'static [String] {
    static PLACES: OnceLock<Vec<String>> = OnceLock::new();
    PLACES.get_or_init(|| {
        let mut found = Vec::new();
        let types: Vec<&TypeSpec> = library().registry.types().collect();
        for spec in &types {
            let stem = spec.member.as_deref().unwrap_or("App");
            let (folder, suffix) = (&spec.folder, &spec.suffix);
            found.push(format!("force-app/main/default/{folder}/{stem}.{suffix}-meta.xml"));
            found.push(format!("src/{folder}/{stem}.{suffix}"));
            found.push(format!("force-app/main/default/{folder}/{stem}.{suffix}.xml"));
        }
        found.extend(["sfdx-project.json", "orgate.yaml", "notes.xml", "a/b.unknown-meta.xml"].map(str::to_owned));
        found
    })
}

/// The number of places, for whoever makes seeds.
pub fn place_of(path: &str) -> Option<u8> {
    places().iter().position(|place| place == path).and_then(|at| u8::try_from(at).ok())
}

/// The flags that ask for the report to be written too. Writing takes ten times as long as comparing, and has bodies of
/// its own, so only some inputs pay for it.
const WRITE: u8 = 0b0011_0000;

/// Two paths and a byte of flags, then base and head of both files with [`super::CUT`] between them.
///
/// # Panics
/// When a promise is broken.
pub fn compare(data: &[u8]) {
    let [one, other, flags, rest @ ..] = data else { return };
    let place = |byte: &u8| places()[usize::from(*byte) % places().len()].as_str();
    let (one, other) = (place(one), place(other));
    let mut base = Tree::default();
    let mut head = Tree::default();
    for (at, part) in super::parts(rest, 4).into_iter().enumerate() {
        if flags & (1 << at) != 0 {
            continue;
        }
        let tree = if at % 2 == 0 { &mut base } else { &mut head };
        tree.put(if at < 2 { one } else { other }, part);
    }
    let found = compared(&base, &head);
    if flags & WRITE == WRITE {
        written(&base, &head, &found);
    }
}

/// A project file at base and head, then an app at base and head.
///
/// # Panics
/// When a promise is broken.
pub fn replaced(data: &[u8]) {
    let parts = super::parts(data, 4);
    let mut base = Tree::default();
    let mut head = Tree::default();
    for (at, part) in parts.into_iter().enumerate() {
        let tree = if at % 2 == 0 { &mut base } else { &mut head };
        tree.put(if at < 2 { "sfdx-project.json" } else { crate::sample::APP }, part);
    }
    compared(&base, &head);
}

/// Everything that must hold for any two trees.
fn compared(base: &Tree, head: &Tree) -> Report {
    let settings = Settings::default();
    for tree in [base, head] {
        let same = report(tree, tree, &settings);
        assert!(same.findings.is_empty(), "a snapshot differs from itself: {:#?}", hits(&same));
        assert!(hits(&same).is_empty(), "something is newly undecided: {:#?}", hits(&same));
        // A project that gives types other files cannot be judged, whether it changes or not.
        let elsewhere = |file: &Unreadable| file.reason.starts_with("`registryCustomizations`");
        let standing = same.unreadable.iter().any(elsewhere);
        assert!(standing || same.verdict() == Verdict::Pass, "{:#?}", same.unreadable);
    }
    let found = report(base, head, &settings);
    one_way(base, head, &found, &settings);
    anchored(base, head, &found);
    unrelated(base, head, &found, &settings);
    if found.unreadable.iter().any(|file| file.fatal) {
        assert_eq!(found.verdict(), Verdict::NotDecided);
    }
    found
}

/// And for what is written about them.
fn written(base: &Tree, head: &Tree, found: &Report) {
    let library = library();
    let everything = writers::check(&Written {
        report: found,
        base: &snapshot(base),
        head: &snapshot(head),
        registry: &library.registry,
        catalog: &library.catalog,
        settings: &Settings::default(),
    });
    writers::no_secrets(base, head, &everything);
}

/// What gets weaker one way does not get weaker the other way.
fn one_way(base: &Tree, head: &Tree, found: &Report, settings: &Settings) {
    let weaker = |report: &Report| -> BTreeSet<(String, String)> {
        let counts = |hit: &&crate::gate::Hit| {
            matches!(hit.outcome.as_str(), "regressed" | "introduced") && !library().both_ways.contains(&hit.control)
        };
        let hits = hits(report);
        hits.iter()
            .filter(counts)
            .map(|hit| (hit.control.clone(), hit.subject.clone()))
            .collect()
    };
    let there = weaker(found);
    if there.is_empty() {
        return;
    }
    let back = weaker(&report(head, base, settings));
    let both: Vec<_> = there.intersection(&back).collect();
    // Copies of one app, and twins in two formats, may change in opposite directions.
    let copies = base.files.len() > 1 || head.files.len() > 1;
    assert!(both.is_empty() || copies, "weaker in both directions: {both:?}");
}

/// Anchors exist, and lie where something changed if anything did.
///
/// # Panics
/// When they do not.
pub fn anchored(base: &Tree, head: &Tree, found: &Report) {
    for finding in &found.findings {
        let anchor = &finding.anchor;
        let tree = if anchor.side == Side::Head { head } else { base };
        let content = tree.files.get(anchor.path.as_bytes());
        let content = content.unwrap_or_else(|| panic!("{} points nowhere: {anchor:?}", finding.control.id));
        let lines = content.split(|byte| *byte == b'\n').count();
        let line = usize::try_from(anchor.line).expect("fits");
        assert!((1..=lines).contains(&line) && anchor.column >= 1, "{anchor:?} of {lines} lines");
        let Some(old) = base.files.get(anchor.path.as_bytes()).filter(|_| anchor.side == Side::Head) else {
            continue;
        };
        // What was no metadata at base is new as a whole, wherever the few bytes lie that made it so.
        let before = read_component(&anchor.path, old, &library().registry, &small());
        if !matches!(before, Ok(Some(_))) {
            continue;
        }
        let map = LineMap::new(old, content);
        let near = |hunk: &orgate_diff::hunks::Hunk| {
            let line = anchor.line - 1;
            hunk.head.contains(&line) || hunk.head.is_empty() && line == hunk.head.start.saturating_sub(1)
        };
        assert!(
            map.hunks().is_empty() || map.hunks().iter().any(near),
            "{}: {anchor:?} lies in none of {:?}",
            finding.control.id,
            map.hunks()
        );
    }
}

/// A file that no control reads changes nothing.
fn unrelated(base: &Tree, head: &Tree, found: &Report, settings: &Settings) {
    let more = head.clone().with("docs/unrelated.md", "x\n");
    let also = report(base, &more, settings);
    assert_eq!(hits(found), hits(&also), "an unrelated file matters");
}
