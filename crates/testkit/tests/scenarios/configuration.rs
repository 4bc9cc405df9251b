//! Settings, waivers and policies: from where they are taken, and what they can do.

use orgate_testkit::TestRepo;
use orgate_testkit::gate::list;
use orgate_testkit::sample::{APP, CONTROL, connected_app};

use super::{caught, check, opened, passed, refused};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("configuration::a change cannot switch a control off", head_is_not_asked),
    ("configuration::settings of base count", base_is_asked),
    ("configuration::settings of the branch that the change goes to", of_the_tip),
    ("configuration::settings that the change breaks", broken_at_head),
    ("configuration::settings that are broken at base", broken_at_base),
    ("configuration::settings from a file", from_file),
    ("configuration::waiver", waiver),
    ("configuration::waiver on its last day and after", last_day),
    ("configuration::unused waiver", unused),
    ("configuration::malformed settings", malformed),
    ("configuration::loosened gate", loosened),
    ("configuration::path filters", paths),
    ("configuration::path filters keep what rests on a file", paths_of_evidence),
    ("configuration::thresholds", thresholds),
    ("configuration::a new file is a new control", own_policy),
    ("configuration::no controls", no_controls),
    ("configuration::policies in the repository come from base", local_policies),
    ("configuration::a policies folder that is not there", missing_folder),
    ("configuration::settings and policies that never end", endless),
    ("configuration::include and exclude", include),
];

/// Commits `orgate.yaml` before the app is opened.
fn with_settings(text: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write(APP, connected_app(false));
    repo.write("orgate.yaml", text);
    repo.commit("The app");
    repo.git(&["checkout", "--quiet", "-b", "change"]);
    repo.write(APP, connected_app(true));
    repo.commit("Open it");
    repo
}

fn a_waiver(expires: &str) -> String {
    format!(
        "waivers:\n  - control: {CONTROL}\n    subject: Billing\n    reason: legacy import\n    approved-by: Ada\n    expires: {expires}\n"
    )
}

/// Whoever begins a change at an old commit does not choose old settings with it.
fn of_the_tip() {
    let repo = with_settings("fail-on: never\n");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write("orgate.yaml", "fail-on: low\n");
    repo.commit("Mean it");
    repo.git(&["checkout", "--quiet", "change"]);
    let run = check(repo.path(), &["--head", "HEAD"]);
    caught(&run);
    assert!(
        list(&run.report["gate_loosened"]).is_empty(),
        "the change does nothing to the settings"
    );
    caught(&check(repo.path(), &["--base", "main...", "--head", "HEAD"]));
    assert_eq!(check(repo.path(), &["--base", "main~1", "--head", "HEAD"]).code, 0);
    // Nor are those in the way that were broken there, and have been mended since.
    let repo = with_settings("fail-on: sometimes\n");
    repo.write("orgate.yaml", "fail-on: low\n");
    repo.commit("Mend them here");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write("orgate.yaml", "fail-on: low\n");
    repo.commit("Mend them there");
    repo.git(&["checkout", "--quiet", "change"]);
    caught(&check(repo.path(), &["--head", "HEAD"]));
}

fn broken_at_head() {
    let policies = |text: &str| {
        let (repo, _, _) = opened();
        repo.write("orgate.yaml", "policies: own\n");
        repo.write("own/ca-contact-missing.yaml", OWN);
        let base = repo.commit("A control of our own");
        repo.write("own/ca-contact-missing.yaml", text);
        let head = repo.commit("Edit it");
        check(repo.path(), &["--base", &base, "--head", &head])
    };
    passed(&policies(&OWN.replace("weaker", "weaker by far")));
    refused(
        &policies(&OWN.replace("contactEmail, matches", "contactEmial, matches")),
        &["at head", "own/ca-contact-missing.yaml", "contactEmail"],
    );
    let (repo, base, _) = opened();
    repo.write("orgate.yaml", "controls:\n  no-such-control: off\n");
    let head = repo.commit("A typing error");
    refused(
        &check(repo.path(), &["--base", &base, "--head", &head]),
        &["no-such-control", "at head"],
    );
}

fn broken_at_base() {
    for (settings, control) in [("fail-on: sometimes\n", OWN), ("policies: own\n", "id: no more than that\n")] {
        let repo = with_settings(settings);
        repo.write("own/ca-contact-missing.yaml", control);
        let base = repo.commit("Broken");
        repo.write("orgate.yaml", "fail-on: low\n");
        let head = repo.commit("Mended");
        refused(&check(repo.path(), &["--base", &base, "--head", &head]), &["--config-from head"]);
        let run = check(repo.path(), &["--base", &base, "--head", &head, "--config-from", "head"]);
        passed(&run);
        assert!(!list(&run.report["gate_loosened"]).is_empty(), "what cannot be told is told");
    }
}

fn head_is_not_asked() {
    for text in [
        format!("controls:\n  {CONTROL}: off\n"),
        "fail-on: never\n".into(),
        a_waiver("2999-01-01"),
        "exclude: ['**']\n".into(),
    ] {
        let (repo, base, _) = opened();
        repo.write("orgate.yaml", &text);
        let head = repo.commit("Silence it");
        let run = check(repo.path(), &["--base", &base, "--head", &head]);
        caught(&run);
        assert!(!list(&run.report["gate_loosened"]).is_empty(), "{text} is not told: {}", run.stdout);
    }
}

fn base_is_asked() {
    let repo = with_settings(&format!("controls:\n  {CONTROL}: off\n"));
    passed(&check(repo.path(), &["--base", "main", "--head", "HEAD"]));
    let repo = with_settings("fail-on: never\n");
    let run = check(repo.path(), &["--base", "main", "--head", "HEAD"]);
    assert!(run.code == 0 && run.findings().len() == 1, "{}", run.said());
}

fn from_file() {
    let (repo, _, _) = opened();
    let folder = TestRepo::folder();
    folder.write("mine.yaml", format!("controls:\n  {CONTROL}: off\n"));
    let file = folder.path().join("mine.yaml");
    passed(&check(
        repo.path(),
        &["--base=main", "--head=HEAD", "--config-from", file.to_str().expect("text")],
    ));
    refused(
        &check(repo.path(), &["--base=main", "--head=HEAD", "--config-from", "missing.yaml"]),
        &["missing.yaml"],
    );
}

fn waiver() {
    let repo = with_settings(&a_waiver("2999-01-01"));
    let run = check(repo.path(), &["--base=main", "--head=HEAD"]);
    assert_eq!(run.code, 0, "{}", run.said());
    let finding = &run.report["findings"][0];
    assert!(
        finding["fails"] == false && finding["waived"].to_string().contains("legacy import"),
        "{finding}"
    );
}

fn last_day() {
    let repo = with_settings(&a_waiver("2030-06-30"));
    let run = check(repo.path(), &["--base=main", "--head=HEAD", "--today=2030-06-30"]);
    assert_eq!(run.code, 0, "{}", run.said());
    assert!(!run.stdout.contains("expired"), "{}", run.stdout);
    let run = check(repo.path(), &["--base=main", "--head=HEAD", "--today=2030-07-01"]);
    caught(&run);
    assert!(run.stdout.contains("expired"), "{}", run.stdout);
    refused(
        &check(repo.path(), &["--base=main", "--head=HEAD", "--today=tomorrow"]),
        &["tomorrow"],
    );
}

fn unused() {
    let repo = with_settings(&a_waiver("2999-01-01").replace("Billing", "Biling"));
    let run = check(repo.path(), &["--base=main", "--head=HEAD"]);
    caught(&run);
    assert!(run.stdout.contains("Biling"), "{}", run.stdout);
}

fn malformed() {
    for text in [
        "fail-onn: low\n".to_owned(),
        "fail-on: low\nfail-on: never\n".into(),
        "controls: { ca-client-credentials-enabld: off }\n".into(),
        a_waiver("2999-13-01"),
        a_waiver("soon"),
        a_waiver("2999-01-01").replace("reason: legacy import", "reason: ''"),
        format!("{}{}", a_waiver("2999-01-01"), a_waiver("2999-01-01").replace("waivers:\n", "")),
        "\u{0}".into(),
    ] {
        let repo = with_settings(&text);
        refused(&check(repo.path(), &["--base=main", "--head=HEAD"]), &["orgate.yaml"]);
    }
}

fn loosened() {
    let repo = TestRepo::new();
    repo.write("orgate.yaml", "fail-on: low\n");
    repo.commit("Settings");
    repo.write("orgate.yaml", "fail-on: critical\n");
    repo.commit("Looser");
    let run = check(repo.path(), &["--base=HEAD~", "--head=HEAD"]);
    assert!(
        run.code == 0 && !list(&run.report["gate_loosened"]).is_empty(),
        "{}{}",
        run.said(),
        run.stdout
    );
    let run = check(repo.path(), &["--base=HEAD~", "--head=HEAD", "--strict"]);
    assert_eq!(run.code, 1, "{}", run.said());
    repo.remove("orgate.yaml");
    repo.commit("Gone");
    let run = check(repo.path(), &["--base=HEAD~", "--head=HEAD"]);
    assert_eq!(run.code, 0, "{}", run.said());
}

fn paths() {
    let (repo, _, _) = opened();
    caught(&check(repo.path(), &["--base=main", "--head=HEAD", "force-app"]));
    caught(&check(repo.path(), &["--base=main", "--head=HEAD", APP]));
    caught(&check(repo.path(), &["--base=main", "--head=HEAD", "./force-app/"]));
    passed(&check(repo.path(), &["--base=main", "--head=HEAD", "README.md"]));
    refused(
        &check(repo.path(), &["--base=main", "--head=HEAD", "force-app/mian"]),
        &["force-app/mian"],
    );
    // `git diff` takes revisions where paths stand.
    for revisions in ["main", "main..HEAD", "HEAD...main", "main.."] {
        let run = check(repo.path(), &["--base=main", "--head=HEAD", revisions]);
        refused(
            &run,
            &[&format!("'{revisions}'"), "revisions can be called so", "--base REV --head REV"],
        );
    }
    for (option, meant) in [
        (
            "--base=main..change",
            "write --base main --head change to compare the two, or --base main...change --head change for",
        ),
        ("--base=main..", "write --base main --head HEAD to"),
        ("--head=main...change", "--head main...change is a range"),
    ] {
        refused(&check(repo.path(), &[option]), &["is a range, not one revision", meant]);
    }
    // As for git, they count from the current folder.
    let folder = repo.path().join("force-app/main");
    caught(&check(&folder, &["--base=main", "--head=HEAD", "default/connectedApps"]));
    caught(&check(&folder, &["--base=main", "--head=HEAD", "."]));
    caught(&check(&folder, &["--base=main", "--head=HEAD", "../../force-app"]));
    caught(&check(
        &folder,
        &["--base=main", "--head=HEAD", repo.path().join(APP).to_str().expect("text")],
    ));
    passed(&check(&folder, &["--base=main", "--head=HEAD", "../../README.md"]));
    refused(&check(&folder, &["--base=main", "--head=HEAD", "force-app"]), &["current folder"]);
    refused(&check(&folder, &["--base=main", "--head=HEAD", "../../.."]), &["../../.."]);
    // A part of a folder's name is another folder.
    refused(&check(repo.path(), &["--base=main", "--head=HEAD", "force"]), &["force"]);
}

/// An app drops its own timeout, so that the long one of the org applies.
fn paths_of_evidence() {
    const SETTINGS: &str = "force-app/main/default/settings/Security.settings-meta.xml";
    let repo = TestRepo::new();
    let own = "<sessionPolicy><sessionTimeout>15</sessionTimeout></sessionPolicy>\n</ConnectedApp>";
    repo.write(APP, connected_app(false).replace("</ConnectedApp>", own));
    repo.write(
        SETTINGS,
        "<SecuritySettings><sessionSettings><sessionTimeout>TwoHours</sessionTimeout></sessionSettings></SecuritySettings>",
    );
    repo.commit("The app");
    repo.git(&["checkout", "--quiet", "-b", "change"]);
    repo.write(APP, connected_app(false));
    repo.commit("Drop the timeout");
    for path in [APP, SETTINGS] {
        let run = check(repo.path(), &["--base=main", "--head=HEAD", path]);
        let found: Vec<_> = run.findings().into_iter().map(|hit| (hit.control, hit.path)).collect();
        assert_eq!(
            found,
            [("ca-session-timeout-too-long".into(), APP.into())],
            "{path}: {}",
            run.said()
        );
    }
}

fn thresholds() {
    let (repo, _, _) = opened();
    let run = check(repo.path(), &["--base=main", "--head=HEAD", "--fail-on=never"]);
    assert!(run.code == 0 && run.findings().len() == 1, "{}", run.said());
    caught(&check(repo.path(), &["--base=main", "--head=HEAD", "--fail-on=critical"]));
    let empty = repo.git(&["hash-object", "-t", "tree", "-w", "/dev/null"]);
    let run = check(repo.path(), &["--base", &empty, "--head=HEAD", "--introduced=warn"]);
    assert!(run.code == 0 && !run.findings().is_empty(), "{}", run.said());
    passed(&check(repo.path(), &["--base", &empty, "--head=HEAD", "--introduced=off"]));
    refused(&check(repo.path(), &["--base=main", "--head=HEAD", "--fail-on=bad"]), &["bad"]);
}

const OWN: &str = r#"
id: ca-contact-missing
title: Connected App has nobody to ask
status: stable
subject: connected-app
source:
  id: null
  control: null
  recommended: null
  page: null
  grounds: "our own rule"
  cvss: { min: 4.0, max: 6.0, estimated: true }
standards: []
check: { require: { field: ConnectedApp/contactEmail, matches: '@example\.com$' } }
message: "'{subject}' has nobody to ask."
why: |
  Somebody must answer for an app.
remediation: |
  Name a person.
examples:
  - name: lost
    base: { ConnectedApp: { contactEmail: "a@example.com" } }
    head: { ConnectedApp: { contactEmail: "a@example.org" } }
    expect: regressed
  - name: kept
    base: { ConnectedApp: { contactEmail: "a@example.com" } }
    head: { ConnectedApp: { contactEmail: "b@example.com" } }
    expect: unchanged
  - name: near miss
    base: { ConnectedApp: { contactEmail: "a@example.com", label: "A" } }
    head: { ConnectedApp: { contactEmail: "a@example.com", label: "B" } }
    expect: unchanged
"#;

fn own_policy() {
    let folder = TestRepo::folder();
    folder.write("connected-app/ca-contact-missing.yaml", OWN);
    let policies = folder.path().to_str().expect("text");
    let repo = TestRepo::new();
    repo.write(APP, connected_app(false));
    repo.commit("The app");
    repo.write(APP, connected_app(false).replace("platform@example.com", "platform@example.org"));
    repo.commit("Nobody");
    passed(&check(repo.path(), &["--base=HEAD~", "--head=HEAD"]));
    for more in [&["--policies", policies][..], &["--policies", policies, "--no-builtin"]] {
        let run = check(repo.path(), &[&["--base=HEAD~", "--head=HEAD"], more].concat());
        let hits = run.findings();
        assert!(
            run.code == 1 && hits.len() == 1 && hits[0].control == "ca-contact-missing" && hits[0].line == 3,
            "{}",
            run.said()
        );
    }
    folder.write(
        "connected-app/ca-contact-missing.yaml",
        OWN.replace("contactEmail, matches", "contactEmial, matches"),
    );
    refused(
        &check(repo.path(), &["--base=HEAD~", "--head=HEAD", "--policies", policies]),
        &["contactEmial", "contactEmail"],
    );
}

fn no_controls() {
    let (repo, _, _) = opened();
    let folder = TestRepo::folder();
    let policies = folder.path().to_str().expect("text");
    refused(
        &check(repo.path(), &["--base=main", "--head=HEAD", "--no-builtin", "--policies", policies]),
        &["no controls"],
    );
    refused(&check(repo.path(), &["--base=main", "--head=HEAD", "--no-builtin"]), &[]);
    refused(
        &check(repo.path(), &["--base=main", "--head=HEAD", "--policies", "missing"]),
        &["missing"],
    );
}

fn local_policies() {
    let repo = TestRepo::new();
    repo.write(APP, connected_app(false));
    repo.write("orgate.yaml", "policies: gate\n");
    repo.write("gate/connected-app/ca-contact-missing.yaml", OWN);
    repo.write(
        "gate/connected-app/ca-contact-gone.yaml",
        OWN.replace("ca-contact-missing", "ca-contact-gone"),
    );
    repo.commit("The app");
    repo.write(APP, connected_app(false).replace("platform@example.com", "platform@example.org"));
    repo.remove("gate/connected-app/ca-contact-missing.yaml");
    repo.commit("Nobody, and nobody asks");
    let run = check(repo.path(), &["--base=HEAD~", "--head=HEAD"]);
    assert!(run.code == 1 && run.findings().len() == 2, "{}", run.said());
    assert!(!list(&run.report["gate_loosened"]).is_empty(), "{}", run.stdout);
    repo.remove("gate/connected-app/ca-contact-gone.yaml");
    repo.commit("No controls where the settings name some");
    refused(&check(repo.path(), &["--base=HEAD~", "--head=HEAD"]), &["gate"]);
}

fn missing_folder() {
    let repo = with_settings("policies: gaet\n");
    refused(&check(repo.path(), &["--base=main", "--head=HEAD"]), &["gaet"]);
}

fn include() {
    let repo = with_settings("exclude: ['force-app/**']\n");
    passed(&check(repo.path(), &["--base=main", "--head=HEAD"]));
    let repo = with_settings("include: ['force-app/**']\n");
    caught(&check(repo.path(), &["--base=main", "--head=HEAD"]));
    // Out of the included folders, but still the app that was in them.
    repo.git(&["checkout", "--quiet", "main"]);
    let place = "elsewhere/connectedApps/Billing.connectedApp-meta.xml";
    repo.write(place, connected_app(true));
    repo.remove(APP);
    repo.commit("Move it away");
    let run = check(repo.path(), &["--base=HEAD~", "--head=HEAD"]);
    assert!(
        run.code == 1 || run.undecided().iter().any(|hit| hit.outcome == "undecided"),
        "{}",
        run.said()
    );
    // What nobody will look at any more is told.
    let told = list(&run.report["warnings"]).iter().any(|warning| warning["path"] == place);
    assert!(told, "{}", run.said());
}

#[cfg(not(unix))]
fn endless() {}

#[cfg(unix)]
fn endless() {
    let (repo, _, _) = opened();
    let folder = TestRepo::folder();
    let pipe = folder.path().join("p.yaml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo starts");
    assert!(made.success());
    let text = |path: &std::path::Path| path.to_str().expect("text").to_owned();
    for arguments in [
        ["--config-from", &text(&pipe)],
        ["--config-from", "/dev/zero"],
        ["--policies", &text(folder.path())],
        ["--policies", &text(&pipe)],
        ["--policies", "/dev/zero"],
    ] {
        let run = check(repo.path(), &["--base=main", "--head=HEAD", arguments[0], arguments[1]]);
        refused(&run, &["cannot read"]);
    }
    std::fs::remove_file(&pipe).expect("removed");
    folder.write("long.yaml", " ".repeat((1 << 20) + 1));
    for option in ["--config-from", "--policies"] {
        let file = text(&folder.path().join("long.yaml"));
        refused(
            &check(repo.path(), &["--base=main", "--head=HEAD", option, &file]),
            &["larger than 1048576 bytes"],
        );
    }
    folder.remove("long.yaml");
    // A folder within itself is read once.
    for name in ["a", "b"] {
        std::os::unix::fs::symlink(".", folder.path().join(name)).expect("linked");
    }
    folder.write("z.yaml", "nonsense: [");
    let run = check(repo.path(), &["--base=main", "--head=HEAD", "--policies", &text(folder.path())]);
    refused(&run, &["z.yaml"]);
}
