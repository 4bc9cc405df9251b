//! The controls under `policies/` with their examples, loaded once, and the gate on two trees without a new process:
//! for tests that compare thousands of pairs.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use orgate_core::policy::catalog::PolicyFile;
use orgate_core::report::{Report, Side};
use orgate_core::settings::Settings;
use orgate_core::{Catalog, Registry};
use orgate_diff::DirSnapshot;
use orgate_diff::gate::{Input, run};
use orgate_metadata::Limits;

use crate::gate::Hit;
use crate::tree::Tree;

/// See the module.
#[derive(Debug)]
pub struct Library {
    /// The metadata types.
    pub registry: Registry,
    /// The controls.
    pub catalog: Catalog,
    /// Ids of controls on sets and on values without an order: a change can weaken them in both directions.
    pub both_ways: Vec<String>,
}

/// The folder with the controls that ship.
pub fn policies() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")
}

/// The control files in a folder and below, sorted.
///
/// # Panics
/// When a folder cannot be read.
pub fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") && !path.ends_with("coverage.yaml") {
            found.push(path);
        }
    }
}

/// The controls that ship.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut paths = Vec::new();
        yaml_files(&policies(), &mut paths);
        let texts: Vec<(String, String)> = paths
            .iter()
            .map(|path| (path.display().to_string(), std::fs::read_to_string(path).expect("text")))
            .collect();
        let files: Vec<PolicyFile<'_>> = texts.iter().map(|(name, text)| PolicyFile { name, text }).collect();
        let registry = orgate_metadata::builtin::registry().expect("the registry");
        let mut catalog = Catalog::default();
        catalog.add(&files, &registry).expect("the controls load");
        let both = texts
            .iter()
            .filter(|(_, text)| text.contains("\n  members:") || text.contains("\n  review:"));
        let stem = |name: &String| Path::new(name).file_stem().expect("a stem").to_string_lossy().into_owned();
        let both_ways = both.map(|(name, _)| stem(name)).collect();
        Library {
            registry,
            catalog,
            both_ways,
        }
    })
}

/// The report on two trees, before thresholds and waivers.
pub fn compare(base: &Tree, head: &Tree, settings: &Settings) -> Report {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (old, new) = (folder.path().join("base"), folder.path().join("head"));
    base.write(&old);
    head.write(&new);
    let library = library();
    run(&Input {
        base: &DirSnapshot::open(&old).expect("base"),
        head: &DirSnapshot::open(&new).expect("head"),
        registry: &library.registry,
        catalog: &library.catalog,
        settings,
        limits: Limits::default(),
    })
    .expect("the folders are read")
}

/// Findings and newly undecided controls of a report, sorted.
pub fn hits(report: &Report) -> Vec<Hit> {
    let place = |anchor: &orgate_core::report::Anchor| {
        let side = if anchor.side == Side::Head { "head" } else { "base" };
        let end = anchor.end.map(|(line, column)| (u64::from(line), u64::from(column)));
        (
            side.to_owned(),
            anchor.path.to_string(),
            u64::from(anchor.line),
            u64::from(anchor.column),
            end,
        )
    };
    let mut found = Vec::new();
    for finding in &report.findings {
        let (side, path, line, column, end) = place(&finding.anchor);
        found.push(Hit {
            control: finding.control.id.to_string(),
            outcome: finding.outcome.as_str().to_owned(),
            subject: finding.subject.name.clone(),
            side,
            path,
            line,
            column,
            end,
            fingerprint: finding.fingerprint.clone(),
        });
    }
    for entry in report.undecided.iter().filter(|entry| entry.new) {
        let (side, path, line, column, end) = place(&entry.anchor);
        found.push(Hit {
            control: entry.control.id.to_string(),
            outcome: "undecided".to_owned(),
            subject: entry.subject.name.clone(),
            side,
            path,
            line,
            column,
            end,
            fingerprint: String::new(),
        });
    }
    found.sort();
    found
}
