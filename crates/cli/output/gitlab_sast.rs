//! `gitlab-sast`: GitLab's security report 15.2.1, with what was and what is in the details.

mod model;

use std::collections::BTreeMap;
use std::io;

use orgate_core::policy::Control;
use orgate_core::report::verdict::Verdict;
use orgate_core::report::{Evidence, Finding, Report, Side};
use orgate_core::{RepoPath, Severity};
use sarif::text::unwrapped;

use super::escape::{cut, markdown, visible};
use super::facts::{self, Value};
use model::{Content, Detail, Identifier, Item, Link, Location, Log, Message, Scan, Signature, Tool, Tracking, Vendor, Vulnerability};

const SCHEMA: &str = "15.2.1";
/// The schema's limits, in characters.
const NAME: usize = 255;
const SOLUTION: usize = 7000;
/// More places help nobody.
const PLACES: usize = 20;

/// What the report does not say. Times are UTC, as `yyyy-mm-ddThh:mm:ss` without a zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options<'a> {
    /// Version of the tool.
    pub(crate) version: &'a str,
    /// When the run began.
    pub(crate) start: &'a str,
    /// When it ended.
    pub(crate) end: &'a str,
    /// Writes no findings: what the default branch needs.
    pub(crate) empty: bool,
}

/// Writes the findings that no waiver covers.
pub(crate) fn write(report: &Report, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let tool = Tool {
        id: "orgate",
        name: "orgate",
        url: env!("CARGO_PKG_REPOSITORY"),
        version: options.version,
        vendor: Vendor { name: "orgate" },
    };
    let log = Log {
        version: SCHEMA,
        scan: Scan {
            analyzer: tool,
            scanner: tool,
            start_time: options.start,
            end_time: options.end,
            status: if report.verdict() == Verdict::NotDecided {
                "failure"
            } else {
                "success"
            },
            r#type: "sast",
            messages: messages(report),
        },
        vulnerabilities: facts::open(report).filter(|_| !options.empty).map(vulnerability).collect(),
    };
    sarif::json::write(&log, true, out)
}

fn messages(report: &Report) -> Vec<Message> {
    let mut all = Vec::new();
    let mut say = |level: &'static str, text: String| {
        all.push(Message {
            level,
            value: visible(&text).into_owned(),
        });
    };
    for file in &report.unreadable {
        let side = if file.side == Side::Base { " at base" } else { "" };
        let level = if file.fatal { "fatal" } else { "warn" };
        say(level, format!("{}:{} cannot be read{side}: {}", file.path, file.line, file.reason));
    }
    for entry in &report.loosened {
        say("warn", format!("{} loosens the gate itself: {}", entry.path, entry.text));
    }
    for warning in &report.warnings {
        let path = warning.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        say("warn", format!("{path}{}", warning.text));
    }
    for group in facts::unknown(report) {
        say(
            "info",
            format!(
                "{} cannot be judged: {} ({})",
                facts::subject(&group.first.subject),
                group.reason,
                group.ids()
            ),
        );
    }
    for note in &report.waiver_notes {
        say("info", note.clone());
    }
    all
}

fn vulnerability(finding: &Finding) -> Vulnerability<'_> {
    let control = &finding.control;
    let location = location(&finding.anchor.path, finding.anchor.line);
    Vulnerability {
        id: uuid(&finding.fingerprint),
        // The name must say nothing about the single finding: GitLab takes findings of one name together.
        name: cut(&visible(&control.title), NAME),
        description: description(finding),
        severity: severity(finding),
        solution: cut(&unwrapped(&control.remediation), SOLUTION),
        identifiers: identifiers(control),
        links: links(control),
        tracking: Tracking {
            r#type: "source",
            items: [Item {
                location: location.clone(),
                signatures: [Signature {
                    algorithm: "hash",
                    value: &finding.fingerprint,
                }],
            }],
        },
        location,
        details: details(finding),
    }
}

/// GitLab shows it as Markdown.
fn description(finding: &Finding) -> String {
    let mut paragraphs = vec![markdown(&finding.message)];
    paragraphs.extend(facts::risk(finding).iter().map(|text| markdown(text)));
    paragraphs.push(unwrapped(&finding.control.why));
    paragraphs.join("\n\n")
}

fn severity(finding: &Finding) -> &'static str {
    if finding.is_note() {
        return "Info";
    }
    match finding.severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
    }
}

/// The first one is the identity of the control for GitLab.
fn identifiers(control: &Control) -> Vec<Identifier> {
    let own = Identifier {
        r#type: "orgate_control",
        name: control.id.to_string(),
        value: control.id.to_string(),
        url: control.source.url().filter(|url| sarif::uri::is_web(url)),
    };
    let weaknesses = control.standards.iter().filter_map(|standard| {
        let number = standard.strip_prefix("cwe:")?;
        let reference = sarif::standards::reference(standard);
        Some(Identifier {
            r#type: "cwe",
            name: reference.label,
            value: number.to_owned(),
            url: reference.url,
        })
    });
    std::iter::once(own).chain(weaknesses).collect()
}

fn links(control: &Control) -> Vec<Link> {
    let source = control.source.url().filter(|url| sarif::uri::is_web(url)).map(|url| Link {
        name: cut(control.source.control.as_deref().unwrap_or(&control.title), NAME),
        url,
    });
    let standards = control.standards.iter().filter_map(|standard| {
        let reference = sarif::standards::reference(standard);
        Some(Link {
            name: reference.label,
            url: reference.url?,
        })
    });
    source.into_iter().chain(standards).collect()
}

fn location(path: &RepoPath, line: u32) -> Location {
    Location {
        file: path.to_string(),
        start_line: line.max(1),
        end_line: line.max(1),
    }
}

fn details(finding: &Finding) -> BTreeMap<String, Detail> {
    let mut details = BTreeMap::new();
    let mut add = |key: String, name: &str, content: Content| {
        details.insert(
            key,
            Detail {
                name: name.to_owned(),
                content,
            },
        );
    };
    let changes = facts::changes(finding);
    let side = |value: fn(&facts::Change) -> &Value| {
        let line = |change: &facts::Change| format!("{}: {}", visible(&change.field), visible(value(change).plain()));
        changes.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    add(
        "change".to_owned(),
        "Before and after",
        Content::Diff {
            before: side(|change| &change.before),
            after: side(|change| &change.after),
        },
    );
    let text = |text: &str| Content::Text {
        value: visible(text).into_owned(),
    };
    add("subject".to_owned(), "Subject", text(&facts::subject(&finding.subject)));
    add("outcome".to_owned(), "Outcome", text(finding.outcome.as_str()));
    add(
        "score".to_owned(),
        "Risk score",
        Content::Value {
            value: finding.score.value(),
        },
    );
    let risk = facts::risk(finding);
    if !risk.is_empty() {
        let items = risk.iter().map(|one| text(one)).collect();
        add("risk".to_owned(), "What moves the risk", Content::List { items });
    }
    for (number, evidence) in finding.evidence.iter().take(PLACES).enumerate() {
        add(format!("evidence_{:02}", number + 1), &visible(&evidence.text()), place(evidence));
    }
    details
}

fn place(evidence: &Evidence) -> Content {
    Content::FileLocation {
        file_name: evidence.path.to_string(),
        line_start: evidence.line.max(1),
        line_end: evidence.line.max(1),
    }
}

/// A UUID of version 8 (RFC 9562, section 5.8) with the fingerprint's first digits: the same finding has the same one.
fn uuid(fingerprint: &str) -> String {
    let mut digits: Vec<char> = fingerprint.chars().filter(char::is_ascii_hexdigit).take(32).collect();
    digits.resize(32, '0');
    let mut text = String::with_capacity(36);
    for (at, digit) in digits.into_iter().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(match at {
            12 => '8',
            16 => char::from_digit(8 | (digit.to_digit(16).unwrap_or_default() & 3), 16).unwrap_or('8'),
            _ => digit.to_ascii_lowercase(),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn identifiers_are_uuids() {
        assert_eq!(super::uuid(&"ab12".repeat(16)), "ab12ab12-ab12-8b12-ab12-ab12ab12ab12");
        assert_eq!(super::uuid(""), "00000000-0000-8000-8000-000000000000");
    }
}
