//! Numbers that nothing set, what would say whether a new one counts, and what is taken down of what is read.

use super::*;
use crate::Outcome;

/// What becomes of an app without a legal number of its own that now sets one that is too large. Whether that counts
/// says a condition; the control applies whatever `Policy/safe` is, and asks for it.
fn outcome(introduced_when: &str, before: &[(&str, &str)]) -> Outcome {
    let (registry, catalog) = load(&format!(
        "{{ limit: {{ value: [{{ field: App/count }}], at-most: 5, unit: hours, not-set: undecided }} }}\n\
         applies-when: {{ any: [{{ field: Policy/safe, equals: 'true' }}, {{ field: App/mode, equals: Strict }}] }}\n\
         introduced-when: {introduced_when}"
    ));
    let world = Small {
        registry,
        components: Vec::new(),
        blind: false,
    };
    let control = catalog.get("weak").unwrap();
    let judged = |fields: &[(&str, &str)]| {
        let fields = [&[("mode", "Strict")], fields].concat();
        let app = component_of("App", "a/apps/App.app", &fields);
        judge(control, &subject("a", &app), &world, &Facts::default()).unwrap()
    };
    crate::compare::compare(control, Some(judged(before)), Some(judged(&[("count", "9")]))).outcome
}

#[test]
fn a_number_where_none_was_set_is_new_unless_what_would_say_so_was_and_is_out_of_sight() {
    let unseen = "{ field: Policy/safe, equals: 'true' }";
    assert_eq!(outcome(unseen, &[]), Outcome::Unchanged);
    for counts in [
        // It counts for certain.
        "{ field: App/count, present: true }",
        // For certain, though something beside that is out of sight as it was.
        "{ any: [{ field: Policy/safe, equals: 'true' }, { field: App/count, present: true }] }",
        // What is out of sight is not what was.
        "{ field: Org/on, equals: 'true' }",
    ] {
        assert_eq!(outcome(counts, &[]), Outcome::Introduced, "{counts}");
    }
    assert_eq!(outcome("{ field: App/count, present: false }", &[]), Outcome::Unchanged);
    assert_eq!(outcome(unseen, &[("count", "soon")]), Outcome::Introduced, "something stood there");
}

#[test]
fn a_control_reads_the_related_components_that_it_only_counts() {
    let control = |condition: &str| {
        let (_, catalog) = load(&format!("{{ require: {condition} }}"));
        Arc::clone(catalog.get("weak").unwrap())
    };
    let counts = control("{ exists: { type: Other } }");
    assert!(counts.reads("Other") && !counts.reads("Kept"));
    let names_it = control("{ exists: { type: Other, linked-by: Other/name } }");
    assert!(names_it.reads_any("Other", &|parts| parts.iter().map(|part| &**part).eq(["name"])));
    assert!(!names_it.reads_any("Other", &|parts| parts.iter().any(|part| &**part == "kind")));
    assert!(!names_it.reads_any("Kept", &|_| true));
    let both = control("{ any: [{ field: App/mode, equals: Strict }, { exists: { type: Other, linked-by: Other/name } }] }");
    let mode = |parts: &[Arc<str>]| parts.iter().map(|part| &**part).eq(["mode"]);
    assert!(both.reads_any("App", &mode) && !both.reads_any("Other", &mode));
}

#[test]
fn what_is_read_of_a_secret_and_where_a_certificate_belongs_is_not_for_showing() {
    let app = component_of("App", "a/apps/App.app", &[("url", "a"), ("key", "b"), ("cert", "c"), ("box", "d")]);
    let reads = |condition: &str| {
        let reads = judged(condition, "a", &app, &[], false).reads;
        let mut told: Vec<_> = reads
            .iter()
            .map(|read| (read.field.to_string(), read.secret, read.block, read.record))
            .collect();
        told.sort();
        told
    };
    let present = ["url", "key", "cert", "box"].map(|field| format!("{{ field: App/{field}, present: true }}"));
    let (shown, secret, block) = ((false, false, false), (true, false, false), (false, true, false));
    let expected = [("App/box", block), ("App/cert", secret), ("App/key", secret), ("App/url", shown)];
    let expected = expected.map(|(field, (secret, block, record))| (field.to_owned(), secret, block, record));
    assert_eq!(reads(&format!("{{ all: [{}] }}", present.join(", "))), expected);
    // A record that a condition picked is told in words.
    let record = reads("{ record: { of: App/box, where: { always: true } } }");
    assert_eq!(record, [("App/box".to_owned(), false, false, true)]);
}

#[test]
fn the_risk_that_rose_is_seen_without_evidence_too_and_left_out_between_kinds_of_app() {
    let check = "{ require: { field: App/mode, equals: Strict } }\n\
         raises-risk:\n  - { when: { field: App/url, equals: open }, because: b }\n\
         lowers-risk:\n  - { when: { field: App/count, equals: '7' }, because: b }";
    let (registry, catalog) = load(check);
    let control = catalog.get("weak").unwrap();
    let world = Small {
        registry,
        components: Vec::new(),
        blind: false,
    };
    let facts = Facts::default();
    let app = |url: &str, count: &str| subject("a", &component_of("App", "a/apps/App.app", &[("url", url), ("count", count)]));
    let outcome =
        |before: &Judgement, after: &Judgement| crate::compare::compare(control, Some(before.clone()), Some(after.clone())).outcome;
    let safe = app("shut", "7");
    for riskier in [app("open", "7"), app("shut", "8")] {
        let told = |subject: &Subject| judge(control, subject, &world, &facts).unwrap();
        let quiet = |subject: &Subject| judge_quietly(control, subject, &world, &facts).unwrap();
        let (mut before, after) = (told(&safe), told(&riskier));
        assert_eq!(outcome(&before, &after), Outcome::Worsened);
        assert_eq!(outcome(&quiet(&safe), &quiet(&riskier)), Outcome::Worsened);
        // The conditions of a twin are others: what is true of one says nothing about the other.
        before.in_context_of(&after.raises);
        assert_eq!(outcome(&before, &after), Outcome::Unchanged);
    }
}

#[test]
fn what_was_added_to_one_component_is_not_held_by_another() {
    let held = |weaker_when: &str, before: &str, after: &str, other: &str| {
        let (registry, catalog) = load_on(
            "org",
            &format!("{{ members: {{ from: [Other/name], weaker-when: {weaker_when} }} }}\nper: [Other]"),
        );
        let control = catalog.get("weak").unwrap();
        let world = Small {
            registry,
            components: Vec::new(),
            blind: false,
        };
        let judged = |name: &str| {
            let one = crate::subject::single(&component("Other", "a/others/One.other", "name", name));
            judge(control, &one, &world, &Facts::default()).unwrap()
        };
        let comparison = crate::compare::compare(control, Some(judged(before)), Some(judged(after)));
        assert_eq!(comparison.outcome, Outcome::Regressed, "{weaker_when}");
        crate::compare::still_held(control, &comparison, |_| crate::compare::restricted(judged(other)))
    };
    assert!(held("removed", "a", "b", "a"), "it was renamed");
    assert!(!held("removed", "a", "b", "c"));
    assert!(!held("added", "a", "b", "a"));
}
