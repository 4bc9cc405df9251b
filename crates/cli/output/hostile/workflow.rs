//! Annotations, read as GitHub's runner reads a log.

use std::collections::BTreeMap;

use sarif::text::visible;

use super::{HOSTILE, written};
use crate::output::github;
use crate::output::sample::{file, sample_report};

/// Reads a workflow command as GitHub's runner does: name, properties, message.
fn command(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
    let properties = properties
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), property(value)))
        .collect();
    Some((name.to_owned(), properties, data(message)))
}

#[test]
fn workflow_commands() {
    for name in HOSTILE {
        let text = written(|out| github::write(&sample_report(name), out));
        let commands: Vec<_> = text.lines().map(|line| command(line).unwrap()).collect();
        let levels: Vec<&str> = commands.iter().map(|(level, ..)| level.as_str()).collect();
        assert_eq!(
            levels,
            ["error", "error", "error", "warning", "warning", "warning", "notice", "notice"],
            "{name:?}"
        );
        let (_, properties, message) = &commands[1];
        // Line ends are decoded to what they are; everything else that is hidden was shown.
        let file = file(name);
        let shown = file.split_inclusive(['\n', '\r']).flat_map(|line| {
            let (text, end) = line.split_at(line.trim_end_matches(['\n', '\r']).len());
            [visible(text).into_owned(), end.to_owned()]
        });
        let expected: String = shown.collect();
        assert_eq!(properties["file"], expected);
        assert!(
            message.starts_with(&format!("'{}' no longer requires PKCE.\n", visible(name))),
            "{message}"
        );
        assert_eq!((properties["line"].as_str(), properties["endColumn"].as_str()), ("4", "48"));
    }
}
