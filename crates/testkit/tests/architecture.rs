//! Arrows point one way: who may depend on whom, and who alone may use a library.

use std::collections::BTreeSet;
use std::path::Path;

/// Package, its manifest, and the packages of ours it may name.
const MAY: &[(&str, &str, &[&str])] = &[
    ("orgate-core", "crates/core/Cargo.toml", &[]),
    ("orgate-metadata", "crates/metadata/Cargo.toml", &["orgate-core"]),
    ("orgate-diff", "crates/diff/Cargo.toml", &["orgate-core", "orgate-metadata"]),
    ("orgate-sarif", "crates/sarif/Cargo.toml", &["orgate-core"]),
    ("orgate", "Cargo.toml", &["orgate-core", "orgate-metadata", "orgate-diff", "sarif"]),
];

/// Libraries that one crate alone may use.
const ONLY: &[(&str, &str)] = &[
    ("git2", "crates/diff/Cargo.toml"),
    ("quick-xml", "crates/metadata/Cargo.toml"),
    ("clap", "Cargo.toml"),
];

/// Names of the normal dependencies of a manifest.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join(manifest)).expect(manifest);
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with('[') {
            inside = line == "[dependencies]";
        } else if inside && !line.starts_with('#') {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if !name.is_empty() {
                found.insert(name.to_owned());
            }
        }
    }
    found
}

#[test]
fn crates_of_ours_depend_only_downwards() {
    let ours: BTreeSet<&str> = [
        "orgate",
        "orgate-core",
        "orgate-metadata",
        "orgate-diff",
        "orgate-sarif",
        "sarif",
        "orgate-testkit",
    ]
    .into();
    for (package, manifest, may) in MAY {
        for name in dependencies(manifest).iter().filter(|name| ours.contains(name.as_str())) {
            assert!(may.contains(&name.as_str()), "{package} must not depend on {name}");
        }
    }
    assert!(
        dependencies("crates/diff/Cargo.toml").contains("orgate-metadata"),
        "the test reads manifests"
    );
}

#[test]
fn some_libraries_have_one_home() {
    for (library, home) in ONLY {
        for (_, manifest, _) in MAY {
            let uses = dependencies(manifest).contains(*library);
            assert!(!uses || manifest == home, "{library} belongs into {home}, not {manifest}");
            assert!(uses || manifest != home, "{home} no longer uses {library}");
        }
    }
}

/// The pure crate touches neither files, nor the environment, nor a clock, nor another process.
#[test]
fn core_is_pure() {
    fn visit(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                visit(&path, found);
                continue;
            }
            if path.ends_with("tests.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("source");
            for banned in [
                "std::fs",
                "std::env",
                "std::process",
                "std::net::Tcp",
                "SystemTime",
                "Instant::now",
                "Timestamp::now",
                "std::io::std",
            ] {
                if text.contains(banned) {
                    found.push(format!("{}: {banned}", path.display()));
                }
            }
        }
    }
    let mut found = Vec::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src"), &mut found);
    assert!(found.is_empty(), "{found:#?}");
}
