use super::*;
use crate::element::Element;
use crate::path::RepoPath;

fn registry() -> Registry {
    let mut registry = Registry::default();
    let app = "type: App\nsuffix: app\nfolder: apps\nsubject: connected-app\njoin: name\nfields: {}\n";
    let policy = "type: Policy\nsuffix: policy\nfolder: policies\nsubject: connected-app\njoin: { element: app }\nfields:\n  app: { kind: string }\n";
    for text in [app, policy] {
        registry.add("test.yaml", text).unwrap();
    }
    registry
}

/// A component at `ROOT/FOLDER/App.xml` that says one thing.
fn component(type_name: &str, root: &str, says: &str) -> Arc<Component> {
    let folder = if type_name == "App" { "apps" } else { "policies" };
    Arc::new(Component {
        type_name: type_name.into(),
        name: "App".to_owned(),
        path: RepoPath::from(format!("{root}/{folder}/App.xml").as_str()),
        root: Element::unplaced(type_name, "", vec![Element::unplaced("says", says, Vec::new())]),
        notes: Vec::new(),
    })
}

fn subjects(components: &[Arc<Component>]) -> Vec<Subject> {
    assemble(SubjectKind::ConnectedApp, "App", components, &registry())
}

fn apps(copies: &[(&str, &str)]) -> Vec<Subject> {
    let components: Vec<_> = copies.iter().map(|(root, says)| component("App", root, says)).collect();
    subjects(&components)
}

fn root(subject: &Subject) -> &str {
    std::str::from_utf8(&subject.root).unwrap()
}

/// For each pair the root at head and those at base; `-` for a side that is missing.
fn paired(base: &[(&str, &str)], head: &[(&str, &str)]) -> Vec<String> {
    let pairs = pair(&apps(base), apps(head));
    let told = pairs.iter().map(|pair| {
        let before: Vec<_> = pair.base.iter().map(|base| root(base)).collect();
        let before = if before.is_empty() { "-".to_owned() } else { before.join("+") };
        format!("{} < {before}", pair.head.as_ref().map_or("-", root))
    });
    told.collect()
}

#[test]
fn an_empty_or_missing_join_element_joins_nothing() {
    let registry = registry();
    let policy = |children| Component {
        root: Element::unplaced("Policy", "", children),
        ..Component::clone(&component("Policy", "a", ""))
    };
    let join = |text: &str, nil| Element {
        nil,
        ..Element::unplaced("app", text, Vec::new())
    };
    let name = |children| subject_of(&policy(children), &registry).map(|(_, name)| name);
    assert_eq!(name(Vec::new()), None);
    assert_eq!(name(vec![join("", false)]), None);
    assert_eq!(name(vec![join("x", true)]), None);
    assert_eq!(name(vec![join("", false), join("x", false)]).as_deref(), Some("x"));
}

#[test]
fn a_copy_without_a_file_of_a_type_is_judged_with_those_of_all_others() {
    let policy = component("Policy", "c", "1");
    let both = subjects(&[component("App", "a", "1"), component("App", "b", "2"), Arc::clone(&policy)]);
    assert_eq!(both.iter().map(root).collect::<Vec<_>>(), ["a", "b"]);
    assert!(both.iter().all(|copy| copy.of_type("Policy") == [Arc::clone(&policy)]));
    let policies = [component("Policy", "a", "1"), component("Policy", "c", "2")];
    let apart = subjects(&[&[component("App", "a", "1"), component("App", "b", "2")][..], &policies].concat());
    let files: Vec<_> = apart
        .iter()
        .map(|copy| (root(copy), copy.of_type("App").len(), copy.of_type("Policy").len()))
        .collect();
    assert_eq!(files, [("a", 1, 1), ("b", 1, 2), ("c", 2, 1)]);
    let alike = [component("Policy", "a", "1"), component("Policy", "c", "1")];
    let apart = subjects(&[&[component("App", "a", "1"), component("App", "b", "2")][..], &alike].concat());
    assert_eq!(apart[1].of_type("Policy").len(), 1, "what says the same is tried once");
}

#[test]
fn one_copy_lies_where_most_of_it_lies() {
    let one = subjects(&[component("App", "b", "1"), component("Policy", "a", "1")]);
    assert_eq!(one.iter().map(root).collect::<Vec<_>>(), ["a"]);
    let twice = subjects(&[component("App", "b", "1"), component("App", "b", "2")]);
    assert_eq!((twice.len(), twice[0].of_type("App").len()), (1, 2));
}

#[test]
fn copies_are_paired_by_root_then_by_content_then_by_the_most_similar_root() {
    let same = |pairs: &[&str], base, head| assert_eq!(paired(base, head), pairs);
    same(&["a < a", "b < b"], &[("a", "1"), ("b", "2")], &[("a", "2"), ("b", "1")]);
    same(&["x < b", "y < a"], &[("a", "1"), ("b", "2")], &[("x", "2"), ("y", "1")]);
    // What stays where it was is no candidate for what moved.
    same(&["a < a", "x < b"], &[("a", "1"), ("b", "2")], &[("a", "3"), ("x", "1")]);
    same(
        &["n/one < o/one", "n/two < o/two"],
        &[("o/one", "1"), ("o/two", "2")],
        &[("n/one", "3"), ("n/two", "4")],
    );
    // The longest common end wins, whatever comes first.
    same(
        &["n/p/b < o/p/b", "n/q/b < o/r/b"],
        &[("o/p/b", "1"), ("o/r/b", "2")],
        &[("n/p/b", "3"), ("n/q/b", "4")],
    );
    same(
        &["n/p/b < o/p/b", "n/q/b < o/a/b"],
        &[("o/a/b", "1"), ("o/p/b", "2")],
        &[("n/p/b", "3"), ("n/q/b", "4")],
    );
}

#[test]
fn a_copy_more_is_held_against_all_of_base_and_one_less_is_gone() {
    assert_eq!(paired(&[], &[("a", "1")]), ["a < -"]);
    assert_eq!(paired(&[("a", "1")], &[]), ["- < a"]);
    assert_eq!(paired(&[("a", "1")], &[("a", "1"), ("b", "2")]), ["a < a", "b < a"]);
    assert_eq!(paired(&[("a", "1"), ("b", "2")], &[("b", "3")]), ["b < b", "- < a"]);
    // Which of them a copy was that lies elsewhere now, its content does not tell.
    assert_eq!(paired(&[("a", "1"), ("b", "2")], &[("x", "2")]), ["x < b+a", "- < a"]);
}

#[test]
fn the_same_files_are_as_many_of_each_type_that_say_the_same() {
    let one = |components: &[Arc<Component>]| subjects(components).remove(0);
    let (app, policy) = (component("App", "a", "1"), component("Policy", "a", "1"));
    let whole = one(&[Arc::clone(&app), Arc::clone(&policy)]);
    assert!(same_files(
        &whole,
        &one(&[component("App", "b", "1"), component("Policy", "b", "1")])
    ));
    assert!(!same_files(
        &whole,
        &one(&[component("App", "b", "1"), component("Policy", "b", "2")])
    ));
    assert!(!same_files(&whole, &one(&[Arc::clone(&app)])));
    assert!(!same_files(&one(&[Arc::clone(&app)]), &whole));
    assert!(!same_files(&one(&[Arc::clone(&app)]), &one(&[policy])));
    let twice = one(&[Arc::clone(&app), component("App", "a", "2")]);
    assert!(!same_files(&one(&[Arc::clone(&app)]), &twice) && !same_files(&twice, &one(&[app])));
}
