//! A walk as a page of HTML.

use std::fmt::Write as _;

use super::chart::svg;
use super::{Entry, History};
use crate::audit::points;
use crate::html::{class, contents, document, numbers, text};

/// The page.
pub(super) fn page(history: &History) -> String {
    let count = |weaker: bool| {
        history
            .entries
            .iter()
            .flat_map(|entry| &entry.events)
            .filter(|event| event.weaker == weaker)
            .count()
    };
    let short = history.newest.get(..10).unwrap_or(&history.newest);
    let mut header = format!(
        "<h1>OAuth controls over time</h1>\n<p class=\"soft\">First-parent history of {}, {} commits{}</p>\n",
        text(short),
        history.commits,
        if history.cut {
            "; the clone is shallow, so it ends early"
        } else {
            ""
        }
    );
    header.push_str(&numbers(&[
        ("Weaker", count(true).to_string()),
        ("Better", count(false).to_string()),
        ("Commits that matter", history.relevant.to_string()),
        ("Risk at first", points(history.risk.first().map_or(0, |point| point.risk))),
        ("Risk at last", points(history.risk.last().map_or(0, |point| point.risk))),
    ]));
    header.push_str(&contents(&[("chart", "Risk"), ("commits", "Commits")]));
    let mut main = String::from(
        "<h2 id=\"chart\">Risk</h2>\n<p>The scores of everything that is violated, added up, after each commit that changes judged metadata.</p>\n",
    );
    main.push_str(&svg(&history.risk));
    main.push_str("<h2 id=\"commits\">Commits</h2>\n");
    if history.entries.is_empty() {
        main.push_str("<p>No control became weaker or better.</p>\n");
    }
    for entry in &history.entries {
        commit(&mut main, entry);
    }
    document("orgate history", &header, &main)
}

fn commit(html: &mut String, entry: &Entry) {
    let worst = entry.events.iter().filter_map(|event| event.severity).max();
    let edge = worst.map_or_else(|| "e-good".to_owned(), |severity| format!("e-{}", severity.as_str()));
    let _ = writeln!(
        html,
        "<article class=\"{edge}\"><h3>{}</h3><p class=\"tags\"><code>{}</code> · {} · {}</p>\n<ul>",
        text(&entry.summary),
        text(entry.commit.get(..10).unwrap_or(&entry.commit)),
        text(&entry.date),
        text(&entry.author)
    );
    for event in &entry.events {
        let tag = match (event.severity, event.score) {
            (Some(severity), Some(score)) => format!("<span class=\"tag {}\">{severity} {score}</span>", class(severity)),
            _ => "<span class=\"tag s-good\">better</span>".to_owned(),
        };
        let _ = writeln!(
            html,
            "<li>{tag} <strong>{}</strong>: {} <span class=\"soft\">(<code>{}</code>, {})</span></li>",
            text(&event.subject),
            text(&event.title),
            text(&event.control),
            event.outcome.as_str()
        );
    }
    for note in &entry.notes {
        let ids: Vec<String> = note.controls.iter().map(|id| format!("<code>{}</code>", text(id))).collect();
        let list = match ids.len() {
            0 => String::new(),
            1 => format!(" <span class=\"soft\">({})</span>", ids.join("")),
            count => format!("<details><summary>{count} controls</summary>{}</details>", ids.join(", ")),
        };
        let _ = writeln!(
            html,
            "<li><span class=\"tag\">{}</span> {}{list}</li>",
            note.what.as_str(),
            text(&note.text)
        );
    }
    html.push_str("</ul></article>\n");
}
