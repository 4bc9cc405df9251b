//! `orgate demo`: a small repository with a pull request that opens the org, and the real gate on it.
//!
//! The files come from `fixtures/demo` and are in the binary, so that the demo works from anywhere. Every command is
//! printed, so that people can repeat it.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser as _;
use orgate_core::report::verdict::Verdict;

use crate::args::{Cli, Command as Subcommand, Global};
use crate::check;
use crate::error::CliError;

/// Path below the demo's root, text at base, text at head.
const FILES: &[(&str, &str, &str)] = &include!(concat!(env!("OUT_DIR"), "/demo.rs"));

/// When the demo's commits were made.
const DATE: &str = "2026-01-05T09:00:00Z";

/// Builds the repository, runs the gate on it, and passes when the gate fails as it must.
pub(crate) fn run(keep: Option<&Path>, global: &Global) -> Result<Verdict, CliError> {
    let Some(folder) = keep else {
        let folder = tempfile::Builder::new()
            .prefix("orgate-demo-")
            .tempdir()
            .map_err(|source| CliError::Write {
                path: std::env::temp_dir(),
                source,
            })?;
        return run_in(folder.path(), global);
    };
    // Never into something that is there.
    std::fs::create_dir(folder).map_err(|source| CliError::Write {
        path: folder.to_owned(),
        source,
    })?;
    let verdict = run_in(folder, global)?;
    say(&format!(
        "The repository stays in {}; `orgate check` there judges the same.\n",
        folder.display()
    ))?;
    Ok(verdict)
}

fn run_in(repository: &Path, global: &Global) -> Result<Verdict, CliError> {
    say("A Salesforce project, and a pull request that \"raises the batch size\":\n")?;
    write(repository, |_, base, _| base)?;
    git(repository, &["init", "--quiet", "--initial-branch=main", "."])?;
    git(repository, &["add", "."])?;
    git(repository, &["commit", "--quiet", "--message=Invoice sync and field service app"])?;
    git(repository, &["switch", "--quiet", "--create=faster-export"])?;
    write(repository, |_, _, head| head)?;
    git(
        repository,
        &["commit", "--quiet", "--all", "--message=Raise the batch size of the export"],
    )?;
    say("$ git diff --stat main faster-export\n")?;
    say(&git_output(repository, &["diff", "--stat", "main", "faster-export"])?)?;
    say("\n$ orgate check --base main --head faster-export\n\n")?;
    let place = repository.display().to_string();
    let arguments = ["orgate", "check", "--repo", &place, "--base", "main", "--head", "faster-export"];
    let parsed = Cli::try_parse_from(arguments).map_err(|error| CliError::Demo(error.to_string()))?;
    let Subcommand::Check(arguments) = parsed.command else {
        return Err(CliError::Demo("the demo does not run the gate".to_owned()));
    };
    let verdict = check::run(&arguments, global)?;
    say(&format!("$ echo $?\n{}\n\n", verdict.exit_code()))?;
    if verdict != Verdict::Fail {
        return Err(CliError::Demo(format!(
            "the gate should have failed and said `{}`",
            verdict.as_str()
        )));
    }
    say("That is the gate: it stops this pull request, and stays silent about what was weak before.\n")?;
    Ok(Verdict::Pass)
}

fn say(text: &str) -> Result<(), CliError> {
    use std::io::Write as _;
    anstream::stdout().write_all(text.as_bytes()).map_err(CliError::Stdout)
}

fn write(root: &Path, choose: impl Fn(&'static str, &'static str, &'static str) -> &'static str) -> Result<(), CliError> {
    for (name, base, head) in FILES {
        let path: PathBuf = root.join(name);
        let fail = |source| CliError::Write {
            path: path.clone(),
            source,
        };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(fail)?;
        }
        std::fs::write(&path, choose(name, base, head)).map_err(fail)?;
    }
    Ok(())
}

fn git(root: &Path, arguments: &[&str]) -> Result<(), CliError> {
    let shown: Vec<String> = arguments.iter().map(|argument| quoted(argument)).collect();
    say(&format!("$ git {}\n", shown.join(" ")))?;
    git_output(root, arguments).map(|_| ())
}

/// As people have to type it.
fn quoted(argument: &str) -> String {
    match argument.split_once('=') {
        _ if !argument.contains(' ') => argument.to_owned(),
        Some((option, value)) => format!("{option}='{value}'"),
        None => format!("'{argument}'"),
    }
}

/// Runs git in the demo's folder with an identity of its own, whatever the user's configuration says.
fn git_output(root: &Path, arguments: &[&str]) -> Result<String, CliError> {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"GIT_")) {
        command.env_remove(name);
    }
    let output = command
        .args([
            "-c",
            "user.name=Demo",
            "-c",
            "user.email=demo@example.com",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(["-c", "core.pager=cat", "-c", "core.autocrlf=false"])
        .args(arguments)
        .current_dir(root)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        // The same commits on every machine.
        .env("GIT_AUTHOR_DATE", DATE)
        .env("GIT_COMMITTER_DATE", DATE)
        .output()
        .map_err(|source| CliError::Demo(format!("cannot run git, which the demo needs: {source}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(CliError::Demo(format!(
        "git {} failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    )))
}
