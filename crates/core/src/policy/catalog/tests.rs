//! What the loader refuses, where, and in which words. One control that loads, and one change of it at a time.

use super::*;

const APP: &str = "
type: App
suffix: app
folder: apps
subject: connected-app
join: name
fields:
  pkce: { kind: boolean, absent: { value: 'false' } }
  open: { kind: boolean, absent: undocumented }
  hours: { kind: integer, absent: nothing }
  mode: { kind: enum, values: [Strict, Loose], absent: nothing }
  scopes: { kind: string, many: true }
  policy: { kind: block }
  policy/name: { kind: string }
";

const OTHER: &str = "
type: Other
suffix: other
folder: others
subject: external-client-app
join: name
fields:
  app: { kind: string }
  kind: { kind: string }
";

const CONTROL: &str = "id: app-weak
title: An app is weak
status: stable
subject: connected-app
source:
  control: null
  recommended: null
  page: null
  grounds: a test
  cvss: { min: 4.0, max: 6.9, estimated: true }
check:
  require: { field: App/pkce, equals: 'true' }
message: 'It is weak.'
why: Because.
remediation: Mend it.
examples:
  - name: weaker
    base: { App: { pkce: 'true' } }
    head: { App: { pkce: 'false' } }
    expect: regressed
";

const CHECK: &str = "{ field: App/pkce, equals: 'true' }";

fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.add("App.yaml", APP).unwrap();
    registry.add("Other.yaml", OTHER).unwrap();
    registry
}

/// The problems of some files, as they are shown.
fn problems(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<_> = files.iter().map(|(name, text)| PolicyFile { name, text }).collect();
    let mut catalog = Catalog::default();
    let result = catalog.add(&files, &registry());
    assert_eq!(catalog.is_empty(), result.is_err() || files.is_empty(), "all or nothing");
    let problems = result.err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

/// The one problem of [`CONTROL`] with `old` replaced by `new`.
#[track_caller]
fn refused(old: &str, new: &str, expected: &str) {
    assert_eq!(CONTROL.matches(old).count(), 1, "{old}");
    let text = CONTROL.replace(old, new);
    let said = problems(&[("team/app-weak.yaml", &text)]);
    assert_eq!(said.len(), 1, "{new}: {said:#?}");
    assert!(said[0].starts_with("team/app-weak.yaml:"), "{}", said[0]);
    assert!(said[0].contains(expected), "{new}: {}", said[0]);
}

#[test]
fn the_control_of_these_tests_loads() {
    assert_eq!(problems(&[("team/app-weak.yaml", CONTROL)]), [""; 0]);
    assert_eq!(problems(&[("team\\app-weak.yml", CONTROL)]), [""; 0]);
}

#[test]
fn conditions_that_decide_nothing_are_refused() {
    for (condition, expected) in [
        ("{ always: true, field: App/pkce, equals: 'true' }", "exactly one of `all`"),
        ("{ always: true, equals: 'true' }", "belong to a `field`"),
        ("{ always: true, one-of: ['true'] }", "belong to a `field`"),
        ("{ always: true, contains: a }", "belong to a `field`"),
        ("{ always: true, matches: a }", "belong to a `field`"),
        ("{ always: true, except: a }", "belong to a `field`"),
        ("{ always: true, present: true }", "belong to a `field`"),
        ("{ always: true, at-least: '1' }", "belong to a `field`"),
        ("{ always: true, at-most: '1' }", "belong to a `field`"),
        ("{ always: true, looks-like: secret }", "belong to a `field`"),
        ("{ always: true, absent: 'true' }", "belong to a `field`"),
        ("{ all: [] }", "an empty list decides nothing"),
        ("{ is: nobody }", "no condition is named `nobody`"),
        ("{ record: { of: App/pkce, where: { always: true } } }", "`App/pkce` is not a block"),
        ("{ exists: { type: Oter } }", "unknown metadata type `Oter`, did you mean `Other`?"),
        (
            "{ exists: { type: Other, linked-by: Other/app, listed-in: App/scopes } }",
            "only one of `linked-by`",
        ),
    ] {
        refused(CHECK, condition, expected);
    }
}

#[test]
fn tests_that_a_field_cannot_meet_are_refused() {
    for (condition, expected) in [
        ("{ field: pkce, equals: 'true' }", "`pkce` is not a field: write `Type/element`"),
        ("{ field: App/pkc, equals: 'true' }", "no field `pkc`, did you mean `pkce`?"),
        (
            "{ field: Apps/pkce, equals: 'true' }",
            "unknown metadata type `Apps`, did you mean `App`?",
        ),
        ("{ field: Other/app, equals: a }", "belongs to another subject"),
        ("{ field: App/pkce }", "a field has exactly one test"),
        ("{ field: App/pkce, equals: 'true', present: true }", "a field has exactly one test"),
        (
            "{ field: App/pkce, equals: 'treu' }",
            "not a value of `App/pkce`, did you mean `true`?",
        ),
        ("{ field: App/pkce, equals: '1' }", "`1` is not a value of `App/pkce`"),
        ("{ field: App/hours, equals: many }", "`many` is not a value of `App/hours`"),
        (
            "{ field: App/mode, one-of: [Strict, Lose] }",
            "`Lose` is not a value of `App/mode`, did you mean `Loose`?",
        ),
        ("{ field: App/mode, at-least: '1' }", "`App/mode` is not an integer"),
        ("{ field: App/hours, at-least: some }", "`some` is not an integer"),
        ("{ field: App/scopes, equals: Api }", "holds several values"),
        ("{ field: App/policy, contains: a }", "`App/policy` is a block"),
        ("{ field: App/policy/name, matches: '(' }", "bad pattern"),
        ("{ field: App/open, equals: 'true' }", "the default of `App/open` is undocumented"),
        (
            "{ field: App/open, equals: 'true', absent: yes }",
            "`yes` is not a value of `App/open`",
        ),
        (
            "{ field: App/pkce, equals: 'true', absent: 'true' }",
            "is in the registry: remove `absent`",
        ),
        (
            "{ field: App/open, present: true, absent: 'true' }",
            "is in the registry: remove `absent`",
        ),
    ] {
        refused(CHECK, condition, expected);
    }
    for condition in [
        "{ field: App/hours, equals: '12' }",
        "{ field: App/hours, at-most: '12' }",
        "{ field: App/mode, equals: Strict }",
        "{ field: App/scopes, contains: Api }",
        "{ field: App/policy, present: true }",
        "{ field: App/open, equals: 'true', absent: 'false' }",
        "{ exists: { type: Other, linked-by: Other/app, where: { field: Other/kind, equals: a } } }",
    ] {
        assert_eq!(
            problems(&[("app-weak.yaml", &CONTROL.replace(CHECK, condition))]),
            [""; 0],
            "{condition}"
        );
    }
}

#[test]
fn a_control_says_where_it_comes_from_and_what_it_is_called() {
    for (old, new, expected) in [
        ("id: app-weak", "id: app-week", "the id is the file's name: `app-weak`"),
        (
            "subject: connected-app",
            "subject: connected-app\nper: [App]",
            "`per` belongs to subject `org`",
        ),
        ("grounds: a test", "grounds: null", "what it is grounded on"),
        (
            "page: null",
            "page: a_page",
            "a source page has a control name and a recommended setting",
        ),
        ("min: 4.0", "min: 7.0", "`cvss` needs"),
        ("max: 6.9", "max: 10.1", "`cvss` needs"),
        ("min: 4.0", "min: -1.0", "`cvss` needs"),
        ("It is weak.", "It is {weak}.", "unknown placeholder `{weak}`"),
        ("It is weak.", "It is {weak.", "an opening brace without a closing one"),
        ("pkce: 'false' } }\n", "pkcee: 'false' } }\n", "no field `pkcee`"),
        (
            "    base: { App: { pkce: 'true' } }\n    head: { App: { pkce: 'false' } }",
            "    base: null\n    head: null",
            "needs `base` or `head`",
        ),
    ] {
        refused(old, new, expected);
    }
    let page = CONTROL.replace("page: null", "page: a_page").replace("control: null", "control: A");
    assert_eq!(problems(&[("app-weak.yaml", &page)]).len(), 1, "no recommended setting");
    let none = CONTROL.split("examples:").next().unwrap().to_owned() + "examples: []\n";
    let said = problems(&[("app-weak.yaml", &none)]);
    assert!(said.len() == 1 && said[0].contains("a control needs examples"), "{said:?}");
    for id in ["App-weak", "app--weak", "app_weak", "app-"] {
        let said = problems(&[(&format!("{id}.yaml"), &CONTROL.replace("id: app-weak", &format!("id: {id}")))]);
        assert!(said.len() == 1 && said[0].contains("an id is kebab-case"), "{id}: {said:?}");
    }
}

#[test]
fn checks_that_leave_something_open_are_refused() {
    let require = format!("require: {CHECK}");
    refused(
        &require,
        "limit: { value: [{ field: App/mode, map: { Strict: 1 } }], at-most: 1, unit: hours, not-set: satisfied }",
        "`map` has no number for `Loose`",
    );
    refused(
        &require,
        "ranking: { field: App/mode, strongest-first: [Strict, Lose], weakest-allowed: Strict }",
        "`Lose` is not a value of `App/mode`, did you mean `Loose`?",
    );
    let ranked = |field: &str, absent: &str| {
        format!("ranking: {{ field: App/{field}, strongest-first: ['true', 'false'], weakest-allowed: 'true'{absent} }}")
    };
    let said = ", absent: 'true'";
    refused(
        &require,
        &ranked("open", ""),
        "the default of `App/open` is undocumented: say `absent`",
    );
    refused(&require, &ranked("pkce", said), "is in the registry: remove `absent`");
    for (field, absent) in [("open", said), ("pkce", "")] {
        let text = CONTROL.replace(&require, &ranked(field, absent));
        assert_eq!(problems(&[("team/app-weak.yaml", &text)]), [""; 0], "{field}");
    }
}

#[test]
fn an_example_says_what_it_gets_wrong() {
    let conditions =
        "conditions:\n  yes:\n    meaning: Always.\n    when: { always: true }\n  no:\n    meaning: Never.\n    when: { always: false }\n";
    let risks = |list: &str| format!("{list}:\n  - {{ when: {{ is: yes }}, because: b }}\n  - {{ when: {{ is: no }}, because: b }}\n");
    for (expect, said) in [
        ("regressed, score: 5.45, raises: [yes], lowers: [yes]", &[][..]),
        ("unchanged", &["expected unchanged, got regressed (base satisfied, head violated)"]),
        ("regressed, score: 6.9", &["expected score 6.9, got 5.45"]),
        ("regressed, raises: [no]", &["`no` raises no risk here"]),
        ("regressed, raises: [other]", &["`other` raises no risk here"]),
        ("regressed, lowers: [yes, no]", &["`no` lowers no risk here"]),
    ] {
        let example =
            format!("examples:\n  - {{ name: e, base: {{ App: {{ pkce: 'true' }} }}, head: {{ App: {{}} }}, expect: {expect} }}\n");
        let head = CONTROL.split("examples:").next().unwrap();
        let text = [head, &risks("raises-risk"), &risks("lowers-risk"), &example].concat();
        let files = [("conditions.yaml", conditions), ("app-weak.yaml", text.as_str())].map(|(name, text)| PolicyFile { name, text });
        let mut catalog = Catalog::default();
        catalog.add(&files, &registry()).unwrap();
        let control = catalog.get("app-weak").unwrap();
        assert_eq!(control.examples[0].failures(control, &registry()), said, "{expect}");
    }
}

#[test]
fn files_are_held_against_each_other() {
    let said = problems(&[("a/app-weak.yaml", CONTROL), ("b/app-weak.yaml", CONTROL)]);
    assert_eq!(said, ["b/app-weak.yaml:1:5: control `app-weak` is defined twice"]);
    let twin = CONTROL.replace("why:", "twin: app-weaker\nwhy:");
    assert_eq!(
        problems(&[("app-weak.yaml", &twin)]),
        ["app-weak: no control has the id of the twin `app-weaker`, did you mean `app-weak`?"]
    );
    assert_eq!(problems(&[("app-weak.yaml", "id: [\n")]).len(), 1);
    let conditions = |when: &str| format!("conditions:\n  one:\n    subject: connected-app\n    meaning: Something.\n    when: {when}\n");
    let good = conditions(CHECK);
    assert_eq!(problems(&[("conditions.yaml", &good), ("app-weak.yaml", CONTROL)]), [""; 0]);
    let said = problems(&[("a/conditions.yaml", &good), ("b/conditions.yaml", &good)]);
    assert!(said.len() == 1 && said[0].ends_with("condition `one` is defined twice"), "{said:?}");
    let said = problems(&[("conditions.yaml", &conditions("{ is: one }"))]);
    assert!(said.len() == 1 && said[0].starts_with("conditions.yaml:"), "{said:?}");
    let foreign = good
        .replace("connected-app", "external-client-app")
        .replace("App/pkce", "Other/app")
        .replace("'true'", "a");
    let using = CONTROL.replace(CHECK, "{ is: one }");
    let said = problems(&[("conditions.yaml", &foreign), ("app-weak.yaml", &using)]);
    assert!(
        said.len() == 1 && said[0].ends_with("condition `one` is about a external-client-app, this control about a connected-app"),
        "{said:?}"
    );
    let of_the_org = conditions("{ exists: { type: Other } }").replace("connected-app", "org");
    assert_eq!(problems(&[("conditions.yaml", &of_the_org), ("app-weak.yaml", &using)]), [""; 0]);
    let said = problems(&[("conditions.yaml", &conditions("{ field: App/none, present: true }"))]);
    assert!(said.len() == 1 && said[0].contains("no field `none`"), "{said:?}");
}

#[test]
fn an_example_can_be_turned_round_and_held_against_itself() {
    let mut catalog = Catalog::default();
    let file = PolicyFile {
        name: "app-weak.yaml",
        text: CONTROL,
    };
    let registry = registry();
    catalog.add(&[file], &registry).unwrap();
    let control = catalog.get("app-weak").unwrap();
    let registry = Arc::new(registry);
    let outcome = |example: &crate::policy::Example| example.compare(control, &registry).unwrap().outcome;
    let example = &control.examples[0];
    assert_eq!(outcome(example), crate::Outcome::Regressed);
    assert_eq!(outcome(&example.swapped()), crate::Outcome::Resolved);
    assert_eq!(outcome(&example.still()), crate::Outcome::Unchanged);
}
