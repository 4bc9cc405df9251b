//! What is deployed is not always what is committed: texts that the project file replaces, and org settings that leave
//! source together with what an app has of its own.

use orgate_testkit::TestRepo;
use orgate_testkit::gate::{Run, list};
use orgate_testkit::sample::{APP, CONTROL, connected_app};

use super::{check, passed};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("deployed::a file named by its end", named_by_end),
    ("deployed::a glob below any folder", glob_anywhere),
    ("deployed::an expression of JavaScript", javascript),
    ("deployed::texts that are no values", no_values),
    ("deployed::keys that stand there twice", twice),
    ("deployed::a project file that nobody can read", unreadable),
    ("deployed::a project file that the change makes no readable file", made_unreadable),
    ("deployed::a project file that never was a readable file", never_readable),
    ("deployed::a project that gives a type other files", customised),
    ("deployed::a project in a folder of its own", monorepo),
    ("deployed::replacements of other files and values", others),
    ("deployed::a standing replacement of one value", standing),
    ("deployed::ranges that are replaced", ranges),
    ("deployed::org settings that leave source", settings_leave),
    ("deployed::org settings of another org", other_org),
    ("deployed::a block that a manifest deletes", manifest),
    ("deployed::a mitigation that leaves source", mitigation_leaves),
    ("deployed::address ranges that a profile leaves out", ranges_left_out),
];

const PROJECT: &str = "sfdx-project.json";
const SETTINGS: &str = "force-app/main/default/settings/OauthOidc.settings-meta.xml";

fn project(replacements: &str) -> String {
    format!("{{\"packageDirectories\": [{{\"path\": \"force-app\", \"default\": true}}], \"replacements\": [{replacements}]}}\n")
}

/// What a change of the project file alone gives, where the app lies below `folder`.
fn with_project(folder: &str, at: &str, text: &str) -> Run {
    let repo = TestRepo::new();
    repo.write(format!("{folder}{APP}"), connected_app(false));
    repo.write(at, project(""));
    repo.commit("Before");
    repo.write(at, text);
    check(repo.path(), &["--base", "HEAD"])
}

#[track_caller]
fn undecided(run: &Run, what: &str) {
    let found = run
        .undecided()
        .iter()
        .any(|hit| hit.control == CONTROL && hit.outcome == "undecided");
    assert!(found, "{what} is not noticed: {}", run.said());
}

#[track_caller]
fn noticed(entry: &str) {
    undecided(
        &with_project("", PROJECT, &project(&format!("{{{entry}, \"replaceWithEnv\": \"X\"}}"))),
        entry,
    );
}

#[track_caller]
fn silent(entry: &str) {
    let run = with_project("", PROJECT, &project(&format!("{{{entry}, \"replaceWithEnv\": \"X\"}}")));
    passed(&run);
    assert!(run.undecided().is_empty(), "{entry}: {}", run.said());
}

fn named_by_end() {
    for name in [
        "Billing.connectedApp-meta.xml",
        "connectedApps/Billing.connectedApp-meta.xml",
        ".xml",
        APP,
        "./force-app/main/default/connectedApps/Billing.connectedApp-meta.xml",
        "checkout/force-app/main/default/connectedApps/Billing.connectedApp-meta.xml",
    ] {
        noticed(&format!("\"filename\": \"{name}\", \"stringToReplace\": \"false\""));
    }
}

fn glob_anywhere() {
    for glob in [
        "connectedApps/*.xml",
        "*.connectedApp-meta.xml",
        "Billing*",
        "**/*",
        "force-app//main/./default/**",
        "{a,b}",
        "checkout/force-app/**",
    ] {
        noticed(&format!("\"glob\": \"{glob}\", \"stringToReplace\": \"false\""));
    }
}

fn javascript() {
    for pattern in [
        "(?<=isClientCredentialEnabled>)false",
        "<(isClientCredentialEnabled)>false</\\\\1>",
        "(?<=x",
        "[]a]|false",
        "x*",
        "\\\\u0066alse",
    ] {
        noticed(&format!("\"glob\": \"*.xml\", \"regexToReplace\": \"{pattern}\""));
    }
    noticed("\"glob\": \"*.xml\", \"regexToReplace\": \"fals[a-f]\"");
}

fn no_values() {
    for text in [
        "</oauthConfig>",
        "<oauthConfig>",
        "isPkceRequired",
        "<isClientCredentialEnabled>",
        "</contactEmail>\\n    <label>",
        "http://soap.sforce.com/2006/04/metadata",
        "\\n        <",
        "\\n    ",
    ] {
        noticed(&format!(
            "\"filename\": \"Billing.connectedApp-meta.xml\", \"stringToReplace\": \"{text}\""
        ));
    }
    noticed("\"filename\": \"Billing.connectedApp-meta.xml\"");
    noticed("\"filename\": \"Billing.connectedApp-meta.xml\", \"stringToReplace\": \"\"");
}

fn twice() {
    let entry = "{\"glob\": \"*.xml\", \"stringToReplace\": \"false\", \"replaceWithEnv\": \"X\"}";
    let run = with_project("", PROJECT, &format!("{{\"replacements\": [], \"replacements\": [{entry}]}}"));
    undecided(&run, "the second list");
    noticed("\"glob\": \"none\", \"glob\": \"*.xml\", \"stringToReplace\": \"false\"");
}

fn unreadable() {
    for text in [
        "{\"replacements\": [}",
        "{\"replacements\": {\"glob\": \"*\"}}",
        "{\"a\": 1e999, \"replacements\": [{\"glob\": \"*.xml\", \"stringToReplace\": \"false\", \"replaceWithEnv\": \"X\"}]}",
    ] {
        undecided(&with_project("", PROJECT, text), text);
    }
    let run = with_project("", PROJECT, "{\"packageDirectories\": [}");
    assert!(run.undecided().is_empty(), "{}", run.said());
}

/// The app as it was and a project file, then both as a change leaves them.
fn change(before: fn(&TestRepo), after: fn(&TestRepo)) -> Run {
    let repo = TestRepo::new();
    repo.write(APP, connected_app(false));
    before(&repo);
    repo.commit("Before");
    repo.write(APP, connected_app(true));
    after(&repo);
    repo.commit("After");
    check(repo.path(), &["--base", "HEAD~1", "--head", "HEAD"])
}

fn plain(repo: &TestRepo) {
    repo.write(PROJECT, project(""));
}

fn link(repo: &TestRepo) {
    let _ = std::fs::remove_file(repo.path().join(PROJECT));
    repo.write("p.json", project(""));
    #[cfg(unix)]
    std::os::unix::fs::symlink("p.json", repo.path().join(PROJECT)).expect("linked");
    #[cfg(not(unix))]
    repo.write(PROJECT, "version https://git-lfs.github.com/spec/v1\n");
}

fn made_unreadable() {
    let long: fn(&TestRepo) = |repo| repo.write(PROJECT, format!("{}{}", " ".repeat(1 << 20), project("")));
    let many: fn(&TestRepo) = |repo| {
        let entry = "{\"glob\": \"*.cls\", \"stringToReplace\": \"x\", \"replaceWithEnv\": \"X\"}";
        repo.write(PROJECT, project(&vec![entry; 1001].join(",")));
    };
    let pointer: fn(&TestRepo) = |repo| {
        repo.write(PROJECT, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
    };
    for (what, after) in [
        (if cfg!(unix) { "a symbolic link" } else { "git-LFS" }, link as fn(&TestRepo)),
        ("bytes long", long),
        ("more replacements", many),
        ("git-LFS", pointer),
    ] {
        super::refused(&change(plain, after), &[]);
        let run = change(plain, after);
        let told = run.stdout.contains(what) && run.stdout.contains("commit a regular file");
        assert!(told, "{what}: {}", run.said());
    }
    // It is as long as it may be.
    let run = change(plain, |repo| {
        let text = project("");
        repo.write(PROJECT, format!("{}{text}", " ".repeat((1 << 20) - text.len())));
    });
    super::caught(&run);
    // A new one is the change's as well.
    super::refused(&change(|_| {}, link), &[]);
}

fn never_readable() {
    super::caught(&change(link, |_| {}));
}

fn customised() {
    let with = |inside: &str| format!("{{\"packageDirectories\": [{{\"path\": \"force-app\"}}], {inside}}}\n");
    let refused = |before: &str, after: &str| {
        let repo = TestRepo::new();
        repo.write(PROJECT, before);
        repo.write("force-app/capps/Billing.capp-meta.xml", connected_app(false));
        repo.commit("Before");
        repo.write(PROJECT, after);
        repo.write("force-app/capps/Billing.capp-meta.xml", connected_app(true));
        let run = check(repo.path(), &["--base", "HEAD"]);
        let told = run.stdout.contains("registryCustomizations") && run.stdout.contains(PROJECT);
        assert!(run.code == 2 && told, "{after}: {}", run.said());
    };
    let types = "\"types\": {\"x\": {\"id\": \"x\", \"name\": \"connectedApp\", \"suffix\": \"capp\", \"directoryName\": \"capps\"}}";
    for text in [
        with(&format!("\"registryCustomizations\": {{{types}}}")),
        with("\"registryCustomizations\": {\"types\": {\"connectedapp\": {\"suffix\": \"capp\"}}}"),
        with("\"registryCustomizations\": {\"suffixes\": {\"capp\": \"connectedapp\"}}"),
        with(&format!("\"\\u0072egistryCustomizations\": {{{types}}}")),
        with(&format!("\"a\": 1e999, \"registryCustomizations\": {{{types}}}")),
        with(&format!("\"a\": 1e999, \"\\u0072egistryCustomizations\": {{{types}}}")),
    ] {
        refused(&with("\"name\": \"x\""), &text);
        // It may have been so before.
        refused(&text, &text);
    }
    let other = with("\"registryCustomizations\": {\"types\": {\"bot\": {\"name\": \"Bot\", \"suffix\": \"b\"}}}");
    let repo = TestRepo::new();
    repo.write(PROJECT, other);
    repo.write(APP, connected_app(false));
    repo.commit("Before");
    repo.write(APP, connected_app(true));
    super::caught(&check(repo.path(), &["--base", "HEAD"]));
}

fn monorepo() {
    let entry = |name: &str| {
        project(&format!(
            "{{\"filename\": \"{name}\", \"stringToReplace\": \"false\", \"replaceWithEnv\": \"X\"}}"
        ))
    };
    undecided(
        &with_project("crm/", "crm/sfdx-project.json", &entry(APP)),
        "a project above the file",
    );
    undecided(&with_project("crm/", PROJECT, &entry(APP)), "a project in the root");
    let run = with_project("crm/", "erp/sfdx-project.json", &entry(APP));
    assert!(run.undecided().is_empty(), "{}", run.said());
}

fn others() {
    silent("\"filename\": \"Payroll.connectedApp-meta.xml\", \"stringToReplace\": \"false\"");
    silent("\"glob\": \"classes/**\", \"stringToReplace\": \"false\"");
    silent("\"glob\": \"*.cls\", \"regexToReplace\": \"(?<=x)y\"");
    silent("\"glob\": \"*.xml\", \"stringToReplace\": \"platform@example.com\"");
    silent("\"glob\": \"*.xml\", \"stringToReplace\": \"stands nowhere\"");
}

fn standing() {
    // What one replacement makes unknown does not hide the rest of the file.
    let repo = TestRepo::new();
    repo.write(
        PROJECT,
        project("{\"glob\": \"*.xml\", \"regexToReplace\": \"platform@[a-z.]+\", \"replaceWithEnv\": \"X\"}"),
    );
    repo.write(APP, connected_app(false));
    repo.commit("Before");
    repo.write(APP, connected_app(true));
    super::caught(&check(repo.path(), &["--base", "HEAD"]));
}

fn ranges() {
    let app = connected_app(false).replace(
        "</oauthPolicy>",
        "</oauthPolicy>\n    <ipRanges>\n        <end>10.0.0.255</end>\n        <start>10.0.0.0</start>\n    </ipRanges>",
    );
    let repo = TestRepo::new();
    repo.write(PROJECT, project(""));
    repo.write(APP, app);
    repo.commit("Before");
    repo.write(
        PROJECT,
        project("{\"glob\": \"*.xml\", \"stringToReplace\": \"10.0.0.255\", \"replaceWithEnv\": \"X\"}"),
    );
    let run = check(repo.path(), &["--base", "HEAD"]);
    let found = run.undecided().iter().any(|hit| hit.control == "ca-trusted-ip-ranges-widened");
    assert!(found, "{}", run.said());
}

fn settings_leave() {
    let settings = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OauthOidcSettings xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <isPkceRequired>true</isPkceRequired>\n</OauthOidcSettings>\n";
    let weak = connected_app(false).replace("<isPkceRequired>true", "<isPkceRequired>false");
    let control = "ca-pkce-not-required";
    let after = |app: &str, keep: bool| {
        let repo = TestRepo::new();
        repo.write(APP, connected_app(false));
        repo.write(SETTINGS, settings);
        repo.commit("Before");
        repo.write(APP, app);
        if !keep {
            repo.remove(SETTINGS);
        }
        check(repo.path(), &["--base", "HEAD"])
    };
    let run = after(&weak, false);
    let entry = list(&run.report["undecided"]).iter().find(|entry| entry["control"] == control);
    let entry = entry.unwrap_or_else(|| panic!("{}", run.said()));
    assert_eq!(
        entry["reasons"][0].as_str(),
        Some("rests on OauthOidc.settings, which this change removes from source")
    );
    assert_eq!(
        (entry["anchor"]["path"].as_str(), entry["anchor"]["line"].as_u64()),
        (Some(APP), Some(10))
    );
    // The settings stay, or the app does not get weaker: nothing rests on what is gone.
    for run in [
        after(&weak, true),
        after(&connected_app(false), false),
        after(&connected_app(false).replace("Billing", "Bills"), false),
    ] {
        assert!(!run.hits().iter().any(|hit| hit.control == control), "{}", run.said());
    }
}

/// Settings of one org excuse no app of another one, and those of one project count in all its folders.
fn other_org() {
    let demand = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OauthOidcSettings xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <isPkceRequired>true</isPkceRequired>\n</OauthOidcSettings>\n";
    let weaker = |app: &str, settings: &str, projects: &[&str], gone: &[&str]| {
        let repo = TestRepo::new();
        let app = format!("{app}/connectedApps/W.connectedApp-meta.xml");
        repo.write(&app, connected_app(false));
        repo.write(format!("{settings}/settings/OauthOidc.settings-meta.xml"), demand);
        for project in projects {
            repo.write(format!("{project}{PROJECT}"), project_of("org"));
        }
        repo.commit("Before");
        repo.write(&app, connected_app(false).replace("<isPkceRequired>true", "<isPkceRequired>false"));
        for path in gone {
            repo.remove(path);
        }
        let run = check(repo.path(), &["--base", "HEAD"]);
        run.findings()
            .iter()
            .any(|hit| hit.control == "ca-pkce-not-required" && hit.outcome == "regressed")
    };
    let (one, other) = ("orgA/main/default", "orgB/main/default");
    assert!(weaker(other, one, &[], &[]), "folders at the top");
    assert!(weaker(other, one, &["orgA/", "orgB/"], &[]), "projects");
    assert!(weaker(other, one, &["orgA/"], &[]), "a project and none");
    assert!(weaker(other, one, &["", "orgB/"], &[]), "a project within another");
    assert!(
        weaker(other, one, &["", "orgB/"], &["orgB/sfdx-project.json"]),
        "a project that this change takes away"
    );
    assert!(!weaker(one, one, &[], &[]), "beside each other");
    assert!(!weaker("orgA/apps", one, &[], &[]), "below one folder");
    assert!(!weaker("src", "src", &[], &[]), "in metadata format");
    assert!(!weaker(other, one, &[""], &[]), "package directories of one project");
    assert!(
        !weaker("dx/force-app/main/default", "dx/unpackaged/post", &["dx/"], &[]),
        "below one project"
    );
}

fn project_of(name: &str) -> String {
    format!("{{\"name\": \"{name}\", \"packageDirectories\": [{{\"path\": \".\"}}]}}\n")
}

/// What a delete manifest names goes from the org, though its file stays.
fn manifest() {
    let space = "xmlns=\"http://soap.sforce.com/2006/04/metadata\"";
    let block = |key: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<BlacklistedConsumer {space}>\n    <consumerKey>{key}</consumerKey>\n    <masterLabel>Bad</masterLabel>\n</BlacklistedConsumer>\n"
        )
    };
    let names = |kind: &str, members: &[&str]| {
        let members: Vec<String> = members.iter().map(|name| format!("        <members>{name}</members>\n")).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Package {space}>\n    <types>\n{}        <name>{kind}</name>\n    </types>\n</Package>\n",
            members.concat()
        )
    };
    let file = |name: &str| format!("force-app/main/default/blacklistedConsumers/{name}.blacklistedConsumer-meta.xml");
    let run = |manifest: &str, before: Option<String>, after: String| {
        let repo = TestRepo::new();
        repo.write(file("Bad"), block("3MVG9exampleKeyOfBad"));
        repo.write(file("Worse"), block("3MVG9exampleKeyOfWorse"));
        if let Some(before) = before {
            repo.write(manifest, before);
        }
        repo.commit("Before");
        repo.write(manifest, after);
        check(repo.path(), &["--base", "HEAD"])
    };
    let kind = "BlacklistedConsumer";
    for place in [
        "destructiveChanges.xml",
        "manifest/destructiveChangesPre.xml",
        "x/destructiveChangesPost.xml",
    ] {
        let run = run(place, None, names(kind, &["Bad"]));
        let found = run.findings();
        let [hit] = found.as_slice() else { panic!("{}", run.said()) };
        assert_eq!(
            (run.code, hit.about().as_str()),
            (1, "org-app-block-removed regressed BlacklistedConsumer:Bad")
        );
        assert_eq!((hit.side.as_str(), hit.path.as_str(), hit.line), ("head", place, 4));
    }
    let place = "destructiveChanges.xml";
    assert_eq!(
        run(place, Some(names(kind, &["Bad"])), names(kind, &["Bad", "Worse"]))
            .findings()
            .len(),
        1
    );
    passed(&run(place, None, names("ApexClass", &["Bad"])));
    passed(&run(place, None, names("ConnectedApp", &["Bad"])));
    passed(&run(place, None, names(kind, &["Unknown"])));
    passed(&run("manifest/package.xml", None, names(kind, &["Bad"])));
    assert_eq!(run(place, None, "<Package><types>".to_owned()).code, 2);
}

fn mitigation_leaves() {
    let path = "force-app/main/default/transactionSecurityPolicies/Watch.transactionSecurityPolicy-meta.xml";
    let watch = |active: bool| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TransactionSecurityPolicy xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <active>{active}</active>\n    <eventName>ApiEvent</eventName>\n</TransactionSecurityPolicy>\n"
        )
    };
    let repo = TestRepo::new();
    repo.write(APP, running());
    repo.write(path, watch(true));
    repo.commit("Before");
    repo.write(path, watch(false));
    let run = check(repo.path(), &["--base", "HEAD"]);
    let found = run.findings().iter().any(|hit| hit.control == CONTROL && hit.outcome == "worsened");
    assert!(found && run.code == 1, "{}", run.said());
    // A deploy deletes nothing that is merely missing: the watch is not known any more, and not lost.
    repo.remove(path);
    passed(&check(repo.path(), &["--base", "HEAD"]));
    // What a manifest deletes is lost, whether its file goes as well or not.
    let manifest = "<Package><types><members>Watch</members><name>TransactionSecurityPolicy</name></types></Package>\n";
    repo.write("destructiveChanges.xml", manifest);
    let lost = || {
        let run = check(repo.path(), &["--base", "HEAD"]);
        run.code == 1 && run.findings().iter().any(|hit| hit.control == CONTROL && hit.outcome == "worsened")
    };
    assert!(lost(), "the file is gone");
    repo.write(path, watch(true));
    assert!(lost(), "the file stays");
    repo.remove("destructiveChanges.xml");
    repo.remove(path);
    // Nor does it help what gets weaker for another reason.
    repo.write(APP, connected_app(true));
    repo.commit("Without a user");
    repo.write(path, watch(true));
    repo.commit("Watched");
    repo.remove(path);
    repo.write(APP, running());
    let run = check(repo.path(), &["--base", "HEAD"]);
    assert!(run.findings().iter().any(|hit| hit.control == CONTROL), "{}", run.said());
}

fn ranges_left_out() {
    let path = "force-app/main/default/profiles/Robot.profile-meta.xml";
    let profile = |ranges: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Profile xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <custom>true</custom>\n{ranges}</Profile>\n"
        )
    };
    let repo = TestRepo::new();
    repo.write(APP, running());
    repo.write("orgate.yaml", "users:\n  bot@example.com: { profile: Robot }\n");
    repo.write(
        path,
        profile("    <loginIpRanges>\n        <endAddress>203.0.113.31</endAddress>\n        <startAddress>203.0.113.0</startAddress>\n    </loginIpRanges>\n"),
    );
    repo.commit("Before");
    repo.write(path, profile(""));
    passed(&check(repo.path(), &["--base", "HEAD"]));
}

/// The app with the flow on and a user to run as.
fn running() -> String {
    let user = "<oauthClientCredentialUser>bot@example.com</oauthClientCredentialUser>";
    connected_app(true).replace("<scopes>", &format!("{user}\n        <scopes>"))
}
