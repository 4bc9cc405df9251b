//! Goes through the commits of a branch and compares each with its first parent.

use std::cell::RefCell;
use std::collections::BTreeSet;

use orgate_core::Outcome;
use orgate_core::policy::nearest;
use orgate_core::report::Report;
use orgate_diff::gate::posture::{AuditInput, Cache, audit};
use orgate_diff::gate::{self, Input};
use orgate_diff::history::Commit;
use orgate_diff::{CommitSide, Repository};
use orgate_metadata::Limits;

use super::progress::Progress;
use super::{Entry, Event, History, Point, notes};
use crate::args::{Global, HistoryArgs};
use crate::check;
use crate::config::Config;
use crate::error::CliError;

/// A walk from the newest commit to the oldest.
pub(super) struct Walk<'a> {
    arguments: &'a HistoryArgs,
    repository: &'a Repository,
    config: &'a Config,
    cache: Cache,
    progress: Progress,
    /// Names of subjects, when some are asked for.
    seen: RefCell<BTreeSet<String>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(arguments: &'a HistoryArgs, repository: &'a Repository, config: &'a Config, global: &Global) -> Self {
        Self {
            arguments,
            repository,
            config,
            cache: Cache::default(),
            progress: Progress::new(global),
            seen: RefCell::default(),
        }
    }

    pub(super) fn run(mut self, oldest: Option<&CommitSide>, newest: &CommitSide) -> Result<History, CliError> {
        let since = self
            .arguments
            .since
            .as_deref()
            .map(|text| check::day("--since", text))
            .transpose()?;
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
