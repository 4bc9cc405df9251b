//! A small SARIF 2.1.0 emitter for the report of orgate, and nothing else.
//!
//! Written for those who read SARIF today: GitHub code scanning, GitLab, editors. The same report gives the same
//! bytes. No source text goes into the file: metadata can hold secrets.

mod group;
pub mod json;
pub mod line_hash;
pub mod model;
mod notifications;
mod places;
mod results;
mod rules;
pub mod standards;
pub mod text;
pub mod uri;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;

use orgate_core::report::Finding;
use orgate_core::report::verdict::Verdict;
use orgate_core::{RepoPath, Report};

use group::Group;
pub use model::Sarif;
use model::{ArtifactLocation, AutomationDetails, Description, Driver, Invocation, Region, Run, RunProperties, Tool, VersionControl};
use places::{Artifacts, ROOT};
use results::Results;

/// GitHub refuses a file with more results.
const RESULTS: usize = 25_000;

/// What the report does not say.
pub struct Options<'a> {
    /// Version of the tool.
    pub version: &'a str,
    /// Content of a file at head, for the line hash; `None` when there is no such file.
    pub head_file: &'a dyn Fn(&RepoPath) -> Option<Vec<u8>>,
    /// Tells runs for different purposes apart; leave it out to let the upload decide.
    pub category: Option<&'a str>,
    /// Address of the repository, when it is known.
    pub repository: Option<&'a str>,
    /// Writes findings that a waiver covers too, as suppressed. GitHub shows them as open.
    pub include_waived: bool,
    /// Writes no results: a default branch has nothing that got weaker.
    pub empty_results: bool,
    /// Indented.
    pub pretty: bool,
    /// The edit that mends a finding, where a program can make it.
    pub fix: &'a dyn Fn(&Finding) -> Option<Fix>,
}

/// An edit of one file of head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The file.
    pub path: RepoPath,
    /// What it does, as a sentence without an end.
    pub description: String,
    /// What to take away, and what to put there; in order, without overlap.
    pub replacements: Vec<(Region, String)>,
}

fn no_fix(_: &Finding) -> Option<Fix> {
    None
}

impl<'a> Options<'a> {
    /// The usual: indented, no waived findings.
    pub fn new(version: &'a str, head_file: &'a dyn Fn(&RepoPath) -> Option<Vec<u8>>) -> Self {
        Self {
            version,
            head_file,
            category: None,
            repository: None,
            include_waived: false,
            empty_results: false,
            pretty: true,
            fix: &no_fix,
        }
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("version", &self.version)
            .field("category", &self.category)
            .field("repository", &self.repository)
            .field("include_waived", &self.include_waived)
            .field("empty_results", &self.empty_results)
            .field("pretty", &self.pretty)
            .finish_non_exhaustive()
    }
}

/// The report as SARIF.
pub fn log<'a>(report: &'a Report, options: &'a Options<'a>) -> Sarif<'a> {
    limited(report, options, RESULTS)
}

/// Writes the report as SARIF, with a line feed at the end. Characters that change how text around them is shown are
/// written as escapes.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    json::write(&log(report, options), options.pretty, out)
}

fn limited<'a>(report: &'a Report, options: &'a Options<'a>, limit: usize) -> Sarif<'a> {
    let shown = |finding: &&Finding| finding.waived.is_none() || options.include_waived;
    let waived = report.findings.iter().filter(|finding| finding.waived.is_some()).count();
    let mut groups = if options.empty_results {
        Vec::new()
    } else {
        // The report has the worst first, so what is cut is the mildest.
        group::group(report.findings.iter().filter(shown))
    };
    let left_out = groups.len().saturating_sub(limit);
    groups.truncate(limit);
    groups.sort_by(|a, b| key(a).cmp(&key(b)));

    let mut worst: BTreeMap<&str, u16> = BTreeMap::new();
    for finding in groups.iter().flat_map(Group::all) {
        let score = worst.entry(&finding.control.id).or_default();
        *score = (*score).max(results::shown_score(finding));
    }
    let (rules, places) = rules::rules(group::controls(&report.controls, &groups), &worst);
    let artifacts = Artifacts::of(&groups);
    let verdict = report.verdict();
    Sarif {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: vec![Run {
            tool: Tool {
                driver: Driver {
                    name: "orgate",
                    semantic_version: options.version.to_owned(),
                    information_uri: rules::HOME,
                    rules,
                },
            },
            invocations: vec![Invocation {
                exit_code: verdict.exit_code(),
                tool_execution_notifications: notifications::all(report, &places, left_out),
                // GitHub drops everything of a run that failed. What was found is right also when a file could not be
                // read, and the notification says so; only where nothing was found must silence not look like success.
                execution_successful: verdict != Verdict::NotDecided || !groups.is_empty(),
            }],
            version_control_provenance: provenance(report, options),
            original_uri_base_ids: BTreeMap::from([(ROOT, root())]),
            artifacts: artifacts.list(),
            results: Results::new(groups, places, artifacts, options),
            automation_details: options.category.map(|category| AutomationDetails {
                id: format!("{}/", category.trim_end_matches('/')),
            }),
            column_kind: "unicodeCodePoints",
            properties: RunProperties {
                verdict: verdict.as_str(),
                base_revision_id: report.compared.base_id.clone(),
                head_revision_id: report.compared.head_id.clone(),
                waived: if options.include_waived { 0 } else { waived },
            },
        }],
    }
}

/// By place: the order does not depend on scores.
fn key<'a>(group: &Group<'a>) -> (&'a RepoPath, u32, &'a Arc<str>, &'a str) {
    let finding = group.first;
    (&finding.anchor.path, finding.anchor.line, &finding.control.id, &finding.fingerprint)
}

fn root() -> ArtifactLocation {
    ArtifactLocation {
        uri: None,
        uri_base_id: None,
        index: None,
        description: Some(Description {
            text: "The root of the repository.",
        }),
    }
}

fn provenance(report: &Report, options: &Options<'_>) -> Vec<VersionControl> {
    let known = options.repository.filter(|address| uri::is_web(address));
    known
        .zip(report.compared.head_id.as_ref())
        .map(|(repository, id)| VersionControl {
            repository_uri: repository.to_owned(),
            revision_id: id.clone(),
            mapped_to: ArtifactLocation {
                uri: None,
                uri_base_id: Some(ROOT),
                index: None,
                description: None,
            },
        })
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests;
