use crate::testing::one_control;

const TYPES: &str = "type: App\nsuffix: app\nfolder: apps\nsubject: connected-app\njoin: name\nfields:\n  lists: { kind: string, many: true }\n  \
     owner: { kind: string }\n  safe: { kind: boolean, absent: nothing }\n";

const OTHER: &str = "type: Other\nsuffix: other\nfolder: others\nfields:\n  app: { kind: string }\n  kind: { kind: string }\n";

/// What the page of a control says that it decides by.
fn said(condition: &str) -> Vec<String> {
    let check = format!("{{ require: {condition} }}");
    let (_, catalog) = one_control(&[TYPES, OTHER], "connected-app", "t", "m", &check);
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
