//! Writers: each shows the same report in one format. None of them decides anything.

pub(crate) mod escape;
mod facts;
pub(crate) mod github;
pub(crate) mod gitlab_codequality;
pub(crate) mod gitlab_sast;
#[cfg(test)]
mod hostile;
mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod redact;
mod snippet;
pub(crate) mod style;
mod text;

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use orgate_core::RepoPath;
use orgate_core::report::Report;

use crate::args::{Format, Global, OutputArg};
use crate::ci::Environment;
use crate::error::CliError;
use crate::sides::Sides;

/// A format and where it goes.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    format: Format,
    file: Option<PathBuf>,
}

/// What to write: as asked for, else text on standard output.
pub(crate) fn targets(arguments: &[OutputArg]) -> Result<Vec<Target>, CliError> {
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
    for file in targets.iter().filter_map(|target| target.file.as_ref()) {
        // `x` and `./x` are one file; what cannot be resolved yet is compared as it is written.
        let plain = std::path::absolute(file).unwrap_or_else(|_| file.clone());
        if !seen.insert(plain.components().collect::<PathBuf>()) {
            return Err(CliError::TwoInOneFile(file.clone()));
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

/// Writes every target. A reader of standard output that went away does not change the verdict.
pub(crate) fn write_all(report: &Report, targets: &[Target], sides: &Sides, global: &Global) -> Result<(), CliError> {
    for target in targets {
        match &target.file {
            None if target.format == Format::Text && Environment::process().is_true("GITHUB_ACTIONS") => {
                let choice = anstream::stdout().current_choice();
                let mut buffer = anstream::AutoStream::new(Vec::new(), choice);
                write_one(report, target.format, sides, global, &mut buffer).map_err(CliError::Stdout)?;
                let text = github::guarded(&String::from_utf8_lossy(&buffer.into_inner()));
                io::stdout()
                    .lock()
                    .write_all(text.as_bytes())
                    .or_else(gone)
                    .map_err(CliError::Stdout)?;
            }
            None => {
                let mut out = BufWriter::new(anstream::stdout());
                let written = write_one(report, target.format, sides, global, &mut out).and_then(|()| out.flush());
                written.or_else(gone).map_err(CliError::Stdout)?;
            }
            Some(path) => {
                let fail = |source| CliError::Write {
                    path: path.clone(),
                    source,
                };
                let mut bytes = Vec::new();
                write_one(report, target.format, sides, global, &mut anstream::StripStream::new(&mut bytes)).map_err(fail)?;
                std::fs::write(path, bytes).map_err(fail)?;
            }
        }
    }
    Ok(())
}

/// A reader that went away is no error.
fn gone(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Ok(())
    } else {
        Err(error)
    }
}

pub(crate) fn write_one(report: &Report, format: Format, sides: &Sides, global: &Global, out: &mut dyn Write) -> io::Result<()> {
    let head_file = |path: &RepoPath| {
        let file = sides.head.file(path).ok().flatten()?;
        sides.head.read(&file, u64::from(u32::MAX)).ok()
    };
    let base_file = |path: &RepoPath| {
        let file = sides.base.file(path).ok().flatten()?;
        sides.base.read(&file, u64::from(u32::MAX)).ok()
    };
    // What is on the default branch already is what platforms compare a change's report with.
    let empty = sides.on_default_branch;
    match format {
        Format::Text => text::write(report, &head_file, &base_file, global, out),
        Format::Json => json::write(report, out),
        Format::Sarif => {
            let options = sarif::Options {
                empty_results: empty,
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

/// Writes a text that is no report to standard output, with a final line break. A reader that went away is no error.
pub(crate) fn stdout(text: &str) -> Result<(), CliError> {
    let mut out = BufWriter::new(anstream::stdout());
    let written = out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush());
    written.or_else(gone).map_err(CliError::Stdout)
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
