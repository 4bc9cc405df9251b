//! `markdown`: the job summary on GitHub and the note in a merge request on GitLab.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use orgate_core::Control;
use orgate_core::policy::Status;
use orgate_core::report::verdict::Verdict;
use orgate_core::report::{Finding, Report, Side};
use sarif::text::unwrapped;

use super::escape::{code, cut, markdown, visible};
use super::facts::{self, Value, Weight};

/// GitHub refuses a summary above 1 MiB; a merge request note may have as many characters.
pub(crate) const LIMIT: usize = 900_000;
/// Longer names and reasons are cut, in characters.
const LONGEST: usize = 300;
/// More fields in one cell help nobody.
const FIELDS: usize = 4;

/// Text that never grows beyond a limit, made of parts that are written whole or not at all.
struct Page {
    text: String,
    room: usize,
    left_out: usize,
}

impl Page {
    /// Room for the note that says what is left out.
    const NOTE: usize = 200;

    fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            room: limit.saturating_sub(Self::NOTE),
            left_out: 0,
        }
    }

    /// Adds a part if it still fits. Once one did not, none is added, so that nothing worse is missing before what is
    /// there.
    fn add(&mut self, part: &str) -> bool {
        let fits = self.left_out == 0 && self.text.len().saturating_add(part.len()) <= self.room;
        if fits {
            self.text.push_str(part);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
        fits
    }

    /// A heading, a lead such as the head of a table, and entries. The first entry goes along with the heading.
    fn section(&mut self, heading: &str, lead: &str, entries: impl IntoIterator<Item = String>) {
        let mut entries = entries.into_iter();
        let Some(first) = entries.next() else { return };
        self.add(&format!("\n### {heading}\n\n{lead}{first}"));
        for entry in entries {
            self.add(&entry);
        }
    }

    fn finish(mut self) -> String {
        if self.left_out > 0 {
            let entries = if self.left_out == 1 { "entry" } else { "entries" };
            let _ = write!(
                self.text,
                "\n**Cut here: {} more {entries} would not fit. The other formats have everything.**\n",
                self.left_out
            );
        }
        self.text
    }
}

/// Writes the report in at most `limit` bytes; [`LIMIT`] suits both platforms.
pub(crate) fn write(report: &Report, limit: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(limit);
    page.add(&head(report));
    unreadable(report, &mut page);
    let (weaker, review): (Vec<&Finding>, Vec<&Finding>) = facts::open(report).partition(|finding| !finding.is_note());
    let table = "| Risk | What | Before | Now | Where |\n| --- | --- | --- | --- | --- |\n";
    page.section("Got weaker", table, weaker.iter().map(|finding| row(finding)));
    page.section("For a person to look at", table, review.iter().map(|finding| row(finding)));
    page.section(
        "The gate itself gets looser",
        &format!("This run {}.\n\n", facts::judged_by(report)),
        report
            .loosened
            .iter()
            .map(|entry| format!("- {}: {}\n", code(&short(&entry.path.to_string())), markdown(&short(&entry.text)))),
    );
    page.section(
        "Cannot be judged",
        "",
        facts::unknown(report)
            .iter()
            .filter(|group| group.first.new)
            .map(|group| {
                format!(
                    "- {} {}, since this change: {} (not judged: {})\n",
                    group.first.subject.kind.as_str(),
                    code(&short(&group.first.subject.name)),
                    markdown(&short(&group.reason)),
                    group.ids()
                )
            })
            .chain(facts::standing_unjudged(report).map(|text| format!("- {text}; the JSON report lists them\n"))),
    );
    page.section(
        "Waived",
        "| Control | Subject | Reason | Approved by | Until (inclusive, UTC) |\n| --- | --- | --- | --- | --- |\n",
        report.findings.iter().filter_map(waived),
    );
    page.section(
        "Got better",
        "",
        report.better.iter().map(|better| {
            format!(
                "- {} on {} {}: {}\n",
                code(&better.control.id),
                better.subject.kind.as_str(),
                code(&short(&better.subject.name)),
                better.outcome.as_str()
            )
        }),
    );
    let notes = report.waiver_notes.iter().map(|note| format!("- {}\n", markdown(&short(note))));
    let warnings = report.warnings.iter().map(|warning| {
        let path = warning.path.as_ref().map(|path| format!("{}: ", code(&short(&path.to_string()))));
        format!("- {}{}\n", path.unwrap_or_default(), markdown(&short(&warning.text)))
    });
    page.section("Remarks", "", notes.chain(warnings));
    let controls: BTreeMap<&Arc<str>, &Arc<Control>> = facts::open(report).map(|finding| (&finding.control.id, &finding.control)).collect();
    page.section("Why, and how to mend it", "", controls.values().map(|control| story(control)));
    page.add(&foot(report));
    out.write_all(page.finish().as_bytes())
}

fn short(text: &str) -> String {
    cut(text, LONGEST)
}

fn head(report: &Report) -> String {
    let (sign, word) = match report.verdict() {
        Verdict::Pass => ("✅", "pass"),
        Verdict::Fail => ("❌", "fail"),
        Verdict::NotDecided => ("⛔", "not decided"),
    };
    format!("## {sign} orgate: {word}\n\n{}\n", markdown(&facts::verdict(report)))
}

fn unreadable(report: &Report, page: &mut Page) {
    page.section(
        "Cannot be read",
        "",
        report.unreadable.iter().map(|file| {
            let place = if file.line > 0 {
                format!("{}:{}:{}", file.path, file.line, file.column)
            } else {
                file.path.to_string()
            };
            let side = if file.side == Side::Base { " (at base)" } else { "" };
            format!("- {}{side}: {}\n", code(&short(&place)), markdown(&short(&file.reason)))
        }),
    );
}

fn row(finding: &Finding) -> String {
    let risk = if finding.is_note() {
        finding.outcome.as_str().to_owned()
    } else {
        format!("**{}** {}<br>{}", finding.severity, finding.score, finding.outcome.as_str())
    };
    let weight = match facts::weight(finding) {
        Weight::Error => "",
        _ if finding.control.status == Status::Preview => "<br>in preview, never fails",
        Weight::Warning | Weight::Notice => "<br>does not fail",
    };
    let changes = facts::changes(finding);
    let side = |value: fn(&facts::Change) -> &Value| {
        let more = changes.len().saturating_sub(FIELDS);
        let mut cells: Vec<String> = changes
            .iter()
            .take(FIELDS)
            .map(|change| {
                let value = match value(change) {
                    Value::Text(text) => code(&short(text)),
                    other => other.plain().to_owned(),
                };
                format!("{}: {value}", markdown(&change.field))
            })
            .collect();
        if more > 0 {
            cells.push(format!("and {more} more"));
        }
        cells.join("<br>")
    };
    let anchor = &finding.anchor;
    let gone = if anchor.side == Side::Base { "<br>(at base)" } else { "" };
    format!(
        "| {risk}{weight} | {}<br>{} | {} | {} | {}{gone} |\n",
        markdown(&short(&finding.message)),
        code(&finding.control.id),
        side(|change| &change.before),
        side(|change| &change.after),
        code(&short(&format!("{}:{}", anchor.path, anchor.line))),
    )
}

fn waived(finding: &Finding) -> Option<String> {
    let waiver = finding.waived.as_ref()?;
    Some(format!(
        "| {} | {} | {} | {} | {} |\n",
        code(&finding.control.id),
        code(&short(&finding.subject.name)),
        markdown(&short(&waiver.reason)),
        markdown(&short(&waiver.approved_by)),
        markdown(&short(&waiver.expires))
    ))
}

/// What a control says. Controls are written by us or come from the base revision, and they are written in Markdown.
fn story(control: &Control) -> String {
    let mut text = format!(
        "<details>\n<summary>{}: {}</summary>\n\n{}\n\n**How to mend it.** {}\n",
        markdown(&control.id),
        markdown(&control.title),
        prose(&control.why),
        prose(&control.remediation)
    );
    if let Some(fix) = &control.fix {
        let _ = write!(text, "\nThe safe value: {} = {}\n", code(&fix.field), code(&fix.to));
    }
    if let Some(url) = control.source.url().filter(|url| sarif::uri::is_web(url)) {
        let name = control.source.control.as_deref().unwrap_or("the page of the control");
        let _ = write!(text, "\nSource: [{}]({url})\n", markdown(name));
    }
    text.push_str("\n</details>\n");
    text
}

fn prose(text: &str) -> String {
    let paragraphs: Vec<String> = text.trim().split("\n\n").map(unwrapped).collect();
    let paragraphs: Vec<_> = paragraphs.iter().map(|paragraph| visible(paragraph)).collect();
    paragraphs.join("\n\n")
}

fn foot(report: &Report) -> String {
    let compared = &report.compared;
    format!(
        "\n---\n\nCompared {} with {} ({}). {}\n",
        code(&short(&compared.base)),
        code(&short(&compared.head)),
        markdown(&short(&compared.why)),
        markdown(&facts::work(report))
    )
}
