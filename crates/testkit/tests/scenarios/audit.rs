//! What an audit counts, waives and fails on.

use std::collections::BTreeMap;

use orgate_testkit::gate::{Run, list, orgate};
use orgate_testkit::sample::{APP, CONTROL, connected_app};
use orgate_testkit::{Gate, TestRepo};
use serde_json::Value;

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("audit::what counts fails, what is excused does not", counted),
    ("audit::threshold and severities", threshold),
    ("audit::waivers", waivers),
    ("audit::a control in preview fails nothing", preview),
];

/// The other weakness of the sample app that counts.
const OTHER: &str = "ca-digital-signature-removed";
/// A weakness of it that does not count on an app that never had the protection.
const EXCUSED: &str = "ca-single-logout-removed";

fn audit(app: String, settings: &str, arguments: &[&str]) -> Run {
    let repo = TestRepo::folder();
    repo.write(APP, app);
    repo.write("orgate.yaml", settings);
    let mut command = orgate(repo.path());
    command.args(["audit", "--dir=.", "--format=json"]).args(arguments);
    Gate::finish(command)
}

/// The violations of a run by control.
fn violations(run: &Run) -> BTreeMap<&str, &Value> {
    let cells = list(&run.report["cells"]).iter();
    let violated = cells.filter(|cell| cell["violation"].is_object());
    violated
        .map(|cell| (cell["control"].as_str().expect("an id"), &cell["violation"]))
        .collect()
}

fn fails(run: &Run) -> Vec<&str> {
    let failing = violations(run).into_iter().filter(|(_, violation)| violation["fails"] == true);
    failing.map(|(control, _)| control).collect()
}

fn counted() {
    let run = audit(connected_app(true), "", &[]);
    assert_eq!((fails(&run), run.code), (vec![CONTROL, OTHER], 1), "{}", run.stdout);
    let excused = violations(&run)[EXCUSED];
    assert!(excused["counts"] == false && excused["fails"] == false, "{excused}");
    let summary = &run.report["summary"];
    assert_eq!((&summary["violated"], &summary["waived"]), (&2.into(), &0.into()), "{summary}");
    assert_eq!((&summary["excused"], &summary["undecided"]), (&2.into(), &1.into()), "{summary}");
    let standing = |standing: &str| {
        let cells = list(&run.report["cells"]).iter();
        Value::from(cells.filter(|cell| cell["standing"] == standing).count())
    };
    assert_eq!(summary["satisfied"], standing("satisfied"), "{summary}");
    assert_eq!(summary["not_applicable"], standing("not-applicable"), "{summary}");
    let score = |control: &str| violations(&run)[control]["score"].as_f64().expect("a score");
    let sum = score(CONTROL) + score(OTHER);
    let risk = summary["risk"].as_f64().expect("a number");
    assert!((risk - sum).abs() < 0.001, "{summary}");
}

fn threshold() {
    let run = audit(connected_app(true), "", &["--fail-on=critical"]);
    assert_eq!((fails(&run), run.code), (vec![CONTROL], 1), "{}", run.stdout);
    let milder = format!("controls:\n  {CONTROL}: {{ severity: medium }}\n");
    let run = audit(connected_app(true), &milder, &["--fail-on=critical"]);
    assert_eq!((fails(&run), run.code), (vec![], 0), "{}", run.stdout);
    assert_eq!(violations(&run)[CONTROL]["severity"], "medium");
}

fn waivers() {
    let waived = |control: &str, subject: &str, expires: &str| {
        let waiver = format!(
            "waivers:\n  - control: {control}\n    subject: {subject}\n    reason: legacy\n    approved-by: Ada\n    expires: {expires}\n"
        );
        audit(connected_app(true), &waiver, &["--today=2026-06-30"])
    };
    let run = waived(CONTROL, "Billing", "2026-06-30");
    assert_eq!((fails(&run), run.code), (vec![OTHER], 1), "{}", run.stdout);
    let summary = &run.report["summary"];
    assert_eq!((&summary["violated"], &summary["waived"]), (&1.into(), &1.into()), "{summary}");
    assert_eq!(violations(&run)[CONTROL]["waived_until"], "2026-06-30");
    for (control, subject, expires, note) in [
        (CONTROL, "Billing", "2026-06-29", "expired on"),
        (CONTROL, "Other", "2026-06-30", "covers nothing here"),
        (EXCUSED, "Billing", "2026-06-30", "covers nothing here (it"),
        (
            CONTROL,
            "biLLing",
            "2026-06-30",
            "covers nothing here: the subject is called 'Billing', and capitals matter",
        ),
        (CONTROL, "Biling", "2026-06-30", "covers nothing here, did you mean `Billing`?"),
        (
            "ca-pkce-not-require",
            "Billing",
            "2026-06-30",
            "names no control in force, did you mean `ca-pkce-not-required`?",
        ),
    ] {
        let run = waived(control, subject, expires);
        assert_eq!(fails(&run), [CONTROL, OTHER], "{control} {subject} {expires}");
        let notes = run.report["waiver_notes"].to_string();
        assert!(notes.contains(note), "{notes}");
    }
}

fn preview() {
    let repo = TestRepo::folder();
    let permission = "<enabled>true</enabled>\n        <name>CanApproveUninstalledApps</name>";
    let space = "xmlns=\"http://soap.sforce.com/2006/04/metadata\"";
    repo.write(
        "force-app/main/default/profiles/Admin.profile-meta.xml",
        format!("<Profile {space}>\n    <userPermissions>\n        {permission}\n    </userPermissions>\n</Profile>\n"),
    );
    let mut command = orgate(repo.path());
    command.args(["audit", "--dir=.", "--format=json"]);
    let run = Gate::finish(command);
    let violation = violations(&run)["org-uninstalled-apps-approvable"];
    assert!(violation["counts"] == true && violation["fails"] == false, "{violation}");
    assert_eq!((fails(&run), run.code), (vec![], 0), "{}", run.stdout);
}
