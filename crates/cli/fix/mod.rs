//! `orgate fix`: puts the safe value back in the work tree, changing only the bytes of that element.

mod diff;
mod element;
mod plan;
mod preview;
pub(crate) mod suggest;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use orgate_core::RepoPath;
use orgate_core::report::verdict::Verdict;
use orgate_diff::Repository;

use crate::args::{CiArgs, CiPlatform, FixArgs, SideArgs};
use crate::audit::posture;
use crate::check::{judge_by, today};
use crate::error::CliError;
use crate::explain::refuse_unknown;
use crate::output::escape::terminal;
use crate::output::facts::plural;
use crate::output::redact::Redactor;
use crate::output::style::{BOLD, DIM, GREEN, RESET, YELLOW, wrapped};
use crate::output::{ask, guard, log, people};
use crate::sides::Sides;
use plan::Plan;
use preview::Preview;

/// A file before and after.
struct Edited {
    file: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
}

/// Mends what the change made weaker.
pub(crate) fn run(arguments: &FixArgs) -> Result<Verdict, CliError> {
    let repository = Repository::open(arguments.repo.as_deref())?;
    let root = repository.work_dir().ok_or(CliError::NoWorkTree)?.to_owned();
    let sides = Sides::open(&sides(arguments))?;
    let mut team = arguments.team.gate();
    if arguments.team.config.is_none() {
        "base".clone_into(&mut team.config_from);
    }
    let today = today(arguments.team.today.as_deref())?;
    let (report, config) = judge_by(&team, &sides)?;
    refuse_unknown(&arguments.control, &config.catalog)?;
    let mut plan = Plan::of_report(&report, arguments, &config, &sides);
    let reported = plan.wanted.len();
    let mut about: BTreeSet<String> = report.findings.iter().map(|finding| finding.subject.name.clone()).collect();
    if arguments.all {
        let posture = posture(sides.head.as_ref(), &config, None, today)?;
        about.extend(posture.violations().into_iter().map(|cell| cell.subject.name.clone()));
        plan.add_old(&posture, arguments, &config);
    }
    let mut text = String::new();
    let files = edit_all(&mut plan, &root, &mut text)?;
    text = guard::defused(&text).into_owned();
    let more = plan.wanted.len().saturating_sub(reported);
    if more > 0 && !files.is_empty() && !arguments.dry_run && !arguments.yes && !confirm(more, files.len())? {
        people("nothing was written")?;
        return Ok(report.verdict());
    }
    let redactor = Redactor::new(&config.registry);
    for (path, edited) in &files {
        if arguments.dry_run {
            text.push_str(&diff::unified(&redactor, &path.to_string(), &edited.before, &edited.after));
        } else {
            write(edited)?;
        }
    }
    // The proof is the gate itself, on what is now in the work tree, or would be.
    let mut sides = Sides::open(&self::sides(arguments))?;
    if arguments.dry_run {
        let after = files.iter().map(|(path, edited)| (path.clone(), edited.after.clone()));
        sides.head = Box::new(Preview::new(sides.head, after.collect()));
    }
    let (again, config) = judge_by(&team, &sides)?;
    let mut verdict = again.verdict();
    let mut open: Vec<String> = again.findings.iter().filter(|finding| finding.fails).map(plan::of).collect();
    if arguments.all {
        let posture = posture(sides.head.as_ref(), &config, None, today)?;
        let weak = posture.violations().into_iter().filter(|cell| cell.waived.is_none());
        open.extend(weak.map(|cell| plan::title(&cell.control.id, &cell.subject.name)));
    }
    plan.left.retain(|(title, _)| open.contains(title));
    if verdict == Verdict::Pass && !plan.left.is_empty() {
        verdict = Verdict::Fail;
    }
    let mut end = String::new();
    for name in arguments.subject.iter().filter(|name| !about.contains(*name)) {
        let _ = writeln!(end, "no finding is about '{}'", terminal(name));
    }
    summary(&mut end, &plan, files.len(), arguments.dry_run);
    text.push_str(&guard::defused(&end));
    log(text.trim_end())?;
    Ok(verdict)
}

fn sides(arguments: &FixArgs) -> SideArgs {
    SideArgs {
        base: arguments.base.clone(),
        base_dir: None,
        head: None,
        staged: false,
        worktree: true,
        head_dir: None,
        repo: arguments.repo.clone(),
        ci: CiArgs {
            ci: CiPlatform::Off,
            ci_allow_untrusted_event: false,
            ci_unreachable: Vec::new(),
        },
    }
}

/// Edits every file in memory. What cannot be edited is moved to what is left.
fn edit_all(plan: &mut Plan, root: &Path, text: &mut String) -> Result<BTreeMap<RepoPath, Edited>, CliError> {
    let mut files: BTreeMap<RepoPath, Edited> = BTreeMap::new();
    let mut done = Vec::new();
    for wanted in std::mem::take(&mut plan.wanted) {
        if !files.contains_key(&wanted.path) {
            match open(root, &wanted.path)? {
                Ok(edited) => {
                    files.insert(wanted.path.clone(), edited);
                }
                Err(reason) => {
                    plan.left.push((wanted.title(), reason));
                    continue;
                }
            }
        }
        let Some(edited) = files.get_mut(&wanted.path) else { continue };
        match element::edited(&wanted, &edited.after) {
            Ok((_, after)) => {
                edited.after = after;
                let to = wanted.value.as_deref().unwrap_or("removed, as at base");
                let _ = writeln!(
                    text,
                    "{GREEN}{}{RESET} on {BOLD}{}{RESET}\n  {DIM}{}{RESET}\n  {}: {}",
                    wanted.control,
                    terminal(&wanted.subject),
                    terminal(&wanted.path.to_string()),
                    terminal(&wanted.element.join("/")),
                    terminal(to)
                );
                done.push(wanted);
            }
            Err(reason) => plan.left.push((wanted.title(), reason)),
        }
    }
    plan.wanted = done;
    files.retain(|_, edited| edited.before != edited.after);
    Ok(files)
}

/// Reads a file of the work tree; a reason when it must not be written.
fn open(root: &Path, path: &RepoPath) -> Result<Result<Edited, String>, CliError> {
    let Ok(name) = std::str::from_utf8(path.as_bytes()) else {
        return Ok(Err("the file's name is not UTF-8".to_owned()));
    };
    let mut file = root.to_owned();
    for part in name.split('/') {
        file.push(part);
        // Nothing is written through a link: it may lead out of the repository.
        if file.symlink_metadata().is_ok_and(|data| data.file_type().is_symlink()) {
            return Ok(Err(format!("{} is a symbolic link", file.display())));
        }
    }
    let before = std::fs::read(&file).map_err(|source| CliError::Read {
        path: file.clone(),
        source,
    })?;
    Ok(Ok(Edited {
        file,
        after: before.clone(),
        before,
    }))
}

/// Writes a file beside its place and moves it there, so that no half of it is ever seen. Permissions stay.
fn write(edited: &Edited) -> Result<(), CliError> {
    let fail = |source| CliError::Write {
        path: edited.file.clone(),
        source,
    };
    let folder = edited.file.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
    new.write_all(&edited.after).map_err(fail)?;
    let permissions = std::fs::metadata(&edited.file).map_err(fail)?.permissions();
    new.as_file().set_permissions(permissions).map_err(fail)?;
    new.persist(&edited.file).map_err(|error| fail(error.error))?;
    Ok(())
}

fn confirm(more: usize, files: usize) -> Result<bool, CliError> {
    if !std::io::stdin().is_terminal() {
        return Err(CliError::NeedsYes { more });
    }
    ask(&format!(
        "{more} of these elements were weak before the change ({files} files in all). Write them too?"
    ))
}

fn summary(text: &mut String, plan: &Plan, files: usize, dry: bool) {
    for (title, reason) in &plan.left {
        let _ = writeln!(text, "{YELLOW}left{RESET} {}", terminal(title));
        wrapped(text, "  ", reason);
    }
    let verb = if dry { "would be mended" } else { "mended" };
    let _ = writeln!(
        text,
        "{} {verb} in {}, {} left to a person",
        plan.wanted.len(),
        plural(files, "file"),
        plan.left.len()
    );
}
