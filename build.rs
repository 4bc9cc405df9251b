//! Puts `policies/` and `fixtures/demo` into the binary: a new file is a new control, without a registry in code.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut table = String::from("[\n");
    for path in files(&root.join("policies")) {
        if path.extension().is_some_and(|extension| extension == "yaml") && !path.ends_with("coverage.yaml") {
            let name = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let _ = writeln!(table, "    ({name:?}, include_str!({:?})),", path.display().to_string());
        }
    }
    table.push(']');
    save("policies.rs", &table);

    let (base, head) = (root.join("fixtures/demo/base"), root.join("fixtures/demo/head"));
    let mut table = String::from("[\n");
    for path in files(&base) {
        let name = path.strip_prefix(&base).unwrap_or(&path);
        let (old, new) = (path.display().to_string(), head.join(name).display().to_string());
        let name = name.to_string_lossy().replace('\\', "/");
        let _ = writeln!(table, "    ({name:?}, include_str!({old:?}), include_str!({new:?})),");
    }
    table.push(']');
    save("demo.rs", &table);
}

fn save(name: &str, text: &str) {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join(name);
    if let Err(error) = std::fs::write(&out, text) {
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
