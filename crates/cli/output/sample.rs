//! A report with one entry of everything, for tests of the writers.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use orgate_core::judge::Standing;
use orgate_core::policy::catalog::PolicyFile;
use orgate_core::report::{
    Anchor, Better, Compared, Evidence, Finding, GateLoosened, Reason, SideView, SubjectRef, Undecided, Unreadable, Warning,
};
use orgate_core::settings::Waiver;
use orgate_core::{Catalog, Control, Outcome, RepoPath, Report, Score, Side, SubjectKind};

/// The built-in controls with their examples, loaded once.
pub(super) fn controls() -> Vec<Arc<Control>> {
    static CONTROLS: OnceLock<Vec<Arc<Control>>> = OnceLock::new();
    CONTROLS.get_or_init(|| catalog().controls().cloned().collect()).clone()
}

fn catalog() -> Catalog {
    let registry = orgate_metadata::builtin::registry().unwrap();
    let files: Vec<PolicyFile<'_>> = crate::builtin::policies()
        .iter()
        .map(|(name, text)| PolicyFile { name, text })
        .collect();
    let mut catalog = Catalog::default();
    catalog.add(&files, &registry).unwrap();
    catalog
}

fn view(standing: Standing, value: &str) -> SideView {
    SideView {
        standing,
        grade: None,
        values: BTreeMap::from([
            ("ConnectedApp/oauthConfig/isPkceRequired".into(), Some(value.to_owned())),
            ("ConnectedApp/oauthConfig/scopes".into(), None),
        ]),
        whys: Vec::new(),
    }
}

fn finding(control: &Arc<Control>, name: &str, path: &RepoPath, line: u32) -> Finding {
    Finding {
        control: Arc::clone(control),
        outcome: Outcome::Regressed,
        severity: Score::from_hundredths(795).severity(),
        score: Score::from_hundredths(795),
        low_confidence: false,
        subject: SubjectRef {
            kind: SubjectKind::ConnectedApp,
            name: name.to_owned(),
        },
        base: Some(view(Standing::Satisfied, "true")),
        head: Some(view(Standing::Violated, name)),
        reasons: vec![Reason {
            raises: true,
            condition: None,
            because: format!("the value is '{name}'"),
            changed: true,
        }],
        anchor_type: None,
        anchor: Anchor {
            path: path.clone(),
            line,
            column: 5,
            side: Side::Head,
            end: Some((line, 48)),
        },
        evidence: vec![Evidence {
            path: path.clone(),
            side: Side::Base,
            line: 3,
            column: 5,
            field: "ConnectedApp/oauthConfig/isPkceRequired".into(),
            value: Some(name.to_owned()),
        }],
        message: format!("'{name}' no longer requires PKCE."),
        fingerprint: orgate_core::report::fingerprint::fingerprint(&[&control.id, name, &line.to_string()]),
        waived: None,
        fails: true,
    }
}

/// The path of a file with this name: none in git begins with a slash.
pub(super) fn file(name: &str) -> String {
    format!("apps/{name}")
}

/// A report with one entry of everything, `name` wherever a change's author can put text.
pub(super) fn sample_report(name: &str) -> Report {
    let controls = controls();
    let control = &controls[0];
    let path = RepoPath::new(file(name).as_bytes());
    let subject = SubjectRef {
        kind: SubjectKind::ConnectedApp,
        name: name.to_owned(),
    };
    let mut review = finding(&controls[1], name, &path, 6);
    review.outcome = Outcome::Review;
    review.fails = false;
    let mut gone = finding(control, name, &RepoPath::new([file(name).as_bytes(), b"\xff\xfe"].concat()), 1);
    gone.anchor.side = Side::Base;
    gone.anchor.end = None;
    let mut waived = finding(control, name, &path, 9);
    waived.fails = false;
    waived.waived = Some(Waiver {
        control: control.id.to_string(),
        subject: name.to_owned(),
        reason: name.to_owned(),
        approved_by: name.to_owned(),
        expires: "2030-01-01".to_owned(),
    });
    Report {
        compared: Compared {
            base: name.to_owned(),
            base_id: Some("1".repeat(40)),
            head: name.to_owned(),
            head_id: Some("2".repeat(40)),
            why: name.to_owned(),
        },
        findings: vec![finding(control, name, &path, 4), gone, review, waived],
        undecided: vec![Undecided {
            control: Arc::clone(control),
            subject: subject.clone(),
            reasons: vec![name.to_owned()],
            new: true,
            gone: false,
            base: None,
            anchor: finding(control, name, &path, 2).anchor,
        }],
        unreadable: vec![Unreadable {
            path: path.clone(),
            side: Side::Head,
            line: 2,
            column: 7,
            reason: name.to_owned(),
            fatal: true,
        }],
        better: vec![Better {
            control: Arc::clone(control),
            outcome: Outcome::Resolved,
            subject,
        }],
        loosened: vec![GateLoosened {
            path: path.clone(),
            text: name.to_owned(),
        }],
        warnings: vec![Warning {
            path: Some(path),
            line: 0,
            text: name.to_owned(),
        }],
        renamed: Vec::new(),
        waiver_notes: vec![name.to_owned()],
        controls,
        ..Report::default()
    }
}
