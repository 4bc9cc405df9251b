//! What only a world can tell: files that cannot be read, settings of the org in several packages, texts not to be shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::element::{Component, Element, Span};
use crate::path::RepoPath;
use crate::policy::Catalog;
use crate::registry::{Registry, SubjectKind};
use crate::testing::one_control;

mod evidence;
mod open;
mod several;

const TYPES: [&str; 6] = [
    "type: App\nsuffix: app\nfolder: apps\nsubject: connected-app\njoin: name\nfields:\n  mode: { kind: enum, values: [Strict], absent: nothing }\n  \
     url: { kind: string }\n  count: { kind: integer, absent: nothing }\n  guess: { kind: boolean, absent: undocumented }\n  urls: { kind: lines }\n  key: { kind: string, secret: true }\n  cert: { kind: certificate }\n  \
     box: { kind: block, many: true }\n  box/inner: { kind: string }\n  box/pin: { kind: string, secret: true }\n",
    "type: Policy\nsuffix: policy\nfolder: policies\nsubject: connected-app\njoin: name\nfields:\n  safe: { kind: boolean, absent: nothing }\n",
    "type: Linked\nsuffix: linked\nfolder: linked\nsubject: connected-app\njoin: { element: app }\nfields:\n  safe: { kind: boolean, absent: nothing }\n",
    "type: Other\nsuffix: other\nfolder: others\nfields:\n  name: { kind: string }\n",
    "type: Kept\nsuffix: kept\nfolder: kept\nfields:\n  safe: { kind: boolean, absent: nothing }\n",
    "type: Org\nsuffix: settings\nmember: Org\nfolder: settings\nsubject: org\njoin: org\nfields:\n  on: { kind: boolean, absent: { value: 'false' } }\n",
];

struct Small {
    registry: Registry,
    components: Vec<Arc<Component>>,
    blind: bool,
}

impl World for Small {
    fn registry(&self) -> &Registry {
        &self.registry
    }
    fn components(&self, type_name: &str) -> Vec<Arc<Component>> {
        let all = self.components.iter();
        all.filter(|component| &*component.type_name == type_name).cloned().collect()
    }
    fn blind(&self, type_name: &str, name: Option<&str>) -> bool {
        let sought = match type_name {
            "Policy" => name == Some("App"),
            _ => name.is_none(),
        };
        self.blind && sought && type_name != "App"
    }
    fn replaced(&self, _: &Component, _: &Element) -> Option<String> {
        None
    }
}

fn component(type_name: &str, path: &str, field: &str, text: &str) -> Arc<Component> {
    component_of(type_name, path, &[(field, text)])
}

fn component_of(type_name: &str, path: &str, fields: &[(&str, &str)]) -> Arc<Component> {
    Arc::new(Component {
        type_name: type_name.into(),
        name: "App".to_owned(),
        path: RepoPath::from(path),
        root: Element::unplaced(
            type_name,
            "",
            fields
                .iter()
                .map(|(field, text)| Element::unplaced(field, text, Vec::new()))
                .collect(),
        ),
        notes: Vec::new(),
    })
}

/// Judges an app in a package by a control that requires a condition.
fn judged(condition: &str, root: &str, app: &Arc<Component>, others: &[Arc<Component>], blind: bool) -> Judgement {
    checked(&format!("{{ require: {condition} }}"), root, app, others, blind)
}

/// Judges an app in a package by a control with a check.
fn checked(check: &str, root: &str, app: &Arc<Component>, others: &[Arc<Component>], blind: bool) -> Judgement {
    try_checked(check, root, app, others, blind).unwrap()
}

fn try_checked(
    check: &str,
    root: &str,
    app: &Arc<Component>,
    others: &[Arc<Component>],
    blind: bool,
) -> Result<Judgement, TooManyAlternatives> {
    let (registry, catalog) = load(check);
    let world = Small {
        registry,
        components: others.to_vec(),
        blind,
    };
    judge(catalog.get("weak").unwrap(), &subject(root, app), &world, &Facts::default())
}

fn subject(root: &str, app: &Arc<Component>) -> Subject {
    Subject {
        kind: SubjectKind::ConnectedApp,
        name: "App".to_owned(),
        root: root.as_bytes().to_vec(),
        files: BTreeMap::from([("App".into(), vec![Arc::clone(app)])]),
        per: None,
    }
}

/// The types, and one control with a check and what follows it.
fn load(check: &str) -> (Registry, Catalog) {
    load_on("connected-app", check)
}

fn load_on(subject: &str, check: &str) -> (Registry, Catalog) {
    one_control(&TYPES, subject, "t", "m", check)
}

#[test]
fn a_file_that_cannot_be_read_may_be_the_one_that_is_looked_for() {
    let app = component("App", "a/apps/App.app", "mode", "Strict");
    let other = component("Other", "a/others/App.other", "name", "x");
    let stands = |others: &[Arc<Component>], blind| judged("{ not: { exists: { type: Other } } }", "a", &app, others, blind);
    assert_eq!(stands(&[], false).standing, Standing::Satisfied);
    let open = stands(&[], true);
    assert_eq!(
        (open.standing, open.whys),
        (Standing::Undecided, vec![Why::Unreadable("Other".into())])
    );
    assert_eq!(stands(&[other], true).standing, Standing::Violated);
    let own = judged(
        "{ exists: { type: App, where: { field: App/mode, equals: Strict } } }",
        "a",
        &app,
        &[],
        true,
    );
    assert_eq!(own.standing, Standing::Satisfied);
}

#[test]
fn of_several_settings_of_the_org_the_weakest_count_wherever_they_lie() {
    let app = component("App", "a/apps/App.app", "mode", "Strict");
    let on = component("Org", "x/a/settings/Org.settings", "on", "true");
    let off = component("Org", "x/b/settings/Org.settings", "on", "false");
    for all in [[Arc::clone(&on), Arc::clone(&off)], [off, Arc::clone(&on)]] {
        for root in ["x/a", "x/b", "y/a"] {
            let stands = judged("{ field: Org/on, equals: 'true' }", root, &app, &all, false).standing;
            assert_eq!(stands, Standing::Violated, "{root}");
        }
    }
    let both = [Arc::clone(&on), on];
    assert_eq!(
        judged("{ field: Org/on, equals: 'true' }", "x/a", &app, &both, false).standing,
        Standing::Satisfied
    );
}

#[test]
fn a_private_key_is_not_shown_wherever_it_stands() {
    let why = |text: &str| {
        let app = component("App", "a/apps/App.app", "mode", text);
        judged("{ field: App/mode, equals: Strict }", "a", &app, &[], false).whys
    };
    let illegal = |shown: Option<&str>| vec![Why::Illegal("App/mode".into(), shown.map(str::to_owned))];
    assert_eq!(why("Lax"), illegal(Some("Lax")));
    assert_eq!(why(&"x".repeat(500)), illegal(Some(&"x".repeat(120))));
    assert_eq!(why(&["-----BEGIN", "PRIVATE", "KEY-----"].join(" ")), illegal(None));
    assert_eq!(why(""), illegal(Some("")));
}

#[test]
fn a_secret_that_a_check_makes_nothing_of_is_not_shown() {
    let app = |field, text| component("App", "a/apps/App.app", field, text);
    for (check, shown) in [
        ("ranking: { field: App/FIELD, strongest-first: [A, B], weakest-allowed: A }", "x"),
        (
            "limit: { value: [{ field: App/FIELD }], at-most: 7, unit: hours, not-set: satisfied }",
            "x",
        ),
    ] {
        for (field, shown) in [("url", Some(shown)), ("key", None)] {
            let check = format!("{{ {} }}", check.replace("FIELD", field));
            let whys = checked(&check, "a", &app(field, "x"), &[], false).whys;
            let full = format!("App/{field}");
            assert_eq!(whys, [Why::Illegal(full.as_str().into(), shown.map(str::to_owned))], "{check}");
        }
    }
}

/// How an app with some elements stands to a control on its members, and which those are.
fn members(check: &str, fields: &[(&str, &str)]) -> (Standing, Vec<String>) {
    let app = component_of("App", "a/apps/App.app", fields);
    let judgement = checked(&format!("{{ members: {{ {check} }} }}"), "a", &app, &[], false);
    let Measure::Set(members) = judgement.measure else {
        panic!("no set")
    };
    (judgement.standing, members.into_iter().map(|member| member.text).collect())
}

#[test]
fn every_line_is_a_member_and_of_a_restriction_that_stands_twice_none() {
    let satisfied = |members: &[&str]| (Standing::Satisfied, members.iter().map(ToString::to_string).collect());
    for (weaker_when, twice) in [("added", &["a", "b"][..]), ("removed", &[])] {
        let of = |field: &str, fields: &[(&str, &str)]| members(&format!("from: [App/{field}], weaker-when: {weaker_when}"), fields);
        assert_eq!(of("urls", &[("urls", "a\nb")]), satisfied(&["a", "b"]), "{weaker_when}");
        assert_eq!(of("url", &[("url", "a"), ("url", "b")]), satisfied(twice), "{weaker_when}");
        assert_eq!(of("url", &[("url", "a"), ("url", "a")]), satisfied(&["a", "a"]), "{weaker_when}");
        let urls = [("urls", "a\nb"), ("urls", "c"), ("urls", "")];
        assert_eq!(of("urls", &urls), satisfied(&["a", "b", "c"]), "{weaker_when}");
        assert_eq!(of("url", &[("url", "")]), satisfied(&[]), "{weaker_when}");
    }
    let three = [("url", "a"), ("url", "b"), ("url", "c")];
    let all = members("from: [App/url], weaker-when: added", &three);
    assert_eq!(all, satisfied(&["a", "b", "c"]), "nobody knows which counts");
}

#[test]
fn a_number_is_compared_as_a_number() {
    let stands = |text: &str| {
        let app = component("App", "a/apps/App.app", "count", text);
        judged("{ field: App/count, equals: '7' }", "a", &app, &[], false).standing
    };
    for (text, standing) in [
        ("7", Standing::Satisfied),
        ("+07", Standing::Satisfied),
        ("8", Standing::Violated),
        ("7.0", Standing::Undecided),
        ("seven", Standing::Undecided),
    ] {
        assert_eq!(stands(text), standing, "{text}");
    }
}

#[test]
fn the_weakest_of_three_that_contradict_each_other_counts() {
    for texts in [["7", "7", "8"], ["7", "8", "7"], ["8", "7", "7"]] {
        let app = component_of("App", "a/apps/App.app", &texts.map(|text| ("count", text)));
        let judgement = judged("{ field: App/count, equals: '7' }", "a", &app, &[], false);
        assert_eq!(judgement.standing, Standing::Violated, "{texts:?}");
    }
}

#[test]
fn as_many_alternatives_as_the_limit_are_judged_and_no_more() {
    let judged = |count: usize| {
        let app = component_of("App", "a/apps/App.app", &vec![("count", "7"); count]);
        try_checked("{ require: { field: App/count, equals: '7' } }", "a", &app, &[], false)
    };
    assert_eq!(judged(64).unwrap().standing, Standing::Satisfied);
    assert_eq!(judged(65).unwrap_err(), TooManyAlternatives);
}

#[test]
fn a_value_for_review_is_compared_as_written_and_a_secret_one_is_not_shown() {
    let of = |field: &str| {
        let app = component("App", "a/apps/App.app", field, "a b");
        let judgement = checked(&format!("{{ review: {{ of: [App/{field}] }} }}"), "a", &app, &[], false);
        let Measure::Values(values) = judgement.measure else {
            panic!("no values")
        };
        let values = values.into_iter().map(|value| (value.key, value.text));
        values.collect::<Vec<(String, String)>>()
    };
    assert_eq!(of("url"), [("a b".to_owned(), "a b".to_owned())]);
    assert_eq!(of("key"), [("a b".to_owned(), "(not shown)".to_owned())]);
}

#[test]
fn a_secret_is_no_member() {
    let none = (Standing::Satisfied, Vec::new());
    assert_eq!(members("from: [App/key], weaker-when: added", &[("key", "a")]), none);
    assert_eq!(members("from: [App/key], weaker-when: added", &[("key", "a"), ("key", "b")]), none);
}

#[test]
fn an_odd_url_leaves_open_what_it_comes_to_wherever_it_stands() {
    let of = |field: &str, text: &str| members(&format!("from: [App/{field}], weaker-when: added, as: url-hosts"), &[(field, text)]).0;
    for field in ["url", "urls"] {
        assert_eq!(of(field, "https://a.example"), Standing::Satisfied, "{field}");
        assert_eq!(of(field, "https://a.example https://b.example"), Standing::Undecided, "{field}");
    }
}

#[test]
fn of_values_that_contradict_each_other_the_riskier_counts() {
    let check = "{ require: { field: App/mode, equals: Strict } }\n\
         raises-risk:\n  - { when: { field: App/url, equals: open }, because: b }\n\
         lowers-risk:\n  - { when: { field: App/count, equals: '7' }, because: b }";
    let risks = |fields: &[(&str, &str)]| {
        let judgement = checked(check, "a", &component_of("App", "a/apps/App.app", fields), &[], false);
        assert_eq!(judgement.standing, Standing::Violated);
        (judgement.raises, judgement.lowers)
    };
    let (yes, no) = (vec![Truth::True], vec![Truth::False]);
    for values in [["7", "8"], ["8", "7"]] {
        assert_eq!(risks(&values.map(|value| ("count", value))), (no.clone(), no.clone()), "{values:?}");
    }
    for values in [["open", "shut"], ["shut", "open"]] {
        assert_eq!(risks(&values.map(|value| ("url", value))), (yes.clone(), no.clone()), "{values:?}");
    }
    assert_eq!(risks(&[("count", "7"), ("url", "shut")]), (no, yes));
}

#[test]
fn a_file_that_cannot_be_read_is_not_taken_for_missing() {
    let app = component("App", "a/apps/App.app", "mode", "Strict");
    for (field, type_name) in [("Policy/safe", "Policy"), ("Linked/safe", "Linked"), ("Org/on", "Org")] {
        let whys = |blind| judged(&format!("{{ field: {field}, equals: 'true' }}"), "a", &app, &[], blind).whys;
        assert_eq!(whys(false), [Why::NotInSource(type_name.into())]);
        assert_eq!(whys(true), [Why::Unreadable(type_name.into())]);
    }
}

#[test]
fn an_element_that_is_missing_is_missed_in_the_first_block_that_could_hold_it() {
    let mut app = Component::clone(&component("App", "a/apps/App.app", "mode", "Strict"));
    let home = |app: &Component| {
        let condition = "{ not: { field: App/box/inner, equals: x } }";
        let judgement = judged(condition, "a", &Arc::new(app.clone()), &[], false);
        judgement.reads.iter().find_map(|read| read.home.as_ref().map(|place| place.span))
    };
    assert_eq!(home(&app), Some(app.root.span));
    for start in [5, 9] {
        app.root.children.push(Element {
            name: "box".into(),
            span: Span { start, end: start + 4 },
            text: String::new(),
            nil: false,
            children: Vec::new(),
        });
    }
    assert_eq!(home(&app), Some(Span { start: 5, end: 9 }));
}

#[test]
fn what_is_read_is_taken_down_once_however_often_it_is_read() {
    let fields = [("url", "a"), ("urls", "b\nc"), ("box", "")];
    let app = component_of("App", "a/apps/App.app", &fields);
    let tests = [
        "{ field: App/url, equals: x }",
        "{ field: App/urls, contains: x }",
        "{ field: App/box/inner, equals: x }",
        "{ field: App/count, equals: '1' }",
        "{ field: Policy/safe, equals: 'true' }",
    ];
    for twice in [1, 2, 20] {
        let condition = format!("{{ not: {{ any: [{}] }} }}", tests.repeat(twice).join(", "));
        let mut reads: Vec<_> = judged(&condition, "a", &app, &[], false).reads;
        reads.sort_by(|a, b| a.field.cmp(&b.field));
        let told: Vec<(&str, usize)> = reads.iter().map(|read| (&*read.field, read.values.len())).collect();
        let expected = [
            ("App/box/inner", 0),
            ("App/count", 0),
            ("App/url", 1),
            ("App/urls", 1),
            ("Policy/safe", 0),
        ];
        assert_eq!(told, expected, "{twice}");
    }
}

#[test]
fn what_stands_without_the_guess_is_not_assumed() {
    let guess = "{ field: App/guess, equals: 'true', absent: 'true' }";
    let either = format!("{{ any: [{guess}, {{ field: App/mode, equals: Strict }}] }}");
    let of = |condition: &str, fields: &[(&str, &str)]| {
        let judgement = judged(condition, "a", &component_of("App", "a/apps/App.app", fields), &[], false);
        (judgement.standing, judgement.assumed)
    };
    assert_eq!(of(guess, &[]), (Standing::Satisfied, true));
    assert_eq!(of(guess, &[("guess", "true")]), (Standing::Satisfied, false));
    assert_eq!(of(&either, &[("mode", "Strict")]), (Standing::Satisfied, false));
    assert_eq!(of(&either, &[]), (Standing::Satisfied, true));
}

/// A head of which a `Kept` is hidden.
struct Hiding(Small, &'static str);

impl World for Hiding {
    fn registry(&self) -> &Registry {
        &self.0.registry
    }
    fn components(&self, type_name: &str) -> Vec<Arc<Component>> {
        self.0.components(type_name)
    }
    fn blind(&self, type_name: &str, _: Option<&str>) -> bool {
        self.1 == "blind" && type_name == "Kept"
    }
    fn replaced(&self, component: &Component, _: &Element) -> Option<String> {
        (self.1 == "replaced" && &*component.type_name == "Kept").then(|| "X".to_owned())
    }
    fn rewritten(&self, component: &Component) -> Option<String> {
        (self.1 == "rewritten" && &*component.type_name == "Kept").then(|| "X".to_owned())
    }
}

#[test]
fn a_mitigation_that_left_source_or_is_hidden_is_not_lost() {
    let (_, catalog) = load(
        "{ require: { field: App/mode, equals: Strict } }\n\
         lowers-risk:\n  - { when: { exists: { type: Other } }, because: b }\n  \
         - { when: { exists: { type: Kept, where: { field: Kept/safe, equals: 'true' } } }, because: b }",
    );
    let control = catalog.get("weak").unwrap();
    let app = subject("a", &component("App", "a/apps/App.app", "url", "x"));
    let facts = Facts::default();
    let world = |components: &[Arc<Component>]| Small {
        registry: load("{ require: { field: App/mode, equals: Strict } }").0,
        components: components.to_vec(),
        blind: false,
    };
    let kept = |safe: &str| component("Kept", "a/kept/App.kept", "safe", safe);
    let base = world(&[component("Other", "a/others/App.other", "name", "x"), kept("true")]);
    let told = |hidden: &'static str, safe: &str| {
        let head = Hiding(world(&[kept(safe)]), hidden);
        let before = judge(control, &app, &base, &facts).unwrap();
        let after = judge(control, &app, &head, &facts).unwrap();
        let comparison = crate::compare::compare(control, Some(before), Some(after));
        assert_eq!(comparison.outcome, crate::Outcome::Worsened);
        let settled = crate::lasting::settle(comparison, control, Some(&app), (&base, &head), &facts).unwrap();
        (settled.outcome, settled.roles.first().copied())
    };
    for hidden in ["blind", "replaced", "rewritten"] {
        assert_eq!(told(hidden, "false").0, crate::Outcome::Unchanged, "{hidden}");
    }
    assert_eq!(told("", "true").0, crate::Outcome::Unchanged);
    assert_eq!(told("", "false"), (crate::Outcome::Worsened, Some(Role::Lowers(1))));
}

#[test]
fn a_range_with_two_beginnings_widens_by_both_and_restricts_by_none() {
    let mut app = Component::clone(&component("App", "a/apps/App.app", "mode", "Strict"));
    let ends = [("start", "10.0.0.1"), ("start", "10.0.0.5"), ("end", "10.0.0.9")];
    app.root.children.push(Element {
        name: "box".into(),
        children: component_of("App", "", &ends).root.children.clone(),
        ..app.root.clone()
    });
    let app = Arc::new(app);
    let of = |weaker_when: &str| {
        let check = format!("{{ members: {{ from: [App/box], as: address-ranges, weaker-when: {weaker_when} }} }}");
        let judgement = checked(&check, "a", &app, &[], false);
        let Measure::Set(members) = judgement.measure else {
            panic!("no set")
        };
        (judgement.standing, members.len())
    };
    assert_eq!(of("added"), (Standing::Satisfied, 2));
    assert_eq!(of("removed"), (Standing::Undecided, 0));
}

#[test]
fn of_a_new_set_the_weak_members_are_named() {
    let (registry, catalog) = load("{ members: { from: [App/urls], weaker-when: added, weak: [b, c] } }");
    let app = component("App", "a/apps/App.app", "urls", "a\nb\nc");
    let world = Small {
        registry,
        components: Vec::new(),
        blind: false,
    };
    let control = catalog.get("weak").unwrap();
    let judgement = judge(control, &subject("a", &app), &world, &Facts::default()).unwrap();
    let comparison = crate::compare::compare(control, None, Some(judgement));
    assert_eq!(comparison.outcome, crate::Outcome::Introduced);
    let named: Vec<&str> = comparison.members.iter().map(|member| member.text.as_str()).collect();
    assert_eq!(named, ["b", "c"]);
}

/// How a set that a placeholder leaves open stands after a change, whether that is news, and what is named.
fn beside_a_placeholder(weaker: &str, before: &str, after: &str) -> (crate::Outcome, bool, Vec<String>) {
    let check = format!("{{ members: {{ from: [App/urls], weaker-when: {weaker} }} }}");
    let (registry, catalog) = load(&check);
    let world = Small {
        registry,
        components: Vec::new(),
        blind: false,
    };
    let of = |urls: &str| {
        let app = component("App", "a/apps/App.app", "urls", urls);
        judge(catalog.get("weak").unwrap(), &subject("a", &app), &world, &Facts::default()).unwrap()
    };
    let comparison = crate::compare::compare(catalog.get("weak").unwrap(), Some(of(before)), Some(of(after)));
    let named = comparison.members.iter().map(|member| member.text.clone()).collect();
    (comparison.outcome, comparison.is_news(), named)
}

#[test]
fn what_changes_beside_a_placeholder_is_told() {
    use crate::Outcome::{Regressed, Undecided};
    let added = |before, after| beside_a_placeholder("added", before, after);
    assert_eq!(added("a\n${X}", "a\nb\n${X}"), (Regressed, true, vec!["b".to_owned()]));
    assert_eq!(added("a\n${X}", "a\nb\n${X}\n${Y}"), (Regressed, true, vec!["b".to_owned()]));
    assert_eq!(added("a\n${X}", "a\nb\n${Y}"), (Undecided, true, vec!["b".to_owned()]));
    assert_eq!(added("a\n${X}\n${Y}", "a\nb\n${Y}"), (Undecided, true, vec!["b".to_owned()]));
    assert_eq!(added("a\nb\n${X}", "a\n${Y}"), (Undecided, false, Vec::new()));
    assert_eq!(added("a\nb\n${X}", "a\n${X}"), (Undecided, false, Vec::new()));
    let removed = |before, after| beside_a_placeholder("removed", before, after);
    assert_eq!(removed("a\nb\n${X}", "a\n${X}"), (Regressed, true, vec!["b".to_owned()]));
    assert_eq!(removed("a\nb\n${X}\n${Y}", "a\n${X}"), (Regressed, true, vec!["b".to_owned()]));
    assert_eq!(removed("a\nb\n${X}", "a\n${Y}"), (Undecided, true, vec!["b".to_owned()]));
    assert_eq!(removed("a\n${X}", "a\nb\n${Y}"), (Undecided, false, Vec::new()));
}

#[test]
fn lists_that_are_apart_are_held_against_those_of_a_twin_by_their_places() {
    let of = |from: &str, field: &str| {
        let (registry, catalog) = load(&format!("{{ members: {{ from: [{from}], apart: true, weaker-when: added }} }}"));
        let world = Small {
            registry,
            components: Vec::new(),
            blind: false,
        };
        let app = component("App", "a/apps/App.app", field, "a");
        let control = Arc::clone(catalog.get("weak").unwrap());
        let judgement = judge(&control, &subject("a", &app), &world, &Facts::default()).unwrap();
        (control, judgement)
    };
    let outcome = |field: &str| {
        let (_, before) = of("App/url, App/urls", "url");
        let (control, after) = of("App/urls, App/url", field);
        crate::compare::compare(&control, Some(before), Some(after)).outcome
    };
    assert_eq!(outcome("urls"), crate::Outcome::Unchanged, "the first list of each");
    assert_eq!(outcome("url"), crate::Outcome::Regressed, "the first list and the second one");
}
