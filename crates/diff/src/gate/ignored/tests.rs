//! What rules leave out, and which file of rules says so.

use orgate_core::RepoPath;

use super::{Ignored, unread};
use crate::memory::MemorySnapshot;

fn count(files: &[(&str, &str)], path: &str) -> usize {
    let snapshot: MemorySnapshot = files
        .iter()
        .map(|(name, text)| (RepoPath::from(*name), text.as_bytes().to_vec()))
        .collect();
    Ignored::new(&snapshot).files_against(&RepoPath::from(path)).unwrap().len()
}

fn leaves_out(files: &[(&str, &str)], path: &str) -> bool {
    count(files, path) > 0
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
        ("[bc].xml", "a.xml", false),
        ("a.xml/", "a.xml", false),
        ("a.xml\n!a.xml/", "a.xml", true),
        ("x\n!x/", "x/a.xml", false),
        ("a.xml\n!A.XML", "a.xml", false),
        ("x\\a.xml", "x/a.xml", true),
        ("**/settings/**", "x/settings/a.xml", true),
        ("b.xml", "a.xml", false),
        ("\u{feff}a.xml", "a.xml", true),
        ("A.XML", "x/a.xml", true),
        ("a.xml", "x/A.xml", true),
        ("x\\.xml", "x.xml", true),
        ("x/**/", "x/a.xml", true),
        ("x/a.xml\n!/**", "x/a.xml", true),
        ("x/***\n!x/a.xml", "x/a.xml", true),
        ("x/*\n!x/a.xml", "x/a.xml", false),
    ] {
        assert_eq!(leaves_out(&[(".forceignore", rules)], path), expected, "{rules:?} {path}");
    }
}

#[test]
fn a_backslash_is_read_in_two_ways() {
    for (rule, path) in [("x\\a.xml", "x/a.xml"), ("x\\.xml", "x.xml"), ("\\#x.xml", "y/#x.xml")] {
        assert_eq!(count(&[(".forceignore", rule)], path), 1, "{rule} {path}");
    }
    assert_eq!(count(&[(".forceignore", "x\\*\n*.xml")], "a.xml"), 2);
}

#[test]
fn every_folder_above_may_have_rules() {
    let rules = [
        (".forceignore", "b.xml"),
        ("x/.forceignore", "/y/a.xml\n"),
        ("other/.forceignore", "*"),
    ];
    assert_eq!(count(&rules, "x/y/a.xml"), 1);
    assert_eq!(count(&[(".forceignore", "*"), ("x/.forceignore", "*")], "x/a.xml"), 2);
    assert!(leaves_out(&rules, "x/y/b.xml"));
    assert!(!leaves_out(&rules, "y/a.xml"));
    assert!(!leaves_out(&rules, "x/c.xml"));
}

#[test]
fn rules_that_cannot_be_read_are_told() {
    let told = |text: &str| {
        let path = RepoPath::from("x/.forceignore");
        let snapshot: MemorySnapshot = std::iter::once((path.clone(), text.as_bytes().to_vec())).collect();
        unread(&snapshot, &path).unwrap().is_some()
    };
    assert!(told(&format!("# {}\n", "x".repeat(2 << 20))));
    assert!(told(&format!("# {}\n", "x".repeat(70_000))));
    assert!(told(&"a\n".repeat(1001)));
    assert!(!told(&"a\n".repeat(1000)));
    assert!(!told(""));
}
