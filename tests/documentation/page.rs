//! Pages, and what of them is run.

use std::path::{Path, PathBuf};

/// What a page makes its reader do.
#[derive(Debug)]
pub(crate) enum Step {
    /// Save a file: a block of code with `file=NAME`.
    Save { name: String, text: String },
    /// Go to a fresh repository of the demo: the comment `docs: in the demo`.
    Demo,
    /// Type a command; `shown` is what the page prints below it, and `None` if it prints nothing.
    Run {
        line: usize,
        command: String,
        shown: Option<Vec<String>>,
        /// The command may find something: blocks that list commands do not show what those end with.
        listed: bool,
    },
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every page, by its path from the root. Generated pages of controls and of commands have no commands to run.
pub(crate) fn all() -> Vec<String> {
    let mut found: Vec<String> = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "policies/README.md"]
        .map(str::to_owned)
        .to_vec();
    for folder in ["docs", "packaging"] {
        collect(&root().join(folder), "md", &mut found);
    }
    found.sort();
    found
}

fn collect(folder: &Path, kind: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, kind, found);
        } else if path.extension().is_some_and(|extension| extension == kind) {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push(name);
        }
    }
}

/// All of the program's own text. Where a page fills in what a message says, so does this.
pub(crate) fn sources() -> String {
    let mut found = Vec::new();
    for folder in ["crates/cli", "crates/diff/src", "crates/core/src"] {
        collect(&root().join(folder), "rs", &mut found);
    }
    let filled = |name: &String| {
        read(name)
            .replace("{event}", "pull_request_target")
            .replace("{place}", "orgate.yaml")
    };
    found.iter().map(filled).collect()
}

pub(crate) fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

/// Whether a path is meant by a path with at most one `*`, which stands for no slash.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => name
            .strip_prefix(start)
            .and_then(|rest| rest.strip_suffix(end))
            .is_some_and(|middle| !middle.contains('/')),
    }
}

/// What a page makes its reader do, in order. `<!-- docs: skip, REASON -->` leaves out the next block.
pub(crate) fn steps(text: &str) -> Vec<Step> {
    let mut found = Vec::new();
    let mut skip = false;
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(comment) = line.strip_prefix("<!-- docs: ") {
            let comment = comment.trim_end_matches(" -->");
            match comment {
                "in the demo" => found.push(Step::Demo),
                _ if comment.starts_with("skip, ") => skip = true,
                _ => panic!("line {}: what is `{comment}`?", number.saturating_add(1)),
            }
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        if std::mem::take(&mut skip) {
            continue;
        }
        if info == "console" {
            commands(number.saturating_add(2), &block, &mut found);
        } else if let Some((_, name)) = info.split_once(" file=") {
            found.push(Step::Save {
                name: name.to_owned(),
                text: format!("{}\n", block.join("\n")),
            });
        }
    }
    found
}

/// A block either lists commands, or shows a terminal: `$ ` before each command, and below it what it prints.
fn commands(first: usize, block: &[&str], found: &mut Vec<Step>) {
    let terminal = block.iter().any(|line| line.starts_with("$ "));
    for (offset, line) in block.iter().enumerate() {
        let number = first.saturating_add(offset);
        if let Some(command) = line.strip_prefix("$ ").or((!terminal).then_some(*line)) {
            if !command.is_empty() {
                found.push(Step::Run {
                    line: number,
                    command: command.to_owned(),
                    shown: None,
                    listed: !terminal,
                });
            }
        } else if let Some(Step::Run { shown, .. }) = found.last_mut() {
            shown.get_or_insert_default().push((*line).to_owned());
        }
    }
}
