//! The gate itself: two snapshots in, a report out.
//!
//! It reads what the change touches and what a touched judgement may look at, nothing else. It never decides what is
//! weaker (that is `orgate-core`) and never prints.

mod admitted;
mod attributes;
mod deleted;
mod deployed;
mod extent;
mod glob;
mod ignored;
mod judging;
mod left_out;
mod merge;
mod name;
mod opaque;
mod places;
pub mod posture;
mod recent;
mod related;
mod replacements;
mod scope;
mod second;
mod shared;
mod side;
mod successors;
mod text;
mod touched;
mod view;

use std::collections::BTreeSet;

use orgate_core::policy::Catalog;
use orgate_core::report::{Compared, Report, Side as Which, Unreadable, Warning, Work};
use orgate_core::settings::Settings;
use orgate_core::{Registry, RepoPath};
use orgate_metadata::{Limits, classify};

use crate::error::DiffError;
use crate::snapshot::{Snapshot, Source};
use admitted::Admitted;
use judging::Judging;
use left_out::LeftOut;
use related::Related;
use scope::Scope;
use shared::Shared;
use side::Side;
use touched::Touched;

/// What a run needs.
#[derive(Debug)]
pub struct Input<'a> {
    /// What was.
    pub base: &'a dyn Snapshot,
    /// What is.
    pub head: &'a dyn Snapshot,
    /// The metadata types.
    pub registry: &'a Registry,
    /// The controls in force.
    pub catalog: &'a Catalog,
    /// What the team decided.
    pub settings: &'a Settings,
    /// Bounds on single files.
    pub limits: Limits,
}

/// Compares the two snapshots and reports what got weaker, before settings and waivers are applied.
///
/// # Errors
/// [`DiffError`] when a snapshot cannot be read. Files that are no metadata are in the report instead.
pub fn run(input: &Input<'_>) -> Result<Report, DiffError> {
    let scope = Scope::of(input.settings);
    let wanted = |path: &[u8]| scope.includes(path);
    let shared = Shared::new(input, &wanted);
    let (mut report, admitted) = looks(input, &shared, Further::All)?;
    for admitted in &admitted {
        admitted::look(input, &shared, admitted, &mut report)?;
    }
    report.sort();
    Ok(report)
}

/// What all looks at two snapshots found, and what the change lets into a deploy if that is asked for.
fn looks(input: &Input<'_>, shared: &Shared<'_>, further: Further) -> Result<(Report, Vec<Admitted>), DiffError> {
    let options = LookOptions {
        further,
        ..LookOptions::default()
    };
    let first = look(input, shared, &options)?;
    let mut report = first.report;
    for way in &first.left_out {
        second::look(input, shared, way, &options, &mut report)?;
    }
    let mut others = Vec::new();
    if first.nested {
        others.push((true, false));
    }
    if first.doubtful {
        others.push((false, true));
    }
    if first.nested && first.doubtful {
        others.push((true, true));
    }
    for (outer, literal) in others {
        let options = LookOptions {
            outer,
            literal,
            further: Further::LeftOut,
            ..LookOptions::default()
        };
        let other = look(input, shared, &options)?;
        merge::add_worse(&mut report, other.report);
        for way in &other.left_out {
            second::look(input, shared, way, &options, &mut report)?;
        }
    }
    Ok((report, first.admitted))
}

/// How both sides are taken in one look.
#[derive(Debug, Default)]
struct LookOptions<'a> {
    /// Files that neither side has.
    hidden: BTreeSet<&'a [u8]>,
    /// Projects within the package directories of others are parts of those.
    outer: bool,
    /// What is not certain to be replaced is taken as it is written.
    literal: bool,
    /// What else there is to look at.
    further: Further,
}

/// What a look is asked for besides what got weaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Further {
    /// What each way to deploy leaves out, and what the change lets in.
    #[default]
    All,
    /// What each way to deploy leaves out.
    LeftOut,
    Nothing,
}

/// What one look found.
struct Look {
    report: Report,
    /// What each way to deploy leaves out.
    left_out: Vec<LeftOut>,
    /// What the change lets into a deploy.
    admitted: Vec<Admitted>,
    /// Some project lies in a package directory of another one.
    nested: bool,
    /// Some project may replace something, and may not.
    doubtful: bool,
}

fn look(input: &Input<'_>, shared: &Shared<'_>, taken: &LookOptions<'_>) -> Result<Look, DiffError> {
    shared.look()?;
    let wanted = |path: &[u8]| shared.wants(path) && !taken.hidden.contains(path);
    let whole = |snapshot: &dyn Snapshot| !matches!(snapshot.source(), Source::Held(_));
    let less = !(taken.hidden.is_empty() && whole(input.base) && whole(input.head));
    let own = less.then(|| Related::new(input.base, input.head, input.registry, &wanted).behind(&shared.related));
    let related = own.as_ref().unwrap_or(&shared.related);
    let side = |which, snapshot| {
        Side::new(which, snapshot, input.registry, input.limits, related)
            .remembering(Some(&shared.cache))
            .joining(taken.outer)
            .literally(taken.literal)
    };
    let base = side(Which::Base, input.base);
    let head = side(Which::Head, input.head).after(&base);
    let touched = Touched::find(input, &base, &head, related, shared, &wanted)?;
    let mut report = Report {
        compared: Compared {
            base: input.base.describe(),
            base_id: input.base.id(),
            head: input.head.describe(),
            head_id: input.head.id(),
            why: String::new(),
        },
        work: Work {
            changed_files: touched.changed_files,
            changed_metadata: touched.changed_metadata,
            controls: input.catalog.len(),
            ..Work::default()
        },
        controls: input.catalog.controls().cloned().collect(),
        ..Report::default()
    };
    Judging::new(input, &base, &head, &touched)?.run(&mut report);
    for side in [&base, &head] {
        if let Some(error) = side.failure() {
            return Err(error);
        }
    }
    remarks(input, (&base, &head), &touched, &mut report);
    report.work.files_read = shared
        .cache
        .len()
        .saturating_add(base.files_read())
        .saturating_add(head.files_read());
    let left_out = match taken.further {
        Further::Nothing => Vec::new(),
        Further::All | Further::LeftOut => left_out::find(&touched, input, &base, &head)?,
    };
    let admitted = match taken.further {
        Further::All => admitted::find(&touched, input, &base, &head)?,
        Further::LeftOut | Further::Nothing => Vec::new(),
    };
    Ok(Look {
        report,
        left_out,
        admitted,
        nested: base.has_nested() || head.has_nested(),
        doubtful: base.is_doubtful() || head.is_doubtful(),
    })
}

/// What could not be read keeps the gate from judging when this change wrote it; what was unreadable before is a
/// warning.
fn remarks(input: &Input<'_>, (base, head): (&Side<'_>, &Side<'_>), touched: &Touched, report: &mut Report) {
    // A type that no control in force reads is there for those that a team may write.
    let matters = |path: &RepoPath| {
        let spec = classify(path, input.registry);
        spec.is_none_or(|spec| spec.subject.is_some() || input.catalog.controls().any(|control| control.reads(&spec.name)))
    };
    let (base_refused, _) = base.remarks();
    let (head_refused, warnings) = head.remarks();
    for refused in base_refused.into_iter().chain(head_refused) {
        let changed = touched.paths.contains(&refused.path);
        if refused.side == Which::Head && changed && matters(&refused.path) {
            report.unreadable.push(Unreadable { fatal: true, ..refused });
        } else if changed || refused.side == Which::Head {
            report.unreadable.push(refused);
        }
    }
    report.unreadable.extend(touched.orphans.iter().cloned());
    report.warnings.extend(touched.beyond.iter().map(|(from, to)| Warning {
        path: Some(to.clone()),
        line: 0,
        text: format!("came from {from} to where the settings leave files out: what changes in it later is not judged"),
    }));
    report.warnings.extend(
        warnings
            .into_iter()
            .filter(|warning| warning.path.as_ref().is_some_and(|path| touched.paths.contains(path))),
    );
}
