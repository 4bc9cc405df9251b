//! `orgate hook`: the gate before a commit or a push, for pre-commit, prek, lefthook, husky and plain git hooks.
//!
//! It compares the index with HEAD, never the work tree: what is not staged is not committed. Which changes count is for the
//! gate to say, not for the hook: a file of rules may let in what stood there for years.

mod push;

use std::io::Write as _;

use orgate_core::report::verdict::Verdict;
use orgate_core::report::{Finding, Report, Undecided};
use orgate_diff::{DiffError, Repository};

use crate::args::{GateArgs, Global, HookArgs, HookStage};
use crate::check;
use crate::ci::Environment;
use crate::config::Config;
use crate::error::CliError;
use crate::output::file::Checkouts;
use crate::output::{self, Output, Target, guard};
use crate::place::Place;
use crate::sides::Sides;

/// What a hook is to judge.
#[derive(Debug)]
enum Work {
    /// Nothing, and why.
    Nothing(String),
    /// The index against HEAD; the commits being merged, if any.
    Commit { merging: Vec<String> },
    /// Base, head and why, for each ref that is pushed.
    Ranges(Vec<push::Range>),
}

/// Judges what is about to be committed or pushed.
pub(crate) fn run(arguments: &HookArgs, global: &Global) -> Result<Verdict, CliError> {
    let repository = Repository::open(None)?;
    run_in(arguments, global, &repository, &Environment::process())
}

fn run_in(arguments: &HookArgs, global: &Global, repository: &Repository, environment: &Environment<'_>) -> Result<Verdict, CliError> {
    let targets = output::targets(&arguments.outputs, None)?;
    let checkouts = Checkouts::around(repository.work_dir(), &[]);
    let mut worst = Verdict::Pass;
    match work(arguments, repository, environment)? {
        Work::Nothing(reason) => say(&reason, global),
        Work::Commit { merging } => {
            let sides = staged(repository, "HEAD", "what the next commit changes: the index against HEAD")?;
            let judged = judge_commit(&arguments.gate, repository, &sides, &merging)?;
            if says_nothing(&judged.0) {
                say("nothing that orgate judges is staged", global);
            } else {
                worst = write(&judged, &sides, &targets, global, &checkouts)?;
            }
        }
        Work::Ranges(ranges) => {
            for range in ranges {
                let sides = range.sides(repository)?;
                let judged = check::judge_by(&arguments.gate, &sides)?;
                if says_nothing(&judged.0) {
                    say("nothing that orgate judges is in the commits to push", global);
                    continue;
                }
                worst = worst.max(write(&judged, &sides, &targets, global, &checkouts)?);
            }
        }
    }
    Ok(worst)
}

/// Whether there is nothing to show: most commits of a project touch nothing that is judged.
fn says_nothing(report: &Report) -> bool {
    report.judged_nothing() && report.loosened.is_empty() && report.warnings.is_empty()
}

/// Writes the report on two sides; returns its verdict.
fn write(
    (report, config): &(Report, Config),
    sides: &Sides,
    targets: &[Target],
    global: &Global,
    checkouts: &Checkouts,
) -> Result<Verdict, CliError> {
    let output = Output {
        report,
        sides,
        registry: &config.registry,
        global,
        checkouts,
    };
    output.write_all(targets, Ok(()))?;
    Ok(report.verdict())
}

fn work(arguments: &HookArgs, repository: &Repository, environment: &Environment<'_>) -> Result<Work, CliError> {
    let pushing = match arguments.stage {
        HookStage::Auto => environment.has("PRE_COMMIT_FROM_REF") || environment.has("PRE_COMMIT_REMOTE_NAME"),
        HookStage::PreCommit => false,
        HookStage::PrePush => true,
    };
    if pushing {
        return push::work(arguments, repository, environment);
    }
    if repository.work_dir().is_none() {
        return Err(CliError::NoWorkTree);
    }
    if repository.is_unborn()? {
        return Ok(Work::Nothing("this is the first commit, so nothing can get weaker".to_owned()));
    }
    Ok(Work::Commit {
        merging: repository.merge_heads()?,
    })
}

fn staged(repository: &Repository, base: &str, why: &str) -> Result<Sides, CliError> {
    Ok(Sides {
        base: Box::new(repository.snapshot(&repository.resolve(base)?)),
        head: Box::new(repository.index()?),
        tip: None,
        why: why.to_owned(),
        on_default_branch: false,
        place: Place::default(),
    })
}

/// The report on the index. While a merge is under way, the other branch's changes are staged as well: only what is
/// weaker than on every parent is this commit's doing.
fn judge_commit(arguments: &GateArgs, repository: &Repository, sides: &Sides, merging: &[String]) -> Result<(Report, Config), CliError> {
    let (mut report, config) = check::judge_by(arguments, sides)?;
    let mut judged = 0_usize;
    for parent in merging {
        let other = match staged(repository, parent, "") {
            Ok(other) => other,
            // A merge that git is about to make itself names a commit that does not resolve yet.
            Err(CliError::Diff(DiffError::MissingCommit { .. })) => continue,
            Err(error) => return Err(error),
        };
        keep_common(&mut report, &check::judge_by(arguments, &other)?.0);
        judged = judged.saturating_add(1);
    }
    if judged > 0 {
        "a merge is under way: only what is weaker than on both parents; CI judges the merge as a whole"
            .clone_into(&mut report.compared.why);
    }
    Ok((report, config))
}

/// Drops from a report what another report on the same head does not say.
fn keep_common(report: &mut Report, other: &Report) {
    report.findings.retain(|finding| {
        let same = |found: &Finding| found.control.id == finding.control.id && found.subject == finding.subject;
        other.findings.iter().any(same)
    });
    report.undecided.retain(|entry| {
        let same = |found: &Undecided| found.control.id == entry.control.id && found.subject == entry.subject;
        other.undecided.iter().any(same)
    });
    for file in &mut report.unreadable {
        file.fatal = file.fatal && other.unreadable.iter().any(|found| found.fatal && found.path == file.path);
    }
    report.loosened.retain(|loosened| other.loosened.contains(loosened));
}

/// One sentence on standard error, where it is in nobody's report.
fn say(text: &str, global: &Global) {
    if !global.quiet {
        // Nothing can be done about a standard error that is gone.
        let text = guard::defused(text);
        let _ = writeln!(anstream::stderr(), "orgate: {text}");
    }
}

#[cfg(test)]
mod tests;
