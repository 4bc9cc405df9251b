//! Arguments of `orgate hook`.

use clap::{Args, ValueEnum};

use super::{GateArgs, OutputArg};

/// Arguments of `orgate hook`.
#[derive(Debug, Args)]
#[command(after_help = HOOK_EXAMPLES)]
pub(crate) struct HookArgs {
    /// Which git hook runs this [default: pre-push when pre-commit's variables say so, else pre-commit]
    #[arg(long, value_name = "STAGE", default_value = "auto")]
    pub(crate) stage: HookStage,
    #[command(flatten)]
    pub(crate) gate: GateArgs,
    /// Write a report in this format, to a file or to standard output; may be given several times
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]")]
    pub(crate) outputs: Vec<OutputArg>,
    /// What git passes to the hook: the remote and its address for pre-push; not used
    #[arg(value_name = "ARGUMENT", hide = true)]
    pub(crate) rest: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HookStage {
    /// By the variables that pre-commit and prek set
    Auto,
    /// The index against HEAD
    PreCommit,
    /// What is pushed, as git tells on standard input, against what the remote has
    PrePush,
}

const HOOK_EXAMPLES: &str = "\
Examples:
  orgate hook                      in .husky/pre-commit, .git/hooks/pre-commit or lefthook.yml
  orgate hook --stage pre-push     in .husky/pre-push or .git/hooks/pre-push
  orgate hook --fail-on high       report everything, block from high on

Exit codes: as for orgate check.";
