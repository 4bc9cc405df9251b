//! `github`: workflow commands, which GitHub shows as annotations on the changed lines. They need no permission, so
//! they also work for changes from forks.

use std::collections::BTreeMap;
use std::io;

use orgate_core::RepoPath;
use orgate_core::report::{Report, Side};
use sarif::text::unwrapped;

use super::escape::{visible, workflow_data, workflow_property};
use super::facts::{self, Weight};

/// GitHub shows as many annotations of each level, and drops the others without a word.
const SHOWN: usize = 10;

/// One annotation before it is escaped.
struct Annotation {
    weight: Weight,
    title: String,
    message: String,
    place: Option<Place>,
}

struct Place {
    path: RepoPath,
    line: u32,
    /// First column and the one behind the last, when the element is on one line.
    columns: Option<(u32, u32)>,
}

/// Writes the annotations, worst first. When there are more of a level than GitHub shows, the last one counts the rest.
pub(crate) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut levels: BTreeMap<Weight, Vec<Annotation>> = BTreeMap::new();
    for annotation in annotations(report) {
        levels.entry(annotation.weight).or_default().push(annotation);
    }
    for (weight, annotations) in levels {
        let room = if annotations.len() > SHOWN {
            SHOWN.saturating_sub(1)
        } else {
            SHOWN
        };
        for annotation in annotations.iter().take(room) {
            writeln!(out, "{}", command(annotation))?;
        }
        let rest = annotations.len().saturating_sub(room);
        if rest > 0 {
            writeln!(
                out,
                "::{} title=orgate::{}",
                name(weight),
                workflow_data(&format!("{rest} more are not shown here; the other formats have all of them."))
            )?;
        }
    }
    Ok(())
}

fn annotations(report: &Report) -> Vec<Annotation> {
    let strict = |strictly: bool, otherwise: Weight| {
        if strictly && report.thresholds.strict {
            Weight::Error
        } else {
            otherwise
        }
    };
    let mut all = Vec::new();
    for file in &report.unreadable {
        all.push(Annotation {
            weight: if file.fatal { Weight::Error } else { Weight::Warning },
            title: "orgate: cannot read this file".to_owned(),
            message: format!(
                "{}{}",
                if file.side == Side::Base { "At base: " } else { "" },
                visible(&file.reason)
            ),
            place: Some(Place::line(&file.path, file.line)),
        });
    }
    for finding in facts::open(report) {
        let anchor = &finding.anchor;
        let columns = anchor
            .end
            .filter(|(line, column)| *line == anchor.line && *column > anchor.column)
            .map(|(_, column)| (anchor.column.max(1), column));
        let mut message = vec![visible(&finding.message).into_owned()];
        let changes = facts::changes(finding);
        for change in &changes {
            message.push(format!(
                "{}: {} -> {}",
                change.field,
                visible(change.before.plain()),
                visible(change.after.plain())
            ));
        }
        message.extend(facts::risk(finding).iter().map(|text| visible(text).into_owned()));
        message.push(format!("How to mend it: {}", unwrapped(&finding.control.remediation)));
        all.push(Annotation {
            weight: facts::weight(finding),
            title: if finding.is_note() {
                format!("{}: {}", finding.control.id, finding.outcome.as_str())
            } else {
                format!("{}: {}, {}", finding.control.id, finding.outcome.as_str(), finding.severity)
            },
            message: message.join("\n"),
            place: Some(Place {
                path: anchor.path.clone(),
                line: anchor.line,
                columns,
            }),
        });
    }
    for entry in &report.loosened {
        all.push(Annotation {
            weight: strict(true, Weight::Warning),
            title: "orgate: this change loosens the gate".to_owned(),
            message: visible(&entry.text).into_owned(),
            place: Some(Place::line(&entry.path, 1)),
        });
    }
    // What could not be judged before either would be shown on every change.
    for group in facts::unknown(report).into_iter().filter(|group| group.first.new) {
        all.push(Annotation {
            weight: strict(group.first.new, Weight::Notice),
            title: "orgate: cannot be judged".to_owned(),
            message: format!(
                "{}: {}\nNot judged: {}",
                visible(&facts::subject(&group.first.subject)),
                visible(&group.reason),
                group.ids()
            ),
            place: Some(Place::line(&group.first.anchor.path, group.first.anchor.line)),
        });
    }
    for warning in &report.warnings {
        all.push(Annotation {
            weight: Weight::Warning,
            title: "orgate".to_owned(),
            message: visible(&warning.text).into_owned(),
            place: warning.path.as_ref().map(|path| Place::line(path, warning.line)),
        });
    }
    for note in &report.waiver_notes {
        all.push(Annotation {
            weight: Weight::Warning,
            title: "orgate: waivers".to_owned(),
            message: visible(note).into_owned(),
            place: None,
        });
    }
    all
}

impl Place {
    fn line(path: &RepoPath, line: u32) -> Self {
        Self {
            path: path.clone(),
            line,
            columns: None,
        }
    }
}

fn name(weight: Weight) -> &'static str {
    match weight {
        Weight::Error => "error",
        Weight::Warning => "warning",
        Weight::Notice => "notice",
    }
}

fn command(annotation: &Annotation) -> String {
    let mut properties = Vec::new();
    if let Some(place) = &annotation.place {
        properties.push(format!("file={}", workflow_property(&place.path.to_string())));
        properties.push(format!("line={}", place.line.max(1)));
        if let Some((first, behind)) = place.columns {
            properties.push(format!("endLine={}", place.line.max(1)));
            properties.push(format!("col={first}"));
            properties.push(format!("endColumn={behind}"));
        }
    }
    properties.push(format!("title={}", workflow_property(&annotation.title)));
    format!(
        "::{} {}::{}",
        name(annotation.weight),
        properties.join(","),
        workflow_data(&annotation.message)
    )
}
