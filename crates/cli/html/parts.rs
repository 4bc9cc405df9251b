//! What several pages have in common. Every text that comes from a file is escaped here.

use std::fmt::Write as _;

use orgate_core::Severity;
use orgate_core::report::Unreadable;

use super::text;

/// `<dl>` of numbers.
pub(crate) fn numbers(list: &[(&str, String)]) -> String {
    let mut html = String::from("<dl class=\"numbers\">\n");
    for (name, value) in list {
        let _ = writeln!(html, "<div><dt>{}</dt><dd>{}</dd></div>", text(name), text(value));
    }
    html.push_str("</dl>\n");
    html
}

/// Links to the sections of the page.
pub(crate) fn contents(list: &[(&str, &str)]) -> String {
    let mut html = String::from("<nav aria-label=\"On this page\"><ul>\n");
    for (id, name) in list {
        let _ = writeln!(html, "<li><a href=\"#{id}\">{}</a></li>", text(name));
    }
    html.push_str("</ul></nav>\n");
    html
}

/// The class of a severity.
pub(crate) fn class(severity: Severity) -> String {
    format!("s-{}", severity.as_str())
}

/// How many findings of each severity, with bars.
pub(crate) fn severities(caption: &str, count: impl Fn(Severity) -> usize) -> String {
    let counts = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low].map(|severity| (severity, count(severity)));
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1);
    let mut html = format!(
        "<div class=\"scroll\"><table><caption>{}</caption><thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Count</th><th scope=\"col\"><span class=\"hidden\">Bar</span></th></tr></thead><tbody>\n",
        text(caption)
    );
    for (severity, count) in counts {
        let percent = count.saturating_mul(100) / most;
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\"><span class=\"tag {}\">{severity}</span></th><td>{count}</td><td class=\"{}\" style=\"width:60%;background:none\"><span class=\"bar\" style=\"width:{percent}%\"></span></td></tr>",
            class(severity),
            class(severity)
        );
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// A heading and paragraphs.
pub(super) fn prose(html: &mut String, title: &str, content: &str) {
    let _ = writeln!(html, "<h4>{title}</h4>");
    for paragraph in content.split("\n\n") {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        let _ = writeln!(html, "<p>{}</p>", with_code(&words.join(" ")));
    }
}

/// Text of ours or of a policy, in which backticks mark code.
pub(super) fn with_code(prose: &str) -> String {
    let mut html = String::new();
    for (index, part) in prose.split('`').enumerate() {
        if index % 2 == 1 {
            let _ = write!(html, "<code>{}</code>", text(part));
        } else {
            html.push_str(&text(part));
        }
    }
    html
}

/// Files that cannot be read.
pub(super) fn unreadable(html: &mut String, files: &[Unreadable]) {
    if files.is_empty() {
        return;
    }
    html.push_str("<h2 id=\"unreadable\">Cannot be read</h2>\n<ul>\n");
    for file in files {
        let _ = writeln!(
            html,
            "<li><code>{}:{}</code>: {}</li>",
            text(&file.path.to_string()),
            file.line,
            text(&file.reason)
        );
    }
    html.push_str("</ul>\n");
}
