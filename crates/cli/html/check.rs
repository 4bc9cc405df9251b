//! The page of a comparison.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use orgate_core::SubjectKind;
use orgate_core::policy::Status;
use orgate_core::posture::{Cell, Posture};
use orgate_core::report::{Finding, Report, SideView, SubjectRef};

use super::audit::violation;
use super::evidence::Files;
use super::map::{Map, legend};
use super::parts::{class, contents, numbers, prose, severities, unreadable, with_code};
use super::{document, evidence, text, waivers};
use crate::audit::{posture, risk};
use crate::config::Config;
use crate::error::CliError;
use crate::output::facts;
use crate::sides::Sides;

/// The page.
pub(crate) fn page(report: &Report, config: &Config, sides: &Sides, today: jiff::civil::Date) -> Result<String, CliError> {
    let (base, head) = (
        posture(sides.base.as_ref(), config, None, today)?,
        posture(sides.head.as_ref(), config, None, today)?,
    );
    let files = Files::new(&config.registry, Some(sides.base.as_ref()), sides.head.as_ref());
    let mut header = top(report, today);
    header.push_str(&numbers(&[
        (
            "Got weaker",
            report.findings.iter().filter(|finding| finding.fails).count().to_string(),
        ),
        (
            "To look at",
            report.findings.iter().filter(|finding| !finding.fails).count().to_string(),
        ),
        ("Cannot be judged", facts::unjudged(report).0.to_string()),
        ("Got better", report.better.len().to_string()),
        ("Old debt, untouched", report.old_debt.to_string()),
        ("Risk before", risk(&base)),
        ("Risk after", risk(&head)),
    ]));
    let mut list = vec![
        ("findings", "Findings"),
        ("map", "Heat map"),
        ("risk", "Risk"),
        ("debt", "Old debt"),
    ];
    if !config.settings.waivers.is_empty() {
        list.push(("waivers", "Waivers"));
    }
    header.push_str(&contents(&list));

    let mut main = String::from("<h2 id=\"findings\">Findings</h2>\n");
    if report.findings.is_empty() {
        main.push_str("<p>No control got weaker.</p>\n");
    }
    for (index, finding) in report.findings.iter().enumerate() {
        article(&mut main, &format!("f-{index}"), finding, &files);
    }
    rest(&mut main, report);
    let touched = touched(report);
    let debt = debt(report, &head, &touched);
    let map = Map {
        base: Some(&base),
        head: &head,
        only: touched,
        links: links(&report.findings, &debt),
    };
    main.push_str("<h2 id=\"map\">Apps by controls, before and after</h2>\n");
    main.push_str(&legend(true));
    main.push_str(&map.draw());
    main.push_str("<h2 id=\"risk\">Risk</h2>\n");
    main.push_str(&severities("Findings by severity, waived ones included", |severity| {
        report.findings.iter().filter(|finding| finding.severity == severity).count()
    }));
    let _ = writeln!(
        main,
        "<p>The scores of everything that is violated add up to {} at base and {} at head, over all apps in source.</p>",
        risk(&base),
        risk(&head)
    );
    main.push_str("<h2 id=\"debt\">Old debt on what the change touches</h2>\n");
    if debt.is_empty() {
        main.push_str("<p>None.</p>\n");
    }
    for (index, cell) in debt.iter().enumerate() {
        violation(&mut main, &format!("d-{index}"), cell, &files);
    }
    unreadable(&mut main, &report.unreadable);
    main.push_str(&waivers::section(&config.settings, &report.waiver_notes, today));
    Ok(document(&format!("orgate check: {}", report.verdict().as_str()), &header, &main))
}

fn top(report: &Report, today: jiff::civil::Date) -> String {
    let (word, meaning) = facts::conclusion(report);
    let compared = &report.compared;
    format!(
        "<h1>OAuth controls, before and after</h1>\n<p><strong class=\"verdict {}\">{}</strong>{}</p>\n<p class=\"soft\">{} with {} ({}) · {} touched subjects, {} controls, {} judgements · {today} UTC</p>\n",
        word.replace(' ', "-"),
        word,
        with_code(&meaning),
        text(&compared.base),
        text(&compared.head),
        text(&compared.why),
        report.work.subjects,
        report.work.controls,
        report.work.judged
    )
}

/// The subjects that the report says something about.
fn touched(report: &Report) -> BTreeSet<(SubjectKind, String)> {
    let name = |subject: &SubjectRef| (subject.kind, subject.name.clone());
    let findings = report.findings.iter().map(|finding| name(&finding.subject));
    let better = report.better.iter().map(|better| name(&better.subject));
    let undecided = report.undecided.iter().map(|entry| name(&entry.subject));
    findings.chain(better).chain(undecided).collect()
}

/// What was weak before on those subjects, and still is.
fn debt<'a>(report: &Report, head: &'a Posture, touched: &BTreeSet<(SubjectKind, String)>) -> Vec<&'a Cell> {
    head.violations()
        .into_iter()
        .filter(|cell| {
            let found = report
                .findings
                .iter()
                .any(|finding| finding.control.id == cell.control.id && finding.subject == cell.subject);
            !found && touched.contains(&(cell.subject.kind, cell.subject.name.clone()))
        })
        .collect()
}

/// Where the evidence of each finding and each old debt stands.
fn links(findings: &[Finding], debt: &[&Cell]) -> BTreeMap<(String, SubjectKind, String), String> {
    let key = |control: &str, subject: &SubjectRef| (control.to_owned(), subject.kind, subject.name.clone());
    let mut links = BTreeMap::new();
    for (index, cell) in debt.iter().enumerate() {
        links.insert(key(&cell.control.id, &cell.subject), format!("d-{index}"));
    }
    for (index, finding) in findings.iter().enumerate() {
        links.insert(key(&finding.control.id, &finding.subject), format!("f-{index}"));
    }
    links
}

/// One finding with its evidence.
fn article(html: &mut String, id: &str, finding: &Finding, files: &Files<'_>) {
    let control = &finding.control;
    let _ = writeln!(
        html,
        "<article id=\"{id}\" class=\"e-{}\"><h3>{}</h3>",
        finding.severity.as_str(),
        text(&finding.message)
    );
    let _ = write!(
        html,
        "<p class=\"tags\"><span class=\"tag {}\">{} {}</span> <span class=\"tag\">{}</span> <code>{}</code> · {} {}",
        class(finding.severity),
        finding.severity,
        finding.score,
        finding.outcome.as_str(),
        control.id,
        finding.subject.kind.as_str(),
        text(&finding.subject.name)
    );
    let _ = write!(html, " · {}", facts::range(finding));
    if finding.low_confidence {
        html.push_str(" · low confidence: rests on an undocumented default");
    }
    if finding.control.status == Status::Preview {
        html.push_str(" · in preview, never fails");
    } else if !finding.fails {
        html.push_str(" · does not fail the change");
    }
    html.push_str("</p>\n");
    if let Some(waiver) = &finding.waived {
        waivers::covers(html, waiver);
    }
    html.push_str(&evidence::change(files, &finding.anchor, &finding.evidence));
    html.push_str(&evidence::others(files, &finding.anchor, &finding.evidence));
    before_after(html, finding.base.as_ref(), finding.head.as_ref());
    for reason in &finding.reasons {
        let word = if reason.raises { "Higher" } else { "Lower" };
        let _ = writeln!(html, "<p>{word} risk because {}.</p>", text(reason.because.trim_end_matches('.')));
    }
    prose(html, "Why it matters", &control.why);
    prose(html, "How to mend it", &control.remediation);
    if let Some(url) = control.source.url() {
        let _ = writeln!(html, "<p><a href=\"{}\" rel=\"noreferrer\">The source's page</a></p>", text(&url));
    }
    html.push_str("</article>\n");
}

fn before_after(html: &mut String, base: Option<&SideView>, head: Option<&SideView>) {
    html.push_str("<table class=\"facts\"><caption class=\"hidden\">Before and after</caption><thead><tr><td></td><th scope=\"col\">before</th><th scope=\"col\">after</th></tr></thead><tbody>\n");
    let standing = |view: Option<&SideView>| {
        view.map_or_else(
            || "not there".to_owned(),
            |view| match &view.grade {
                Some(grade) => format!("{} ({})", view.standing.as_str(), text(grade)),
                None => view.standing.as_str().to_owned(),
            },
        )
    };
    row(html, "standing", &standing(base), &standing(head));
    let fields: BTreeSet<&Arc<str>> = base.into_iter().chain(head).flat_map(|view| view.values.keys()).collect();
    for field in fields {
        let value = |view: Option<&SideView>| match view.and_then(|view| view.values.get(field)) {
            Some(Some(value)) => format!("<code>{}</code>", text(value)),
            Some(None) => "<span class=\"soft\">not set</span>".to_owned(),
            None => "<span class=\"soft\">not there</span>".to_owned(),
        };
        let (before, after) = (value(base), value(head));
        if before != after {
            row(html, &format!("<code>{}</code>", text(field)), &before, &after);
        }
    }
    html.push_str("</tbody></table>\n");
}

fn row(html: &mut String, name: &str, before: &str, after: &str) {
    let _ = writeln!(
        html,
        "<tr><th scope=\"row\">{name}</th><td data-side=\"before\">{before}</td><td data-side=\"after\">{after}</td></tr>"
    );
}

/// What became better, what cannot be judged, and what the change does to the gate.
fn rest(html: &mut String, report: &Report) {
    let list = |html: &mut String, title: &str, items: Vec<String>| {
        if !items.is_empty() {
            let _ = write!(html, "<h3 style=\"margin-top:1.5rem\">{title}</h3>\n<ul>\n");
            for item in items {
                let _ = writeln!(html, "<li>{item}</li>");
            }
            html.push_str("</ul>\n");
        }
    };
    let loosened = report
        .loosened
        .iter()
        .map(|entry| format!("{} in <code>{}</code>", text(&entry.text), text(&entry.path.to_string())));
    list(html, "The change loosens the gate itself", loosened.collect());
    let undecided = |new: bool| {
        let entries = report.undecided.iter().filter(move |entry| entry.new == new);
        entries
            .map(|entry| {
                format!(
                    "<code>{}</code> on {}: {}",
                    entry.control.id,
                    text(&entry.subject.name),
                    text(&facts::reasons(&entry.reasons))
                )
            })
            .collect()
    };
    list(html, "Cannot be judged since this change", undecided(true));
    list(html, "Could not be judged before either", undecided(false));
    let better = report.better.iter().map(|better| {
        format!(
            "{}: <code>{}</code> on {}",
            better.outcome.as_str(),
            better.control.id,
            text(&better.subject.name)
        )
    });
    list(html, "Got better", better.collect());
}
