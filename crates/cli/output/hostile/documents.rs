//! Documents for programs, read by their schemas and by a parser of XML.

use orgate_core::RepoPath;
use orgate_core::report::Finding;
use sarif::text::visible;
use serde_json::Value;

use super::pages::shown;
use super::{HOSTILE, written};
use crate::output::sample::{file, sample_report};
use crate::output::{gitlab_codequality, gitlab_sast, junit};

const SAST: &str = include_str!("../../../../schemas/vendor/gitlab-sast-15.2.1-subset.json");
const QUALITY: &str = include_str!("../../../../schemas/vendor/gitlab-codequality.json");
const SARIF: &str = include_str!("../../../../schemas/vendor/sarif-2.1.0.json");

fn valid(schema: &str, document: &str) -> Value {
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let document: Value = serde_json::from_str(document).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    document
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let report = sample_report("App");
    let options = gitlab_sast::Options {
        version: "0.1.0",
        start: "2026-01-01T00:00:00Z",
        end: "2026-01-01T00:00:01",
        empty: false,
    };
    let sast = written(|out| gitlab_sast::write(&report, &options, out));
    let quality = written(|out| gitlab_codequality::write(&report, false, out)).replace("\"critical\"", "\"bad\"");
    for (schema, document) in [(SAST, sast), (QUALITY, quality)] {
        let schema = serde_json::from_str(schema).unwrap();
        let document = serde_json::from_str(&document).unwrap();
        assert!(!jsonschema::is_valid(&schema, &document));
    }
}

#[test]
fn code_quality() {
    for name in HOSTILE {
        let report = sample_report(name);
        let text = written(|out| gitlab_codequality::write(&report, false, out));
        let list = valid(QUALITY, &text);
        let list = list.as_array().unwrap();
        assert_eq!(list.len(), 3);
        assert_eq!(list[0]["location"]["path"], file(name));
        assert_eq!(list[0]["description"], format!("'{}' no longer requires PKCE.", visible(name)));
        let severities: Vec<&str> = list.iter().map(|item| item["severity"].as_str().unwrap()).collect();
        assert_eq!(severities, ["critical", "critical", "info"]);
        let mut fingerprints: Vec<&str> = list.iter().map(|item| item["fingerprint"].as_str().unwrap()).collect();
        fingerprints.dedup();
        assert_eq!(fingerprints.len(), 3);
        assert_eq!(written(|out| gitlab_codequality::write(&report, true, out)), "[]\n");
    }
}

#[test]
fn security_reports() {
    let options = gitlab_sast::Options {
        version: "0.1.0",
        start: "2026-01-01T00:00:00",
        end: "2026-01-01T00:00:01",
        empty: false,
    };
    for name in HOSTILE {
        let text = written(|out| gitlab_sast::write(&sample_report(name), &options, out));
        let log = valid(SAST, &text);
        let list = log["vulnerabilities"].as_array().unwrap();
        assert_eq!(list.len(), 3);
        assert_eq!(log["scan"]["status"], "failure");
        let one = &list[0];
        assert_eq!(one["location"]["file"], file(name));
        assert!(!one["name"].as_str().unwrap().contains("no longer requires PKCE"));
        let description = shown(one["description"].as_str().unwrap(), None);
        assert!(
            description.contains(&format!("'{}' no longer requires PKCE.", visible(name))),
            "{description}"
        );
        let after = one["details"]["change"]["after"].as_str().unwrap();
        assert!(after.starts_with("oauthConfig/isPkceRequired: "), "{after}");
        assert_eq!(one["details"]["evidence_01"]["line_start"], 3);
    }
}

#[test]
fn test_results() {
    for name in HOSTILE {
        let text = written(|out| junit::write(&sample_report(name), out));
        let document = roxmltree::Document::parse(&text).unwrap();
        let suite = document.root_element().first_element_child().unwrap();
        let cases: Vec<_> = suite.children().filter(roxmltree::Node::is_element).collect();
        let results: Vec<&str> = cases
            .iter()
            .map(|case| case.first_element_child().map_or("", |result| result.tag_name().name()))
            .collect();
        assert_eq!(
            results,
            [
                "system-out",
                "error",
                "failure",
                "failure",
                "system-out",
                "skipped",
                "skipped",
                "system-out"
            ]
        );
        let attribute = |name: &str| suite.attribute(name).unwrap().to_owned();
        assert_eq!(
            ["tests", "failures", "errors", "skipped"].map(attribute),
            ["8", "2", "1", "2"].map(str::to_owned)
        );
        assert_eq!(
            cases[2].attribute("name").unwrap(),
            format!("connected-app '{}' in {}", visible(name), visible(&file(name)))
        );
        let failure = cases[2].first_element_child().unwrap();
        assert_eq!(
            failure.attribute("message").unwrap(),
            format!("'{}' no longer requires PKCE.", visible(name))
        );
    }
}

#[test]
fn code_scanning() {
    for name in HOSTILE {
        let text = written(|out| sarif::write(&sample_report(name), &sarif::Options::new("0.1.0", &|_| None), out));
        let log = valid(SARIF, &text);
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 3);
        assert!(results.iter().all(|result| result["properties"]["subject"]["name"] == *name));
        let region = sarif::model::Region {
            start_line: 4,
            start_column: Some(5),
            end_line: 4,
            end_column: Some(5),
        };
        let mend = |_: &Finding| {
            Some(sarif::Fix {
                path: RepoPath::new(file(name).as_bytes()),
                description: format!("set x to {name}"),
                replacements: vec![(region, (*name).to_owned())],
            })
        };
        let options = sarif::Options {
            fix: &mend,
            ..sarif::Options::new("0.1.0", &|_| None)
        };
        let text = written(|out| sarif::write(&sample_report(name), &options, out));
        let log = valid(SARIF, &text);
        let change = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["replacements"][0]["insertedContent"]["text"], *name);
    }
}
