//! What is told of what was read: what decides comes first, and no secret is among it.

use super::*;

/// The fields in the order in which they are told, of an app that is judged by two states.
fn order(first: &str, second: &str, fields: &[(&str, &str)]) -> Vec<String> {
    let check = format!("{{ grades: [{{ name: worst, when: {first} }}, {{ name: bad, when: {second} }}] }}");
    let app = component_of("App", "a/apps/App.app", fields);
    let reads = checked(&check, "a", &app, &[], false).reads;
    reads.iter().map(|read| read.field.to_string()).collect()
}

#[test]
fn what_makes_a_state_hold_is_told_before_what_does_not() {
    let other = "{ field: App/url, equals: open }";
    let fields = [("url", "shut"), ("count", "8"), ("mode", "Strict")];
    for (second, first_told) in [
        ("{ field: App/count, equals: '8' }", "App/count"),
        (
            "{ any: [{ field: App/count, equals: '7' }, { field: App/mode, equals: Strict }] }",
            "App/mode",
        ),
        (
            "{ not: { any: [{ field: App/count, equals: '7' }, { field: App/count, equals: '6' }] } }",
            "App/count",
        ),
        ("{ field: App/count, equals: '8', unknown: false }", "App/count"),
    ] {
        let told = order(other, second, &fields);
        assert_eq!(told.first().map(String::as_str), Some(first_told), "{second}: {told:?}");
    }
    // That something is unknown makes nothing hold; it is only taken for that.
    let told = order(
        other,
        "{ field: App/count, equals: '8', unknown: true }",
        &[("url", "shut"), ("count", "x")],
    );
    assert_eq!(told, ["App/url", "App/count"]);
}

#[test]
fn a_record_is_told_without_its_secrets() {
    let mut app = Component::clone(&component("App", "a/apps/App.app", "mode", "Strict"));
    app.root.children.push(Element {
        name: "box".into(),
        children: component_of("App", "", &[("inner", "x"), ("pin", "0000")]).root.children.clone(),
        ..app.root.clone()
    });
    let condition =
        "{ record: { of: App/box, where: { all: [{ field: App/box/inner, equals: x }, { field: App/box/pin, present: true }] } } }";
    let reads = judged(condition, "a", &Arc::new(app), &[], false).reads;
    let told: Vec<&str> = reads
        .iter()
        .flat_map(|read| read.values.iter())
        .map(|(text, _)| text.as_str())
        .collect();
    assert_eq!(told, ["inner x"]);
}

#[test]
fn of_values_that_contradict_each_other_the_one_that_counts_is_told() {
    for values in [["8", "7"], ["7", "8"]] {
        let app = component_of("App", "a/apps/App.app", &values.map(|value| ("count", value)));
        let reads = judged("{ field: App/count, equals: '7' }", "a", &app, &[], false).reads;
        let told: Vec<&str> = reads
            .iter()
            .flat_map(|read| read.values.iter())
            .map(|(text, _)| text.as_str())
            .collect();
        assert_eq!(told, ["8"], "{values:?}");
    }
}

#[test]
fn the_same_read_for_another_reason_or_with_another_value_is_told_of_its_own() {
    let check = "{ require: { all: [{ field: App/url, equals: x }, { field: App/urls, contains: x }] } }\n\
         raises-risk:\n  - { when: { field: App/url, equals: a }, because: b }";
    let app = component_of("App", "a/apps/App.app", &[("url", "a"), ("urls", "a")]);
    let reads = checked(check, "a", &app, &[], false).reads;
    let told: Vec<_> = reads.iter().map(|read| (&*read.field, read.role)).collect();
    assert_eq!(
        told,
        [("App/url", Role::Check), ("App/urls", Role::Check), ("App/url", Role::Raises(0))]
    );
    let others = ["One", "Two"].map(|name| component("Other", &format!("a/others/{name}.other"), "name", name));
    let condition = "{ not: { exists: { type: Other, where: { field: Other/name, equals: Three } } } }";
    let reads = judged(condition, "a", &app, &others, false).reads;
    let told: Vec<&str> = reads
        .iter()
        .flat_map(|read| read.values.iter())
        .map(|(text, _)| text.as_str())
        .collect();
    assert_eq!(told, ["One", "Two"]);
}

#[test]
fn what_only_shows_that_a_component_concerns_others_is_marked() {
    let app = component("App", "a/apps/App.app", "url", "a");
    let others = ["App", "Shop", "${APP}"].map(|name| component("Other", &format!("a/others/{name}.other"), "name", name));
    let linked = "exists: { type: Other, linked-by: Other/name }";
    let marked = |condition: &str| -> Vec<bool> {
        let reads = judged(condition, "a", &app, &others, false).reads;
        reads.iter().map(|read| read.elsewhere).collect()
    };
    assert_eq!(marked(&format!("{{ {linked} }}")), [false, true, false]);
    assert_eq!(
        marked(&format!("{{ all: [{{ {linked} }}, {{ not: {{ {linked} }} }}] }}")),
        [false, true, false]
    );
    // Unless it is read for itself as well, before or after.
    let read = "exists: { type: Other, where: { field: Other/name, equals: Shop } }";
    for (one, two) in [(linked, read), (read, linked)] {
        let told = marked(&format!("{{ all: [{{ {one} }}, {{ {two} }}] }}"));
        assert_eq!(told, [false, false, false], "{one}, {two}");
    }
}

#[test]
fn listed_components_are_told_once_in_the_order_in_which_they_are_listed_first() {
    let app = component("App", "a/apps/App.app", "urls", "Two\nOne\nTwo\nThree\nOne");
    let others = ["One", "Two"].map(|name| {
        let kept = component("Kept", &format!("a/kept/{name}.kept"), "safe", "true");
        Arc::new(Component {
            name: name.to_owned(),
            ..Component::clone(&kept)
        })
    });
    let condition = "{ exists: { type: Kept, listed-in: App/urls, where: { field: Kept/safe, equals: 'false' } } }";
    let reads = judged(condition, "a", &app, &others, false).reads;
    let homes = reads.iter().filter_map(|read| read.home.as_ref());
    let told: Vec<&str> = homes.map(|home| &*home.component.name).collect();
    assert_eq!(told, ["App", "Two", "One"]);
}

#[test]
fn why_something_is_unknown_is_said_without_an_empty_quote() {
    for (text, said) in [
        (Some("Lax"), "invalid value: App/mode is 'Lax'"),
        (Some(""), "invalid value: App/mode is empty"),
        (None, "invalid value: App/mode is (not shown)"),
    ] {
        let why = Why::Illegal("App/mode".into(), text.map(str::to_owned));
        assert_eq!(why.to_string(), said);
    }
}
