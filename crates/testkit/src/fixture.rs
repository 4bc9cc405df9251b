//! Fixture cases: `fixtures/controls/<control>/<case>/{base,head}/...`, whole files as they lie in a repository.
//!
//! Expectations stand in the head files: `<!-- expect: regressed ca-pkce-not-required -->` on the line before the line
//! that the anchor must point at. A mark is no change when base has the same line, so removals are marked on both
//! sides. What no mark can say stands in the file `expect` of the case, one line each:
//!
//! ```text
//! regressed eca-pkce-not-required base:force-app/X.ecaGlblOauth-meta.xml:1
//! undecided eca-pkce-not-required
//! exit 2
//! args --strict
//! ```
//!
//! Strict both ways for the control whose folder it is: no mark, no finding.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::gate::{Gate, Hit, Run};
use crate::tree::Tree;

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// `control/case`.
    pub name: String,
    /// Id of the control it is about.
    pub control: String,
    /// What was.
    pub base: Tree,
    /// What is.
    pub head: Tree,
    /// More arguments.
    pub arguments: Vec<String>,
    /// The exit code, when the case states it.
    pub exit: Option<i32>,
    expected: Vec<Expected>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Expected {
    outcome: String,
    control: String,
    /// Side, path and line; `None` when the place is not stated.
    place: Option<(String, String, u64)>,
}

/// The folder with all fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(of)
        .map(|entries| {
            entries
                .map(|entry| entry.expect("an entry").path())
                .filter(|path| path.is_dir())
                .collect()
        })
        .unwrap_or_default();
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// All cases, by name.
pub fn cases() -> Vec<Case> {
    let mut found = Vec::new();
    for control in folders(&fixtures().join("controls")) {
        for case in folders(&control) {
            found.push(Case::read(&name(&control), &case));
        }
    }
    found
}

/// The control ids of the marks in a line.
fn mark(line: &str) -> Option<(&str, &str)> {
    let inner = line.trim().strip_prefix("<!-- expect:")?.strip_suffix("-->")?;
    inner.trim().split_once(' ').map(|(outcome, control)| (outcome, control.trim()))
}

impl Case {
    fn read(control: &str, folder: &Path) -> Self {
        let mut case = Self {
            name: format!("{control}/{}", name(folder)),
            control: control.to_owned(),
            base: Tree::read(&folder.join("base")),
            head: Tree::read(&folder.join("head")),
            arguments: Vec::new(),
            exit: None,
            expected: Vec::new(),
        };
        for path in case.head.files.keys() {
            let path = String::from_utf8_lossy(path).into_owned();
            let mut open = Vec::new();
            for (index, line) in case.head.lines(&path).iter().enumerate() {
                if let Some((outcome, id)) = mark(line) {
                    open.push((outcome.to_owned(), id.to_owned()));
                    continue;
                }
                let number = u64::try_from(index).expect("a line number") + 1;
                case.expected.extend(open.drain(..).map(|(outcome, control)| Expected {
                    outcome,
                    control,
                    place: Some(("head".to_owned(), path.clone(), number)),
                }));
            }
        }
        let more = std::fs::read_to_string(folder.join("expect")).unwrap_or_default();
        for line in more
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            case.statement(line);
        }
        case
    }

    fn statement(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').expect("a word and more");
        match word {
            "exit" => self.exit = Some(rest.parse().expect("an exit code")),
            "args" => self.arguments.extend(rest.split(' ').map(str::to_owned)),
            outcome => {
                let (control, place) = rest.split_once(' ').unwrap_or((rest, ""));
                let place = place.split_once(':').map(|(side, place)| {
                    let (path, line) = place.rsplit_once(':').expect("a line");
                    (side.to_owned(), path.to_owned(), line.parse().expect("a number"))
                });
                self.expected.push(Expected {
                    outcome: outcome.to_owned(),
                    control: control.to_owned(),
                    place,
                });
            }
        }
    }

    /// Runs the case on plain folders; also gives the SARIF of the same run.
    pub fn run(&self, gate: &Gate) -> (Run, Value) {
        let mut arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        arguments.extend(["--output=json", "--output=sarif=report.sarif"]);
        let run = gate.check(&self.base, &self.head, &arguments);
        let sarif = std::fs::read(gate.path().join("report.sarif")).unwrap_or_default();
        (run, serde_json::from_slice(&sarif).unwrap_or_default())
    }

    /// Runs the case on two commits.
    pub fn run_commits(&self, gate: &Gate) -> Run {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        gate.check_commits(&self.base, &self.head, &arguments)
    }

    /// Holds a run against the marks.
    pub fn judge(&self, run: &Run) -> Result<(), String> {
        let mut wrong = Vec::new();
        let mut left: Vec<Hit> = run
            .hits()
            .into_iter()
            .filter(|hit| hit.outcome != "still-undecided" && (hit.control == self.control || self.names(&hit.control)))
            .collect();
        for expected in &self.expected {
            match left.iter().position(|hit| expected.fits(hit)) {
                Some(at) => {
                    left.remove(at);
                }
                None => wrong.push(format!("missing: {expected:?}")),
            }
        }
        wrong.extend(left.iter().map(|hit| format!("not expected: {hit:?}")));
        if self.exit.is_some_and(|exit| exit != run.code) {
            wrong.push(format!("the exit code is not {:?}", self.exit));
        }
        let fails = crate::gate::list(&run.report["findings"])
            .iter()
            .any(|finding| finding["fails"] == true);
        let exit = if run.report["verdict"] == "not-decided" {
            2
        } else {
            i32::from(fails)
        };
        if exit != run.code && !self.arguments.iter().any(|argument| argument == "--strict") {
            wrong.push(format!("the report says exit {exit}"));
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(format!("{}\n--\n{}", wrong.join("\n"), run.said()))
        }
    }

    fn names(&self, control: &str) -> bool {
        self.expected.iter().any(|expected| expected.control == control)
    }
}

impl Expected {
    fn fits(&self, hit: &Hit) -> bool {
        let placed = self
            .place
            .as_ref()
            .is_none_or(|(side, path, line)| *side == hit.side && *path == hit.path && *line == hit.line);
        self.outcome == hit.outcome && self.control == hit.control && placed
    }
}
