//! Names, values and paths that try to be more than text, through every writer; what comes out is read back by a
//! parser that is not ours where there is one.

use orgate_core::settings::FailOn;
use sarif::text::is_hidden;
use serde_json::Value;

use super::sample::sample_report;
use super::{json, text};
use crate::args::{ColorWhen, Global};

mod commands;
mod documents;
mod pages;
mod workflow;

const HOSTILE: [&str; 22] = [
    "plain",
    "a\nb\r\n::error file=x::injected",
    "\n::stop-commands::x\n::set-output name=a::b",
    "x%0A::warning::y",
    "##[error]z",
    "](http://evil.example) [click](http://evil.example \"t\")",
    "![i](http://evil.example/x.png) <http://evil.example> http://evil.example www.evil.example a@evil.example",
    "<img src=x onerror=alert(1)><script>alert(1)</script></details>",
    "@everyone @org/team #1 org/repo#2 !3 ~bug %\"m\" $4 &5 GH-6",
    "| a | b |\n| --- |",
    "`code` ``x `` ``` \\` \\|",
    "**bold** __u__ ~~s~~ _i_ *i* ==m== $x$",
    "\u{1b}[2J\u{1b}]8;;http://evil.example\u{7}x\u{9b}31m",
    "\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}\u{e0041}",
    "' onload='x' \" ]]> <!-- --> &amp; &#64; &lt;",
    "{subject} {0} ${X} {{x}} %s",
    "\u{0}\u{1}\u{7f}\u{ffff}\u{fffe}",
    "/close",
    "- [ ] task",
    "1. one",
    "    indented code",
    "# heading\\",
];

/// What a writer writes, the same each time and nothing in it hidden.
pub(super) fn written(write: impl Fn(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let bytes = || {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        out
    };
    let text = String::from_utf8(bytes()).unwrap();
    assert_eq!(text.as_bytes(), bytes(), "not deterministic");
    assert!(
        !text.contains(|character| character != '\n' && is_hidden(character)),
        "hidden characters in {text}"
    );
    text
}

#[test]
fn for_programs_and_people() {
    let global = Global {
        verbose: 0,
        quiet: false,
        color: ColorWhen::Never,
    };
    for name in HOSTILE {
        let mut report = sample_report(name);
        report.thresholds.fail_on = FailOn::Low;
        let value: Value = serde_json::from_str(&written(|out| json::write(&report, out))).unwrap();
        assert_eq!(value["findings"][0]["subject"]["name"], *name);
        let mut out = Vec::new();
        text::write(
            &report,
            text::Context::nothing(&orgate_core::Registry::default()),
            &global,
            &mut out,
        )
        .unwrap();
        let plain = text::plain(&String::from_utf8(out).unwrap());
        assert!(
            !plain.contains(|character| character != '\n' && is_hidden(character)),
            "hidden characters in {plain}"
        );
    }
}
