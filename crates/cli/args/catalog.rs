//! Arguments of the commands about controls: explain, controls, policy.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  orgate explain eca-pkce-not-required                      a page on the terminal
  orgate explain ca-scopes-widened --format markdown        for a wiki or a pull request
  orgate explain --all --format json > controls.json        everything, for a program
  orgate explain --policies gate/policies our-own-control   a control of your own";

#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(crate) struct ExplainArgs {
    /// Ids of controls, as reports print them in brackets
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(crate) ids: Vec<String>,
    /// Explain every control
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: PageFormat,
    /// A folder with controls of your own
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PageFormat {
    Text,
    Markdown,
    Json,
}

const CONTROLS_EXAMPLES: &str = "\
Examples:
  orgate controls                                        all of them
  orgate controls --family external-client-app --severity critical
  orgate controls --field isPkceRequired                 which controls read this element
  orgate controls --standard rfc:9700                    which ones rest on this document
  orgate controls --format json                          for a program";

#[derive(Debug, Args)]
#[command(after_help = CONTROLS_EXAMPLES)]
pub(crate) struct ControlsArgs {
    /// Only controls that judge this
    #[arg(long, value_name = "FAMILY")]
    pub(crate) family: Option<FamilyArg>,
    /// Only controls that can reach this severity
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) severity: Option<SeverityArg>,
    /// Only controls with this status
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<StatusArg>,
    /// Only controls that decide by this field: `Type/path`, a path, a type or an element
    #[arg(long, value_name = "FIELD")]
    pub(crate) field: Option<String>,
    /// Only controls with this reference: `rfc:7636`, or all of a document or family: `rfc:9700`, `cwe`
    #[arg(long, value_name = "STANDARD")]
    pub(crate) standard: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ListFormat,
    /// A folder with controls of your own
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FamilyArg {
    ConnectedApp,
    ExternalClientApp,
    Org,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityArg {
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusArg {
    Preview,
    Stable,
    Deprecated,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Load controls and show every problem at once
    Check(PolicyArgs),
    /// Run the examples of controls and show what happened
    Test(PolicyArgs),
    /// Print the JSON Schema of a file format
    Schema(SchemaArgs),
}

const POLICY_EXAMPLES: &str = "\
Examples:
  orgate policy check gate/policies          all problems, with file, line and column
  orgate policy test gate/policies           every example, and what came out
  orgate policy schema control > control.json

Exit codes:
  0  everything loads, every example holds
  1  an example does not hold
  2  something does not load";

#[derive(Debug, Args)]
#[command(after_help = POLICY_EXAMPLES)]
pub(crate) struct PolicyArgs {
    /// A folder with controls, or one file; the built-in ones when absent
    #[arg(value_name = "DIR|FILE")]
    pub(crate) paths: Vec<PathBuf>,
    /// Leave out the built-in controls; their named conditions stay
    #[arg(long)]
    pub(crate) no_builtin: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  orgate policy schema                          a control: policies/*.yaml
  orgate policy schema settings > orgate.json   orgate.yaml, for an editor")]
pub(crate) struct SchemaArgs {
    /// Which format
    #[arg(value_name = "WHAT", default_value = "control")]
    pub(crate) what: SchemaArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaArg {
    /// A file under `policies/`
    Control,
    /// `conditions.yaml`
    Conditions,
    /// A file that describes a metadata type
    Registry,
    /// `orgate.yaml`
    Settings,
    /// The JSON report of `orgate check`
    Report,
    /// The JSON report of `orgate audit`
    Audit,
}
