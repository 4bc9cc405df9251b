//! What a manifest deletes is gone; what merely leaves source is not known any more.

use super::*;

fn deleting(type_name: &str) -> String {
    metadata(
        "Package",
        &format!("    <types>\n        <members>App</members>\n        <name>{type_name}</name>\n    </types>"),
    )
}

fn undecided(base: &Tree, head: &Tree) -> usize {
    let report = report(base, head, &Settings::default());
    hits(&report).iter().filter(|hit| hit.outcome == "undecided").count()
}

#[test]
fn an_app_that_leaves_the_org_leaves_nothing_open() {
    for (base, type_name, other) in [
        (connected(true), "ConnectedApp", "ExternalClientApplication"),
        (external(true), "ExternalClientApplication", "ConnectedApp"),
    ] {
        let gone = project();
        assert!(undecided(&base, &gone) > 0, "{type_name}: nobody deletes it");
        let deleted = gone.clone().with("manifest/destructiveChanges.xml", deleting(type_name));
        assert_eq!(undecided(&base, &deleted), 0, "{type_name}");
        let another = gone.with("manifest/destructiveChanges.xml", deleting(other));
        assert!(undecided(&base, &another) > 0, "{type_name}: something else is deleted");
    }
}

#[test]
fn a_part_that_a_manifest_deletes_is_no_app() {
    let global = "ExtlClntAppGlobalOauthSettings";
    let gone = project().with("manifest/destructiveChanges.xml", deleting(global));
    assert!(undecided(&external(true), &gone) > 0);
}
