//! Runs the commands of a page in one shell, as a reader would, and compares what they print.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::page::Step;

/// Stands before what tells how a command ended; no page shows it.
const MARK: char = '\u{1e}';

/// Every difference between the page and what happened. The page begins in an empty folder.
pub(crate) fn play(page: &str, steps: &[Step]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), steps);
    let mut parts = output.split(MARK);
    let mut wrong = Vec::new();
    let mut before: Option<String> = None;
    for step in steps {
        let Step::Run {
            line,
            command,
            shown,
            listed,
        } = step
        else {
            continue;
        };
        // What the mark itself says stands at the start of the next part.
        let part = parts.next().unwrap_or_default();
        let (_, printed) = split(part);
        let place = format!("{page}:{line}: `{command}`");
        // A page that shows the code has said that the command fails.
        wrong.extend(before.take().filter(|_| command != "echo $?"));
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        if let Some(shown) = shown
            && !agree(shown, &printed)
        {
            wrong.push(format!(
                "{place} prints\n{}\nbut the page shows\n{}",
                printed.join("\n"),
                shown.join("\n")
            ));
        }
        let ended = parts.clone().next().map(|next| split(next).0).unwrap_or_default();
        let fine = ended == "0" || (*listed && ended == "1");
        before = (!fine).then(|| format!("{place} ends with {ended}:\n{}", printed.join("\n")));
    }
    wrong.extend(before);
    wrong
}

/// A part of the output is the code of the command before, a line break, and what this command prints.
fn split(part: &str) -> (&str, &str) {
    part.split_once('\n').unwrap_or((part, ""))
}

fn run(folder: &Path, steps: &[Step]) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_orgate"));
    let home = folder.join("home");
    let work = folder.join("work");
    std::fs::create_dir_all(&home).unwrap();
    std::fs::create_dir_all(&work).unwrap();
    std::fs::write(
        home.join(".gitconfig"),
        "[user]\nname = Reader\nemail = reader@example.com\n[init]\ndefaultBranch = main\n",
    )
    .unwrap();
    // The mark keeps `$?`, so that a page can ask for it.
    let mut script = format!("told() {{ local code=$?; printf '{MARK}%d\\n' \"$code\"; return \"$code\"; }}\nprintf '0\\n'\n");
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Save { name, text } => {
                let saved = folder.join(format!("file-{number}"));
                std::fs::write(&saved, text).unwrap();
                let _ = writeln!(script, "mkdir -p \"$(dirname '{name}')\" && cp '{}' '{name}'", saved.display());
            }
            Step::Demo => {
                let place = folder.join(format!("demo-{number}"));
                let _ = writeln!(script, "orgate demo '{0}' >/dev/null && cd '{0}'", place.display());
            }
            Step::Run { command, .. } => {
                let _ = writeln!(script, "{command}\ntold");
            }
        }
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-c", &format!("exec 2>&1\n{script}")])
        .current_dir(&work)
        .env_clear()
        .env("HOME", &home)
        .env("PATH", format!("{}:{path}", program.parent().unwrap().display()))
        .env("TMPDIR", folder)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Whether output looks as shown: a line `...` stands for any lines, `…` within a line for anything.
fn agree(shown: &[String], printed: &[&str]) -> bool {
    let trimmed = |lines: &[&str]| lines.iter().rev().skip_while(|line| line.is_empty()).count();
    let printed = printed.get(..trimmed(printed)).unwrap_or_default();
    let shown: Vec<&str> = shown.iter().map(|line| line.trim_end()).collect();
    let shown = shown.get(..trimmed(&shown)).unwrap_or_default();
    lines_agree(shown, printed)
}

fn lines_agree(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((&"...", rest)) => (0..=printed.len()).any(|skipped| lines_agree(rest, printed.get(skipped..).unwrap_or_default())),
        Some((first, rest)) => printed
            .split_first()
            .is_some_and(|(line, others)| line_agrees(first, line) && lines_agree(rest, others)),
    }
}

fn line_agrees(shown: &str, printed: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = parts.next().and_then(|start| printed.strip_prefix(start)) else {
        return false;
    };
    let middle: Vec<&str> = parts.collect();
    let Some((last, middle)) = middle.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[test]
fn elisions_stand_for_what_is_left_out_and_for_nothing_else() {
    let shown = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(agree(&shown("a\n...\nd"), &["a", "b", "c", "d"]));
    assert!(agree(&shown("a\n..."), &["a"]));
    assert!(agree(&shown("commit … is …."), &["commit 123 is bad."]));
    assert!(!agree(&shown("a\n...\nd"), &["a", "b", "c"]));
    assert!(!agree(&shown("a"), &["a", "b"]));
    assert!(!agree(&shown("a … c"), &["a c"]));
}
