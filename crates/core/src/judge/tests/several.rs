//! Elements, blocks and names that stand there several times.

use super::*;

/// An app with one `box` for each list of elements.
fn boxes(contents: &[&[(&str, &str)]]) -> Arc<Component> {
    let mut app = Component::clone(&component_of("App", "a/apps/App.app", &[("mode", "Strict")]));
    for fields in contents {
        app.root.children.push(Element {
            name: "box".into(),
            children: component_of("App", "", fields).root.children.clone(),
            ..app.root.clone()
        });
    }
    Arc::new(app)
}

#[test]
fn a_block_that_may_stand_there_often_need_not_hold_everything_each_time() {
    let full: &[(&str, &str)] = &[("inner", "x")];
    let other: &[(&str, &str)] = &[("else", "y")];
    for contents in [[full, other], [other, full]] {
        let stands = |condition: &str| judged(condition, "a", &boxes(&contents), &[], false).standing;
        assert_eq!(stands("{ field: App/box/inner, equals: x }"), Standing::Satisfied);
        assert_eq!(stands("{ field: App/box/inner, present: true }"), Standing::Satisfied);
    }
    for contents in [[full, &[]], [&[], full]] {
        let stands = judged("{ field: App/box, present: true }", "a", &boxes(&contents), &[], false).standing;
        assert_eq!(stands, Standing::Satisfied, "the empty one takes nothing from the other");
    }
    assert_eq!(
        judged("{ field: App/box, present: true }", "a", &boxes(&[&[], &[]]), &[], false).standing,
        Standing::Violated
    );
}

#[test]
fn a_component_that_names_several_subjects_belongs_to_each() {
    let app = component("App", "a/apps/App.app", "mode", "Strict");
    let linked = |names: &[&str]| {
        let fields: Vec<_> = names.iter().map(|name| ("name", *name)).collect();
        let other = component_of("Other", "a/others/Other.other", &fields);
        judged("{ exists: { type: Other, linked-by: Other/name } }", "a", &app, &[other], false).standing
    };
    for (names, standing) in [
        (&["App"][..], Standing::Satisfied),
        (&["Else"], Standing::Violated),
        (&["Else", "App"], Standing::Satisfied),
        (&["App", "Else"], Standing::Satisfied),
        (&["Else", "Other"], Standing::Violated),
    ] {
        assert_eq!(linked(names), standing, "{names:?}");
    }
}

#[test]
fn an_element_without_a_value_may_be_the_one_that_counts() {
    let app = component("App", "a/apps/App.app", "mode", "Strict");
    let mut other = Component::clone(&component_of("Other", "a/others/Other.other", &[("name", "App"); 3]));
    let linked = |other: &Component| {
        let condition = "{ exists: { type: Other, linked-by: Other/name } }";
        judged(condition, "a", &app, &[Arc::new(other.clone())], false).standing
    };
    assert_eq!(linked(&other), Standing::Satisfied);
    other.root.children[1].nil = true;
    assert_eq!(linked(&other), Standing::Violated);
}

#[test]
fn a_listed_component_whose_file_cannot_be_read_leaves_open_what_it_says() {
    let app = component("App", "a/apps/App.app", "urls", "Seen\nHidden");
    let judged = |hidden: &'static str| {
        let (registry, catalog) = load("{ require: { not: { exists: { type: Kept, listed-in: App/urls } } } }");
        let components = Vec::new();
        let world = Small {
            registry,
            components,
            blind: false,
        };
        let world = Hiding(world, hidden);
        judge(catalog.get("weak").unwrap(), &subject("a", &app), &world, &Facts::default()).unwrap()
    };
    assert_eq!(judged("").standing, Standing::Satisfied);
    let open = judged("blind");
    assert_eq!(
        (open.standing, open.whys),
        (Standing::Undecided, vec![Why::Unreadable("Kept".into())])
    );
}

#[test]
fn what_one_of_several_hides_tells_nothing_while_another_is_as_weak_as_before() {
    let check = "{ require: { field: App/count, equals: '7' } }";
    let judged = || {
        let app = component_of("App", "a/apps/App.app", &[("count", "8"), ("count", "${COUNT}")]);
        checked(check, "a", &app, &[], false)
    };
    assert_eq!(judged().standing, Standing::Violated);
    let (_, catalog) = load(check);
    let comparison = crate::compare::compare(catalog.get("weak").unwrap(), Some(judged()), Some(judged()));
    assert_eq!(comparison.outcome, crate::Outcome::Unchanged);
}

#[test]
fn names_for_review_are_the_same_in_any_case() {
    let keys = |kind: &str| {
        let app = component("App", "a/apps/App.app", "url", "Some Name");
        let judgement = checked(&format!("{{ review: {{ of: [App/url], as: {kind} }} }}"), "a", &app, &[], false);
        let Measure::Values(values) = judgement.measure else {
            panic!("no values")
        };
        values.into_iter().map(|value| value.key).collect::<Vec<_>>()
    };
    assert_eq!(keys("names"), ["some name"]);
    assert_eq!(keys("text"), ["Some Name"]);
}
