//! Arguments of the commands that look at a repository: audit, fix, init, history, completions.

use std::path::PathBuf;

use clap::Args;

use super::{FailOnArg, GateArgs, ListFormat};

const AUDIT_EXAMPLES: &str = "\
Examples:
  orgate audit                             the work tree: every app by every control
  orgate audit v2.1 --format json          a release, for a program
  orgate audit --dir exported --fail-on never
  orgate audit --html posture.html         a page to print or to send

Exit codes:
  0  everything was judged and nothing at or above --fail-on is violated
  1  at least one control is violated, and no waiver covers it
  2  could not judge";

#[derive(Debug, Args)]
#[command(after_help = AUDIT_EXAMPLES)]
pub(crate) struct AuditArgs {
    /// The revision to judge [default: the work tree]
    #[arg(value_name = "REV", conflicts_with = "dir")]
    pub(crate) rev: Option<String>,
    /// A folder to judge, instead of a revision
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// The repository [default: found from the current folder upwards]
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) team: TeamArgs,
    /// Fail from this severity on [default: low, or `fail-on` in orgate.yaml]
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOnArg>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ListFormat,
    /// Also write a page of HTML that stands by itself
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// What to judge by, for commands that look at one snapshot.
#[derive(Clone, Debug, Args)]
pub(crate) struct TeamArgs {
    /// Settings and waivers from this file, instead of the snapshot's own orgate.yaml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A folder with controls of your own
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: Vec<PathBuf>,
    /// Use only the controls of --policies
    #[arg(long, requires = "policies")]
    pub(crate) no_builtin: bool,
    /// Take this day as today when waivers expire (YYYY-MM-DD, UTC)
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<String>,
}

impl TeamArgs {
    /// The same, as the gate takes it: settings are those of head unless a file is named.
    pub(crate) fn gate(&self) -> GateArgs {
        let config_from = self.config.as_ref();
        GateArgs {
            fail_on: None,
            introduced: None,
            strict: false,
            config_from: config_from.map_or_else(|| "head".to_owned(), |file| file.display().to_string()),
            policies: self.policies.clone(),
            no_builtin: self.no_builtin,
            today: self.today.clone(),
        }
    }
}

const FIX_EXAMPLES: &str = "\
Examples:
  orgate fix --dry-run                         what would change, as a diff
  orgate fix                                   mend in the work tree what the change made weaker
  orgate fix --restore                         put back the values of base instead of the recommended ones
  orgate fix --control ca-pkce-not-required    only this control
  orgate fix --all --yes                       also what was weak before

Only the bytes of the element change. Secrets and lists are never written. Look at the result before you commit it.

Exit codes:
  0  nothing that got weaker is left
  1  something is left that a person has to mend
  2  could not judge, or could not write";

#[derive(Debug, Args)]
#[command(after_help = FIX_EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct FixArgs {
    /// The revision to compare with [default: merge base of HEAD with the default branch]
    #[arg(long, value_name = "REV")]
    pub(crate) base: Option<String>,
    /// The repository [default: found from the current folder upwards]
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Option<PathBuf>,
    /// Only findings of this control; may be given several times
    #[arg(long, value_name = "ID")]
    pub(crate) control: Vec<String>,
    /// Only findings on this app; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: Vec<String>,
    /// Mend also what was weak before the change
    #[arg(long, conflicts_with = "restore")]
    pub(crate) all: bool,
    /// Put back the value that base has, instead of the recommended one
    #[arg(long)]
    pub(crate) restore: bool,
    /// Write nothing; print the difference
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) team: TeamArgs,
}

const HISTORY_EXAMPLES: &str = "\
Examples:
  orgate history                                             all of HEAD's first-parent line
  orgate history v2.0..main                                  between two releases
  orgate history --subject Portal --control ca-pkce-not-required
                                                             when did this app lose PKCE?
  orgate history --since 2026-01-01 --html history.html      with a chart of the risk

Settings and controls are those of the newest commit, for all commits alike.";

#[derive(Debug, Args)]
#[command(after_help = HISTORY_EXAMPLES)]
pub(crate) struct HistoryArgs {
    /// What to walk: a revision, or OLD..NEW [default: HEAD]
    #[arg(value_name = "RANGE")]
    pub(crate) range: Option<String>,
    /// Only this app; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: Vec<String>,
    /// Only this control; may be given several times
    #[arg(long, value_name = "ID")]
    pub(crate) control: Vec<String>,
    /// Only commits made on this day or later (YYYY-MM-DD, UTC)
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ListFormat,
    /// Also write a page of HTML that stands by itself, with a chart
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// The repository [default: found from the current folder upwards]
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) team: TeamArgs,
}

const INIT_EXAMPLES: &str = "\
Examples:
  orgate init --print      what would be written, without writing it
  orgate init              settings, the CI job and the hook that fit this repository
  orgate init --force      replace files that are there

Files that are there are left alone, unless you say yes when asked.";

#[derive(Debug, Args)]
#[command(after_help = INIT_EXAMPLES)]
pub(crate) struct InitArgs {
    /// Write nothing; print the files
    #[arg(long)]
    pub(crate) print: bool,
    /// Replace files that are there, without asking
    #[arg(long, conflicts_with = "print")]
    pub(crate) force: bool,
    /// For which platform [default: by the remotes and the files of the repository]
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) platform: Vec<InitPlatform>,
    /// The repository [default: found from the current folder upwards]
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum InitPlatform {
    /// A workflow for GitHub Actions
    Github,
    /// A job for GitLab CI
    Gitlab,
    /// A hook for pre-commit or prek
    PreCommit,
    /// A hook for husky
    Husky,
    /// A hook for lefthook
    Lefthook,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  orgate completions bash > /etc/bash_completion.d/orgate
  orgate completions zsh > \"${fpath[1]}/_orgate\"
  orgate completions fish > ~/.config/fish/completions/orgate.fish
  orgate completions powershell >> $PROFILE")]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  orgate man | man -l -                     read the page of orgate
  orgate man --dir /usr/local/share/man/man1    a page for every command")]
pub(crate) struct ManArgs {
    /// Write a page for every command into this folder, instead of the first one to standard output
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}
