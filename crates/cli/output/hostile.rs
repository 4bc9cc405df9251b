//! Names, values and paths that try to be more than text, through every writer; what comes out is read back by a
//! parser that is not ours where there is one.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use orgate_core::judge::Standing;
use orgate_core::policy::catalog::PolicyFile;
use orgate_core::report::{
    Anchor, Better, Compared, Evidence, Finding, GateLoosened, Reason, SideView, SubjectRef, Undecided, Unreadable, WaiverUse, Warning,
};
use orgate_core::settings::{FailOn, Waiver};
use orgate_core::{Catalog, Control, Outcome, RepoPath, Report, Score, Side, SubjectKind};
use pulldown_cmark::{Event, Options as MarkdownOptions, Parser, Tag, TagEnd};
use sarif::text::{is_hidden, visible};
use serde_json::Value;

use super::{github, gitlab_codequality, gitlab_sast, json, junit, markdown, text};
use crate::args::{ColorWhen, Global};

mod commands;

const HOSTILE: [&str; 22] = [
    "plain",
    "a\nb\r\n::error file=x::injected",
    "\n::stop-commands::x\n::set-output name=a::b",
    "x%0A::warning::y",
    "##[error]z",
    "](http://evil.example) [click](http://evil.example \"t\")",
    "![i](http://evil.example/x.png) <http://evil.example> http://evil.example www.evil.example a@evil.example",
    "<img src=x onerror=alert(1)><script>alert(1)</script></details>",
    "@everyone @org/team #1 org/repo#2 !3 ~bug %\"m\" $4 &5 GH-6",
    "| a | b |\n| --- |",
    "`code` ``x `` ``` \\` \\|",
    "**bold** __u__ ~~s~~ _i_ *i* ==m== $x$",
    "\u{1b}[2J\u{1b}]8;;http://evil.example\u{7}x\u{9b}31m",
    "\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}\u{e0041}",
    "' onload='x' \" ]]> <!-- --> &amp; &#64; &lt;",
    "{subject} {0} ${X} {{x}} %s",
    "\u{0}\u{1}\u{7f}\u{ffff}\u{fffe}",
    "/close",
    "- [ ] task",
    "1. one",
    "    indented code",
    "# heading\\",
];

fn controls() -> Vec<Arc<Control>> {
    static CONTROLS: OnceLock<Vec<Arc<Control>>> = OnceLock::new();
    CONTROLS.get_or_init(|| catalog().controls().cloned().collect()).clone()
}

fn catalog() -> Catalog {
    let registry = orgate_metadata::builtin::registry().unwrap();
    let files: Vec<PolicyFile<'_>> = crate::builtin::policies()
        .iter()
        .map(|(name, text)| PolicyFile { name, text })
        .collect();
    let mut catalog = Catalog::default();
    catalog.add(&files, &registry).unwrap();
    catalog
}

fn view(standing: Standing, value: &str) -> SideView {
    SideView {
        standing,
        grade: None,
        values: BTreeMap::from([
            ("ConnectedApp/oauthConfig/isPkceRequired".to_owned(), Some(value.to_owned())),
            ("ConnectedApp/oauthConfig/scopes".to_owned(), None),
        ]),
        whys: Vec::new(),
    }
}

fn finding(control: &Arc<Control>, name: &str, path: &RepoPath, line: u32) -> Finding {
    Finding {
        control: Arc::clone(control),
        outcome: Outcome::Regressed,
        severity: Score::from_hundredths(795).severity(),
        score: Score::from_hundredths(795),
        low_confidence: false,
        subject: SubjectRef {
            kind: SubjectKind::ConnectedApp,
            name: name.to_owned(),
        },
        base: Some(view(Standing::Satisfied, "true")),
        head: Some(view(Standing::Violated, name)),
        reasons: vec![Reason {
            raises: true,
            condition: None,
            because: format!("the value is '{name}'"),
            changed: true,
        }],
        anchor_type: None,
        anchor: Anchor {
            path: path.clone(),
            line,
            column: 5,
            side: Side::Head,
            end: Some((line, 48)),
        },
        evidence: vec![Evidence {
            path: path.clone(),
            side: Side::Base,
            line: 3,
            column: 5,
            field: "ConnectedApp/oauthConfig/isPkceRequired".into(),
            value: Some(name.to_owned()),
        }],
        message: format!("'{name}' no longer requires PKCE."),
        fingerprint: orgate_core::report::fingerprint::fingerprint(&[&control.id, name, &line.to_string()]),
        waived: None,
        fails: true,
    }
}

/// No path in git begins with a slash.
fn file(name: &str) -> String {
    format!("apps/{name}")
}

/// A report with one entry of everything, `name` wherever a change's author can put text.
pub(crate) fn sample_report(name: &str) -> Report {
    let controls = controls();
    let control = &controls[0];
    let path = RepoPath::new(file(name).as_bytes());
    let subject = SubjectRef {
        kind: SubjectKind::ConnectedApp,
        name: name.to_owned(),
    };
    let mut review = finding(&controls[1], name, &path, 6);
    review.outcome = Outcome::Review;
    review.fails = false;
    let mut gone = finding(control, name, &RepoPath::new([file(name).as_bytes(), b"\xff\xfe"].concat()), 1);
    gone.anchor.side = Side::Base;
    gone.anchor.end = None;
    let mut waived = finding(control, name, &path, 9);
    waived.fails = false;
    waived.waived = Some(WaiverUse {
        waiver: Waiver {
            control: control.id.to_string(),
            subject: name.to_owned(),
            reason: name.to_owned(),
            approved_by: name.to_owned(),
            expires: "2030-01-01".to_owned(),
        },
    });
    Report {
        compared: Compared {
            base: name.to_owned(),
            base_id: Some("1".repeat(40)),
            head: name.to_owned(),
            head_id: Some("2".repeat(40)),
            why: name.to_owned(),
        },
        findings: vec![finding(control, name, &path, 4), gone, review, waived],
        undecided: vec![Undecided {
            control: Arc::clone(control),
            subject: subject.clone(),
            reasons: vec![name.to_owned()],
            new: true,
            base: None,
            anchor: finding(control, name, &path, 2).anchor,
        }],
        unreadable: vec![Unreadable {
            path: path.clone(),
            side: Side::Head,
            line: 2,
            column: 7,
            reason: name.to_owned(),
            fatal: true,
        }],
        better: vec![Better {
            control: Arc::clone(control),
            outcome: Outcome::Resolved,
            subject,
        }],
        loosened: vec![GateLoosened {
            path: path.clone(),
            text: name.to_owned(),
        }],
        warnings: vec![Warning {
            path: Some(path),
            line: 0,
            text: name.to_owned(),
        }],
        renamed: Vec::new(),
        waiver_notes: vec![name.to_owned()],
        controls,
        ..Report::default()
    }
}

fn written(write: impl Fn(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let bytes = || {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        out
    };
    let text = String::from_utf8(bytes()).unwrap();
    assert_eq!(text.as_bytes(), bytes(), "not deterministic");
    assert!(
        !text.contains(|character| character != '\n' && is_hidden(character)),
        "hidden characters in {text}"
    );
    text
}

fn written_with_colours(write: impl Fn(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

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

/// Reads a workflow command as GitHub's runner does: name, properties, message.
fn command(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
    let properties = properties
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), property(value)))
        .collect();
    Some((name.to_owned(), properties, data(message)))
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
    for (schema, document) in [
        (include_str!("../../../schemas/vendor/gitlab-sast-15.2.1-subset.json"), sast),
        (include_str!("../../../schemas/vendor/gitlab-codequality.json"), quality),
    ] {
        let schema = serde_json::from_str(schema).unwrap();
        let document = serde_json::from_str(&document).unwrap();
        assert!(!jsonschema::is_valid(&schema, &document));
    }
}

#[test]
fn workflow_commands() {
    for name in HOSTILE {
        let text = written(|out| github::write(&sample_report(name), out));
        let commands: Vec<_> = text.lines().map(|line| command(line).unwrap()).collect();
        let levels: Vec<&str> = commands.iter().map(|(level, ..)| level.as_str()).collect();
        assert_eq!(
            levels,
            ["error", "error", "error", "warning", "warning", "warning", "notice", "notice"],
            "{name:?}"
        );
        let (_, properties, message) = &commands[1];
        // Line ends are decoded to what they are; everything else that is hidden was shown.
        let file = file(name);
        let shown = file.split_inclusive(['\n', '\r']).flat_map(|line| {
            let (text, end) = line.split_at(line.trim_end_matches(['\n', '\r']).len());
            [visible(text).into_owned(), end.to_owned()]
        });
        let expected: String = shown.collect();
        assert_eq!(properties["file"], expected);
        assert!(
            message.starts_with(&format!("'{}' no longer requires PKCE.\n", visible(name))),
            "{message}"
        );
        assert_eq!((properties["line"].as_str(), properties["endColumn"].as_str()), ("4", "48"));
    }
}

/// Everything that is shown as text outside of code, and asserts that nothing else is there.
fn shown(page: &str, cells: Option<&[usize]>) -> String {
    let mut text = String::new();
    let mut rows: Vec<usize> = Vec::new();
    let mut in_code = false;
    for event in Parser::new_ext(page, MarkdownOptions::all() - MarkdownOptions::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Text(part) => {
                assert!(!in_code, "a code block: {part}");
                text.push_str(&part);
            }
            // No code span holds markup, and platforms leave code alone.
            Event::Code(part) => text.push_str(&part.replace(|character: char| character.is_ascii_punctuation(), " ")),
            Event::Html(part) | Event::InlineHtml(part) => {
                let ours = ["<details>", "</details>", "<summary>", "</summary>", "<br>"];
                let mut rest = part.to_string();
                for tag in ours {
                    rest = rest.replace(tag, "");
                }
                assert!(!rest.contains('<') && !rest.contains("evil"), "HTML got through: {part}");
                text.push_str(&rest);
            }
            Event::Start(Tag::Link { dest_url, .. }) => assert!(dest_url.starts_with("https://help.salesforce.com/"), "{dest_url}"),
            Event::Start(Tag::Image { .. } | Tag::FootnoteDefinition(_) | Tag::BlockQuote(_))
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::TaskListMarker(_)
            | Event::FootnoteReference(_) => panic!("markup got through: {event:?}"),
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(0),
            Event::End(TagEnd::TableCell) => {
                if let Some(row) = rows.last_mut() {
                    *row += 1;
                }
                text.push('\n');
            }
            Event::Start(_) | Event::SoftBreak | Event::HardBreak => text.push('\n'),
            _ => {}
        }
    }
    if let Some(cells) = cells {
        assert_eq!(rows, cells);
    }
    let characters: Vec<char> = text.chars().collect();
    for pair in characters.windows(2) {
        let live = matches!(pair, ['@' | '#' | '!' | '~' | '$' | '%', next] if next.is_alphanumeric());
        assert!(!live, "a reference got through: {pair:?} in {text}");
    }
    assert!(!text.contains("://") && !text.to_lowercase().contains("www.evil"), "{text}");
    text.replace('\u{200b}', "")
}

#[test]
fn summaries() {
    for name in HOSTILE {
        let page = written(|out| markdown::write(&sample_report(name), markdown::LIMIT, out));
        let text = shown(&page, Some(&[5; 7]));
        let message = format!("'{}' no longer requires PKCE.", visible(name));
        assert_eq!(text.matches(&message).count(), 3, "{name:?}\n{page}\n{text}");
        assert!(!page.lines().any(|line| line.starts_with('/')), "a quick action");
        for heading in ["## ⛔ orgate: not decided", "### Got weaker", "### Waived", "### Cannot be judged"] {
            assert_eq!(page.lines().filter(|line| *line == heading).count(), 1, "{heading}");
        }
    }
}

#[test]
fn summaries_stay_below_the_limit() {
    let mut report = sample_report("App");
    let one = report.findings[0].clone();
    report.findings = (0..500).map(|_| one.clone()).collect();
    for limit in [1_000, 5_000, 60_000, 200_000] {
        let page = written(|out| markdown::write(&report, limit, out));
        assert!(page.len() <= limit, "{} of {limit}", page.len());
        assert_eq!(page.contains("**Cut here: "), limit < 200_000, "{limit}");
        shown(&page, None);
    }
}

#[test]
fn code_quality() {
    for name in HOSTILE {
        let report = sample_report(name);
        let text = written(|out| gitlab_codequality::write(&report, false, out));
        let list = valid(include_str!("../../../schemas/vendor/gitlab-codequality.json"), &text);
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
        let log = valid(include_str!("../../../schemas/vendor/gitlab-sast-15.2.1-subset.json"), &text);
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
        let log = valid(include_str!("../../../schemas/vendor/sarif-2.1.0.json"), &text);
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
        let log = valid(include_str!("../../../schemas/vendor/sarif-2.1.0.json"), &text);
        let change = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["replacements"][0]["insertedContent"]["text"], *name);
    }
}

#[test]
fn for_programs_and_people() {
    let global = Global {
        verbose: 0,
        quiet: false,
        color: ColorWhen::Never,
    };
    for name in HOSTILE {
        let mut report = sample_report(name);
        report.thresholds.fail_on = FailOn::Low;
        let mut out = Vec::new();
        json::write(&report, &mut out).unwrap();
        let value: Value = serde_json::from_str(&written(|out| json::write(&report, out))).unwrap();
        assert_eq!(value["findings"][0]["subject"]["name"], *name);
        let mut out = Vec::new();
        text::write(&report, &|_| None, &|_| None, &|_| None, &global, &mut out).unwrap();
        let plain = text::plain(&String::from_utf8(out).unwrap());
        assert!(
            !plain.contains(|character| character != '\n' && is_hidden(character)),
            "hidden characters in {plain}"
        );
    }
}

#[test]
fn a_pass_names_what_was_not_judged() {
    let sample = sample_report("App");
    let one = |id: usize, new: bool| Undecided {
        control: Arc::clone(&controls()[id]),
        new,
        ..sample.undecided[0].clone()
    };
    let mut report = Report {
        undecided: vec![one(0, true), one(1, true), one(2, false)],
        controls: controls(),
        ..Report::default()
    };
    let said = |report: &Report, verbose: u8| {
        let global = Global {
            verbose,
            quiet: false,
            color: ColorWhen::Never,
        };
        text::plain(&written_with_colours(|out| {
            text::write(report, &|_| None, &|_| None, &|_| None, &global, out)
        }))
    };
    let (short, long) = (said(&report, 0), said(&report, 1));
    assert!(short.ends_with("got weaker; 2 controls could not be judged\n"), "{short}");
    assert!(
        short.contains("1 control could not be judged before this change either; -v lists them"),
        "{short}"
    );
    let standing = &*controls()[2].id;
    assert!(!short.contains(standing) && long.contains(standing), "{short}\n{long}");
    assert!(!long.contains("-v lists"), "{long}");
    let page = written(|out| markdown::write(&report, markdown::LIMIT, out));
    assert!(page.contains("Nothing got weaker; 2 controls could not be judged."), "{page}");
    assert!(
        page.contains("1 control could not be judged before this change either") && !page.contains(standing),
        "{page}"
    );
    let annotations = written(|out| github::write(&report, out));
    assert!(!annotations.contains(standing), "{annotations}");
    report.undecided.clear();
    let short = said(&report, 0);
    assert!(!short.contains("could not be judged"), "{short}");
}

#[test]
fn at_most_ten_annotations_of_a_level() {
    let mut report = sample_report("App");
    let one = report.findings[0].clone();
    report.findings = (0..25).map(|_| one.clone()).collect();
    let text = written(|out| github::write(&report, out));
    let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error")).collect();
    assert_eq!(errors.len(), 10);
    assert!(errors[9].contains("17 more are not shown"), "{}", errors[9]);
}
