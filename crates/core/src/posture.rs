//! The posture of one snapshot: how every subject stands to every control, without any comparison.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::judge::{Judgement, Standing};
use crate::policy::{Catalog, Control, Status};
use crate::report::apply::{Cover, near_subject, waivers};
use crate::report::build::{Case, view};
use crate::report::verdict::Verdict;
use crate::report::{Anchor, Evidence, Reason, SideView, SubjectRef, Unreadable, Warning};
use crate::score::{Score, Severity};
use crate::settings::{ControlSetting, FailOn, Settings, Waiver};
use crate::truth::Truth;

/// How one subject stands to one control.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The control.
    pub control: Arc<Control>,
    /// On what.
    pub subject: SubjectRef,
    /// Tells copies of one subject in several package directories apart; empty when there is one.
    pub copy: String,
    /// The standing.
    pub standing: Standing,
    /// Values, grade and reasons.
    pub view: SideView,
    /// A violation that counts by itself; the control excuses one on a subject that never had the protection.
    pub counts: bool,
    /// Risk in its context, for a violation.
    pub score: Score,
    /// Band of the score, unless settings say otherwise.
    pub severity: Severity,
    /// The standing rests on a default that nobody documents.
    pub low_confidence: bool,
    /// What raises or lowers the risk.
    pub reasons: Vec<Reason>,
    /// What to look at, for violations and what cannot be judged.
    pub anchor: Option<Anchor>,
    /// Other places.
    pub evidence: Vec<Evidence>,
    /// The waiver that covers it.
    pub waived: Option<Waiver>,
    /// Whether it is at or above the threshold and not waived.
    pub fails: bool,
}

impl Cell {
    /// Describes a judgement. `case` is its comparison with nothing, for the places.
    pub fn new(case: &Case<'_>, judgement: &Judgement) -> Self {
        let finding = matches!(judgement.standing, Standing::Violated | Standing::Undecided).then(|| case.finding());
        let score = case.comparison.score(case.control);
        let (reasons, anchor, evidence) = finding.map_or_else(
            || (Vec::new(), None, Vec::new()),
            |finding| (finding.reasons, Some(finding.anchor), finding.evidence),
        );
        Self {
            control: Arc::clone(case.control),
            subject: case.subject.clone(),
            copy: case.copy.clone(),
            standing: judgement.standing,
            view: view(judgement),
            counts: judgement.standing == Standing::Violated && judgement.counts_when_new != Truth::False,
            score,
            severity: score.severity(),
            low_confidence: judgement.assumed,
            reasons,
            anchor,
            evidence,
            waived: None,
            fails: false,
        }
    }
}

/// Counts by standing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Violations that count.
    pub violated: usize,
    /// Violations that do not count by themselves.
    pub excused: usize,
    /// As recommended.
    pub satisfied: usize,
    /// Cannot be known.
    pub undecided: usize,
    /// The control is not about the subject.
    pub not_applicable: usize,
    /// Violations that a waiver covers.
    pub waived: usize,
}

/// The whole result of one audit.
#[derive(Clone, Debug, Default)]
pub struct Posture {
    /// What was judged, for people.
    pub snapshot: String,
    /// Full object id, when it is a commit or tree.
    pub id: Option<String>,
    /// Severity from which on a violation fails.
    pub fail_on: FailOn,
    /// Every subject by every control that judges its kind.
    pub cells: Vec<Cell>,
    /// What cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Remarks.
    pub warnings: Vec<Warning>,
    /// The controls in force.
    pub controls: Vec<Arc<Control>>,
    /// Subjects that were judged.
    pub subjects: usize,
    /// Metadata files that were read and parsed.
    pub files_read: usize,
    /// Waivers that expired, cover nothing, or name no control, one sentence each.
    pub waiver_notes: Vec<String>,
}

impl Posture {
    /// Applies settings. `today` decides which waivers have expired; the last day counts, in UTC.
    pub fn apply(&mut self, settings: &Settings, fail_on: FailOn, today: jiff::civil::Date, catalog: &Catalog) {
        self.fail_on = fail_on;
        for cell in &mut self.cells {
            if let Some(ControlSetting::Severity(severity)) = settings.controls.get(&*cell.control.id) {
                cell.severity = *severity;
            }
        }
        let subjects: BTreeSet<String> = if settings.waivers.is_empty() {
            BTreeSet::new()
        } else {
            self.cells.iter().map(|cell| cell.subject.name.clone()).collect()
        };
        let cells = &mut self.cells;
        self.waiver_notes = waivers(settings, today, catalog, |waiver, active| {
            let mut any = false;
            let matching = cells
                .iter_mut()
                .filter(|cell| cell.counts && *cell.control.id == *waiver.control && cell.subject.name == waiver.subject);
            for cell in matching {
                any = true;
                if active {
                    cell.waived = Some(waiver.clone());
                }
            }
            if any {
                Cover::Something
            } else {
                let near = near_subject(&waiver.subject, &subjects);
                Cover::Nothing { near }
            }
        });
        for cell in &mut self.cells {
            cell.fails = cell.counts && cell.waived.is_none() && cell.control.status != Status::Preview && fail_on.includes(cell.severity);
        }
    }

    /// Puts everything into its one order: by subject, copy and control.
    pub fn sort(&mut self) {
        self.cells
            .sort_by(|a, b| (&a.subject, &a.copy, &a.control.id).cmp(&(&b.subject, &b.copy, &b.control.id)));
        self.unreadable.sort();
        self.unreadable.dedup();
        self.warnings.sort();
        self.warnings.dedup();
    }

    /// The violations that count, worst first; waived ones last.
    pub fn violations(&self) -> Vec<&Cell> {
        fn key(cell: &Cell) -> (bool, Reverse<Severity>, Reverse<Score>, &SubjectRef, &str) {
            let waived = cell.waived.is_some();
            (waived, Reverse(cell.severity), Reverse(cell.score), &cell.subject, &cell.control.id)
        }
        let mut found: Vec<&Cell> = self.cells.iter().filter(|cell| cell.counts).collect();
        found.sort_by(|a, b| key(a).cmp(&key(b)));
        found
    }

    /// How many cells stand how.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for cell in &self.cells {
            let slot = match (cell.standing, cell.counts, cell.waived.is_some()) {
                (Standing::Violated, true, false) => &mut counts.violated,
                (Standing::Violated, true, true) => &mut counts.waived,
                (Standing::Violated, false, _) => &mut counts.excused,
                (Standing::Satisfied, ..) => &mut counts.satisfied,
                (Standing::Undecided, ..) => &mut counts.undecided,
                (Standing::NotApplicable, ..) => &mut counts.not_applicable,
            };
            *slot = slot.saturating_add(1);
        }
        counts
    }

    /// The scores of all violations that count, added up, in hundredths. Waived ones are still risk.
    pub fn risk(&self) -> u64 {
        self.cells
            .iter()
            .filter(|cell| cell.counts)
            .map(|cell| u64::from(cell.score.hundredths()))
            .sum()
    }

    /// The verdict: what cannot be read cannot be judged.
    pub fn verdict(&self) -> Verdict {
        if self.unreadable.iter().any(|file| file.fatal) {
            Verdict::NotDecided
        } else if self.cells.iter().any(|cell| cell.fails) {
            Verdict::Fail
        } else {
            Verdict::Pass
        }
    }
}
