//! A report with one entry of everything, made of arbitrary texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::judge::Standing;
use orgate_core::report::{
    Anchor, Better, Compared, Evidence, Finding, GateLoosened, Reason, SideView, SubjectRef, Undecided, Unreadable, Warning,
};
use orgate_core::settings::Waiver;
use orgate_core::{Control, Outcome, RepoPath, Report, Score, Side, SubjectKind};

use crate::library::library;

/// Hands out texts, one after the other, again and again.
struct Texts<'a> {
    parts: Vec<&'a [u8]>,
    next: usize,
}

impl Texts<'_> {
    fn bytes(&mut self) -> Vec<u8> {
        self.next += 1;
        self.parts[self.next % self.parts.len()].to_vec()
    }

    fn text(&mut self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    /// No path in git is empty or begins with a slash.
    fn path(&mut self) -> RepoPath {
        RepoPath::new([b"a/", &*self.bytes()].concat())
    }

    fn subject(&mut self) -> SubjectRef {
        SubjectRef {
            kind: SubjectKind::ConnectedApp,
            name: self.text(),
        }
    }

    fn anchor(&mut self, side: Side) -> Anchor {
        let line = u32::try_from(self.next % 7 + 1).expect("fits");
        Anchor {
            path: self.path(),
            line,
            column: 5,
            side,
            end: line.is_multiple_of(2).then_some((line, 48)),
        }
    }

    fn view(&mut self, standing: Standing) -> SideView {
        SideView {
            standing,
            grade: Some(self.text()),
            values: BTreeMap::from([
                ("ConnectedApp/oauthConfig/isPkceRequired".into(), Some(self.text())),
                (self.text().into(), None),
            ]),
            whys: vec![self.text()],
        }
    }

    fn finding(&mut self, control: &Arc<Control>, outcome: Outcome, score: u16) -> Finding {
        let score = Score::from_hundredths(score);
        Finding {
            control: Arc::clone(control),
            outcome,
            severity: score.severity(),
            score,
            low_confidence: true,
            subject: self.subject(),
            base: Some(self.view(Standing::Satisfied)),
            head: Some(self.view(Standing::Violated)),
            reasons: vec![Reason {
                raises: true,
                condition: None,
                because: self.text(),
                changed: true,
            }],
            anchor: self.anchor(if score.severity() == orgate_core::Severity::Low {
                Side::Base
            } else {
                Side::Head
            }),
            anchor_type: Some("ConnectedApp".into()),
            evidence: vec![Evidence {
                path: self.path(),
                side: Side::Base,
                line: 3,
                column: 5,
                field: "ConnectedApp/oauthConfig/isPkceRequired".into(),
                value: Some(self.text()),
            }],
            message: self.text(),
            fingerprint: orgate_core::report::fingerprint::fingerprint(&[&control.id, &self.text()]),
            waived: None,
            fails: outcome != Outcome::Review,
        }
    }
}

/// A report whose every text comes from `parts`.
///
/// # Panics
/// When there are no parts.
pub fn report(parts: Vec<&[u8]>) -> Report {
    assert!(!parts.is_empty());
    let mut texts = Texts { parts, next: 0 };
    let controls: Vec<Arc<Control>> = library().catalog.controls().cloned().collect();
    let mut findings = Vec::new();
    for (at, (outcome, score)) in [
        (Outcome::Regressed, 795),
        (Outcome::Introduced, 200),
        (Outcome::Worsened, 950),
        (Outcome::Review, 500),
    ]
    .into_iter()
    .enumerate()
    {
        findings.push(texts.finding(&controls[at], outcome, score));
    }
    let mut waived = texts.finding(&controls[4], Outcome::Regressed, 795);
    waived.fails = false;
    waived.waived = Some(Waiver {
        control: controls[4].id.to_string(),
        subject: waived.subject.name.clone(),
        reason: texts.text(),
        approved_by: texts.text(),
        expires: "2030-01-01".to_owned(),
    });
    findings.push(waived);
    Report {
        compared: Compared {
            base: texts.text(),
            base_id: Some("1".repeat(40)),
            head: texts.text(),
            head_id: None,
            why: texts.text(),
        },
        findings,
        undecided: vec![Undecided {
            control: Arc::clone(&controls[5]),
            subject: texts.subject(),
            reasons: vec![texts.text(), texts.text()],
            new: true,
            gone: false,
            base: None,
            anchor: texts.anchor(Side::Head),
        }],
        unreadable: vec![Unreadable {
            path: texts.path(),
            side: Side::Head,
            line: 2,
            column: 7,
            reason: texts.text(),
            fatal: true,
        }],
        better: vec![Better {
            control: Arc::clone(&controls[6]),
            outcome: Outcome::Resolved,
            subject: texts.subject(),
        }],
        loosened: vec![GateLoosened {
            path: texts.path(),
            text: texts.text(),
        }],
        warnings: vec![Warning {
            path: Some(texts.path()),
            line: 0,
            text: texts.text(),
        }],
        renamed: Vec::new(),
        waiver_notes: vec![texts.text()],
        controls,
        ..Report::default()
    }
}
