//! Links between pages.

use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::page;

/// Where the links and pictures of a page point.
pub(crate) fn of(text: &str) -> Vec<String> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.into_string()),
            _ => None,
        })
        .collect()
}

/// Every link of a page that leads nowhere.
pub(crate) fn broken(name: &str) -> Vec<String> {
    let text = page::read(name);
    let mut wrong = Vec::new();
    for link in of(&text) {
        if link.contains("://") || link.starts_with("mailto:") {
            continue;
        }
        let (path, anchor) = link.split_once('#').unwrap_or((link.as_str(), ""));
        let file = if path.is_empty() {
            page::root().join(name)
        } else {
            page::root().join(name).parent().unwrap().join(path)
        };
        let Ok(file) = std::fs::canonicalize(&file) else {
            wrong.push(format!("{name}: {link}: no such file"));
            continue;
        };
        // The book holds docs/ and nothing else.
        if name.starts_with("docs/") && !file.starts_with(std::fs::canonicalize(page::root().join("docs")).unwrap()) {
            wrong.push(format!("{name}: {link}: leads out of the book; use the address of the repository"));
        }
        if !anchor.is_empty() && !anchors(&file).iter().any(|known| known == anchor) {
            wrong.push(format!("{name}: {link}: no such heading"));
        }
    }
    wrong
}

/// The headings of a page, as GitHub and mdBook name them.
fn anchors(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut found: Vec<String> = Vec::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let slug: String = heading
                    .take()
                    .unwrap_or_default()
                    .to_lowercase()
                    .chars()
                    .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter))
                    .map(|letter| if letter == ' ' { '-' } else { letter })
                    .collect();
                found.push(slug);
            }
            _ => {}
        }
    }
    found
}
