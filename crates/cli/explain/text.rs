//! A control's page for the terminal.

use std::fmt::Write as _;

use orgate_core::Severity;
use orgate_core::explain::{ExamplePage, FieldFacts, LineKind, Page, RiskFacts};

use crate::output::escape::terminal;
use crate::output::style::{BLUE, BOLD, DIM, GREEN, RED, RESET, YELLOW, wrapped};
use sarif::standards::reference;

/// The page.
pub(super) fn page(page: &Page) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{BOLD}{}{RESET}", page.id);
    wrapped(&mut text, "", &page.title);
    let per = if page.per.is_empty() {
        String::new()
    } else {
        format!(", each {} for itself", page.per.join(", "))
    };
    let _ = writeln!(
        text,
        "{DIM}{} · {}{per} · check `{}`{}{RESET}",
        status(page),
        page.subject.as_str(),
        page.check,
        page.source.id.as_ref().map(|id| format!(" · {id}")).unwrap_or_default()
    );
    heading(&mut text, "Risk");
    let (low, high) = (colour(page.risk.lowest), colour(page.risk.highest));
    let _ = writeln!(
        text,
        "  {low}{} {}{RESET} to {high}{} {}{RESET}{}",
        page.risk.min,
        page.risk.lowest,
        page.risk.max,
        page.risk.highest,
        if page.risk.estimated {
            " (our estimate)"
        } else {
            " (as the source says)"
        }
    );
    risks(&mut text, &format!("{RED}higher{RESET}"), "higher", &page.raises_risk);
    risks(&mut text, &format!("{GREEN}lower{RESET}"), "lower", &page.lowers_risk);
    for statement in &page.not_checkable {
        wrapped(&mut text, "  not checkable: ", statement);
    }
    heading(&mut text, "Source");
    source(&mut text, page);
    heading(&mut text, "What it looks at");
    for sentence in &page.decides {
        wrapped(&mut text, "  ", sentence);
    }
    for (label, clause) in [
        ("applies when ", &page.applies_when),
        ("satisfied, whatever else is set, when ", &page.satisfied_when),
    ] {
        if let Some(clause) = clause {
            wrapped(&mut text, &format!("  {label}"), &format!("{clause}."));
        }
    }
    if let Some(sentence) = page.counts_when_new() {
        wrapped(&mut text, "  ", &sentence);
    }
    if page.removal_regresses {
        wrapped(&mut text, "  ", "Deleting the component itself is a regression.");
    }
    for condition in &page.conditions {
        wrapped(&mut text, &format!("  {}: ", condition.name), &condition.meaning);
    }
    heading(&mut text, "Where it stands");
    for field in &page.fields {
        show_field(&mut text, field);
    }
    heading(&mut text, "Why it matters");
    paragraphs(&mut text, &page.why);
    if let Some(interpretation) = &page.interpretation {
        heading(&mut text, "How we read the source");
        paragraphs(&mut text, interpretation);
    }
    example(&mut text, page.bad_heading(), page.bad_example.as_ref());
    example(&mut text, "A change that is fine", page.good_example.as_ref());
    heading(&mut text, "How to mend it");
    paragraphs(&mut text, &page.remediation);
    if let Some(fix) = &page.fix {
        wrapped(&mut text, "  ", &format!("`orgate fix` writes {} in {}.", fix.to, fix.field));
    }
    heading(&mut text, "How to accept it for a while (orgate.yaml)");
    for line in page.waiver.lines() {
        let _ = writeln!(text, "  {line}");
    }
    if !page.standards.is_empty() || page.twin.is_some() {
        heading(&mut text, "See also");
        for standard in &page.standards {
            let known = reference(standard);
            let _ = writeln!(
                text,
                "  {}{}",
                terminal(&known.label),
                known.url.map(|url| format!("  {DIM}{url}{RESET}")).unwrap_or_default()
            );
        }
        if let Some(twin) = &page.twin {
            let _ = writeln!(text, "  orgate explain {twin}  {DIM}the same for the other app family{RESET}");
        }
    }
    text.trim_end().to_owned()
}

fn status(page: &Page) -> &'static str {
    use orgate_core::policy::Status;
    match page.status {
        Status::Preview => "preview: reported, never fails",
        Status::Stable => "stable",
        Status::Deprecated => "deprecated",
    }
}

/// The colour of a severity.
pub(super) fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => RED,
        Severity::Medium => YELLOW,
        Severity::Low => GREEN,
    }
}

fn heading(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{BLUE}{title}{RESET}");
}

fn paragraphs(text: &mut String, content: &str) {
    for (index, paragraph) in content.split("\n\n").enumerate() {
        if index > 0 {
            text.push('\n');
        }
        wrapped(text, "  ", paragraph);
    }
}

fn risks(text: &mut String, label: &str, plain: &str, risks: &[RiskFacts]) {
    for risk in risks {
        let lead = format!("  {label} when ");
        let width = plain.len().saturating_add(8);
        let name = risk.condition.as_ref().map(|name| format!("`{name}`: ")).unwrap_or_default();
        let said = format!("{name}{} Because {}.", sentence(&risk.meaning), risk.because.trim_end_matches('.'));
        crate::output::style::wrapped_at(text, &lead, width, &said);
    }
}

fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

fn source(text: &mut String, page: &Page) {
    let source = &page.source;
    if let Some(control) = &source.control {
        wrapped(text, "  ", control);
    }
    if let Some(recommended) = &source.recommended {
        wrapped(text, "  recommended: ", recommended);
    }
    if let Some(address) = &source.page {
        let _ = writeln!(text, "  {DIM}{}{RESET}", terminal(address));
    }
    if let Some(other) = &source.by_analogy_to {
        wrapped(text, "  ", &format!("By analogy to {other}: the product has no page for this one."));
    }
    if let Some(grounds) = &source.grounds {
        wrapped(text, "  ", grounds);
    }
}

fn show_field(text: &mut String, field: &FieldFacts) {
    let _ = writeln!(text, "  {BOLD}{}{RESET}", terminal(&field.field));
    let _ = writeln!(text, "    file:   {}", terminal(&field.file));
    if let Some(meaning) = &field.meaning {
        wrapped(text, "    means:  ", meaning);
    }
    if !field.values.is_empty() {
        wrapped(text, "    values: ", &field.values.join(", "));
    }
    let absent = match (field.default.documented, field.default.text.as_str()) {
        (false, _) => "nobody documents what its absence means; a verdict that rests on it has low confidence".to_owned(),
        (true, "nothing") => "an absent element sets nothing".to_owned(),
        (true, value) => format!("an absent element means {value}"),
    };
    wrapped(text, "    absent: ", &absent);
    if let Some(page) = &field.default.page {
        let _ = writeln!(text, "            {DIM}{}{RESET}", terminal(page));
    }
}

fn example(text: &mut String, title: &str, example: Option<&ExamplePage>) {
    let Some(example) = example else { return };
    heading(text, title);
    let _ = writeln!(text, "  {}: {BOLD}{}{RESET}", terminal(&example.name), example.outcome.as_str());
    for file in &example.files {
        let _ = writeln!(text, "  {DIM}{}{RESET}", terminal(&file.path));
        for line in &file.lines {
            let (paint, mark) = match line.kind {
                LineKind::Same => (DIM, ' '),
                LineKind::Removed => (RED, '-'),
                LineKind::Added => (GREEN, '+'),
            };
            let _ = writeln!(text, "  {paint}{mark} {}{RESET}", terminal(&line.text));
        }
    }
}
