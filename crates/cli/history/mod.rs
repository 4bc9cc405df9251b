//! `orgate history`: which control of which app became weaker or better, commit by commit.

mod chart;
mod notes;
mod page;
mod progress;
#[cfg(test)]
mod tests;
mod text;
mod walk;

use orgate_core::report::verdict::Verdict;
use orgate_core::{Outcome, Score, Severity};
use orgate_diff::{CommitSide, Repository, Snapshot};
use serde::Serialize;

use crate::args::{Global, HistoryArgs, ListFormat};
use crate::config::Config;
use crate::error::CliError;
use crate::explain::{json, refuse_unknown};
use crate::output::file::Checkouts;
use crate::output::{people, stdout};
use crate::sides::Sides;
use notes::Note;
use walk::Walk;

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
    let config = Config::load(&arguments.team.gate(), &sides)?;
    refuse_unknown(&arguments.control, &config.catalog)?;
    let history = Walk::new(arguments, &repository, &config, global).run(oldest.as_ref(), &newest)?;
    let page = arguments.html.as_ref().map_or(Ok(()), |file| {
        let checkouts = Checkouts::around(arguments.repo.as_deref(), &[]);
        checkouts.save(file, page::page(&history).as_bytes())
    });
    match arguments.format {
        ListFormat::Text => people(text::write(&history, global.quiet).trim_end())?,
        ListFormat::Json => stdout(&json(&history)?)?,
    }
    page.map(|()| Verdict::Pass)
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
