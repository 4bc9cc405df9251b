//! `docs/finding.svg`: one finding of the demo, as a terminal shows it. `UPDATE=1 cargo test` draws it anew.

use std::fmt::Write as _;
use std::process::Command;

use super::page;

const FONT: f32 = 13.0;
const ADVANCE: f32 = 7.8;
const LEADING: f32 = 19.0;
const MARGIN: f32 = 16.0;
/// Code of a colour or weight, class, and how it looks on light and on dark ground.
const STYLES: [(&str, &str, &str, &str); 6] = [
    ("1", "b", "font-weight:600", ""),
    ("1;31", "r", "fill:#a40e26;font-weight:600", "fill:#ff9aa5"),
    ("1;33", "y", "fill:#7a5200;font-weight:600", "fill:#f3cc63"),
    ("1;34", "u", "fill:#0757b3;font-weight:600", "fill:#7cb8ff"),
    ("1;32", "g", "fill:#0f6b31;font-weight:600", "fill:#7fdc9b"),
    ("2", "d", "fill:#57606a", "fill:#a3adb9"),
];

pub(crate) fn check() {
    let output = Command::new(env!("CARGO_BIN_EXE_orgate"))
        .args(["--color", "always", "demo"])
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let start = text.find("\x1b[1;31merror[eca-pkce-not-required]").unwrap();
    let finding = text.get(start..).unwrap().split("\n\n").next().unwrap();
    // Why and how to mend it take more room than a picture has.
    let lines: Vec<&str> = finding.lines().take_while(|line| !plain(line).contains("= why:")).collect();
    assert!(lines.len() > 8, "{finding:?}");
    let drawn = draw(&lines);
    let path = page::root().join("docs/finding.svg");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == drawn,
        "docs/finding.svg is stale: run UPDATE=1 cargo test and look at it"
    );
}

#[expect(clippy::cast_precision_loss, reason = "a picture has few lines and columns")]
fn draw(lines: &[&str]) -> String {
    let columns = lines.iter().map(|line| plain(line).chars().count()).max().unwrap_or_default();
    let width = ADVANCE.mul_add(columns as f32, 2.0 * MARGIN).ceil();
    let height = LEADING.mul_add(lines.len() as f32, 2.0 * MARGIN).ceil();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"title\">\n<title id=\"title\">{}</title>\n<style>\n",
        escaped(&plain(lines.first().unwrap()))
    );
    let _ = writeln!(
        svg,
        "text{{font:{FONT}px ui-monospace,'Cascadia Mono','Liberation Mono',Menlo,Consolas,monospace;white-space:pre;fill:#1b1f24}}\nrect{{fill:#f6f8fa;stroke:#d0d7de}}"
    );
    for (_, class, light, _) in STYLES {
        let _ = writeln!(svg, ".{class}{{{light}}}");
    }
    svg.push_str("@media(prefers-color-scheme:dark){\ntext{fill:#e6e9ee}\nrect{fill:#0e1116;stroke:#363d47}\n");
    for (_, class, _, dark) in STYLES {
        if !dark.is_empty() {
            let _ = writeln!(svg, ".{class}{{{dark}}}");
        }
    }
    let _ = writeln!(
        svg,
        "}}\n</style>\n<rect x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"8\"/>",
        width - 1.0,
        height - 1.0
    );
    for (number, line) in lines.iter().enumerate() {
        let y = LEADING.mul_add(number as f32, MARGIN + FONT);
        let length = ADVANCE * plain(line).chars().count() as f32;
        // The length is said, so that a font of another width does not run out of the frame.
        let _ = writeln!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{y}\" textLength=\"{length:.1}\" xml:space=\"preserve\">{}</text>",
            spans(line)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// A line without its colours.
fn plain(line: &str) -> String {
    pieces(line).into_iter().map(|(_, text)| text).collect()
}

fn spans(line: &str) -> String {
    let mut shown = String::new();
    for (code, text) in pieces(line) {
        let text = escaped(&text);
        if let Some((_, class, ..)) = STYLES.iter().find(|(known, ..)| *known == code) {
            let _ = write!(shown, "<tspan class=\"{class}\">{text}</tspan>");
        } else {
            assert!(code.is_empty() || code == "0", "a style that the picture does not know: {code}");
            shown.push_str(&text);
        }
    }
    shown
}

/// Texts and the style each is in.
fn pieces(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut code = String::new();
    for (number, part) in line.split("\x1b[").enumerate() {
        let text = if number == 0 {
            part
        } else {
            let (given, text) = part.split_once('m').unwrap();
            given.clone_into(&mut code);
            text
        };
        if !text.is_empty() {
            found.push((code.clone(), text.to_owned()));
        }
    }
    found
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
