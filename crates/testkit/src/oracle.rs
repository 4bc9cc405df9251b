//! The location oracle: what a finding points at, held against the files and against the real `git diff`.

use std::process::Command;

use crate::gate::{Hit, Run};
use crate::tree::Tree;

/// Added lines at head of one hunk, or the line before the gap when it only removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hunk {
    start: u64,
    count: u64,
}

impl Hunk {
    /// Whether an anchor may stand on this line because of the hunk. A gap at the very top has line 0 before it.
    fn holds(self, line: u64) -> bool {
        if self.count == 0 {
            line == self.start.max(1)
        } else {
            (self.start..self.start + self.count).contains(&line)
        }
    }
}

/// Changed places of a head file by `git diff -U0`; `None` when base has no file that it can be compared with.
fn hunks(base: &Tree, head: &Tree, path: &str) -> Option<Vec<Hunk>> {
    let new = head.files.get(path.as_bytes())?;
    let old = base.files.get(path.as_bytes())?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("old"), old).expect("the old file");
    std::fs::write(folder.path().join("new"), new).expect("the new file");
    let output = Command::new("git")
        .current_dir(folder.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args(["diff", "--no-index", "--no-color", "--no-ext-diff", "--text", "-U0", "old", "new"])
        .output()
        .expect("git starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let header = |line: &str| {
        let added = line.strip_prefix("@@ ")?.split(' ').nth(1)?.strip_prefix('+')?.to_owned();
        let (start, count) = added.split_once(',').unwrap_or((&added, "1"));
        Some(Hunk {
            start: start.parse().ok()?,
            count: count.parse().ok()?,
        })
    };
    Some(text.lines().filter_map(header).collect())
}

/// The bytes between two one-based positions of a file; columns count characters.
fn region(tree: &Tree, hit: &Hit) -> Option<String> {
    let (end_line, end_column) = hit.end?;
    let content = String::from_utf8_lossy(tree.files.get(hit.path.as_bytes())?).into_owned();
    let mut found = String::new();
    for (index, line) in content.split_inclusive('\n').enumerate() {
        let number = u64::try_from(index).ok()? + 1;
        if number < hit.line || number > end_line {
            continue;
        }
        let from = if number == hit.line { hit.column - 1 } else { 0 };
        let to = if number == end_line { end_column - 1 } else { u64::MAX };
        let mut at = 0;
        found.extend(line.trim_start_matches('\u{feff}').chars().filter(|_| {
            at += 1;
            at > from && at <= to
        }));
    }
    Some(found)
}

/// What is wrong with the places of a run's findings; empty when all is well.
pub fn misplaced(base: &Tree, head: &Tree, run: &Run) -> Vec<String> {
    let mut wrong = Vec::new();
    for (hit, finding) in run.findings().iter().map(|hit| (hit, finding_of(run, hit))) {
        let tree = if hit.side == "head" { head } else { base };
        if !tree.files.contains_key(hit.path.as_bytes()) {
            wrong.push(format!("no such file: {hit:?}"));
            continue;
        }
        let lines = u64::try_from(tree.lines(&hit.path).len()).expect("a count");
        if hit.line == 0 || hit.line > lines || hit.column == 0 {
            wrong.push(format!("no such line: {hit:?}"));
            continue;
        }
        if hit.side != "head" {
            continue;
        }
        let in_hunk = hunks(base, head, &hit.path).map(|hunks| hunks.iter().any(|hunk| hunk.holds(hit.line)));
        if let Some(text) = region(head, hit) {
            let named = element(&text).is_some_and(|name| claimed(finding, &name));
            let whole = text.starts_with('<') && text.ends_with('>');
            // A region that starts inside an element starts on its changed line.
            if !(whole && named || in_hunk == Some(true) && !text.starts_with('<')) {
                wrong.push(format!("the region is {text:?}: {hit:?}"));
            }
        } else if in_hunk == Some(false) {
            wrong.push(format!("not in a changed hunk: {hit:?}"));
        }
        if in_hunk == Some(false) && changed_at_all(base, head, &hit.path) {
            wrong.push(format!("the file changed, but not there: {hit:?}"));
        }
    }
    wrong
}

fn changed_at_all(base: &Tree, head: &Tree, path: &str) -> bool {
    base.files.get(path.as_bytes()) != head.files.get(path.as_bytes())
}

fn finding_of<'r>(run: &'r Run, hit: &Hit) -> &'r serde_json::Value {
    crate::gate::list(&run.report["findings"])
        .iter()
        .find(|finding| finding["fingerprint"] == hit.fingerprint.as_str())
        .unwrap_or(&serde_json::Value::Null)
}

fn element(text: &str) -> Option<String> {
    let tag = text.strip_prefix('<')?;
    let end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'))?;
    let name = tag.get(..end)?;
    Some(name.rsplit(':').next().unwrap_or(name).to_owned())
}

/// Whether the finding says that it is about an element of this name: a field it read, or a block around one.
fn claimed(finding: &serde_json::Value, name: &str) -> bool {
    let mut fields: Vec<String> = Vec::new();
    for side in ["base", "head"] {
        if let Some(values) = finding[side]["values"].as_object() {
            fields.extend(values.keys().cloned());
        }
    }
    for evidence in crate::gate::list(&finding["evidence"]) {
        fields.extend(evidence["field"].as_str().map(str::to_owned));
    }
    // Fields of conditions are not listed by side; their reasons name the condition.
    let context = crate::gate::list(&finding["reasons"])
        .iter()
        .any(|reason| reason["changed"] == true);
    context || fields.iter().any(|field| field.split('/').any(|part| part == name))
}

/// SARIF names the same controls at the same lines as JSON.
pub fn same_in_sarif(run: &Run, sarif: &serde_json::Value) -> Result<(), String> {
    let results = crate::gate::list(&sarif["runs"][0]["results"]);
    let place = |result: &serde_json::Value| {
        let physical = &result["locations"][0]["physicalLocation"];
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let line = physical["region"]["startLine"].as_u64().unwrap_or_default();
        (text(&result["ruleId"]), text(&physical["artifactLocation"]["uri"]), line)
    };
    let found: Vec<_> = results.iter().map(place).collect();
    for hit in run.findings() {
        let uri = hit.path.replace('%', "%25").replace(' ', "%20");
        let wanted = (hit.control, uri, hit.line);
        if !found.contains(&wanted) {
            return Err(format!("SARIF lacks {wanted:?}, it has {found:#?}"));
        }
    }
    Ok(())
}
