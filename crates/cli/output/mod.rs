//! Writers: each shows the same report in one format. None of them decides anything.

#[cfg(test)]
pub(crate) mod capture;
pub(crate) mod escape;
pub(crate) mod facts;
pub(crate) mod file;
pub(crate) mod github;
pub(crate) mod gitlab_codequality;
pub(crate) mod gitlab_sast;
pub(crate) mod guard;
#[cfg(test)]
mod hostile;
mod json;
pub(crate) mod junit;
mod log;
pub(crate) mod markdown;
pub(crate) mod redact;
#[cfg(test)]
mod sample;
mod snippet;
pub(crate) mod style;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use orgate_core::report::{Finding, Report};
use orgate_core::{Registry, RepoPath};
use orgate_metadata::LineIndex;

use crate::args::{Format, Global, OutputArg};
use crate::ci::Environment;
use crate::error::CliError;
use crate::fix::suggest::{Suggestion, suggest};
use crate::sides::{Sides, content};
use file::Checkouts;
use log::{Log, PIECE};
use style::{RESET, YELLOW};
pub(crate) use text::waiver_notes;

/// A format and where it goes.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    format: Format,
    file: Option<PathBuf>,
}

/// What to write: as asked for, else text on standard output. `page` is where a page goes beside them.
pub(crate) fn targets(arguments: &[OutputArg], page: Option<&Path>) -> Result<Vec<Target>, CliError> {
    let mut targets: Vec<Target> = arguments
        .iter()
        .map(|argument| Target {
            format: argument.format,
            file: argument.file.clone(),
        })
        .collect();
    if targets.iter().filter(|target| target.file.is_none()).count() > 1 {
        return Err(CliError::TwoOnStdout);
    }
    let mut seen = BTreeSet::new();
    for file in targets.iter().filter_map(|target| target.file.as_deref()).chain(page) {
        if !seen.insert(file::place(file)) {
            return Err(CliError::TwoInOneFile(file.to_owned()));
        }
    }
    if targets.iter().all(|target| target.file.is_some()) {
        targets.insert(
            0,
            Target {
                format: Format::Text,
                file: None,
            },
        );
    }
    Ok(targets)
}

/// A reader that went away is no error.
fn gone(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Ok(())
    } else {
        Err(error)
    }
}

/// A report, and what its writers need besides.
#[derive(Clone, Copy)]
pub(crate) struct Output<'a> {
    pub(crate) report: &'a Report,
    pub(crate) sides: &'a Sides,
    pub(crate) registry: &'a Registry,
    pub(crate) global: &'a Global,
    /// Where reports must follow no link.
    pub(crate) checkouts: &'a Checkouts,
}

impl Output<'_> {
    /// Writes every target. A reader of standard output that went away does not change the verdict. `before` is what became
    /// of reports that were written already.
    ///
    /// Files come first: where one cannot be written, a passing verdict must not be the last word that people read.
    pub(crate) fn write_all(&self, targets: &[Target], before: Result<(), CliError>) -> Result<(), CliError> {
        let mut written = before;
        for target in targets {
            let Some(path) = &target.file else { continue };
            let one = self.checkouts.write(path, |file| {
                let mut out = BufWriter::with_capacity(PIECE, anstream::StripStream::new(file));
                self.write_one(target.format, &mut out)?;
                out.flush()
            });
            written = written.and(one);
        }
        for target in targets.iter().filter(|target| target.file.is_none()) {
            // Other formats escape what others chose, or are commands themselves.
            let guard = target.format == Format::Text && on_actions();
            print(guard, |out| {
                self.write_one(target.format, out)?;
                if written.is_err() && target.format == Format::Text {
                    writeln!(out, "not told in full: a report could not be written (exit code 2)")?;
                }
                Ok(())
            })?;
        }
        written
    }

    /// Writes one format.
    pub(crate) fn write_one(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            report,
            sides,
            registry,
            global,
            checkouts: _,
        } = *self;
        let head_file = |path: &RepoPath| content(sides.head.as_ref(), path);
        let base_file = |path: &RepoPath| content(sides.base.as_ref(), path);
        let suggest = |finding: &Finding| suggest(finding, registry, &head_file);
        // What is on the default branch already is what platforms compare a change's report with.
        let empty = sides.on_default_branch;
        match format {
            Format::Text => {
                let context = text::Context {
                    head: &head_file,
                    base: &base_file,
                    suggest: &suggest,
                    registry,
                };
                text::write(report, context, global, out)
            }
            Format::Json => json::write(report, out),
            Format::Sarif => {
                let options = sarif::Options {
                    empty_results: empty,
                    fix: &|finding| suggest(finding).map(|suggestion| sarif_fix(&suggestion)),
                    ..sarif::Options::new(env!("CARGO_PKG_VERSION"), &head_file)
                };
                sarif::write(report, &options, out)
            }
            Format::Github => github::write(report, out),
            Format::Markdown => markdown::write(report, markdown::LIMIT, out),
            Format::GitlabCodequality => gitlab_codequality::write(report, empty, out),
            Format::GitlabSast => {
                let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S").to_string();
                let options = gitlab_sast::Options {
                    version: env!("CARGO_PKG_VERSION"),
                    start: &now,
                    end: &now,
                    empty,
                };
                gitlab_sast::write(report, &options, out)
            }
            Format::Junit => junit::write(report, out),
        }
    }
}

/// The edit of `orgate fix`, in lines and columns.
fn sarif_fix(suggestion: &Suggestion) -> sarif::Fix {
    let index = LineIndex::new(suggestion.before.as_slice());
    let at = |offset: usize| index.position(u32::try_from(offset).unwrap_or(u32::MAX));
    let replacement = |edit: &orgate_metadata::edit::Edit| {
        let (start, end) = (at(edit.at.start), at(edit.at.end));
        let region = sarif::model::Region {
            start_line: start.line,
            start_column: Some(start.column),
            end_line: end.line,
            end_column: Some(end.column),
        };
        (region, edit.with.clone())
    };
    sarif::Fix {
        path: suggestion.path.clone(),
        description: suggestion.text(),
        replacements: suggestion.edits.iter().map(replacement).collect(),
    }
}

/// Writes a text for people to standard output, with a final line break: no runner finds a command in it.
pub(crate) fn people(text: &str) -> Result<(), CliError> {
    log(&guard::defused(text))
}

/// As [`people`], for a text whose bytes must stay what they are, such as a patch.
pub(crate) fn log(text: &str) -> Result<(), CliError> {
    print(on_actions(), |out| writeln!(out, "{text}"))
}

/// Writes a text for programs to standard output, with a final line break. It must not hold what others chose, or hold
/// it escaped.
pub(crate) fn stdout(text: &str) -> Result<(), CliError> {
    print(false, |out| writeln!(out, "{text}"))
}

/// Asks on standard error, and takes everything but a yes for a no.
pub(crate) fn ask(question: &str) -> Result<bool, CliError> {
    let mut out = anstream::stderr();
    let asked = write!(out, "{YELLOW}{question} [y/N] {RESET}").and_then(|()| out.flush());
    asked.map_err(CliError::Stdout)?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(CliError::Stdout)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn on_actions() -> bool {
    #[cfg(test)]
    if let Some(actions) = capture::actions() {
        return actions;
    }
    Environment::process().is_true("GITHUB_ACTIONS")
}

/// Writes to standard output what `write` gives, guarded if it holds what others chose.
fn print(guard: bool, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
    let mut log = Log::new(guard);
    let end: &mut (dyn Write + 'static) = &mut log;
    let mut out = anstream::AutoStream::new(end, anstream::stdout().current_choice());
    let written = write(&mut out).and_then(|()| log.finish());
    written.or_else(gone).map_err(CliError::Stdout)
}

/// The schema of a document that is written, not read: what is left out where it is empty is not required.
#[cfg(test)]
pub(crate) fn schema_of_output<T: schemars::JsonSchema>() -> schemars::Schema {
    let settings = schemars::generate::SchemaSettings::default().for_serialize();
    settings.into_generator().into_root_schema_for::<T>()
}

/// Compares a committed generated file with what the code generates; `UPDATE=1` rewrites it.
#[cfg(test)]
pub(crate) fn fresh(path: &str, generated: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let generated = format!("{}\n", generated.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        std::fs::write(&path, &generated).expect("write");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "{} is stale: run UPDATE=1 cargo test and commit it",
        path.display()
    );
}
