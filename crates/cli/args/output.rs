//! Formats of reports, and where each goes.

use std::path::PathBuf;

use clap::ValueEnum;

/// An output format and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputArg {
    pub(crate) format: Format,
    /// Standard output when absent.
    pub(crate) file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// Everything, versioned: orgate/v1
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub workflow commands: annotations in the pull request
    Github,
    /// For a job summary or a merge-request note
    Markdown,
    /// GitLab Code Quality
    GitlabCodequality,
    /// GitLab SAST 15.2.1
    GitlabSast,
    /// JUnit XML
    Junit,
}

impl std::str::FromStr for OutputArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("the file name after `=` is empty".to_owned()),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let known: Vec<String> = Format::value_variants()
            .iter()
            .filter_map(|format| format.to_possible_value().map(|value| value.get_name().to_owned()))
            .collect();
        if format == "html" {
            return Err("the page has an option of its own: --html FILE".to_owned());
        }
        let near = orgate_core::policy::nearest(format, known.iter().map(String::as_str));
        let format =
            Format::from_str(format, false).map_err(|_| format!("no format is called `{format}`{near}; known: {}", known.join(", ")))?;
        Ok(Self { format, file })
    }
}
