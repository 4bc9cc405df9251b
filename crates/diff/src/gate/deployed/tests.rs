//! What a project deploys, told by its project file.

use orgate_core::RepoPath;

use super::{Deployed, Takes};
use crate::memory::MemorySnapshot;

fn project(folder: &str, project: &str) -> Deployed {
    let path = RepoPath::from(format!("{folder}sfdx-project.json").as_str());
    let snapshot: MemorySnapshot = std::iter::once((path, project.as_bytes().to_vec())).collect();
    Deployed::of(&snapshot, folder.trim_end_matches('/').as_bytes()).unwrap()
}

fn leaves_out(project: &Deployed, path: &str) -> bool {
    project.takes(path.as_bytes()) == Takes::No
}

#[test]
fn what_lies_in_no_package_directory_is_left_out() {
    let found = project("org/", r#"{"packageDirectories": [{"path": "./force-app/"}, {"path": "more"}]}"#);
    assert!(!leaves_out(&found, "org/force-app/a.xml"));
    assert!(!leaves_out(&found, "org/more/b/a.xml"));
    assert!(leaves_out(&found, "org/force-app2/a.xml"));
    assert!(leaves_out(&found, "org/docs/a.xml"));
    // Of another folder it says nothing.
    assert!(!leaves_out(&found, "docs/a.xml"));
    let around = project(
        "org/",
        r#"{"packageDirectories": [{"path": "force-app/../old"}, {"path": "../shared"}]}"#,
    );
    assert_eq!(around.takes(b"org/old/a.xml"), Takes::Yes);
    assert_eq!(around.takes(b"shared/a.xml"), Takes::Yes);
    assert_eq!(around.takes(b"org/force-app/a.xml"), Takes::No);
    assert_eq!(around.takes(b"docs/a.xml"), Takes::Unknown);
    // The folder around the repository may have any name.
    let list = r#"[{"path": "force-app"}, {"path": "../../checkout/parked"}, {"path": "../../../a/b/../b/old"}]"#;
    let beyond = project("org/", &format!(r#"{{"packageDirectories": {list}}}"#));
    assert_eq!(beyond.takes(b"org/force-app/a.xml"), Takes::Yes);
    assert_eq!(beyond.takes(b"parked/a.xml"), Takes::Perhaps);
    assert_eq!(beyond.takes(b"old/a.xml"), Takes::Perhaps);
    assert_eq!(beyond.takes(b"org/parked/a.xml"), Takes::No);
    assert_eq!(beyond.takes(b"docs/a.xml"), Takes::Unknown);
    let around = project("", r#"{"packageDirectories": [{"path": ".."}]}"#);
    assert_eq!(around.takes(b"docs/a.xml"), Takes::Perhaps);
    for nothing in [
        "",
        "{}",
        "no json",
        r#"{"packageDirectories": []}"#,
        r#"{"packageDirectories": [{"path": "."}]}"#,
    ] {
        assert!(!leaves_out(&project("", nothing), "docs/a.xml"), "{nothing}");
    }
}

#[test]
fn what_begins_with_a_dot_is_hidden() {
    let found = project("org/", "{}");
    let hidden = |path: &str| found.is_hidden(&RepoPath::from(path));
    assert!(hidden("org/force-app/.old/a.xml") && hidden("org/.a.xml") && hidden("org/.made/a.xml"));
    assert!(!hidden("org/force-app/a.b/c.xml") && !hidden(".org/a.xml"));
}
