//! The page of an audit.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use orgate_core::SubjectKind;
use orgate_core::judge::Standing;
use orgate_core::posture::{Cell, Posture};

use super::evidence::Files;
use super::map::{Map, legend};
use super::parts::{class, contents, numbers, prose, severities, unreadable, with_code};
use super::{document, evidence, text, waivers};
use crate::audit::{conclusion, in_preview, risk};
use crate::config::Config;
use crate::output::facts::reasons;
use crate::sides::Sides;

/// The page.
pub(crate) fn page(posture: &Posture, config: &Config, sides: &Sides, today: jiff::civil::Date) -> String {
    let counts = posture.counts();
    let violations = posture.violations();
    let (word, means) = conclusion(posture);
    let mut header = format!(
        "<h1>OAuth posture</h1>\n<p><strong class=\"verdict {}\">{}</strong>{}</p>\n<p class=\"soft\">{} · {} subjects, {} controls, {} files read · {today} UTC</p>\n",
        word.replace(' ', "-"),
        text(word),
        with_code(&means),
        text(&posture.snapshot),
        posture.subjects,
        posture.controls.len(),
        posture.files_read
    );
    let preview = violations.iter().filter(|cell| in_preview(cell) && cell.waived.is_none()).count();
    let mut figures = vec![("Violated", counts.violated.to_string())];
    if preview > 0 {
        figures.push(("Of these in preview", preview.to_string()));
    }
    figures.extend([
        ("Risk, all scores added", risk(posture)),
        ("Waived", counts.waived.to_string()),
        ("Cannot be judged", counts.undecided.to_string()),
        ("Satisfied", counts.satisfied.to_string()),
    ]);
    header.push_str(&numbers(&figures));
    let has_waivers = !config.settings.waivers.is_empty();
    let mut list = vec![
        ("map", "Heat map"),
        ("risk", "Risk"),
        ("violated", "Violated"),
        ("undecided", "Cannot be judged"),
    ];
    if has_waivers {
        list.push(("waivers", "Waivers"));
    }
    header.push_str(&contents(&list));

    let files = Files::new(&config.registry, None, sides.head.as_ref());
    let open: Vec<&Cell> = posture.cells.iter().filter(|cell| cell.standing == Standing::Undecided).collect();
    let map = Map {
        base: None,
        head: posture,
        only: std::collections::BTreeSet::new(),
        links: links(&violations, &open),
    };
    let mut main = String::from("<h2 id=\"map\">Apps by controls</h2>\n");
    main.push_str(&legend(false));
    main.push_str(&map.draw());
    main.push_str("<h2 id=\"risk\">Risk</h2>\n");
    main.push_str(&severities(
        "Violations by severity, with those that are waived or in preview",
        |severity| violations.iter().filter(|cell| cell.severity == severity).count(),
    ));
    main.push_str("<h2 id=\"violated\">Violated</h2>\n");
    if violations.is_empty() {
        main.push_str("<p>Nothing.</p>\n");
    }
    for (index, cell) in violations.iter().enumerate() {
        violation(&mut main, &format!("v-{index}"), cell, &files);
    }
    main.push_str(&undecided(&open));
    unreadable(&mut main, &posture.unreadable);
    main.push_str(&waivers::section(&config.settings, &posture.waiver_notes, today));
    document(&format!("orgate audit: {word}"), &header, &main)
}

/// Where the evidence of each cell stands.
fn links(violations: &[&Cell], open: &[&Cell]) -> BTreeMap<(String, SubjectKind, String), String> {
    let key = |cell: &Cell| (cell.control.id.to_string(), cell.subject.kind, cell.subject.name.clone());
    let mut links = BTreeMap::new();
    for (index, cell) in violations.iter().enumerate() {
        links.insert(key(cell), format!("v-{index}"));
    }
    for cell in open {
        links.entry(key(cell)).or_insert_with(|| "undecided".to_owned());
    }
    links
}

/// One violation with its evidence.
pub(super) fn violation(html: &mut String, id: &str, cell: &Cell, files: &Files<'_>) {
    let control = &cell.control;
    let _ = writeln!(
        html,
        "<article id=\"{id}\" class=\"e-{}\"><h3>{}</h3>",
        cell.severity.as_str(),
        text(&format!("{}: {}", cell.subject.name, control.title))
    );
    let _ = write!(
        html,
        "<p class=\"tags\"><span class=\"tag {}\">{} {}</span> <code>{}</code> · {}",
        class(cell.severity),
        cell.severity,
        cell.score,
        control.id,
        cell.subject.kind.as_str()
    );
    if !cell.copy.is_empty() {
        let _ = write!(html, " in {}", text(&cell.copy));
    }
    if in_preview(cell) {
        html.push_str(" · in preview, never fails");
    }
    if cell.low_confidence {
        html.push_str(" · low confidence: rests on an undocumented default");
    }
    html.push_str("</p>\n");
    if let Some(waiver) = &cell.waived {
        waivers::covers(html, waiver);
    }
    for reason in &cell.reasons {
        let word = if reason.raises { "Higher" } else { "Lower" };
        let _ = writeln!(html, "<p>{word} because {}.</p>", text(reason.because.trim_end_matches('.')));
    }
    values(html, cell);
    if let Some(anchor) = &cell.anchor {
        html.push_str(&evidence::place_of(files, anchor));
    }
    prose(html, "Why it matters", &control.why);
    prose(html, "How to mend it", &control.remediation);
    html.push_str("</article>\n");
}

fn values(html: &mut String, cell: &Cell) {
    if cell.view.values.is_empty() && cell.view.grade.is_none() {
        return;
    }
    html.push_str("<table class=\"facts\"><caption class=\"hidden\">Values</caption><tbody>\n");
    if let Some(grade) = &cell.view.grade {
        let _ = writeln!(html, "<tr><th scope=\"row\">grade</th><td>{}</td></tr>", text(grade));
    }
    for (field, value) in &cell.view.values {
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td></tr>",
            text(field),
            value.as_ref().map_or_else(
                || "<span class=\"soft\">not set</span>".to_owned(),
                |value| format!("<code>{}</code>", text(value))
            )
        );
    }
    html.push_str("</tbody></table>\n");
}

/// What cannot be known, with the controls of one subject and one reason together.
fn undecided(open: &[&Cell]) -> String {
    let mut html = String::from("<h2 id=\"undecided\">Cannot be judged</h2>\n");
    let mut groups: Vec<(&str, String, Vec<&str>)> = Vec::new();
    for cell in open {
        let reason = reasons(&cell.view.whys);
        match groups
            .iter_mut()
            .find(|(name, known, _)| *name == cell.subject.name && *known == reason)
        {
            Some((_, _, ids)) => ids.push(&cell.control.id),
            None => groups.push((&cell.subject.name, reason, vec![&cell.control.id])),
        }
    }
    if groups.is_empty() {
        html.push_str("<p>Nothing.</p>\n");
        return html;
    }
    html.push_str("<div class=\"scroll\"><table><caption class=\"hidden\">What cannot be judged</caption><thead><tr><th scope=\"col\">On</th><th scope=\"col\">Why</th><th scope=\"col\">Controls</th></tr></thead><tbody>\n");
    for (name, reason, ids) in groups {
        let ids: Vec<String> = ids.iter().map(|id| format!("<code>{id}</code>")).collect();
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
            text(name),
            text(&reason),
            ids.join(", ")
        );
    }
    html.push_str("</tbody></table></div>\n");
    html
}
