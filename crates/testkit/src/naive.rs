//! A second evaluator, naive on purpose: it reads whole folders on both sides with another XML library, knows a dozen
//! controls by heart from the published tables, and takes no shortcut about what a change can touch. Where it and the
//! real one disagree, one of them is wrong.

mod app;
mod side;
mod standing;

use std::collections::BTreeSet;

use crate::tree::Tree;
use app::{ECA_GLOBAL, ECA_POLICY, choices};
use side::{Facts, File, Side};
use standing::Standing::{self, NotApplicable, Satisfied, Undecided, Violated};
use standing::{scopes, standing};

/// The controls that are known by heart.
pub const KNOWN: [&str; 13] = [
    "ca-client-credentials-enabled",
    "ca-token-exchange-secret-mismatch",
    "ca-pkce-not-required",
    "ca-self-authorization-allowed",
    "ca-ip-restrictions-relaxed",
    "ca-scopes-widened",
    "eca-web-server-secret-optional",
    "eca-pkce-not-required",
    "eca-jwt-bearer-disabled",
    "eca-self-authorization-allowed",
    "eca-ip-restrictions-relaxed",
    "eca-scopes-widened",
    "eca-refresh-token-never-expires",
];

/// Worst standing over all choices, and the scopes of the app by each choice to which the control applies.
fn worst(control: &str, files: &[File], org: Option<&Facts>) -> (Standing, Vec<BTreeSet<String>>) {
    let apps = choices(files, org);
    let worst = apps.iter().map(|app| standing(control, app)).max().expect("one choice");
    let applies = apps.iter().filter(|app| standing(control, app) != NotApplicable);
    (worst, applies.map(|app| scopes(app, control)).collect())
}

/// A violation that counts on something that is new.
fn counts_when_new(control: &str, files: &[File], org: Option<&Facts>) -> bool {
    choices(files, org).iter().any(|app| match control {
        "eca-jwt-bearer-disabled" => {
            let flow = "isClientCredentialsFlowEnabled";
            let kept_off = app.has(ECA_POLICY, flow) && app.flag(ECA_POLICY, flow, false) == [false];
            let developer = app.flag(ECA_GLOBAL, flow, false).contains(&true);
            (developer && !kept_off) || app.flag(ECA_POLICY, flow, false) == [true]
        }
        "eca-refresh-token-never-expires" => app.text(ECA_POLICY, "refreshTokenPolicyType").unwrap_or("Infinite") == "Infinite",
        _ => true,
    })
}

fn compare(control: &str, app: &str, base: &Side, head: &Side) -> Option<&'static str> {
    let external = control.starts_with("eca-");
    let files = |side: &Side| {
        let apps = if external { &side.external } else { &side.connected };
        apps.get(app).cloned()
    };
    let org = |side: &Side| side.settings.first().map(|file| file.facts.clone());
    let (before, after) = (files(base), files(head));
    // A settings file that leaves source leaves the org as it is.
    let org_before = org(base);
    let org_after = org(head).or_else(|| org_before.clone());
    let was = before.as_ref().map(|files| worst(control, files, org_before.as_ref()));
    let Some(after) = after else {
        return matches!(was, Some((Satisfied | Violated(_), _))).then_some("undecided");
    };
    let (is, scopes) = worst(control, &after, org_after.as_ref());
    if let (Some((Satisfied | Violated(_), old)), true) = (&was, control.contains("scopes") && is != NotApplicable && is != Undecided) {
        let covered = |scope: &String, old: &BTreeSet<String>| {
            old.contains(scope)
                || old.contains("Full") && !matches!(scope.as_str(), "RefreshToken" | "OfflineAccess")
                || matches!(scope.as_str(), "RefreshToken" | "OfflineAccess")
                    && (old.contains("RefreshToken") || old.contains("OfflineAccess"))
        };
        // Any of several files may be the one that counts, before and after.
        let harmless = |new: &BTreeSet<String>| old.iter().any(|old| new.iter().all(|scope| covered(scope, old)));
        return (!scopes.iter().all(harmless)).then_some("regressed");
    }
    match (was.map(|(standing, _)| standing), is) {
        (Some(Satisfied), Violated(_)) => Some("regressed"),
        (Some(Violated(old)), Violated(new)) => (new > old).then_some("regressed"),
        (None | Some(NotApplicable | Undecided), Violated(_)) => {
            counts_when_new(control, &after, org_after.as_ref()).then_some("introduced")
        }
        (Some(Undecided), Undecided) => None,
        (_, Undecided) => Some("undecided"),
        _ => None,
    }
}

/// `control outcome app` for everything that the known controls say about a change: `regressed`, `introduced`, and
/// `undecided` where it is new.
pub fn outcomes(base: &Tree, head: &Tree) -> BTreeSet<String> {
    let (base, head) = (Side::of(base), Side::of(head));
    let mut found = BTreeSet::new();
    for control in KNOWN {
        let external = control.starts_with("eca-");
        let names = |side: &Side| -> Vec<String> {
            let apps = if external { &side.external } else { &side.connected };
            apps.keys().cloned().collect()
        };
        for app in names(&base).into_iter().chain(names(&head)) {
            if let Some(outcome) = compare(control, &app, &base, &head) {
                found.insert(format!("{control} {outcome} {app}"));
            }
        }
    }
    found
}
