//! What a change writes into a file that a deploy may leave out excuses nothing, and mere moves are silent.

use orgate_core::settings::Settings;
use orgate_testkit::Tree;
use orgate_testkit::fuzz::comparison::report;
use orgate_testkit::gate::Hit;
use orgate_testkit::library::hits;
use orgate_testkit::sample::packages;

use super::*;

#[test]
fn a_part_of_a_permission_set_counts_as_the_set() {
    let set = format!("{ROOT}/permissionsets/Robot/Robot.permissionset-meta.xml");
    let part = format!("{ROOT}/permissionsets/Robot/Robot.userPermission-meta.xml");
    let grants = |names: &[&str]| {
        let grant = |name: &&str| {
            format!("    <userPermissions>\n        <enabled>true</enabled>\n        <name>{name}</name>\n    </userPermissions>\n")
        };
        metadata("PermissionSet", &names.iter().map(grant).collect::<String>())
    };
    let base = project().with(&set, metadata("PermissionSet", "    <label>Robot</label>"));
    let few = base.clone().with(&part, grants(&["ApiEnabled"]));
    let many = base.clone().with(&part, grants(&["ApiEnabled", "UseAnyApiClient"]));
    silent("an ordinary permission", &base, &few);
    weaker("a part that comes", "org-any-api-client-granted", &base, &many);
    weaker("a part that grows", "org-any-api-client-granted", &few, &many);
    silent("a part that shrinks", &many, &few);
    let whole = project().with(
        &format!("{ROOT}/permissionsets/Robot.permissionset-meta.xml"),
        grants(&["ApiEnabled", "UseAnyApiClient"]),
    );
    silent("parts that become one file", &many, &whole);
    silent("one file that becomes parts", &whole, &many);
    let elsewhere = base.clone().with(
        &format!("{ROOT}/permissionsets/Robot/Robot.flowAccess-meta.xml"),
        grants(&["UseAnyApiClient"]),
    );
    silent("from one part to another", &many, &elsewhere);
    for other in ["Robot.flowAccess", "Robot.classAccess", "objectSettings/Account.objectSettings"] {
        let place = format!("{ROOT}/permissionsets/Robot/{other}-meta.xml");
        let head = base.clone().with(&place, grants(&["UseAnyApiClient"]));
        weaker(other, "org-any-api-client-granted", &base, &head);
    }
}

const PLACES: [&str; 11] = [
    "docs/extlClntAppPolicies/App_plcy.ecaPlcy-meta.xml",
    "force-app2/App_plcy.ecaPlcy-meta.xml",
    "force-app/main/default/extlClntAppPolicies/App_plcy.ecaPolicy-meta.xml",
    "force-app/main/default/extlClntAppPolicies/App_plcy.xml",
    "force-app/main/default/extlClntAppPolicies/App_plcy.ECAPLCY-meta.xml",
    "force-app/main/default/extlClntAppPolicies/App_plcy.ecaPlcy-meta.xml.Dup",
    "force-app/x.dup/extlClntAppPolicies/App_plcy.ecaPlcy-meta.xml",
    "force-app/package2-manifest.json/App_plcy.ecaPlcy-meta.xml",
    "force-app/main/default/sites/site/App_plcy.ecaPlcy-meta.xml",
    "force-app/main/default/restrictionRules/rule/App_plcy.ecaPlcy-meta.xml",
    "force-app/main/default/extlClntAppPolicies/a/x.ecaPlcy/App_plcy.ecaPlcy-meta.xml",
];

#[test]
fn a_switch_off_that_nothing_deploys_excuses_no_app() {
    let (base, head) = (external(true), external(false));
    weaker("alone", "eca-pkce-not-required", &base, &head);
    for place in PLACES {
        let head = head.clone().with(place, policies("App", false));
        weaker(place, "eca-pkce-not-required", &base, &head);
    }
    let place = format!("{ROOT}/extlClntAppPolicies/App_plcy.ecaPlcy-meta.xml");
    let off = head.clone().with(&place, policies("App", false));
    silent("an app that is off", &base, &off);
    let ignored = off.clone().with(".forceignore", "# none of these\n**/extlClntAppPolicies/**\n");
    weaker("left out by .forceignore", "eca-pkce-not-required", &base, &ignored);
    weaker(
        "on before, and left out with what it says",
        "eca-pkce-not-required",
        &base.with(&place, policies("App", true)),
        &ignored,
    );
}

#[test]
fn org_settings_that_nothing_deploys_excuse_no_app() {
    let (base, head) = (connected(true), connected(false));
    weaker("alone", "ca-pkce-not-required", &base, &head);
    for place in [
        "docs/settings/OauthOidc.settings-meta.xml",
        "force-app/main/default/settings/oauthoidc.settings-meta.xml",
        "OauthOidc.settings",
        "force-app/main/default/staticresources/settings/OauthOidc.settings-meta.xml",
        "force-app/experiences/OauthOidc.settings-meta.xml",
        "force-app/main/default/other/OauthOidc.settings",
        "force-app/main/default/settings/deep/OauthOidc.settings",
        "force-app/main/default/settings/a/x.settings/OauthOidc.settings-meta.xml",
        "force-app/main/default/sites/x/settings/OauthOidc.settings-meta.xml",
        "force-app/main/default/communities/sub/x.community/settings/OauthOidc.settings-meta.xml",
        "force-app/main/default/classes/x.cls/settings/OauthOidc.settings-meta.xml",
        "force-app/main/default/extlClntAppPolicies/x.ecaPlcy/settings/OauthOidc.settings-meta.xml",
        "force-app/main/default/emailservices/xml/OauthOidc.settings-meta.xml",
    ] {
        let head = head.clone().with(place, org_settings(true));
        weaker(place, "ca-pkce-not-required", &base, &head);
    }
    let settings = format!("{ROOT}/settings/OauthOidc.settings-meta.xml");
    let covered = head.clone().with(&settings, org_settings(true));
    assert!(!failing(&base, &covered).contains(&"ca-pkce-not-required".to_owned()));
    for folder in ["core.d", "my.feature", "v1.2", "main/default/core.d", "teams/core.d"] {
        let place = format!("force-app/{folder}/main/default/settings/OauthOidc.settings-meta.xml");
        let covered = head.clone().with(&place, org_settings(true));
        assert!(!failing(&base, &covered).contains(&"ca-pkce-not-required".to_owned()), "{folder}");
    }
    let beyond = packages(&["force-app", "../checkout/docs"]);
    for place in [
        "docs/settings/OauthOidc.settings-meta.xml",
        "old/settings/OauthOidc.settings-meta.xml",
    ] {
        let head = head.clone().with("sfdx-project.json", beyond.as_str());
        let head = head.with(place, org_settings(true));
        weaker(place, "ca-pkce-not-required", &base, &head);
    }
    let ignored = covered.with(".forceignore", "OauthOidc.settings-meta.xml");
    weaker("left out", "ca-pkce-not-required", &base, &ignored);
    // The org was told so before, and leaving the file out of later deploys does not change that.
    let before = base.with(&settings, org_settings(true));
    let after = head.with(&settings, org_settings(true)).with(".forceignore", "settings/");
    assert!(!failing(&before, &after).contains(&"ca-pkce-not-required".to_owned()));
}

#[test]
fn rules_are_read_as_each_version_of_the_tool_reads_them() {
    let (base, head) = (connected(true), connected(false));
    let settings = format!("{ROOT}/settings/OauthOidc.settings-meta.xml");
    let covered = |rules: &str| head.clone().with(&settings, org_settings(true)).with(".forceignore", rules);
    for rules in [
        "force-app/main/default/sett*\n!force-app/main/default/settings/**\n",
        "a\n\u{feff}**/settings/**\n",
        "**/settings/**\n\\force-app\n",
        "**/settings/**\n\\default\n",
        "**/settings/** \nforce-app\u{85}\n",
        "**/settings/**\n[]f]orce-app\n",
    ] {
        weaker(rules, "ca-pkce-not-required", &base, &covered(rules));
    }
    for rules in [format!("{settings}/**"), "**/settingsx/**".to_owned(), "!**/.park".to_owned()] {
        assert!(
            !failing(&base, &covered(&rules)).contains(&"ca-pkce-not-required".to_owned()),
            "{rules}"
        );
    }
}

#[test]
fn each_package_directory_has_the_rules_nearest_to_it() {
    let app = "p1/apps/connectedApps/App.connectedApp-meta.xml";
    let tree = |pkce: bool| {
        Tree::default()
            .with("sfdx-project.json", packages(&["p1", "p2"]))
            .with(app, connected_app(pkce))
    };
    let mut head = tree(false);
    for package in ["p1", "p2"] {
        head.put(&format!("{package}/settings/OauthOidc.settings-meta.xml"), org_settings(true));
        head.put(&format!("{package}/.forceignore"), "**/settings/**\n");
    }
    weaker("two", "ca-pkce-not-required", &tree(true), &head);
    // Nobody asks this one.
    let third = head.with("p1/apps/.forceignore", "**/connectedApps/**\n");
    weaker("three", "ca-pkce-not-required", &tree(true), &third);
}

#[test]
fn a_block_is_held_by_nothing_that_is_left_out() {
    let place = format!("{ROOT}/blacklistedConsumers/Loader.blacklistedConsumer-meta.xml");
    let base = project().with(&place, block("One"));
    let other = project().with(&place, block("Two"));
    weaker("alone", "org-app-block-removed", &base, &other);
    for copy in [
        "docs/old/Loader.blacklistedConsumer-meta.xml",
        "docs/old/Other.blacklistedConsumer-meta.xml",
        "force-app/main/default/blacklistedConsumers/Other.xml",
    ] {
        weaker(copy, "org-app-block-removed", &base, &other.clone().with(copy, block("One")));
    }
    let odd = project().with(
        "force-app/main/default/restrictionRules/rule/Loader.blacklistedConsumer-meta.xml",
        block("One"),
    );
    weaker("in a folder that is a component", "org-app-block-removed", &base, &odd);
    let moved = project().with("force-app/main/default/blacklistedConsumers/Loader.xml", block("One"));
    weaker("under a name that nothing deploys", "org-app-block-removed", &base, &moved);
    let held = other.with(&format!("{ROOT}/more/Other.blacklistedConsumer-meta.xml"), block("One"));
    silent("held by another component", &base, &held);
}

#[test]
fn a_new_app_takes_nothing_over_by_its_label() {
    let decoy = |tree: Tree| {
        tree.with(&format!("{ROOT}/externalClientApps/Decoy.eca-meta.xml"), header("App"))
            .with(
                &format!("{ROOT}/extlClntAppPolicies/Decoy_plcy.ecaPlcy-meta.xml"),
                policies("Decoy", false),
            )
    };
    weaker("a label", "eca-pkce-not-required", &external(true), &decoy(external(false)));
    silent("nothing else", &external(true), &decoy(external(true)));
}

#[test]
fn moves_and_other_files_stay_silent() {
    let base = external(true).with("metadata/package.xml", "<Package/>");
    for (from, to) in [
        ("force-app/main", "force-app/other"),
        (ROOT, "unpackaged"),
        ("force-app", "src"),
        ("force-app", "force-app/core-1.2"),
    ] {
        let moved = Tree {
            files: base
                .files
                .iter()
                .map(|(path, content)| {
                    let path = String::from_utf8_lossy(path);
                    (path.replacen(from, to, 1).into_bytes(), content.clone())
                })
                .collect(),
        };
        silent(to, &base, &moved);
        silent(to, &moved, &base);
    }
    let off = external(false).with("docs/App_plcy.ecaPlcy-meta.xml", policies("App", false));
    let further = off.clone().without("docs/App_plcy.ecaPlcy-meta.xml");
    silent(
        "what moves from one such place to another",
        &off,
        &further.with("old/App_plcy.ecaPlcy-meta.xml", policies("App", false)),
    );
    let sample = "docs/connectedApps/Sample.connectedApp-meta.xml";
    weaker(
        "a file outside is judged as well",
        "ca-pkce-not-required",
        &project().with(sample, connected_app(true)),
        &project().with(sample, connected_app(false)),
    );
}

#[test]
fn rules_deep_in_a_package_leave_out_as_well() {
    let (base, head) = (connected(true), connected(false));
    let covered = head.with(&format!("{ROOT}/settings/OauthOidc.settings-meta.xml"), org_settings(true));
    for (file, rules) in [
        ("force-app/.forceignore", "settings\n"),
        (".forceignore", "\u{feff}**/OAUTHOIDC.*\n"),
        (".forceignore", "**/settings/*\n!**/settings/*/\n"),
        (".forceignore", "**/[!c]*/O*\n"),
        (".forceignore", "settings[+-9]OauthOidc.settings-meta.xml"),
        (".forceignore", "**/OauthOidc.settings-meta.[!x]ml"),
        (".forceignore", "[+-**settings"),
        (".forceignore", "OauthOidc.settings-meta.xml\n!**/OauthOidc.setti[!x]gs-meta.xml"),
        (".forceignore", "OauthOidc.settings-meta.xml\u{feff}"),
        (".forceignore", "OauthOidc*\n!OauthOidc.settings-meta.xml\u{85}"),
    ] {
        weaker(
            &format!("{file}: {rules}"),
            "ca-pkce-not-required",
            &base,
            &covered.clone().with(file, rules),
        );
    }
    let hidden = connected(false).with(&format!("{ROOT}/.old/settings/OauthOidc.settings-meta.xml"), org_settings(true));
    weaker("a folder that the deploy tool leaves out", "ca-pkce-not-required", &base, &hidden);
}

#[test]
fn what_one_way_to_deploy_leaves_out_another_may_take() {
    // The settings are left out by what is in force, the app by what is not: together they would excuse each other.
    let settings = format!("{ROOT}/settings/OauthOidc.settings-meta.xml");
    let (base, head) = (connected(true), connected(false).with(&settings, org_settings(true)));
    for (app, settings) in [
        ("connectedApps", "settings\n"),
        ("connectedApps\n", "settings\n"),
        ("force-app\\main\\default\\connectedApps", "settings\n"),
    ] {
        let head = head.clone().with(".forceignore", app).with("force-app/.forceignore", settings);
        weaker(app, "ca-pkce-not-required", &base, &head);
    }
    let same = head.with(".forceignore", "\\ettings\nconnectedApps\\*\ns\\ettings\n");
    weaker("read in two ways", "ca-pkce-not-required", &base, &same);
}

#[test]
fn what_a_manifest_leaves_out_or_deletes_excuses_nothing() {
    let place = format!("{ROOT}/extlClntAppPolicies/App_plcy.ecaPlcy-meta.xml");
    let (base, head) = (external(true), external(false));
    let off = head.with(&place, policies("App", false));
    silent("off", &base, &off);
    let manifest = |names: &str| format!("<Package xmlns=\"http://soap.sforce.com/2006/04/metadata\">{names}</Package>\n");
    let named = manifest("<types><members>App_plcy</members><name>ExtlClntAppConfigurablePolicies</name></types>");
    let deleted = off.with("destructiveChangesPost.xml", named);
    weaker("deleted once it is deployed", "eca-pkce-not-required", &base, &deleted);

    let app = "src/connectedApps/App.connectedApp";
    let from = |pkce: bool| Tree::default().with(app, connected_app(pkce));
    let covered = from(false).with("src/settings/OauthOidc.settings", org_settings(true));
    let excuses = |head: &Tree| !failing(&from(true), head).contains(&"ca-pkce-not-required".to_owned());
    assert!(excuses(&covered));
    let apps = "<types><members>*</members><name>ConnectedApp</name></types>";
    for (names, excused) in [
        ("<types><members>OauthOidc</members><name>Settings</name></types>", true),
        ("<types><members>*</members><name>Settings</name></types>", true),
        ("<types><members>Account</members><name>Settings</name></types>", false),
        ("", false),
    ] {
        let head = covered.clone().with("src/package.xml", manifest(&format!("{apps}{names}")));
        assert_eq!(excuses(&head), excused, "{names}");
    }
}

#[test]
fn what_the_org_falls_back_to_is_not_known() {
    let base = external(true).with(&format!("{ROOT}/externalClientApps/App.eca-meta.xml"), header("App"));
    let deleting = |types: &[(&str, &str)]| {
        let types = types
            .iter()
            .map(|(kind, name)| format!("<types><members>{name}</members><name>{kind}</name></types>"));
        base.clone().with(
            "destructiveChanges.xml",
            format!("<Package>{}</Package>", types.collect::<String>()),
        )
    };
    let open = |head: &Tree| {
        let found = hits(&report(&base, head, &Settings::default()));
        let open = |hit: &&Hit| hit.control == "eca-pkce-not-required" && hit.outcome == "undecided";
        found.iter().filter(open).count()
    };
    let part = ("ExtlClntAppGlobalOauthSettings", "App_glbloauth");
    assert_eq!(open(&deleting(&[part])), 1, "its file stays, and the org has it no more");
    assert_eq!(open(&deleting(&[("ApexClass", "App_glbloauth")])), 0, "another type");
    let app = ("ExternalClientApplication", "App");
    assert_eq!(open(&deleting(&[part, app])), 0, "the app goes as well");
}

#[test]
fn what_stands_where_nothing_deploys_it_excuses_nothing_either() {
    let decoy = |tree: Tree| tree.with("docs/settings/OauthOidc.settings-meta.xml", org_settings(true));
    silent("the settings come", &connected(true), &decoy(connected(true)));
    weaker(
        "they stood there",
        "ca-pkce-not-required",
        &decoy(connected(true)),
        &decoy(connected(false)),
    );
    let off = |tree: Tree| tree.with("docs/extlClntAppPolicies/App_plcy.ecaPlcy-meta.xml", policies("App", false));
    weaker(
        "a switch that stood there",
        "eca-pkce-not-required",
        &off(external(true)),
        &off(external(false)),
    );
    let place = format!("{ROOT}/blacklistedConsumers/Loader.blacklistedConsumer-meta.xml");
    let held = |tree: Tree| tree.with("docs/Other.blacklistedConsumer-meta.xml", block("One"));
    let base = held(project().with(&place, block("One")));
    let other = held(project().with(&place, block("Two")));
    weaker("a block that stood there", "org-app-block-removed", &base, &other);
}

#[test]
fn a_project_around_the_file_alone_deploys_it_for_no_other() {
    let inner = "{\"packageDirectories\": [{\"path\": \".\"}]}";
    let decoy = connected(false)
        .with("docs/settings/sfdx-project.json", inner)
        .with("docs/settings/OauthOidc.settings-meta.xml", org_settings(true));
    weaker("settings", "ca-pkce-not-required", &connected(true), &decoy);
    let off = external(false)
        .with("docs/sfdx-project.json", inner)
        .with("docs/extlClntAppPolicies/App_plcy.ecaPlcy-meta.xml", policies("App", false));
    weaker("a switch", "eca-pkce-not-required", &external(true), &off);
}

#[test]
fn what_only_lowers_the_risk_counts_only_where_it_is_deployed() {
    let app = |bypass: bool| {
        let relaxation = if bypass { "BYPASS" } else { "ENFORCE" };
        let body = connected_app(true).replace(
            "</oauthConfig>",
            "</oauthConfig>\n    <oauthPolicy><ipRelaxation>IP</ipRelaxation></oauthPolicy>",
        );
        project().with(
            &format!("{ROOT}/connectedApps/App.connectedApp-meta.xml"),
            body.replace(">IP<", &format!(">{relaxation}<")),
        )
    };
    let security = metadata(
        "SecuritySettings",
        "    <sessionSettings><enforceIpRangesEveryRequest>true</enforceIpRangesEveryRequest></sessionSettings>",
    );
    let score = |head: &Tree| {
        let report = report(&app(false), head, &Settings::default());
        let found = report
            .findings
            .iter()
            .find(|finding| &*finding.control.id == "ca-ip-restrictions-relaxed");
        found.map(|finding| finding.score)
    };
    let alone = score(&app(true));
    let deployed = score(&app(true).with(&format!("{ROOT}/settings/Security.settings-meta.xml"), security.clone()));
    assert!(alone.is_some() && deployed < alone, "{alone:?} {deployed:?}");
    let elsewhere = score(&app(true).with("docs/settings/Security.settings-meta.xml", security));
    assert_eq!(elsewhere, alone);
}

#[test]
fn what_a_file_said_that_leaves_source_still_is_in_the_org() {
    let outcome = |base: &Tree, head: &Tree, control: &str| {
        let found = hits(&report(base, head, &Settings::default()));
        found.iter().find(|hit| hit.control == control).map(|hit| hit.outcome.clone())
    };
    let place = format!("{ROOT}/extlClntAppPolicies/App_plcy.ecaPlcy-meta.xml");
    let off = external(false).with(&place, policies("App", false));
    assert_eq!(
        outcome(&off, &external(false), "eca-pkce-not-required").as_deref(),
        Some("undecided")
    );
    // What got weaker with the file as it was, got weaker.
    let strict = external(true).with(&place, policies("App", true));
    assert_eq!(
        outcome(&strict, &external(false), "eca-pkce-not-required").as_deref(),
        Some("regressed")
    );
}

#[test]
fn files_that_tell_what_is_deployed_must_stay_readable() {
    let refused = |head: &Tree| {
        let report = report(&connected(true), head, &Settings::default());
        report.unreadable.iter().any(|file| file.fatal)
    };
    let weaker = connected(false);
    for broken in [
        "{\"packageDirectories\": [",
        "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n",
        "rubbish",
    ] {
        assert!(refused(&weaker.clone().with("sfdx-project.json", broken)), "{broken}");
    }
    let mut bytes = weaker.clone();
    let odd = b"{\"packageDirectories\": [{\"path\": \"force-app\"}], \"name\": \"\xff\"}";
    bytes.files.insert(b"sfdx-project.json".to_vec(), odd.to_vec());
    assert!(!refused(&bytes), "the deploy tool reads it");
    assert!(refused(&weaker.clone().with(".forceignore", "a\n".repeat(5000))));
    assert!(refused(&weaker.with("force-app/.forceignore", "x".repeat(70_000))));
}

#[test]
fn what_stands_within_a_bundle_is_no_evidence() {
    let decoy = |tree: Tree| tree.with(&format!("{ROOT}/lwc/x/settings/OauthOidc.settings-meta.xml"), org_settings(true));
    let control = "ca-pkce-not-required";
    weaker("it comes", control, &connected(true), &decoy(connected(false)));
    weaker("it stands there", control, &decoy(connected(true)), &decoy(connected(false)));
    // What a change writes there is judged as anywhere.
    let place = format!("{ROOT}/aura/x/Other.connectedApp-meta.xml");
    let other = |pkce: bool| connected(true).with(&place, connected_app(pkce));
    weaker("an app", control, &other(true), &other(false));
    weaker("a new app", control, &connected(true), &other(false));
    // A project may lie in a folder of this name.
    let within = |pkce: bool| {
        Tree::default()
            .with("lwc/sfdx-project.json", "{\"packageDirectories\": [{\"path\": \"app\"}]}")
            .with("lwc/app/settings/OauthOidc.settings-meta.xml", org_settings(true))
            .with("lwc/app/connectedApps/App.connectedApp-meta.xml", connected_app(pkce))
    };
    assert!(!failing(&within(true), &within(false)).contains(&control.to_owned()));
}

#[test]
fn what_is_left_out_on_both_sides_may_move_and_be_renamed() {
    let file = |place: &str| project().with(&format!("{place}/Loader.blacklistedConsumer-meta.xml"), block("One"));
    silent("a block", &file("docs/old"), &file("docs/older"));
    let ignored = |place: &str| file(place).with(".forceignore", "**/blacklistedConsumers/**");
    silent(
        "a block that is ignored",
        &ignored("force-app/blacklistedConsumers"),
        &ignored("force-app/more/blacklistedConsumers"),
    );
    let key = "<consumerKey>3MVG9exampleKeyOfTheApp</consumerKey>";
    let app = connected_app(true).replace("</oauthConfig>", &format!("    {key}\n    </oauthConfig>"));
    let named = |name: &str| {
        let place = format!("{ROOT}/connectedApps/{name}.connectedApp-meta.xml");
        project().with(&place, app.clone()).with(".forceignore", "**/connectedApps/**")
    };
    let report = report(&named("App"), &named("App2"), &Settings::default());
    assert!(hits(&report).is_empty(), "{:?}", hits(&report));
}

#[test]
fn one_weakening_is_told_once() {
    let with = |pkce: bool| connected(pkce).with("docs/connectedApps/App.connectedApp-meta.xml", connected_app(true));
    let found = failing(&with(true), &with(false));
    assert_eq!(
        found.iter().filter(|control| *control == "ca-pkce-not-required").count(),
        1,
        "{found:?}"
    );
}

#[test]
fn what_follows_the_ending_of_a_name_changes_nothing() {
    let settings = format!("{ROOT}/settings/OauthOidc.settings-meta.xml");
    let base = connected(true).with(&settings, org_settings(true));
    for end in [".old", "~", ".swp", "x", "-1"] {
        let another = format!("{settings}{end}");
        let copy = base.clone().with(&another, org_settings(false));
        weaker(&another, "org-pkce-not-required", &base, &copy);
        weaker(&another, "org-pkce-not-required", &base, &copy.without(&settings));
        let app = format!("{ROOT}/odd/Other.connectedApp-meta.xml{end}");
        weaker(
            &app,
            "ca-self-authorization-allowed",
            &base,
            &base.clone().with(&app, connected_app(false)),
        );
    }
}
