//! Reports as one page of HTML that stands by itself: no network, no script, light and dark, on paper too.
//!
//! Every text goes through [`text`]; nothing else writes what came from a file. Secrets are blanked before a line of a
//! file is shown (`redact`).

pub(crate) mod audit;
pub(crate) mod check;
mod evidence;
mod map;
mod waivers;

use std::fmt::Write as _;

use orgate_core::Severity;

pub(crate) use crate::output::escape::xml as text;

const STYLE: &str = include_str!("style.css");

/// A whole page. `header` and `main` are HTML already.
pub(crate) fn document(title: &str, header: &str, main: &str) -> String {
    let mut page = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    page.push_str("<meta name=\"referrer\" content=\"no-referrer\">\n");
    let _ = write!(page, "<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n", text(title));
    page.push_str("<a class=\"skip\" href=\"#main\">To the content</a>\n");
    let _ = write!(page, "<header>\n{header}</header>\n<main id=\"main\">\n{main}</main>\n");
    let _ = write!(
        page,
        "<footer>Written by orgate {}. This page loads nothing and runs nothing.</footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    page
}

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
pub(crate) fn severities(caption: &str, counts: &[(Severity, usize)]) -> String {
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
            class(*severity),
            class(*severity)
        );
    }
    html.push_str("</tbody></table></div>\n");
    html
}

#[cfg(test)]
mod tests;
