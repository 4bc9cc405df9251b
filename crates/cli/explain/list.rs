//! `orgate controls`: the catalogue as a list, filtered.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use orgate_core::explain::{Page, page};
use orgate_core::policy::{Status, nearest};
use orgate_core::report::verdict::Verdict;
use orgate_core::{Severity, SubjectKind};
use serde::Serialize;

use super::text::colour;
use crate::args::{ControlsArgs, FamilyArg, ListFormat, SeverityArg, StatusArg};
use crate::error::CliError;
use crate::output::escape::terminal;
use crate::output::style::{BOLD, DIM, RESET};
use crate::output::{people, stdout};

/// One control in the list.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    id: &'a str,
    title: &'a str,
    status: Status,
    family: SubjectKind,
    check: &'a str,
    /// Severity when only raises-risk conditions hold.
    highest: Severity,
    /// Severity when only lowers-risk conditions hold.
    lowest: Severity,
    /// Both ends of the CVSS range.
    cvss: (f64, f64),
    fields: Vec<&'a str>,
    standards: &'a [String],
    page: Option<&'a str>,
    fixable: bool,
}

/// Lists what the filters leave.
pub(crate) fn run(arguments: &ControlsArgs) -> Result<Verdict, CliError> {
    let (registry, catalog) = super::load(&arguments.policies)?;
    let pages: Vec<Page> = catalog.controls().map(|control| page(control, &catalog, &registry)).collect();
    if let Some(field) = &arguments.field
        && !pages.iter().any(|page| has_field(page, field))
    {
        let known = pages.iter().flat_map(|page| page.fields.iter().map(|known| known.field.as_str()));
        return Err(CliError::UnknownField {
            field: field.clone(),
            near: near_field(field, &known.collect()),
        });
    }
    if let Some(standard) = &arguments.standard
        && !pages.iter().any(|page| has_standard(page, standard))
    {
        let known = pages.iter().flat_map(|page| page.standards.iter().map(String::as_str));
        return Err(CliError::UnknownStandard {
            standard: standard.clone(),
            near: meant(standard, known),
        });
    }
    let kept: Vec<&Page> = pages.iter().filter(|page| keeps(arguments, page)).collect();
    match arguments.format {
        ListFormat::Text => people(&table(&kept, pages.len()))?,
        ListFormat::Json => stdout(&super::json(&kept.iter().map(|page| entry(page)).collect::<Vec<_>>())?)?,
    }
    Ok(Verdict::Pass)
}

fn keeps(arguments: &ControlsArgs, page: &Page) -> bool {
    let family = arguments.family.is_none_or(|wanted| {
        page.subject
            == match wanted {
                FamilyArg::ConnectedApp => SubjectKind::ConnectedApp,
                FamilyArg::ExternalClientApp => SubjectKind::ExternalClientApp,
                FamilyArg::Org => SubjectKind::Org,
            }
    });
    let severity = arguments.severity.is_none_or(|wanted| page.risk.highest >= floor(wanted));
    let status = arguments.status.is_none_or(|wanted| {
        page.status
            == match wanted {
                StatusArg::Preview => Status::Preview,
                StatusArg::Stable => Status::Stable,
                StatusArg::Deprecated => Status::Deprecated,
            }
    });
    let field = arguments.field.as_ref().is_none_or(|wanted| has_field(page, wanted));
    let standard = arguments.standard.as_ref().is_none_or(|wanted| has_standard(page, wanted));
    family && severity && status && field && standard
}

fn floor(severity: SeverityArg) -> Severity {
    match severity {
        SeverityArg::Low => Severity::Low,
        SeverityArg::Medium => Severity::Medium,
        SeverityArg::High => Severity::High,
        SeverityArg::Critical => Severity::Critical,
    }
}

/// What was probably meant: a name that is nearly the same, else those that hold the word.
fn meant<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = nearest(word, known.clone());
    if !near.is_empty() {
        return near;
    }
    let word = word.to_lowercase();
    let holding: BTreeSet<&str> = known.filter(|name| word.len() > 2 && name.to_lowercase().contains(&word)).collect();
    match holding.len() {
        0 => String::new(),
        1 => format!(", did you mean `{}`?", holding.into_iter().collect::<String>()),
        _ => {
            let list: Vec<String> = holding.into_iter().take(5).map(|name| format!("`{name}`")).collect();
            format!(", did you mean one of {}?", list.join(", "))
        }
    }
}

/// People name an element, or a type and an element, seldom the blocks around it.
fn near_field(field: &str, known: &BTreeSet<&str>) -> String {
    let last = |name: &'_ str| name.rfind('/').map_or(0, |at| at.saturating_add(1));
    let leaf = |name: &str| name.get(last(name)..).unwrap_or_default().to_lowercase();
    if let Some((type_name, _)) = field.split_once('/') {
        let same = |name: &&&str| name.split('/').next() == Some(type_name) && leaf(name) == leaf(field);
        return match known.iter().find(same) {
            Some(name) => format!(", did you mean `{name}`?"),
            None => meant(field, known.iter().copied()),
        };
    }
    let leaves: BTreeSet<&str> = known.iter().map(|name| name.get(last(name)..).unwrap_or_default()).collect();
    match meant(field, leaves.iter().copied()) {
        near if near.is_empty() => "; `orgate controls --format json` lists the fields".to_owned(),
        near => near,
    }
}

/// A field by its whole path, by its element, or by the path below its type.
fn has_field(page: &Page, wanted: &str) -> bool {
    page.fields.iter().any(|field| {
        field.field == wanted || field.element == wanted || field.type_name == wanted || field.element.rsplit('/').next() == Some(wanted)
    })
}

/// A standard as policies spell it, or everything of one document: `rfc`, `rfc:9700`.
fn has_standard(page: &Page, wanted: &str) -> bool {
    let wanted = wanted.to_lowercase();
    page.standards.iter().any(|standard| {
        let standard = standard.to_lowercase();
        standard == wanted || standard.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with([':', '#']))
    })
}

fn entry(page: &Page) -> Entry<'_> {
    Entry {
        id: &page.id,
        title: &page.title,
        status: page.status,
        family: page.subject,
        check: page.check,
        highest: page.risk.highest,
        lowest: page.risk.lowest,
        cvss: (page.risk.min.value(), page.risk.max.value()),
        fields: page.fields.iter().map(|field| field.field.as_str()).collect(),
        standards: &page.standards,
        page: page.source.page.as_deref(),
        fixable: page.fix.is_some(),
    }
}

/// What stands behind the title of a control that is not simply in force.
fn mark(status: Status) -> &'static str {
    match status {
        Status::Preview => " (preview)",
        Status::Stable => "",
        Status::Deprecated => " (deprecated)",
    }
}

fn table(pages: &[&Page], all: usize) -> String {
    let width = pages.iter().map(|page| page.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    let mut family = None;
    for subject in [SubjectKind::ConnectedApp, SubjectKind::ExternalClientApp, SubjectKind::Org] {
        for page in pages.iter().filter(|page| page.subject == subject) {
            if family != Some(subject) {
                let gap = if family.is_some() { "\n" } else { "" };
                let _ = writeln!(text, "{gap}{BOLD}{}{RESET}", subject.as_str());
                family = Some(subject);
            }
            let mark = mark(page.status);
            let _ = writeln!(
                text,
                "  {:width$}  {}{:>4} to {:<4} {:8}{RESET}  {}{DIM}{mark}{RESET}",
                page.id,
                colour(page.risk.highest),
                page.risk.min.to_string(),
                page.risk.max.to_string(),
                page.risk.highest.as_str(),
                terminal(&page.title)
            );
        }
    }
    if pages.len() == all {
        let _ = write!(text, "\n{all} controls; `orgate explain ID` tells all about one");
    } else {
        let _ = write!(
            text,
            "{}{} of {all} controls",
            if pages.is_empty() { "" } else { "\n" },
            pages.len()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_that_will_go_is_no_preview() {
        let marks = [Status::Preview, Status::Stable, Status::Deprecated].map(mark);
        assert_eq!(marks, [" (preview)", "", " (deprecated)"]);
    }

    #[test]
    fn a_wrong_name_leads_to_the_right_one() {
        let known = BTreeSet::from([
            "ConnectedApp/oauthConfig/isPkceRequired",
            "ConnectedApp/ipRanges",
            "OauthOidcSettings/isPkceRequired",
            "ConnectedApp/oauthConfig/isAdminApproved",
        ]);
        for (wrong, right) in [
            ("isPkceRequird", "`isPkceRequired`"),
            ("isPKCErequired", "`isPkceRequired`"),
            ("pkce", "`isPkceRequired`"),
            ("ConnectedApp/isPkceRequired", "`ConnectedApp/oauthConfig/isPkceRequired`"),
            ("ConnectedApp/ipRange", "`ConnectedApp/ipRanges`"),
            ("required", "`isPkceRequired`"),
        ] {
            assert_eq!(near_field(wrong, &known), format!(", did you mean {right}?"), "{wrong}");
        }
        assert!(near_field("zzz", &known).contains("lists the fields"));
        assert_eq!(meant("7636", ["rfc:7636", "cwe:294"].into_iter()), ", did you mean `rfc:7636`?");
    }

    #[test]
    fn every_command_has_examples() {
        fn walk(command: &clap::Command, path: &str) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Examples:\n") || command.get_name() == "help", "{path}");
            for child in command.get_subcommands() {
                walk(child, &format!("{path} {}", child.get_name()));
            }
        }
        walk(&<crate::args::Cli as clap::CommandFactory>::command(), "orgate");
    }
}
