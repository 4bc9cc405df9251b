//! What only a world can tell: files that cannot be read, settings of the org in several packages, texts not to be shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::element::{Component, Element};
use crate::path::RepoPath;
use crate::policy::Catalog;
use crate::policy::catalog::PolicyFile;
use crate::registry::{Registry, SubjectKind};

const TYPES: [&str; 3] = [
    "type: App\nsuffix: app\nfolder: apps\nsubject: connected-app\njoin: name\nfields:\n  mode: { kind: enum, values: [Strict], absent: nothing }\n",
    "type: Other\nsuffix: other\nfolder: others\nfields:\n  name: { kind: string }\n",
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
    fn blind(&self, type_name: &str, _: Option<&str>) -> bool {
        self.blind && type_name == "Other"
    }
    fn replaced(&self, _: &Component, _: &Element) -> Option<String> {
        None
    }
}

fn component(type_name: &str, path: &str, field: &str, text: &str) -> Arc<Component> {
    Arc::new(Component {
        type_name: type_name.into(),
        name: "App".to_owned(),
        path: RepoPath::from(path),
        root: Element::unplaced(type_name, "", vec![Element::unplaced(field, text, Vec::new())]),
        notes: Vec::new(),
    })
}

/// Judges an app in a package by a control that requires a condition.
fn judged(condition: &str, root: &str, app: &Arc<Component>, others: &[Arc<Component>], blind: bool) -> Judgement {
    let mut registry = Registry::default();
    for text in TYPES {
        registry.add("test.yaml", text).unwrap();
    }
    let text = format!(
        "id: weak\ntitle: t\nstatus: stable\nsubject: connected-app\nsource:\n  control: null\n  recommended: null\n  page: null\n  \
         grounds: g\n  cvss: {{ min: 1, max: 2 }}\ncheck:\n  require: {condition}\nmessage: m\nwhy: w\nremediation: r\nexamples:\n  \
         - {{ name: e, base: {{}}, head: {{}}, expect: unchanged }}\n"
    );
    let mut catalog = Catalog::default();
    let file = PolicyFile {
        name: "weak.yaml",
        text: &text,
    };
    catalog.add(&[file], &registry).unwrap();
    let subject = Subject {
        kind: SubjectKind::ConnectedApp,
        name: "App".to_owned(),
        root: root.as_bytes().to_vec(),
        files: BTreeMap::from([("App".into(), vec![Arc::clone(app)])]),
        per: None,
    };
    let world = Small {
        registry,
        components: others.to_vec(),
        blind,
    };
    judge(catalog.get("weak").unwrap(), &subject, &world, &Facts::default()).unwrap()
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
    let illegal = |shown: &str| vec![Why::Illegal("App/mode".into(), shown.to_owned())];
    assert_eq!(why("Lax"), illegal("Lax"));
    assert_eq!(why(&"x".repeat(500)), illegal(&"x".repeat(120)));
    assert_eq!(why(&["-----BEGIN", "PRIVATE", "KEY-----"].join(" ")), illegal(""));
}
