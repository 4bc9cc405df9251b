//! Every control under `policies/` loads, and every example in it has the outcome it states. One trial per example,
//! found at run time: a new control is a new test without any Rust.
#![expect(clippy::expect_used, reason = "a test may stop where its own set-up fails")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use orgate_core::Catalog;
use orgate_core::policy::catalog::PolicyFile;

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").path())
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
    libtest_mimic::run(&arguments, trials).exit();
}
