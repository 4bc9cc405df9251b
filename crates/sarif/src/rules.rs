//! Controls as SARIF rules.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use orgate_core::{Control, Severity};

use crate::model::{Configuration, Level, Rule, RuleProperties, Text};
use crate::standards::{cwe_tag, reference};
use crate::text::{cut, pascal, sentence, unwrapped};
use crate::uri::is_web;

/// Where the tool can be read about.
pub(crate) const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// GitHub's limits for names and descriptions, in characters.
const NAME: usize = 255;
const DESCRIPTION: usize = 1024;
/// GitHub shows ten tags.
const TAGS: usize = 10;

/// The level that a severity has.
pub(crate) fn level(severity: Severity) -> Level {
    match severity {
        Severity::Critical | Severity::High => Level::Error,
        Severity::Medium => Level::Warning,
        Severity::Low => Level::Note,
    }
}

/// All rules, sorted by id, and the place of each. `worst` is the highest score, in hundredths, of the findings shown.
pub(crate) fn rules<'a>(
    controls: impl Iterator<Item = &'a Arc<Control>>,
    worst: &BTreeMap<&str, u16>,
) -> (Vec<Rule>, BTreeMap<Arc<str>, usize>) {
    let sorted: BTreeMap<&Arc<str>, &Arc<Control>> = controls.map(|control| (&control.id, control)).collect();
    let rules = sorted
        .values()
        .map(|control| rule(control, worst.get(&*control.id).copied()))
        .collect();
    let places = sorted.keys().enumerate().map(|(place, id)| (Arc::clone(id), place)).collect();
    (rules, places)
}

fn rule(control: &Control, worst: Option<u16>) -> Rule {
    let default = if control.only_notes() {
        Level::Note
    } else {
        level(control.source.range.in_context(false, false).severity())
    };
    Rule {
        id: control.id.to_string(),
        name: cut(&pascal(&control.id), NAME),
        short_description: Text::plain(cut(&sentence(&control.title), DESCRIPTION)),
        full_description: Text::plain(cut(&sentence(&unwrapped(&control.why)), DESCRIPTION)),
        default_configuration: Configuration { level: default },
        help_uri: control.source.url().filter(|url| is_web(url)).unwrap_or_else(|| HOME.to_owned()),
        help: help(control),
        properties: RuleProperties {
            tags: tags(control),
            precision: if control.only_notes() { "medium" } else { "high" },
            security_severity: security_severity(worst.unwrap_or(control.source.range.max.hundredths())),
        },
    }
}

/// A number above 0.0: GitHub refuses zero.
fn security_severity(hundredths: u16) -> String {
    orgate_core::Score::from_hundredths(hundredths.max(10)).to_string()
}

fn tags(control: &Control) -> Vec<String> {
    let fixed = ["security", "salesforce", "oauth", control.subject.as_str()].map(str::to_owned);
    let weaknesses = control.standards.iter().filter_map(|standard| cwe_tag(standard));
    fixed.into_iter().chain(weaknesses).take(TAGS).collect()
}

/// Two forms of one text: what a reader of Markdown sees, and what is left for everybody else.
#[derive(Default)]
struct Help {
    plain: String,
    markdown: String,
}

impl Help {
    fn heading(&mut self, text: &str) {
        let gap = if self.plain.is_empty() { "" } else { "\n" };
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(self.plain, "{gap}{text}:");
        let _ = writeln!(self.markdown, "{gap}## {text}\n");
    }

    fn paragraph(&mut self, text: &str) {
        let text = unwrapped(text);
        let _ = writeln!(self.plain, "{text}");
        let _ = writeln!(self.markdown, "{text}");
    }

    fn item(&mut self, plain: &str, markdown: &str) {
        let _ = writeln!(self.plain, "- {plain}");
        let _ = writeln!(self.markdown, "- {markdown}");
    }

    fn code(&mut self, language: &str, text: &str) {
        let _ = writeln!(self.plain, "{text}");
        let _ = writeln!(self.markdown, "```{language}\n{text}\n```");
    }
}

fn help(control: &Control) -> Text {
    let mut help = Help::default();
    help.heading("Why it matters");
    help.paragraph(&control.why);
    help.heading("Recommended setting");
    recommended(control, &mut help);
    help.heading("How to mend it");
    help.paragraph(&control.remediation);
    if let Some(fix) = &control.fix {
        let _ = writeln!(help.plain, "\nThe safe value: {} = {}", fix.field, fix.to);
        let _ = writeln!(help.markdown, "\nThe safe value: `{}` = `{}`", fix.field, fix.to);
    }
    if let Some(interpretation) = &control.interpretation {
        help.heading("How it is judged");
        help.paragraph(interpretation);
    }
    help.heading("What moves the risk");
    risk(control, &mut help);
    if !control.standards.is_empty() {
        help.heading("Standards");
        for standard in &control.standards {
            let reference = reference(standard);
            let markdown = reference
                .url
                .map_or_else(|| reference.label.clone(), |url| format!("[{}]({url})", reference.label));
            help.item(&reference.label, &markdown);
        }
    }
    help.heading("How to accept it for a while");
    help.paragraph("Add a waiver to `orgate.yaml`. It counts from the moment it is on the branch that changes are compared with.");
    let _ = writeln!(help.markdown);
    let waiver = format!(
        "waivers:\n  - control: {}\n    subject: NAME\n    reason: why it is acceptable\n    approved-by: who accepted it\n    expires: YYYY-MM-DD",
        control.id
    );
    help.code("yaml", &waiver);
    Text {
        text: help.plain.trim_end().to_owned(),
        markdown: Some(help.markdown.trim_end().to_owned()),
    }
}

fn recommended(control: &Control, help: &mut Help) {
    let source = &control.source;
    if let Some(recommended) = &source.recommended {
        help.paragraph(&sentence(recommended));
    }
    let name = source.control.as_deref().unwrap_or("the page of the control");
    match source.url().filter(|url| is_web(url)) {
        Some(url) => {
            let _ = writeln!(help.plain, "Source: {name}, {url}");
            let _ = writeln!(help.markdown, "\nSource: [{}]({url})", name.replace(['[', ']'], "'"));
        }
        None => {
            if let Some(control) = &source.control {
                help.paragraph(&format!("Source: {control}."));
            }
        }
    }
    if let Some(twin) = &source.by_analogy_to {
        help.paragraph(&format!("By analogy to: {}", sentence(twin)));
    }
    if let Some(grounds) = &source.grounds {
        help.paragraph(grounds);
    }
}

fn risk(control: &Control, help: &mut Help) {
    let range = control.source.range;
    let who = if control.source.estimated {
        "Our estimate"
    } else {
        "The source's estimate"
    };
    help.paragraph(&format!("{who} is {} to {}.", range.min, range.max));
    let _ = writeln!(help.markdown);
    for (direction, risks) in [("higher", &control.raises_risk), ("lower", &control.lowers_risk)] {
        for risk in risks {
            let because = unwrapped(&risk.because);
            help.item(&format!("{direction}: {because}"), &format!("{direction}: {because}"));
        }
    }
    for text in &control.not_checkable {
        let text = format!("not visible in metadata: {}", unwrapped(text));
        help.item(&text, &text);
    }
}
