use crate::policy::Catalog;
use crate::policy::catalog::PolicyFile;
use crate::registry::Registry;

const TYPES: &str = "type: App\nsuffix: app\nfolder: apps\nsubject: connected-app\njoin: name\nfields:\n  lists: { kind: string, many: true }\n  \
     owner: { kind: string }\n  safe: { kind: boolean, absent: nothing }\n";

const OTHER: &str = "type: Other\nsuffix: other\nfolder: others\nfields:\n  app: { kind: string }\n  kind: { kind: string }\n";

/// What the page of a control says that it decides by.
fn said(condition: &str) -> Vec<String> {
    let mut registry = Registry::default();
    registry.add("App.yaml", TYPES).unwrap();
    registry.add("Other.yaml", OTHER).unwrap();
    let text = format!(
        "id: weak\ntitle: t\nstatus: stable\nsubject: connected-app\nsource:\n  control: null\n  recommended: null\n  page: null\n  \
         grounds: g\n  cvss: {{ min: 1, max: 2 }}\ncheck: {{ require: {condition} }}\nmessage: m\nwhy: w\nremediation: r\nexamples:\n  \
         - {{ name: e, base: {{}}, head: {{}}, expect: unchanged }}\n"
    );
    let mut catalog = Catalog::default();
    let file = PolicyFile {
        name: "weak.yaml",
        text: &text,
    };
    catalog.add(&[file], &registry).unwrap();
    super::control(catalog.get("weak").unwrap())
}

#[test]
fn the_related_components_that_a_condition_looks_for_are_told() {
    for (condition, words) in [
        ("{ exists: { type: Other } }", "there is a Other"),
        (
            "{ exists: { type: Other, linked-by: Other/app } }",
            "there is a Other that names it in `Other/app`",
        ),
        (
            "{ exists: { type: Other, listed-in: App/lists } }",
            "there is a Other that `App/lists` lists",
        ),
        (
            "{ exists: { type: Other, where: { all: [{ field: Other/app, present: true }, { field: Other/kind, equals: a }] } } }",
            "some Other has (`Other/app` is there and `Other/kind` is `a`)",
        ),
        (
            "{ exists: { type: Other, where: { all: [{ field: Other/kind, equals: a }] } } }",
            "some Other has `Other/kind` is `a`",
        ),
    ] {
        let said = said(condition);
        assert!(said.iter().any(|line| line.contains(words)), "{words}: {said:?}");
    }
}
