//! Whole files: valid, deterministic, complete, and deaf to what names and values say.

mod sample;

use orgate_core::judge::Standing;
use serde_json::Value;

use super::*;
use sample::{finding, head_file, sample, view};

fn options() -> Options<'static> {
    Options::new("0.1.0", &head_file)
}

fn written(report: &Report, options: &Options<'_>) -> (String, Value) {
    let mut out = Vec::new();
    write(report, options, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    valid(&value);
    (text, value)
}

fn valid(log: &Value) {
    use std::sync::OnceLock;
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    let validator = SCHEMA.get_or_init(|| {
        let schema = serde_json::from_str(include_str!("../../../schemas/vendor/sarif-2.1.0.json")).unwrap();
        jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
    });
    let errors: Vec<String> = validator
        .iter_errors(log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().flat_map(strings).collect(),
        Value::Object(map) => map.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_validator_sees_what_is_wrong() {
    let log = serde_json::to_value(log(&sample(), &options())).unwrap();
    let schema = serde_json::from_str(include_str!("../../../schemas/vendor/sarif-2.1.0.json")).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for (pointer, wrong) in [
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", Value::from(0)),
        ("/runs/0/results/0/level", Value::from("bad")),
        (
            "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri",
            Value::from("a b"),
        ),
        ("/runs/0/results/0/message", serde_json::json!({ "texxt": "x" })),
    ] {
        let mut broken = log.clone();
        *broken.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

#[test]
fn a_whole_file() {
    let (text, log) = written(&sample(), &options());
    assert!(text.ends_with("}\n"));
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let summary: Vec<(&str, &str, &str)> = results
        .iter()
        .map(|result| {
            (
                result["ruleId"].as_str().unwrap(),
                result["level"].as_str().unwrap(),
                result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                    .as_str()
                    .unwrap(),
            )
        })
        .collect();
    assert_eq!(
        summary,
        [
            ("ca-pkce-not-required", "error", "force-app/Gone.connectedApp-meta.xml"),
            ("ca-pkce-not-required", "error", "force-app/Portal%20%C3%A9.connectedApp-meta.xml"),
            ("ca-run-as-changed", "note", "force-app/Portal%20%C3%A9.connectedApp-meta.xml"),
        ]
    );
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        let location = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let artifact = &run["artifacts"][usize::try_from(location["index"].as_u64().unwrap()).unwrap()];
        assert_eq!(artifact["location"]["uri"], location["uri"]);
    }
    assert_eq!(run["artifacts"][0]["roles"][0], "deleted");
    let portal = &results[1];
    assert_eq!(
        portal["message"]["text"],
        "'Portal' no longer requires PKCE. The risk is higher here: somebody can act as that user. \
         See [ConnectedApp/isPkceRequired before: 'true'](1)."
    );
    let region = &portal["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        region,
        &serde_json::json!({ "startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 48 })
    );
    assert_eq!(portal["relatedLocations"][0]["id"], 1);
    let content = head_file(&"force-app/Portal".into()).unwrap();
    assert_eq!(
        portal["partialFingerprints"]["primaryLocationLineHash"],
        line_hash::of(&content, &[3].into())[&3].as_str()
    );
    assert_eq!(portal["partialFingerprints"]["orgate/v1"].as_str().unwrap().len(), 64);
    assert_eq!(portal["properties"]["baseStartLine"], 3);
    assert_eq!(portal["properties"]["head"]["values"]["ConnectedApp/isPkceRequired"], "false");
    let gone = results[0]["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
    assert!(gone.len() == 18 && gone.ends_with(":1"), "{gone}");
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["exitCode"], 2);
    assert_eq!(invocation["executionSuccessful"], true);
    let levels: Vec<&str> = invocation["toolExecutionNotifications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["level"].as_str().unwrap())
        .collect();
    assert_eq!(levels, ["error", "warning", "note", "warning", "note"]);
    assert!(run.get("versionControlProvenance").is_none());
    assert!(strings(&log).iter().all(|text| !text.contains(env!("CARGO_MANIFEST_DIR"))));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(written(&sample(), &options()).0, written(&sample(), &options()).0);
    let compact = Options {
        pretty: false,
        ..options()
    };
    let (text, log) = written(&sample(), &compact);
    assert_eq!(text.lines().count(), 1);
    assert_eq!(log, written(&sample(), &options()).1);
}

#[test]
fn rules_say_everything() {
    let (_, log) = written(&sample(), &options());
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["name"], "CaPkceNotRequired");
    assert_eq!(
        rule["helpUri"],
        "https://help.salesforce.com/s/articleView?id=xcloud.shr_require_pkce.htm&type=5"
    );
    assert_eq!(rule["properties"]["security-severity"], "7.95");
    assert_eq!(
        rule["properties"]["tags"],
        serde_json::json!(["security", "salesforce", "oauth", "connected-app", "external/cwe/cwe-294"])
    );
    for form in ["text", "markdown"] {
        let help = rule["help"][form].as_str().unwrap();
        for part in [
            "It should not be.",
            "Require PKCE",
            "xcloud.shr_require_pkce",
            "Switch it on.",
            "Absent means off.",
            "somebody can act as that user",
            "where the client runs",
            "RFC 9700, section 2.1.1",
            "- control: ca-pkce-not-required",
        ] {
            assert!(help.contains(part), "{form}: {part}\n{help}");
        }
    }
    let review = &log["runs"][0]["tool"]["driver"]["rules"][1];
    assert_eq!(review["defaultConfiguration"]["level"], "note");
}

#[test]
fn a_severity_from_settings_shows_in_the_score_of_the_rule() {
    let mut report = sample();
    for finding in &mut report.findings {
        finding.severity = orgate_core::Severity::Low;
    }
    let (_, log) = written(&report, &options());
    assert_eq!(
        log["runs"][0]["tool"]["driver"]["rules"][0]["properties"]["security-severity"],
        "3.9"
    );
    assert_eq!(log["runs"][0]["results"][0]["level"], "note");
}

#[test]
fn one_result_for_one_control_at_one_line() {
    let mut report = sample();
    let path = "settings/OauthOidc.settings-meta.xml";
    report.findings = (0..30)
        .map(|number| finding(&report.controls[0], &format!("App {number}"), path, 7))
        .collect();
    let (_, log) = written(&report, &options());
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    let text = results[0]["message"]["text"].as_str().unwrap();
    assert!(
        text.starts_with("'App 0' no longer requires PKCE. The same holds for 'App 1', 'App 2',"),
        "{text}"
    );
    assert!(text.contains(" and 9 more."), "{text}");
    assert_eq!(results[0]["properties"]["others"].as_array().unwrap().len(), 29);
}

#[test]
fn what_is_waived_is_left_out_or_suppressed() {
    let (text, log) = written(&sample(), &options());
    assert!(!text.contains("'Waived'"));
    assert_eq!(log["runs"][0]["properties"]["waived"], 1);
    let all = Options {
        include_waived: true,
        ..options()
    };
    let (_, log) = written(&sample(), &all);
    let suppressed: Vec<&Value> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|result| result.get("suppressions"))
        .collect();
    assert_eq!(
        suppressed,
        [&serde_json::json!([{
            "kind": "external",
            "status": "accepted",
            "justification": "old device (approved by a person, until 2030-01-01)"
        }])]
    );
}

#[test]
fn options_for_the_platforms() {
    let chosen = Options {
        category: Some("orgate/app"),
        repository: Some("https://example.com/a/b"),
        empty_results: true,
        ..options()
    };
    let mut report = sample();
    let (_, log) = written(&report, &chosen);
    let run = &log["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "orgate/app/");
    assert_eq!(run["results"], serde_json::json!([]));
    assert_eq!(run["versionControlProvenance"][0]["revisionId"], "2".repeat(40));
    // Nothing to show and a file that cannot be read: this must not look like success.
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    report.unreadable.clear();
    let (_, log) = written(&report, &chosen);
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
    assert_eq!(log["runs"][0]["invocations"][0]["exitCode"], 1);
    let odd = Options {
        repository: Some("not a (url)"),
        ..options()
    };
    assert!(written(&report, &odd).1["runs"][0].get("versionControlProvenance").is_none());
}

#[test]
fn the_worst_stay_when_there_is_no_room() {
    let mut report = sample();
    report.findings = (0..5)
        .map(|number| finding(&report.controls[0], "App", format!("{}.connectedApp", 9 - number).as_str(), 1))
        .collect();
    let log = serde_json::to_value(limited(&report, &options(), 2)).unwrap();
    valid(&log);
    let uris: Vec<&str> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert_eq!(uris, ["8.connectedApp", "9.connectedApp"]);
    let first = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert!(first["message"]["text"].as_str().unwrap().starts_with("3 results are left out"));
}

#[test]
fn a_long_element_points_at_its_changed_line_only() {
    let mut report = sample();
    report.findings.truncate(1);
    report.findings[0].anchor.end = Some((9, 3));
    let (_, log) = written(&report, &options());
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        place["region"],
        serde_json::json!({ "startLine": 4, "startColumn": 5, "endLine": 4 })
    );
    assert_eq!(place["contextRegion"]["endLine"], 9);
}

#[test]
fn zeros_never_reach_a_region() {
    let mut report = sample();
    report.findings[0].anchor.line = 0;
    report.findings[0].anchor.column = 0;
    report.findings[0].anchor.end = None;
    report.findings[0].evidence[0].line = 0;
    report.unreadable[0].line = 0;
    report.unreadable[0].column = 0;
    written(&report, &options());
}

#[test]
fn hostile_names_and_values_stay_text() {
    for hostile in [
        "a\nb\r\n::error file=x::y",
        "](http://evil.example) [click](1)",
        "\u{1b}[2J\u{202e}txt\u{9b}31m",
        "<img onerror=alert(1)> & @everyone #1 `x` | y",
        "%0A%28 \\ \\[1\\](1) {0}",
        "'. First. Second",
    ] {
        let mut report = sample();
        let mut one = finding(&report.controls[0], hostile, hostile, 4);
        one.evidence[0].value = Some(hostile.to_owned());
        one.reasons[0].because = hostile.to_owned();
        one.base = Some(view(Standing::Satisfied, hostile));
        report.findings = vec![one];
        report.undecided[0].subject.name = hostile.to_owned();
        report.undecided[0].reasons = vec![hostile.to_owned()];
        report.unreadable[0].reason = hostile.to_owned();
        report.unreadable[0].path = RepoPath::new([hostile.as_bytes(), b"\xff\xfe"].concat());
        report.loosened[0].text = hostile.to_owned();
        report.warnings[0].text = hostile.to_owned();
        report.waiver_notes = vec![hostile.to_owned()];
        let (text, log) = written(&report, &options());
        assert!(
            !text.contains(|character| character != '\n' && text::is_hidden(character)),
            "{hostile:?}"
        );
        let run = &log["runs"][0];
        assert_eq!(run["results"][0]["properties"]["subject"]["name"], hostile);
        let message = run["results"][0]["message"]["text"].as_str().unwrap();
        // Of all brackets only those of our own link are live.
        let live = message.replace("\\\\", "").replace("\\[", "").replace("\\]", "");
        assert_eq!((live.matches('[').count(), live.matches("](").count()), (1, 1), "{message}");
        for notification in run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap() {
            let text = notification["message"]["text"].as_str().unwrap();
            let live = text.replace("\\\\", "").replace("\\[", "").replace("\\]", "");
            assert!(!live.contains(['[', ']', '\n']), "{text}");
        }
    }
}
