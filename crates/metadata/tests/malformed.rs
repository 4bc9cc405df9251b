//! Every file of `fixtures/malformed` is refused, for the reason and at the place that `expected.txt` names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use orgate_core::RepoPath;
use orgate_metadata::component::read_component;
use orgate_metadata::xml::Limits;

#[test]
fn malformed_files_are_refused_with_their_reason() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/malformed");
    let registry = orgate_metadata::builtin::registry().unwrap();
    let path = RepoPath::from("force-app/connectedApps/A.connectedApp-meta.xml");
    let list = fs::read_to_string(folder.join("expected.txt")).unwrap();
    let mut listed = BTreeSet::from(["expected.txt".to_owned()]);
    let mut wrong = Vec::new();
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let (file, expected) = line.split_once(' ').unwrap();
        let (expected, alone) = match expected.strip_suffix(" alone") {
            Some(expected) => (expected, true),
            None => (expected, false),
        };
        listed.insert(file.to_owned());
        let bytes = fs::read(folder.join(file)).unwrap();
        let got = match read_component(&path, &bytes, &registry, &Limits::default()) {
            Ok(component) => format!("accepted: {component:?}"),
            Err(error) => {
                format!("{} {}:{}", error.kind.as_str(), error.line, error.column)
            }
        };
        if got != expected {
            wrong.push(format!("{file}: {got}, expected {expected}"));
        }
        let second = std::str::from_utf8(&bytes).is_ok_and(|text| roxmltree::Document::parse(text).is_ok());
        if second != alone {
            wrong.push(format!("{file}: roxmltree accepts it: {second}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(listed.contains(&name), "{name} is not in expected.txt");
    }
}
