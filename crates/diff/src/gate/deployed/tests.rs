//! What a project deploys, told by its two files.

use orgate_core::RepoPath;

use super::Deployed;
use crate::memory::MemorySnapshot;

fn project(folder: &str, project: &str, ignore: &str) -> Deployed {
    let below = |name: &str| RepoPath::from(format!("{folder}{name}").as_str());
    let snapshot: MemorySnapshot = [("sfdx-project.json", project), (".forceignore", ignore)]
        .map(|(name, text)| (below(name), text.as_bytes().to_vec()))
        .into_iter()
        .collect();
    Deployed::of(&snapshot, folder.trim_end_matches('/').as_bytes()).unwrap()
}

fn leaves_out(project: &Deployed, path: &str) -> bool {
    project.leaves_out(&RepoPath::from(path)).is_some()
}

#[test]
fn what_lies_in_no_package_directory_is_left_out() {
    let found = project(
        "org/",
        r#"{"packageDirectories": [{"path": "./force-app/"}, {"path": "more"}]}"#,
        "",
    );
    assert!(!leaves_out(&found, "org/force-app/a.xml"));
    assert!(!leaves_out(&found, "org/more/b/a.xml"));
    assert!(leaves_out(&found, "org/force-app2/a.xml"));
    assert!(leaves_out(&found, "org/docs/a.xml"));
    // Of another folder it says nothing.
    assert!(!leaves_out(&found, "docs/a.xml"));
    for nothing in [
        "",
        "{}",
        "no json",
        r#"{"packageDirectories": []}"#,
        r#"{"packageDirectories": [{"path": "."}]}"#,
    ] {
        assert!(!leaves_out(&project("", nothing, ""), "docs/a.xml"), "{nothing}");
    }
}

#[test]
fn forceignore_is_read_as_git_reads_its_rules() {
    for (rules, path, expected) in [
        ("**/a.xml", "x/y/a.xml", true),
        ("a.xml", "x/y/a.xml", true),
        ("/a.xml", "x/a.xml", false),
        ("x/a.xml", "x/a.xml", true),
        ("x/a.xml", "y/x/a.xml", false),
        ("# a.xml\n\n", "a.xml", false),
        ("settings/", "x/settings/a.xml", true),
        ("settings", "x/settings/a.xml", true),
        ("*.xml\n!a.xml", "x/a.xml", false),
        ("!a.xml\n*.xml", "x/a.xml", true),
        ("x\n!x/a.xml", "x/a.xml", true),
        ("[ab].xml", "a.xml", true),
        ("x\\a.xml", "x/a.xml", true),
        ("**/settings/**", "x/settings/a.xml", true),
        ("b.xml", "a.xml", false),
    ] {
        assert_eq!(leaves_out(&project("", "{}", rules), path), expected, "{rules:?} {path}");
    }
}
