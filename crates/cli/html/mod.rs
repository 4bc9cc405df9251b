//! Reports as one page of HTML that stands by itself: no network, no script, light and dark, on paper too.
//!
//! Every text goes through [`text`]; nothing else writes what came from a file. Secrets are blanked before a line of a
//! file is shown (`redact`).

pub(crate) mod audit;
pub(crate) mod check;
mod evidence;
mod map;
mod parts;
mod waivers;

use std::fmt::Write as _;

pub(crate) use crate::output::escape::xml as text;
pub(crate) use parts::{class, contents, numbers};

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

#[cfg(test)]
mod tests;
