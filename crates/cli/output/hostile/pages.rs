//! Markdown, read as platforms show it.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use sarif::text::visible;

use super::{HOSTILE, written};
use crate::output::markdown;
use crate::output::sample::sample_report;

/// Everything that is shown as text outside of code, and asserts that nothing else is there.
pub(super) fn shown(page: &str, cells: Option<&[usize]>) -> String {
    let mut text = String::new();
    let mut rows: Vec<usize> = Vec::new();
    let mut in_code = false;
    for event in Parser::new_ext(page, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
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
