//! `orgate audit`: how one snapshot stands, without a comparison.

pub(crate) mod json;
#[cfg(test)]
mod tests;
mod text;

use orgate_core::policy::Status;
use orgate_core::posture::{Cell, Posture};
use orgate_core::report::verdict::Verdict;
use orgate_core::settings::FailOn;
use orgate_diff::gate::posture::{AuditInput, audit};
use orgate_diff::{DirSnapshot, Repository, Snapshot};
use orgate_metadata::Limits;

use crate::args::{AuditArgs, Global, ListFormat};
use crate::check::{fail_on, today};
use crate::config::Config;
use crate::error::CliError;
use crate::html;
use crate::output::facts::{PREVIEW_ASIDE, but_unjudged};
use crate::output::file::Checkouts;
use crate::output::{people, stdout};
use crate::sides::Sides;

/// Judges the snapshot and shows how it stands.
pub(crate) fn run(arguments: &AuditArgs, global: &Global) -> Result<Verdict, CliError> {
    let open = || open(arguments);
    let sides = Sides::of_one(open()?, open()?);
    let today = today(arguments.team.today.as_deref())?;
    let config = Config::load(&arguments.team.gate(), &sides)?;
    let posture = posture(sides.head.as_ref(), &config, arguments.fail_on.map(fail_on), today)?;
    if posture.cells.is_empty() && posture.unreadable.is_empty() {
        return Err(CliError::NothingToAudit(posture.snapshot));
    }
    let page = arguments.html.as_ref().map_or(Ok(()), |file| {
        let checkouts = Checkouts::around(arguments.repo.as_deref(), &[arguments.dir.as_deref()]);
        checkouts.save(file, html::audit::page(&posture, &config, &sides, today).as_bytes())
    });
    match arguments.format {
        ListFormat::Text => people(text::write(&posture, global.quiet).trim_end())?,
        ListFormat::Json => stdout(&json::write(&posture)?)?,
    }
    page.map(|()| posture.verdict())
}

/// How a snapshot stands, with settings and waivers applied.
pub(crate) fn posture(
    snapshot: &dyn Snapshot,
    config: &Config,
    fail_on: Option<FailOn>,
    today: jiff::civil::Date,
) -> Result<Posture, CliError> {
    let mut posture = audit(&AuditInput {
        snapshot,
        registry: &config.registry,
        catalog: &config.catalog,
        settings: &config.settings,
        limits: Limits::default(),
        cache: None,
    })?;
    let threshold = fail_on.or(config.settings.fail_on).unwrap_or_default();
    posture.apply(&config.settings, threshold, today, &config.catalog);
    Ok(posture)
}

fn open(arguments: &AuditArgs) -> Result<Box<dyn Snapshot>, CliError> {
    if let Some(folder) = &arguments.dir {
        return Ok(Box::new(DirSnapshot::open(folder)?));
    }
    let repository = Repository::open(arguments.repo.as_deref())?;
    match &arguments.rev {
        Some(rev) => Ok(Box::new(repository.snapshot(&repository.resolve(rev)?))),
        None => Ok(Box::new(repository.work_tree()?)),
    }
}

/// The verdict for people, and what it means; backticks mark code. Where nothing can fail, nothing passed either: who
/// reads "pass" over critical violations is told wrong.
pub(crate) fn conclusion(posture: &Posture) -> (&'static str, String) {
    let counts = posture.counts();
    let fail_on = posture.fail_on.as_str();
    let unjudged = but_unjudged(counts.undecided);
    match posture.verdict() {
        Verdict::NotDecided => ("not decided", "a file cannot be read, so the audit is not complete".to_owned()),
        Verdict::Fail => {
            let failing = posture.cells.iter().filter(|cell| cell.fails).count();
            ("fail", format!("{failing} violated at or above `{fail_on}`"))
        }
        Verdict::Pass if posture.fail_on == FailOn::Never => {
            let open = posture.cells.iter().filter(|cell| cell.counts && cell.waived.is_none());
            match open.map(|cell| cell.severity).max() {
                Some(worst) => (
                    "not gated",
                    format!(
                        "{} violated, the worst {worst}, and none of it fails, as `fail-on` is `{fail_on}`{unjudged}",
                        counts.violated
                    ),
                ),
                None => ("pass", format!("nothing is violated{unjudged}")),
            }
        }
        Verdict::Pass => {
            let shown = |cell: &Cell| in_preview(cell) && cell.waived.is_none() && posture.fail_on.includes(cell.severity);
            let aside = if posture.cells.iter().any(shown) { PREVIEW_ASIDE } else { "" };
            ("pass", format!("nothing at or above `{fail_on}` is violated{aside}{unjudged}"))
        }
    }
}

/// Whether this is a violation by a control that never fails anything.
pub(crate) fn in_preview(cell: &Cell) -> bool {
    cell.counts && cell.control.status == Status::Preview
}

/// One number for the whole posture: the scores of all violations, added up.
pub(crate) fn risk(posture: &Posture) -> String {
    points(posture.risk())
}

/// Hundredths as a number with one decimal.
pub(crate) fn points(hundredths: u64) -> String {
    format!("{}.{}", hundredths / 100, hundredths % 100 / 10)
}
