//! Projects beside each other may be of several orgs: what one says excuses nothing in another.

use orgate_core::settings::Settings;
use orgate_testkit::Tree;
use orgate_testkit::fuzz::comparison::report;
use orgate_testkit::library::hits;

use super::*;

const PROJECT: &str = "{\"packageDirectories\": [{\"path\": \"force-app\", \"default\": true}]}";

/// The files of a tree in a project of their own.
fn within(folder: &str, tree: &Tree) -> Tree {
    let files = tree
        .files
        .iter()
        .map(|(path, text)| ([folder.as_bytes(), b"/", path.as_slice()].concat(), text.clone()));
    Tree { files: files.collect() }
}

fn together(trees: &[Tree]) -> Tree {
    Tree {
        files: trees.iter().flat_map(|tree| tree.files.clone()).collect(),
    }
}

fn both(dev: &Tree, prod: &Tree) -> Tree {
    together(&[within("orgs/dev", dev), within("orgs/prod", prod)])
}

#[test]
fn files_of_one_org_complete_no_app_of_another() {
    let place = format!("{ROOT}/extlClntAppPolicies/App_plcy.ecaPlcy-meta.xml");
    let off = external(true).with(&place, policies("App", false));
    weaker(
        "off in the other org",
        "eca-pkce-not-required",
        &both(&off, &external(true)),
        &both(&off, &external(false)),
    );
    // Two projects may be one org as well, and the app may lie in both.
    let parts = |pkce: bool| {
        let policies = project().with(&place, policies("App", true));
        both(&policies, &external(pkce))
    };
    weaker("one app in two projects", "eca-pkce-not-required", &parts(true), &parts(false));
    silent("the same", &parts(true), &parts(true));
}

#[test]
fn a_block_holds_in_its_own_org_only() {
    let place = format!("{ROOT}/blacklistedConsumers/Loader.blacklistedConsumer-meta.xml");
    let one = project().with(&place, block("One"));
    let two = project().with(&place, block("Two"));
    weaker(
        "held by the other org",
        "org-app-block-removed",
        &both(&one, &one),
        &both(&one, &two),
    );
}

#[test]
fn what_is_weak_in_one_org_is_new_in_another() {
    let weak = connected(false);
    let before = both(&weak, &project());
    weaker("a copy", "ca-pkce-not-required", &before, &both(&weak, &weak));
    silent("a move", &before, &both(&project(), &weak));
    let parted = together(&[within("packages/one", &weak), project()]);
    silent("a project that is parted", &weak, &parted);
}

#[test]
fn a_project_within_a_package_is_of_the_same_org() {
    let settings = format!("{ROOT}/settings/OauthOidc.settings-meta.xml");
    let inner = "force-app/strict";
    let strict = |pkce: bool| {
        let app = format!("{inner}/force-app/connectedApps/App.connectedApp-meta.xml");
        project().with(&settings, org_settings(false)).with(&app, connected_app(pkce))
    };
    let nested = strict(false).with(&format!("{inner}/sfdx-project.json"), PROJECT).with(
        &format!("{inner}/force-app/settings/OauthOidc.settings-meta.xml"),
        org_settings(true),
    );
    weaker("settings of its own", "ca-pkce-not-required", &strict(true), &nested);
}

#[test]
fn many_projects_with_rules_of_their_own_keep_nothing_from_being_judged() {
    let tree = |label: &str| {
        let mut all = connected(true);
        all.put(
            &format!("{ROOT}/connectedApps/App.connectedApp-meta.xml"),
            connected_app(true).replace("<label>App<", &format!("<label>{label}<")),
        );
        for number in 0..50 {
            let one = connected(true)
                .with(&format!("{ROOT}/settings/OauthOidc.settings-meta.xml"), org_settings(true))
                .with(".forceignore", "**/settings/**");
            all = together(&[all, within(&format!("packages/p{number}"), &one)]);
        }
        all
    };
    let report = report(&tree("One"), &tree("Two"), &Settings::default());
    assert!(report.unreadable.is_empty() && hits(&report).is_empty());
}

#[test]
fn parts_of_an_app_may_move_between_projects() {
    let place = format!("{ROOT}/extlClntAppPolicies/App_plcy.ecaPlcy-meta.xml");
    let policies = project().with(&place, policies("App", true));
    let apart = both(&policies, &external(true));
    let united = both(&project(), &together(&[external(true), policies]));
    let report = report(&apart, &united, &Settings::default());
    assert!(hits(&report).is_empty(), "{:?}", hits(&report));
}
