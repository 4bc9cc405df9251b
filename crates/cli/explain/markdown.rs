//! A control's page as Markdown, for documentation.

use std::fmt::Write as _;

use orgate_core::explain::{ExamplePage, FieldFacts, LineKind, Page, RiskFacts};

use sarif::standards::reference;

/// The page.
pub(crate) fn page(page: &Page) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "# `{}`\n\n{}.\n", page.id, prose(page.title.trim_end_matches('.')));
    facts(&mut text, page);
    section(&mut text, "Why it matters", &page.why);
    let _ = writeln!(text, "\n## What it looks at\n");
    for sentence in &page.decides {
        let _ = writeln!(text, "- {}", prose(sentence));
    }
    for (label, clause) in [
        ("Applies when", &page.applies_when),
        ("Satisfied, whatever else is set, when", &page.satisfied_when),
    ] {
        if let Some(clause) = clause {
            let _ = writeln!(text, "- {label} {}.", prose(clause));
        }
    }
    if let Some(sentence) = page.counts_when_new() {
        let _ = writeln!(text, "- {}", prose(&sentence));
    }
    if page.removal_regresses {
        let _ = writeln!(text, "- Deleting the component itself is a regression.");
    }
    if !page.conditions.is_empty() {
        let _ = writeln!(text, "\n| condition | meaning |\n|---|---|");
        for condition in &page.conditions {
            let _ = writeln!(text, "| `{}` | {} |", condition.name, cell(&condition.meaning));
        }
    }
    let _ = writeln!(text, "\n| field | file | when absent | since |\n|---|---|---|---|");
    for field in &page.fields {
        let _ = writeln!(
            text,
            "| `{}`{} | `{}` | {} | {} |",
            field.field,
            field
                .meaning
                .as_ref()
                .map(|meaning| format!(": {}", cell(meaning)))
                .unwrap_or_default(),
            field.file,
            absence(field),
            field.since.as_deref().map_or_else(String::new, |since| format!("API {since}"))
        );
    }
    if !page.raises_risk.is_empty() || !page.lowers_risk.is_empty() || !page.not_checkable.is_empty() {
        let _ = writeln!(text, "\n## What moves the score\n");
        risks(&mut text, "Higher", &page.raises_risk);
        risks(&mut text, "Lower", &page.lowers_risk);
        for statement in &page.not_checkable {
            let _ = writeln!(text, "- Not checkable: {}", prose(statement));
        }
    }
    example(&mut text, page.bad_heading(), page.bad_example.as_ref());
    example(&mut text, "A change that is fine", page.good_example.as_ref());
    section(&mut text, "How to mend it", &page.remediation);
    if let Some(fix) = &page.fix {
        let _ = writeln!(text, "\n`orgate fix` writes `{}` into `{}`.", fix.to, fix.field);
    }
    if let Some(interpretation) = &page.interpretation {
        section(&mut text, "How we read the source", interpretation);
    }
    let _ = writeln!(
        text,
        "\n## How to accept it for a while\n\nIn `orgate.yaml`:\n\n```yaml\n{}\n```",
        page.waiver
    );
    text
}

fn facts(text: &mut String, page: &Page) {
    let source = &page.source;
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "| {name} | {value} |");
    };
    row("", String::new());
    row("---", "---".to_owned());
    let per = if page.per.is_empty() {
        String::new()
    } else {
        format!(": each {}", page.per.join(", "))
    };
    row("Judges", format!("{}{per}", page.subject.as_str()));
    row(
        "Risk",
        format!(
            "{} {} to {} {}{}",
            page.risk.min,
            page.risk.lowest,
            page.risk.max,
            page.risk.highest,
            if page.risk.estimated { " (our estimate)" } else { "" }
        ),
    );
    if let Some(control) = &source.control {
        let name = match &source.page {
            Some(address) => format!("[{}]({address})", cell(control)),
            None => cell(control),
        };
        row("Source", name);
    }
    if let Some(recommended) = &source.recommended {
        row("Recommended", cell(recommended));
    }
    if let Some(other) = &source.by_analogy_to {
        row("By analogy to", cell(other));
    }
    if let Some(grounds) = &source.grounds {
        row("Grounds", cell(grounds));
    }
    if !page.standards.is_empty() {
        row("Standards", standards(&page.standards));
    }
    if let Some(twin) = &page.twin {
        row("Twin", format!("[`{twin}`]({twin}.md)"));
    }
}

/// References as links, separated by commas.
pub(crate) fn standards(list: &[String]) -> String {
    list.iter()
        .map(|text| {
            let known = reference(text);
            match known.url {
                Some(url) => format!("[{}]({url})", cell(&known.label)),
                None => cell(&known.label),
            }
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// What the absence of a field means, with a link to who says so.
pub(crate) fn absence(field: &FieldFacts) -> String {
    match (&field.default.page, field.default.documented, field.default.text.as_str()) {
        (_, false, _) => "undocumented".to_owned(),
        (_, true, "nothing") => "sets nothing".to_owned(),
        (Some(page), true, value) => format!("`{value}` ([reference]({page}))"),
        (None, true, value) => format!("`{value}`"),
    }
}

fn section(text: &mut String, title: &str, content: &str) {
    let _ = writeln!(text, "\n## {title}\n\n{}", content.trim_end());
}

fn risks(text: &mut String, label: &str, risks: &[RiskFacts]) {
    for risk in risks {
        let name = risk.condition.as_ref().map(|name| format!("`{name}`: ")).unwrap_or_default();
        let _ = writeln!(
            text,
            "- {label} when {name}{}. Because {}.",
            prose(risk.meaning.trim_end_matches('.')),
            prose(risk.because.trim_end_matches('.'))
        );
    }
}

fn example(text: &mut String, title: &str, example: Option<&ExamplePage>) {
    let Some(example) = example else { return };
    let _ = writeln!(text, "\n## {title}\n\n{}: **{}**.", prose(&example.name), example.outcome.as_str());
    for file in &example.files {
        let _ = writeln!(text, "\n`{}`\n\n```diff", file.path);
        for line in &file.lines {
            let mark = match line.kind {
                LineKind::Same => ' ',
                LineKind::Removed => '-',
                LineKind::Added => '+',
            };
            let _ = writeln!(text, "{mark}{}", line.text);
        }
        let _ = writeln!(text, "```");
    }
}

/// Text of policies is ours or the user's own; only what would break the page is escaped.
fn prose(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut code = false;
    for character in text.chars() {
        match character {
            '`' => code = !code,
            '<' if !code => {
                safe.push_str("&lt;");
                continue;
            }
            '*' | '_' if !code => safe.push('\\'),
            _ => {}
        }
        safe.push(character);
    }
    safe
}

/// Text inside a table cell.
pub(crate) fn cell(text: &str) -> String {
    prose(&text.split_whitespace().collect::<Vec<_>>().join(" ")).replace('|', "\\|")
}
