//! Puts `policies/` and `fixtures/demo` into the binary: a new file is a new control, without a registry in code.
//!
//! Controls and metadata types go in twice: as the texts they are, and checked and packed, which is what a run of the
//! gate reads. A control that does not load stops the build with its file, line and column.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use orgate_core::Catalog;
use orgate_core::policy::catalog::PolicyFile;

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut table = String::from("[\n");
    let mut texts = Vec::new();
    for path in files(&root.join("policies")) {
        if path.extension().is_some_and(|extension| extension == "yaml") && !path.ends_with("coverage.yaml") {
            let name = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let _ = writeln!(table, "    ({name:?}, {}),", include(&name));
            match std::fs::read_to_string(&path) {
                Ok(text) => texts.push((name, text)),
                Err(error) => println!("cargo::error=cannot read {name}: {error}"),
            }
        }
    }
    table.push(']');
    save("policies.rs", table.as_bytes());
    pack(&texts);

    let base = root.join("fixtures/demo/base");
    let mut table = String::from("[\n");
    for path in files(&base) {
        let name = path.strip_prefix(&base).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let side = |side: &str| include(&format!("fixtures/demo/{side}/{name}"));
        let _ = writeln!(table, "    ({name:?}, {}, {}),", side("base"), side("head"));
    }
    table.push(']');
    save("demo.rs", table.as_bytes());
}

/// The text of a file of this checkout, wherever that lies: the same source gives the same build on any machine.
fn include(name: &str) -> String {
    let name = format!("/{name}");
    format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {name:?}))")
}

/// Checks everything that ships and saves it in the form that loads fast.
fn pack(texts: &[(String, String)]) {
    let registry = match orgate_metadata::builtin::registry() {
        Ok(registry) => registry,
        Err(error) => return println!("cargo::error=crates/metadata/types/{error}"),
    };
    let files: Vec<PolicyFile<'_>> = texts.iter().map(|(name, text)| PolicyFile { name, text }).collect();
    let mut catalog = Catalog::default();
    if let Err(problems) = catalog.add(&files, &registry) {
        for problem in problems {
            println!("cargo::error={problem}");
        }
        return;
    }
    for (name, packed) in [("types.pack", registry.to_pack()), ("controls.pack", catalog.to_pack())] {
        match packed {
            Ok(bytes) => save(name, &bytes),
            Err(error) => println!("cargo::error={error}"),
        }
    }
}

fn save(name: &str, content: &[u8]) {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join(name);
    if let Err(error) = std::fs::write(&out, content) {
        println!("cargo::error=cannot write {}: {error}", out.display());
    }
}

/// All files below a folder, sorted by path. Cargo is told to look at them again when they change.
fn files(folder: &Path) -> Vec<PathBuf> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            println!("cargo::rerun-if-changed={}", path.display());
            found.push(path);
        }
    }
    found.sort();
    found
}
