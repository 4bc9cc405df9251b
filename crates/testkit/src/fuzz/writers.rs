//! Every writer with arbitrary texts: what comes out is read back by a parser that is not ours, and nothing in it is more
//! than text.

use orgate::testing::{FORMATS, Written};
use orgate_core::RepoPath;
use orgate_core::report::Report;
use orgate_core::settings::Settings;
use orgate_diff::MemorySnapshot;
use pulldown_cmark::{Event, Options, Parser, Tag};
use sarif::text::is_hidden;
use serde_json::Value;

use crate::library::library;
use crate::tree::Tree;

/// A value that the seeds of the fuzzers hold as a secret.
pub const SECRET: &str = "S3CR3TVALUE";

/// Texts with [`super::CUT`] between them; the first is also the content of every file the report names.
///
/// # Panics
/// When a promise is broken.
pub fn writers(data: &[u8]) {
    let parts = super::parts(data, 12);
    let content = parts[0].to_vec();
    let report = super::report::report(parts);
    let paths = report.findings.iter().map(|finding| finding.anchor.path.clone());
    let files: MemorySnapshot = paths.map(|path: RepoPath| (path, content.clone())).collect();
    let library = library();
    check(&Written {
        report: &report,
        base: &files,
        head: &files,
        registry: &library.registry,
        catalog: &library.catalog,
        settings: &Settings::default(),
    });
}

/// Writes a report in every format, holds each against its format's rules, and returns them.
///
/// # Panics
/// When a promise is broken.
pub fn check(written: &Written<'_>) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for format in FORMATS {
        let bytes = written.as_format(format).unwrap_or_else(|| panic!("{format} is not written"));
        let text = String::from_utf8(bytes).expect("UTF-8");
        match format {
            "json" | "sarif" | "gitlab-codequality" | "gitlab-sast" => json(format, &text, written.report),
            "github" => commands(&text),
            "markdown" => markdown(&text),
            "junit" => {
                plain(format, &text);
                if let Err(error) = roxmltree::Document::parse(&text) {
                    panic!("junit is no XML: {error}\n{text}");
                }
            }
            "html" => html(&text),
            _ => plain(format, &text),
        }
        all.push((format, text));
    }
    all
}

/// No control characters, no bidirectional overrides, nothing invisible.
fn plain(format: &str, text: &str) {
    let hidden = text.chars().find(|c| *c != '\n' && is_hidden(*c));
    assert!(hidden.is_none(), "{format} holds {hidden:?}");
}

fn json(format: &str, text: &str, report: &Report) {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{format}: {error}"));
    // JSON is for programs: what they show is theirs to clean, but no raw control character may stand in the bytes.
    assert!(
        !text.chars().any(|c| c.is_control() && c != '\n'),
        "{format} holds raw control characters"
    );
    let count = |value: &Value| value.as_array().map_or(usize::MAX, Vec::len);
    let open = report.findings.iter().filter(|finding| finding.waived.is_none()).count();
    match format {
        "json" => assert_eq!(count(&value["findings"]), report.findings.len()),
        "sarif" => {
            assert_eq!(value["version"], "2.1.0");
            let results = value["runs"][0]["results"].as_array().expect("results");
            assert!(results.len() >= open, "SARIF lost findings");
            for result in results {
                let place = &result["locations"][0]["physicalLocation"];
                assert!(place["region"]["startLine"].as_u64().is_none_or(|line| line >= 1));
                let uri = place["artifactLocation"]["uri"].as_str().expect("a URI");
                assert!(
                    uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte)),
                    "{uri}"
                );
            }
        }
        "gitlab-codequality" => assert!(count(&value) >= open),
        _ => assert!(count(&value["vulnerabilities"]) >= open),
    }
}

/// Only commands, each of a known kind, on one line.
fn commands(text: &str) {
    plain("github", text);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() <= 30, "{} annotations", lines.len());
    for line in lines {
        let known = ["::error ", "::warning ", "::notice "]
            .iter()
            .find_map(|start| line.strip_prefix(start));
        let known = known.or_else(|| {
            ["::error::", "::warning::", "::notice::"]
                .iter()
                .find_map(|start| line.strip_prefix(start))
        });
        assert!(known.is_some(), "not one of ours: {line}");
    }
}

/// Only the HTML that is ours, links to one place, no images and no mentions.
fn markdown(text: &str) {
    plain("markdown", text);
    assert!(text.len() <= 1_000_000, "{} bytes", text.len());
    for event in Parser::new_ext(text, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Html(part) | Event::InlineHtml(part) => {
                let mut rest = part.to_string();
                for tag in ["<details>", "</details>", "<summary>", "</summary>", "<br>"] {
                    rest = rest.replace(tag, "");
                }
                assert!(!rest.contains('<'), "HTML got through: {part}");
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("https://help.salesforce.com/"), "{dest_url}");
            }
            Event::Start(Tag::Image { .. } | Tag::FootnoteDefinition(_))
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::TaskListMarker(_)
            | Event::FootnoteReference(_) => {
                panic!("markup got through: {event:?}")
            }
            _ => {}
        }
    }
    assert!(!text.lines().any(|line| line.starts_with('/')), "a quick action");
}

/// Elements a page of ours may hold.
const TAGS: &str = " a abbr article b body br caption circle code dd del details div dl dt em figcaption figure footer g h1 h2 h3 h4 head \
header html i ins li line main mark meta nav ol p path polyline pre rect s section small span strong style summary svg table tbody td \
text tfoot th thead time title tr ul ";

/// Only elements that are ours, nothing that loads or runs.
fn html(text: &str) {
    plain("html", text);
    for (at, _) in text.match_indices('<') {
        let rest = &text[at + 1..];
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        if rest.starts_with("!doctype html>") {
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = &rest[..end];
        assert!(TAGS.contains(&format!(" {name} ")), "<{name}> got through");
        let tag = &rest[end..rest.find('>').expect("an end")];
        assert!(
            !tag.contains(" on") && !tag.contains("src=") && !tag.contains("javascript:"),
            "<{name}{tag}>"
        );
    }
}

/// A secret that stands only where secrets stand is in no output.
///
/// # Panics
/// When it is.
pub fn no_secrets(base: &Tree, head: &Tree, outputs: &[(&str, String)]) {
    let mut any = false;
    for content in base.files.values().chain(head.files.values()) {
        let Ok(text) = std::str::from_utf8(content) else { return };
        let all = text.matches(SECRET).count();
        if all == 0 {
            continue;
        }
        let Ok(document) = roxmltree::Document::parse(text) else { return };
        let kept = document.descendants().filter(roxmltree::Node::is_text).map(|node| {
            let inside = node.parent().is_some_and(|parent| parent.tag_name().name() == "consumerSecret");
            if inside {
                node.text().unwrap_or_default().matches(SECRET).count()
            } else {
                0
            }
        });
        if kept.sum::<usize>() != all {
            return;
        }
        any = true;
    }
    for (format, text) in outputs.iter().filter(|_| any) {
        assert!(!text.contains(SECRET), "{format} shows a secret");
    }
}
