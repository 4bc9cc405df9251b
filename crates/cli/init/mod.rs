//! `orgate init`: settings, the CI job and the hook that fit a repository. The snippets are those of `docs/platforms`,
//! where tests run them with the platforms' real tools.

mod look;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;

use orgate_core::report::verdict::Verdict;
use orgate_diff::Repository;

use crate::args::{InitArgs, InitPlatform};
use crate::config::SETTINGS;
use crate::error::CliError;
use crate::output::escape::terminal;
use crate::output::style::{BOLD, DIM, GREEN, RESET, YELLOW};
use crate::output::{ask, people};
use look::Found;

const GITHUB: &str = include_str!("../../../docs/platforms/github.md");
const GITLAB: &str = include_str!("../../../docs/platforms/gitlab.md");
const HOOKS: &str = include_str!("../../../docs/platforms/pre-commit.md");

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
struct New {
    path: &'static str,
    content: String,
    executable: bool,
}

/// Looks, writes and says what to do next.
pub(crate) fn run(arguments: &InitArgs) -> Result<Verdict, CliError> {
    let repository = Repository::open(arguments.repo.as_deref())?;
    let root = repository.work_dir().ok_or(CliError::NoWorkTree)?;
    let found = Found::look(root, repository.git_dir(), &arguments.platform);
    let files = files(&found);
    let mut text = String::new();
    if arguments.print {
        for new in &files {
            let _ = writeln!(text, "{BOLD}# {}{RESET}\n{}", new.path, new.content);
        }
    } else {
        for new in &files {
            place(root, new, arguments.force, &mut text)?;
        }
        next(&mut text, &found);
    }
    people(text.trim_end())?;
    Ok(Verdict::Pass)
}

/// What fits the repository.
fn files(found: &Found) -> Vec<New> {
    let mut files = vec![New {
        path: SETTINGS,
        content: settings(found),
        executable: false,
    }];
    for platform in &found.platforms {
        let (path, document) = match platform {
            InitPlatform::Github => (".github/workflows/orgate.yml", GITHUB),
            InitPlatform::Gitlab => (".gitlab-ci.yml", GITLAB),
            InitPlatform::PreCommit => (".pre-commit-config.yaml", HOOKS),
            InitPlatform::Lefthook => ("lefthook.yml", HOOKS),
            InitPlatform::Husky => (".husky/pre-commit", HOOKS),
        };
        let content = match platform {
            InitPlatform::Husky => Some("orgate hook\n".to_owned()),
            _ => snippet(document, path),
        };
        files.extend(content.map(|content| New {
            path,
            content,
            executable: *platform == InitPlatform::Husky,
        }));
    }
    files
}

/// The fenced block of a document that says which file it is.
fn snippet(document: &str, path: &str) -> Option<String> {
    let mut lines = document.lines();
    lines.find(|line| {
        line.strip_prefix("```")
            .is_some_and(|info| info.split_whitespace().any(|word| word.strip_prefix("file=") == Some(path)))
    })?;
    let mut content = String::new();
    for line in lines.take_while(|line| !line.starts_with("```")) {
        let _ = writeln!(content, "{line}");
    }
    Some(content)
}

fn settings(found: &Found) -> String {
    let mut text = format!(
        "# yaml-language-server: $schema=https://raw.githubusercontent.com/orgate/orgate/v{}/schemas/orgate-settings.v1.json\n",
        env!("CARGO_PKG_VERSION")
    );
    text.push_str(
        "# How this team uses orgate. The gate reads this file from the base of a comparison, so that a change cannot\n\
         # waive itself. All of it is optional.\n\n\
         fail-on: low            # low | medium | high | critical | never\n\
         introduced: fail        # a weakness on something new: fail | warn | off\n",
    );
    text.push_str("\n# What metadata cannot tell: whether a client can keep a secret.\n# apps:\n");
    let names: Vec<&str> = if found.apps.is_empty() {
        vec!["My_Mobile_App"]
    } else {
        found.apps.iter().map(String::as_str).take(20).collect()
    };
    for name in names {
        let _ = writeln!(text, "#   {name}: {{ client: confidential }}    # or public");
    }
    text.push_str(
        "\n# Exceptions: one control on one subject, with a reason, a person and an end.\n\
         # waivers:\n\
         #   - control: ca-client-credentials-enabled\n\
         #     subject: My_App\n\
         #     reason: The other side cannot sign; the run-as user may read invoices and nothing else.\n\
         #     approved-by: security@example.com\n\
         #     expires: YYYY-MM-DD      # last day on which it counts, UTC\n",
    );
    text
}

/// Writes one file, unless something is there already and nobody says that it may go.
fn place(root: &Path, new: &New, force: bool, text: &mut String) -> Result<(), CliError> {
    let file = root.join(new.path);
    let fail = |source| CliError::Write {
        path: file.clone(),
        source,
    };
    // A link is somebody's decision, wherever it leads.
    let there = file.symlink_metadata();
    if let Ok(data) = &there {
        let same = std::fs::read(&file).is_ok_and(|content| content == new.content.as_bytes());
        if same {
            let _ = writeln!(text, "{DIM}as it is{RESET}  {}", new.path);
            return Ok(());
        }
        if data.file_type().is_symlink() || !(force || may_replace(new.path)?) {
            if new.path == SETTINGS {
                let _ = writeln!(text, "{YELLOW}left{RESET}      {} is there already", new.path);
                return Ok(());
            }
            let _ = writeln!(text, "{YELLOW}left{RESET}      {} is there already; what to add:\n", new.path);
            for line in new.content.lines() {
                let _ = writeln!(text, "    {line}");
            }
            text.push('\n');
            return Ok(());
        }
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    std::fs::write(&file, &new.content).map_err(fail)?;
    if new.executable {
        make_executable(&file).map_err(fail)?;
    }
    let _ = writeln!(text, "{GREEN}wrote{RESET}     {}", new.path);
    Ok(())
}

#[cfg(unix)]
fn make_executable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Whether somebody is there, and says that a file may go.
fn may_replace(path: &str) -> Result<bool, CliError> {
    Ok(std::io::stdin().is_terminal() && ask(&format!("{path} is there already. Replace it?"))?)
}

fn next(text: &mut String, found: &Found) {
    let _ = writeln!(text, "\n{BOLD}Found{RESET}");
    let packages = if found.packages.is_empty() {
        "no sfdx-project.json; metadata is recognised wherever it lies".to_owned()
    } else {
        format!("package directories: {}", terminal(&found.packages.join(", ")))
    };
    let _ = writeln!(text, "  {packages}");
    let apps: Vec<&str> = found.apps.iter().map(String::as_str).take(8).collect();
    let more = found.apps.len().saturating_sub(apps.len());
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    if !apps.is_empty() {
        let _ = writeln!(text, "  apps: {}{tail}", terminal(&apps.join(", ")));
    }
    let _ = writeln!(text, "\n{BOLD}Next{RESET}");
    let mut steps = vec!["orgate audit               how the apps stand today".to_owned()];
    steps.push("orgate check               what your work tree changes".to_owned());
    if found.platforms.is_empty() {
        steps.push("no CI platform was recognised; name one: orgate init --platform github".to_owned());
    }
    for platform in &found.platforms {
        steps.push(
            match platform {
                InitPlatform::Github => "commit, push, and make `orgate` a required status check (Settings, Rules)",
                InitPlatform::Gitlab => "commit, push, and switch on \"Pipelines must succeed\" (Settings, Merge requests)",
                InitPlatform::PreCommit => "pre-commit install         (or: prek install)",
                InitPlatform::Lefthook => "lefthook install",
                InitPlatform::Husky => "npx husky                  so that git finds the hook",
            }
            .to_owned(),
        );
    }
    for step in steps {
        let _ = writeln!(text, "  {step}");
    }
}
