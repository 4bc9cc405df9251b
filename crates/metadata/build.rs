//! Lists `types/*.yaml` into a table of `include_str!`, so that a new file is a new type and no code changes.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=types");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("types");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let name = entry?
            .file_name()
            .into_string()
            .map_err(|name| format!("{} is not UTF-8", name.display()))?;
        if Path::new(&name).extension().is_some_and(|end| end == "yaml") {
            names.push(name);
        }
    }
    // The order of a folder is the file system's; a build must not depend on it.
    names.sort();
    let mut table = String::from("&[\n");
    for name in &names {
        // Not the path of this machine: a checkout may be moved, and the same source gives the same build anywhere.
        let path = format!("/types/{name}");
        writeln!(
            table,
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),"
        )?;
    }
    table.push_str("]\n");
    let target = Path::new(&env::var("OUT_DIR")?).join("types.rs");
    fs::write(target, table)?;
    Ok(())
}
