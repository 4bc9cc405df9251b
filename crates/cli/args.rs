//! What was typed. Nothing here opens a file: the commands give it meaning.

mod catalog;
mod check;
mod ci;
mod hook;
mod output;
mod people;
mod work;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use catalog::*;
pub(crate) use check::*;
pub(crate) use ci::*;
pub(crate) use hook::*;
pub(crate) use output::*;
pub(crate) use people::*;
pub(crate) use work::*;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  orgate demo                      a pull request that opens the org, and the gate on it
  orgate init                      settings, the CI job and the hook for this repository
  orgate check                     what the work tree makes weaker
  orgate explain ca-pkce-not-required
  orgate fix --dry-run             how to mend it, as a patch

Exit codes:
  0  everything was judged and nothing at or above --fail-on got weaker
  1  at least one control got weaker, and no waiver covers it
  2  could not judge: usage, settings, policies, git, unreadable metadata, output not written";

/// A policy gate for Salesforce metadata: fails a change that makes an OAuth security control weaker.
#[derive(Debug, Parser)]
#[command(name = "orgate", version, styles = STYLES, after_help = EXAMPLES, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Say more on standard error; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Print nothing on standard error but errors, and in the text report only the verdict and what is wrong with waivers
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Colour the text report
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compare two revisions and fail if a control got weaker
    Check(Box<CheckArgs>),
    #[command(flatten)]
    People(PeopleCommand),
    /// Judge what is about to be committed or pushed; for pre-commit, prek, lefthook, husky
    Hook(Box<HookArgs>),
    /// Print which two commits the CI event compares, and what is missing for it
    CiRange(RangeArgs),
    /// Print the numbers of a JSON report as lines of `name=value`
    #[command(after_help = "Examples:\n  orgate check --output json=report.json\n  orgate ci-outputs report.json >> \"$GITHUB_OUTPUT\"")]
    CiOutputs {
        /// A file that `orgate check --output json=FILE` wrote
        report: PathBuf,
    },
    /// Build a small repository with a pull request that opens the org, and run the gate on it
    #[command(after_help = DEMO_EXAMPLES)]
    Demo {
        /// Keep the repository in this new folder, to go on with it [default: a temporary one that goes away]
        dir: Option<PathBuf>,
    },
}

const DEMO_EXAMPLES: &str = "\
Examples:
  orgate demo            needs git; leaves nothing behind
  orgate demo try-me     then: cd try-me && orgate fix --dry-run";
