//! What a deploy takes only from now on is judged as new, although nobody touched it; what it took before is old debt.

use orgate_testkit::Tree;
use orgate_testkit::sample::packages;

use super::*;

const RULES: &str = ".forceignore";
const COPY: &str = "legacy/main/default/connectedApps/App.connectedApp-meta.xml";
const WEAK: &str = "ca-pkce-not-required";

/// An app in one package directory and a copy of it in another one.
fn two(pkce: bool, copy: bool) -> Tree {
    connected(pkce)
        .with("sfdx-project.json", packages(&["force-app", "legacy"]))
        .with(COPY, connected_app(copy))
}

#[test]
fn rules_that_let_a_weak_copy_in_are_a_finding() {
    let base = two(true, false).with(RULES, "legacy/\n");
    weaker("exchanged", WEAK, &base, &base.clone().with(RULES, "force-app/\n"));
    weaker("let in", WEAK, &base, &base.clone().with(RULES, "# nothing\n"));
    weaker(
        "let in by a rule",
        WEAK,
        &base,
        &base.clone().with(RULES, "legacy/*\n!legacy/main\n"),
    );
    weaker("no rules any more", WEAK, &base, &base.clone().without(RULES));
    weaker(
        "rules of the package",
        WEAK,
        &base,
        &base.clone().with("legacy/.forceignore", "# nothing\n"),
    );
    let touched = base
        .clone()
        .with(COPY, connected_app(false).replace("    <label>", "\n    <label>"));
    weaker("with a blank line in it", WEAK, &base, &touched.with(RULES, "\n"));
    // The tool makes expressions of rules, and drops all of them when one fails.
    for broken in ["docs/[/x", "[S-O*cs]", "tmp[!\\w-a]", "s[ettings/**", "x[\u{ff}-a]"] {
        let rules = format!("legacy/\n{broken}\n");
        weaker(broken, WEAK, &base, &base.clone().with(RULES, rules));
    }
    for sound in ["docs/[xy]", "[Ss]cripts/**", "x[!a-z0-9]", "# [/x", "*.x"] {
        silent(sound, &base, &base.clone().with(RULES, format!("legacy/\n{sound}\n")));
    }
    silent("a comment", &base, &base.clone().with(RULES, "# old\nlegacy/\n"));
    silent(
        "a rule for something else",
        &base,
        &base.clone().with(RULES, "legacy/\n**/classes/**\n"),
    );
    silent("in other words", &base, &base.clone().with(RULES, "/legacy\n"));
    silent("back out", &base.clone().with(RULES, ""), &base);
    for end in [" ", "\t", "\u{a0}"] {
        let rules = format!("legacy/{end}\n");
        weaker(&format!("{rules:?}"), WEAK, &base, &base.clone().with(RULES, rules.as_str()));
        let before = base.clone().with(RULES, rules.as_str());
        silent("as it was", &before, &before.clone().with(RULES, format!("# more\n{rules}")));
    }
    let slash = base
        .clone()
        .with(RULES, "force-app/more\n")
        .with("force-app/more/a.connectedApp-meta.xml", connected_app(false));
    weaker("the other slash", WEAK, &slash, &slash.clone().with(RULES, "force-app\\more\n"));
    // The deploy tool takes apps from there as well.
    for folder in ["sites", "objects", "core.d", "my.feature", "integrationHub"] {
        let place = format!("legacy/{folder}/connectedApps/App.connectedApp-meta.xml");
        let base = base.clone().without(COPY).with(&place, connected_app(false));
        weaker(folder, WEAK, &base, &base.clone().without(RULES));
    }
}

#[test]
fn rules_of_the_deploy_tool_itself_go_with_the_file() {
    for place in [
        "force-app/.park/connectedApps/App.connectedApp-meta.xml",
        "force-app/x.dup/connectedApps/App.connectedApp-meta.xml",
    ] {
        let base = project().with(place, connected_app(false)).with(RULES, "*.log\n");
        weaker(place, WEAK, &base, &base.clone().without(RULES));
        silent("still there", &base, &base.clone().with(RULES, "*.cls\n"));
    }
    let parked = "force-app/.park/connectedApps/App.connectedApp-meta.xml";
    let base = project().with(parked, connected_app(false)).with(RULES, "*.log\n");
    weaker("taken back", WEAK, &base, &base.clone().with(RULES, "*.log\n!**/.park\n"));
    let base = project().with(parked, connected_app(false));
    silent("without rules", &base, &base.clone().with("README.md", "x"));
}

#[test]
fn a_copy_that_is_no_weaker_may_come() {
    for (app, copy) in [(true, true), (false, true), (false, false)] {
        let base = two(app, copy).with(RULES, "legacy/\n");
        silent(&format!("{app} {copy}"), &base, &base.clone().without(RULES));
    }
}

#[test]
fn an_app_that_was_left_out_is_introduced() {
    let base = connected(false).with(RULES, "**/connectedApps/**\n");
    weaker("rules", WEAK, &base, &base.clone().with(RULES, "**/profiles/**\n"));
    let strong = connected(true).with(RULES, "**/connectedApps/**\n");
    assert!(!failing(&strong, &strong.clone().without(RULES)).contains(&WEAK.to_owned()));
    let base = connected(false).with("sfdx-project.json", packages(&["other"]));
    weaker(
        "a project",
        WEAK,
        &base,
        &base.clone().with("sfdx-project.json", packages(&["other", "force-app"])),
    );
    silent(
        "still out",
        &base,
        &base.clone().with("sfdx-project.json", packages(&["other", "third"])),
    );
}

#[test]
fn package_directories_that_let_a_weak_copy_in_are_a_finding() {
    let base = two(true, false).with("sfdx-project.json", packages(&["force-app"]));
    let with = |list: &[&str]| base.clone().with("sfdx-project.json", packages(list));
    weaker("exchanged", WEAK, &base, &with(&["legacy"]));
    weaker("one more", WEAK, &base, &with(&["force-app", "legacy/main"]));
    weaker("everything", WEAK, &base, &with(&["."]));
    weaker("by way of another one", WEAK, &base, &with(&["force-app", "force-app/../legacy"]));
    // In a checkout of this name the path comes back.
    weaker("out and in again", WEAK, &base, &with(&["force-app", "../checkout/legacy"]));
    silent("beside the repository", &base, &with(&["force-app", "../checkout/shared"]));
    silent("a part", &base, &with(&["force-app/main"]));
    silent("something else", &base, &with(&["force-app", "unpackaged"]));
    silent(
        "still left out by rules",
        &base.clone().with(RULES, "legacy"),
        &with(&["force-app", "legacy"]).with(RULES, "legacy"),
    );
    let nested = base.clone().with("legacy/sfdx-project.json", packages(&["main"]));
    weaker("a project of its own", WEAK, &base, &nested);
    let inner = |list: &[&str]| {
        Tree::default()
            .with("app/sfdx-project.json", packages(list))
            .with("app/force-app/connectedApps/App.connectedApp-meta.xml", connected_app(true))
            .with("legacy/connectedApps/App.connectedApp-meta.xml", connected_app(false))
    };
    weaker(
        "beside the project",
        WEAK,
        &inner(&["force-app"]),
        &inner(&["force-app", "../legacy"]),
    );
    let alone = Tree::default().with("legacy/connectedApps/App.connectedApp-meta.xml", connected_app(false));
    silent(
        "the first project",
        &alone,
        &alone.clone().with("sfdx-project.json", packages(&["legacy"])),
    );
}

#[test]
fn a_manifest_that_names_a_weak_copy_is_a_finding() {
    let manifest = |members: &str| {
        metadata(
            "Package",
            &format!("    <types>\n{members}        <name>ConnectedApp</name>\n    </types>"),
        )
    };
    let all = manifest("        <members>*</members>\n");
    let base = Tree::default()
        .with("src/package.xml", all.as_str())
        .with("src/connectedApps/App.connectedApp", connected_app(true))
        .with("old/package.xml", manifest(""))
        .with("old/connectedApps/App.connectedApp", connected_app(false));
    weaker("named", WEAK, &base, &base.clone().with("old/package.xml", all.as_str()));
    let one = manifest("        <members>App</members>\n");
    weaker("named alone", WEAK, &base, &base.clone().with("old/package.xml", one));
    let project = |tree: &Tree| tree.clone().with("sfdx-project.json", packages(&["force-app"]));
    weaker(
        "beside a project",
        WEAK,
        &project(&base),
        &project(&base).with("old/package.xml", all.as_str()),
    );
    weaker(
        "one that cannot be read",
        WEAK,
        &base,
        &base.clone().with("old/package.xml", format!("<!DOCTYPE p>{all}")),
    );
    let without = base.clone().without("old/package.xml");
    weaker("a new one", WEAK, &without, &without.clone().with("old/package.xml", all.as_str()));
    let other = manifest("        <members>Other</members>\n");
    silent("something else", &base, &base.clone().with("old/package.xml", other));
    // Teams write down what one change deploys: an app that is named now may have been deployed before.
    let single = base
        .clone()
        .without("src/package.xml")
        .without("src/connectedApps/App.connectedApp");
    silent("without a copy", &single, &single.clone().with("old/package.xml", all.as_str()));
}

#[test]
fn what_only_tells_of_an_app_counts_where_there_was_another_copy() {
    let grant = |name: &str| {
        metadata(
            "PermissionSet",
            &format!(
                "    <label>Robot</label>\n    <userPermissions>\n        <enabled>true</enabled>\n        \
                 <name>{name}</name>\n    </userPermissions>"
            ),
        )
    };
    let copy = "legacy/main/default/permissionsets/Robot.permissionset-meta.xml";
    let base = project()
        .with("sfdx-project.json", packages(&["force-app", "legacy"]))
        .with(copy, grant("UseAnyApiClient"))
        .with(RULES, "legacy/\n");
    silent("alone", &base, &base.clone().without(RULES));
    let base = base.with(&format!("{ROOT}/permissionsets/Robot.permissionset-meta.xml"), grant("ApiEnabled"));
    weaker(
        "beside another one",
        "org-any-api-client-granted",
        &base,
        &base.clone().without(RULES),
    );
}

#[test]
fn a_finding_points_at_what_let_the_file_in() {
    let base = two(true, false).with(RULES, "# rules\nlegacy/\n");
    let report = report(&base, &base.clone().with(RULES, "# rules\n*.cls\n"), &Settings::default());
    let finding = report.findings.iter().find(|finding| &*finding.control.id == WEAK).unwrap();
    assert_eq!((finding.anchor.path.to_string(), finding.anchor.line), (RULES.to_owned(), 2));
    assert!(finding.evidence.iter().any(|place| place.path.to_string() == COPY));
    assert!(report.warnings.iter().any(|warning| warning.text.contains("only from now on")));
    let weak = |base: &Tree, head: &Tree| {
        let report = super::report(base, head, &Settings::default());
        let mut findings = report.findings.into_iter();
        findings.find(|finding| &*finding.control.id == WEAK).unwrap()
    };
    // The line that says it, not the first one that differs.
    let project = |list: &str| format!("{{\n  \"packageDirectories\": [\n    {{ \"path\": \"force-app\" }}{list}\n  ]\n}}\n");
    let base = base.without(RULES).with("sfdx-project.json", project(""));
    let more = project(",\n    { \"path\": \"other\" },\n    { \"path\": \"legacy\" }");
    let finding = weak(&base, &base.clone().with("sfdx-project.json", more));
    assert_eq!(finding.anchor.line, 5);
    // The rule that went is shown.
    let base = two(true, false).with(RULES, "*.dup\n*.log\nlegacy/**\n");
    let finding = weak(&base, &base.clone().with(RULES, "*.log\n"));
    let went = finding.evidence.iter().find(|place| place.path.to_string() == RULES).unwrap();
    assert_eq!((finding.anchor.line, went.line), (1, 3));
}
