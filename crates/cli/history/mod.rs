//! `orgate history`: which control of which app became weaker or better, commit by commit.

mod chart;
mod notes;
mod page;
#[cfg(test)]
mod tests;
mod text;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use orgate_core::policy::nearest;
use orgate_core::report::Report;
use orgate_core::report::verdict::Verdict;
use orgate_core::{Outcome, Score, Severity};
use orgate_diff::gate::posture::{AuditInput, Cache, audit};
use orgate_diff::gate::{self, Input};
use orgate_diff::history::Commit;
use orgate_diff::{CommitSide, Repository, Snapshot};
use orgate_metadata::Limits;
use serde::Serialize;

use crate::args::{Global, HistoryArgs, ListFormat};
use crate::audit::gate as rules;
use crate::check::today;
use crate::config::Config;
use crate::error::CliError;
use crate::explain::{json, suggestion};
use crate::html;
use crate::output::{people, stdout};
use crate::sides::Sides;
use notes::Note;

/// What became of one control on one subject in one commit.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Event {
    control: String,
    title: String,
    kind: &'static str,
    subject: String,
    outcome: Outcome,
    /// Weaker, not better.
    weaker: bool,
    severity: Option<Severity>,
    score: Option<Score>,
}

/// A commit in which something became weaker or better, or left.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    commit: String,
    /// `YYYY-MM-DD`, UTC.
    date: String,
    author: String,
    summary: String,
    events: Vec<Event>,
    notes: Vec<Note>,
}

/// The scores of everything that is violated, after a commit.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Point {
    commit: String,
    date: String,
    /// In hundredths.
    risk: u64,
}

/// The whole walk, newest first; the points oldest first.
#[derive(Debug, Default, Serialize)]
pub(crate) struct History {
    format: &'static str,
    newest: String,
    /// Commits walked.
    commits: usize,
    /// Commits that change metadata which some control reads.
    relevant: usize,
    /// The walk ended at the edge of a shallow clone.
    cut: bool,
    /// Subjects that were asked for and never seen, with what was probably meant.
    unknown: Vec<String>,
    entries: Vec<Entry>,
    risk: Vec<Point>,
}

/// Walks and shows.
pub(crate) fn run(arguments: &HistoryArgs, global: &Global) -> Result<Verdict, CliError> {
    let repository = Repository::open(arguments.repo.as_deref())?;
    let (oldest, newest) = ends(arguments, &repository)?;
    let open = || -> Box<dyn Snapshot> { Box::new(repository.snapshot(&newest)) };
    let sides = Sides::of_one(open(), open());
    let config = Config::load(&rules(&arguments.team), &sides)?;
    if let Some(id) = arguments.control.iter().find(|id| config.catalog.get(id).is_none()) {
        return Err(CliError::UnknownControl {
            id: id.clone(),
            near: suggestion(id, &config.catalog),
        });
    }
    let history = Walk {
        arguments,
        repository: &repository,
        config: &config,
        cache: Cache::default(),
        progress: Progress::new(global),
        seen: RefCell::default(),
    }
    .run(oldest.as_ref(), &newest)?;
    match arguments.format {
        ListFormat::Text => people(text::write(&history, global.quiet).trim_end())?,
        ListFormat::Json => stdout(&json(&history)?)?,
    }
    if let Some(file) = &arguments.html {
        html::save(file, &page::page(&history))?;
    }
    Ok(Verdict::Pass)
}

fn ends(arguments: &HistoryArgs, repository: &Repository) -> Result<(Option<CommitSide>, CommitSide), CliError> {
    let range = arguments.range.as_deref().unwrap_or("HEAD");
    let (old, new) = match range.split_once("..") {
        Some((old, new)) => (Some(old), new.trim_start_matches('.')),
        None => (None, range),
    };
    let name = |text: &str| if text.is_empty() { "HEAD".to_owned() } else { text.to_owned() };
    let old = match old {
        Some(old) => Some(repository.resolve(&name(old))?),
        None => None,
    };
    Ok((old, repository.resolve(&name(new))?))
}

struct Walk<'a> {
    arguments: &'a HistoryArgs,
    repository: &'a Repository,
    config: &'a Config,
    cache: Cache,
    progress: Progress,
    /// Names of subjects, when some are asked for.
    seen: RefCell<BTreeSet<String>>,
}

impl Walk<'_> {
    fn run(mut self, oldest: Option<&CommitSide>, newest: &CommitSide) -> Result<History, CliError> {
        let since = match &self.arguments.since {
            Some(text) => Some(today(Some(text))?),
            None => None,
        };
        let mut history = History {
            format: "orgate-history/v1",
            newest: newest.id.clone(),
            ..History::default()
        };
        let mut walk = self.repository.first_parents(newest, oldest)?;
        let mut before_first: Option<CommitSide> = None;
        for commit in walk.by_ref() {
            let commit = commit?;
            if since.is_some_and(|since| day(commit.time) < since) {
                break;
            }
            history.commits = history.commits.saturating_add(1);
            self.progress.step(history.commits);
            let report = self.compare(&commit)?;
            before_first.clone_from(&commit.parent);
            if report.work.changed_metadata == 0 {
                continue;
            }
            history.relevant = history.relevant.saturating_add(1);
            history
                .risk
                .push(self.point(&commit.side, &commit.id, day(commit.time).to_string())?);
            let events = self.events(&report);
            let notes = notes::notes(&report, &|control, subject| self.asked(control, subject));
            if !events.is_empty() || !notes.is_empty() {
                history.entries.push(Entry {
                    commit: commit.id.clone(),
                    date: day(commit.time).to_string(),
                    author: commit.author,
                    summary: commit.summary,
                    events,
                    notes,
                });
            }
        }
        history.cut = walk.is_cut();
        if let (Some(start), false) = (before_first, history.risk.is_empty()) {
            history.risk.push(self.point(&start, &start.id, "before".to_owned())?);
        }
        history.unknown = self.unknown();
        history.risk.reverse();
        self.progress.end();
        Ok(history)
    }

    /// What one commit does to its first parent. Only changed trees are read.
    fn compare(&self, commit: &Commit) -> Result<Report, CliError> {
        let base = match &commit.parent {
            Some(parent) => self.repository.snapshot(parent),
            None => self.repository.snapshot(&self.repository.empty_tree()?),
        };
        let head = self.repository.snapshot(&commit.side);
        Ok(gate::run(&Input {
            base: &base,
            head: &head,
            registry: &self.config.registry,
            catalog: &self.config.catalog,
            settings: &self.config.settings,
            limits: Limits::default(),
        })?)
    }

    /// Without a control, whether the subject matters.
    fn asked(&self, control: Option<&str>, subject: &str) -> bool {
        let (controls, subjects) = (&self.arguments.control, &self.arguments.subject);
        control.is_none_or(|control| controls.is_empty() || controls.iter().any(|id| id == control))
            && (subjects.is_empty() || subjects.iter().any(|name| name == subject))
    }

    fn point(&self, side: &CommitSide, id: &str, date: String) -> Result<Point, CliError> {
        let snapshot = self.repository.snapshot(side);
        let posture = audit(&AuditInput {
            snapshot: &snapshot,
            registry: &self.config.registry,
            catalog: &self.config.catalog,
            settings: &self.config.settings,
            limits: Limits::default(),
            cache: Some(&self.cache),
        })?;
        if !self.arguments.subject.is_empty() {
            let names = posture.cells.iter().map(|cell| cell.subject.name.clone());
            self.seen.borrow_mut().extend(names);
        }
        let counted = posture
            .cells
            .iter()
            .filter(|cell| cell.counts && self.asked(Some(&cell.control.id), &cell.subject.name));
        Ok(Point {
            commit: id.to_owned(),
            date,
            risk: counted.map(|cell| u64::from(cell.score.hundredths())).sum(),
        })
    }

    /// A name that never was is more likely a slip than an app without a history.
    fn unknown(&self) -> Vec<String> {
        let seen = self.seen.borrow();
        let missing = self.arguments.subject.iter().filter(|name| !seen.contains(*name));
        missing
            .map(|name| {
                format!(
                    "nothing of the name `{name}` is in this history{}",
                    nearest(name, seen.iter().map(String::as_str))
                )
            })
            .collect()
    }

    fn events(&self, report: &Report) -> Vec<Event> {
        let weaker = report
            .findings
            .iter()
            .filter(|finding| finding.outcome != Outcome::Review)
            .map(|finding| Event {
                control: finding.control.id.to_string(),
                title: finding.control.title.clone(),
                kind: finding.subject.kind.as_str(),
                subject: finding.subject.name.clone(),
                outcome: finding.outcome,
                weaker: true,
                severity: Some(finding.severity),
                score: Some(finding.score),
            });
        let better = report.better.iter().map(|better| Event {
            control: better.control.id.to_string(),
            title: better.control.title.clone(),
            kind: better.subject.kind.as_str(),
            subject: better.subject.name.clone(),
            outcome: better.outcome,
            weaker: false,
            severity: None,
            score: None,
        });
        weaker
            .chain(better)
            .filter(|event| self.asked(Some(&event.control), &event.subject))
            .collect()
    }
}

/// The day of a moment, UTC. A time that no calendar has is the first day of Unix.
fn day(seconds: i64) -> jiff::civil::Date {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
}

/// A line on standard error that says how far the walk is; only on a terminal, and only when it takes long.
struct Progress {
    shown: bool,
    wanted: bool,
    next: Instant,
}

impl Progress {
    fn new(global: &Global) -> Self {
        Self {
            shown: false,
            wanted: !global.quiet && std::io::stderr().is_terminal(),
            next: Instant::now() + Duration::from_secs(1),
        }
    }

    fn step(&mut self, commits: usize) {
        if self.wanted && Instant::now() >= self.next {
            self.next = Instant::now() + Duration::from_millis(200);
            self.shown = true;
            // A progress line that cannot be shown is no reason to stop.
            let _ = write!(std::io::stderr(), "\rwalked {commits} commits ");
        }
    }

    fn end(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r                              \r");
        }
    }
}
