//! A report with one entry of everything.

use std::collections::BTreeMap;
use std::sync::Arc;

use orgate_core::judge::Standing;
use orgate_core::policy::catalog::PolicyFile;
use orgate_core::report::{
    Anchor, Compared, Evidence, Finding, GateLoosened, Reason, SideView, SubjectRef, Undecided, Unreadable, Warning,
};
use orgate_core::settings::Waiver;
use orgate_core::{Catalog, Control, Outcome, Registry, RepoPath, Report, Score, Side, SubjectKind};

const TYPE: &str = "
type: ConnectedApp
suffix: connectedApp
folder: connectedApps
subject: connected-app
join: name
fields:
  isPkceRequired: { kind: boolean, absent: { value: 'false' } }
  runAs: { kind: string }
";

fn policy(id: &str, check: &str) -> String {
    format!(
        "id: {id}
title: The app accepts authorization codes without PKCE
status: stable
subject: connected-app
source:
  control: 'Connected Apps: Require [PKCE]'
  recommended: Require PKCE
  page: shr_require_pkce
  cvss: {{ min: 7.0, max: 8.9 }}
standards: [rfc:7636, 'rfc:9700#2.1.1', cwe:294, 'asvs:5.0.0-10.4.6']
check:
  {check}
raises-risk:
  - when: {{ field: ConnectedApp/runAs, present: true }}
    because: somebody can act as that user
message: \"'{{subject}}' no longer requires PKCE.\"
why: |
  A code that is caught is worth a token.
  It should not be.

  A second paragraph.
remediation: Switch it on.
interpretation: Absent means off.
not-checkable: [where the client runs]
fix: {{ set: ConnectedApp/isPkceRequired, to: 'true' }}
examples:
  - name: off
    base: {{ ConnectedApp: {{ isPkceRequired: 'true' }} }}
    head: {{ ConnectedApp: {{ isPkceRequired: 'false' }} }}
    expect: regressed
"
    )
}

fn controls() -> Vec<Arc<Control>> {
    let mut registry = Registry::default();
    registry.add("ConnectedApp.yaml", TYPE).unwrap();
    let require = policy(
        "ca-pkce-not-required",
        "require: { field: ConnectedApp/isPkceRequired, equals: 'true' }",
    );
    let review = policy("ca-run-as-changed", "review: { of: [ConnectedApp/runAs] }");
    let mut catalog = Catalog::default();
    let files = [("ca-run-as-changed.yaml", &review), ("ca-pkce-not-required.yaml", &require)];
    catalog
        .add(&files.map(|(name, text)| PolicyFile { name, text }), &registry)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>())
        .unwrap();
    catalog.controls().cloned().collect()
}

pub(super) fn view(standing: Standing, value: &str) -> SideView {
    SideView {
        standing,
        grade: None,
        values: BTreeMap::from([
            ("ConnectedApp/isPkceRequired".into(), Some(value.to_owned())),
            ("ConnectedApp/runAs".into(), None),
        ]),
        whys: Vec::new(),
    }
}

pub(super) fn finding(control: &Arc<Control>, subject: &str, path: impl Into<RepoPath>, line: u32) -> Finding {
    let path = path.into();
    Finding {
        control: Arc::clone(control),
        outcome: if control.is_review() { Outcome::Review } else { Outcome::Regressed },
        severity: Score::from_hundredths(795).severity(),
        score: Score::from_hundredths(795),
        low_confidence: false,
        subject: SubjectRef {
            kind: SubjectKind::ConnectedApp,
            name: subject.to_owned(),
        },
        base: Some(view(Standing::Satisfied, "true")),
        head: Some(view(Standing::Violated, "false")),
        reasons: vec![Reason {
            raises: true,
            condition: None,
            because: "somebody can act as that user".to_owned(),
            changed: false,
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
            path,
            side: Side::Base,
            line: 3,
            column: 5,
            field: "ConnectedApp/isPkceRequired".into(),
            value: Some("true".to_owned()),
        }],
        message: format!("'{subject}' no longer requires PKCE."),
        fingerprint: orgate_core::report::fingerprint::fingerprint(&[&control.id, subject]),
        waived: None,
        fails: true,
    }
}

pub(super) fn sample() -> Report {
    let controls = controls();
    let pkce = &controls[0];
    let mut gone = finding(pkce, "Gone", "force-app/Gone.connectedApp-meta.xml", 1);
    gone.anchor.side = Side::Base;
    gone.anchor.end = None;
    let mut waived = finding(pkce, "Waived", "force-app/Waived.connectedApp-meta.xml", 4);
    waived.waived = Some(Waiver {
        control: pkce.id.to_string(),
        subject: "Waived".to_owned(),
        reason: "old device".to_owned(),
        approved_by: "a person".to_owned(),
        expires: "2030-01-01".to_owned(),
    });
    waived.fails = false;
    Report {
        compared: Compared {
            base_id: Some("1".repeat(40)),
            head_id: Some("2".repeat(40)),
            ..Compared::default()
        },
        findings: vec![
            finding(pkce, "Portal", "force-app/Portal é.connectedApp-meta.xml", 4),
            gone,
            finding(&controls[1], "Portal", "force-app/Portal é.connectedApp-meta.xml", 6),
            waived,
        ],
        undecided: vec![Undecided {
            control: Arc::clone(pkce),
            subject: SubjectRef {
                kind: SubjectKind::ConnectedApp,
                name: "Other".to_owned(),
            },
            reasons: vec!["`${PKCE}` is a placeholder".to_owned()],
            new: true,
            gone: false,
            base: None,
            anchor: finding(pkce, "x", "force-app/Other.connectedApp-meta.xml", 2).anchor,
        }],
        unreadable: vec![Unreadable {
            path: "force-app/Broken.connectedApp-meta.xml".into(),
            side: Side::Head,
            line: 2,
            column: 7,
            reason: "the element `a` is not closed".to_owned(),
            fatal: true,
        }],
        loosened: vec![GateLoosened {
            path: "orgate.yaml".into(),
            text: "`strict` is off".to_owned(),
        }],
        warnings: vec![Warning {
            path: None,
            line: 0,
            text: "odd".to_owned(),
        }],
        renamed: Vec::new(),
        waiver_notes: vec!["the waiver of `x` for 'y' covers nothing in this change".to_owned()],
        controls,
        ..Report::default()
    }
}

pub(super) fn head_file(path: &RepoPath) -> Option<Vec<u8>> {
    path.as_bytes()
        .starts_with(b"force-app/Portal")
        .then(|| b"<a>\n<b/>\n<c/>\n    <isPkceRequired>false</isPkceRequired>\n</a>\n".to_vec())
}
