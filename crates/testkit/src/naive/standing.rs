//! How an app stands to each control that is known by heart, as the published tables have it.

use std::collections::BTreeSet;

use super::app::{App, ECA_GLOBAL, ECA_POLICY, ECA_SETTINGS, possible};

/// How an app stands. The order is from best to worst; a violation has a rank, a higher one is weaker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    NotApplicable,
    Satisfied,
    Undecided,
    Violated(usize),
}
use Standing::{NotApplicable, Satisfied, Undecided, Violated};

/// The standing when all possibilities agree.
fn agree(all: &[Standing]) -> Standing {
    match all {
        [first, rest @ ..] if rest.iter().all(|other| other == first) => first.clone(),
        _ => Undecided,
    }
}

fn violated_if(flags: &[bool], weak: bool) -> Standing {
    agree(
        &flags
            .iter()
            .map(|flag| if *flag == weak { Violated(0) } else { Satisfied })
            .collect::<Vec<_>>(),
    )
}

fn token_exchange(app: &App<'_>) -> Standing {
    let admin = app.flag("ConnectedApp", "oauthPolicy/isTokenExchangeFlowEnabled", true);
    let scheme = app.custom_scheme("ConnectedApp", "oauthConfig/callbackUrl");
    let mut all = Vec::new();
    for on in app.oauth("isTokenExchangeEnabled", false) {
        for admin in &admin {
            for optional in app.oauth("isConsumerSecretOptional", false) {
                for required in app.oauth("isSecretRequiredForTokenExchange", false) {
                    all.push(if !on || !admin {
                        NotApplicable
                    } else if !(optional || scheme || required) {
                        Violated(2)
                    } else if optional && scheme && required {
                        Violated(1)
                    } else {
                        Satisfied
                    });
                }
            }
        }
    }
    // Whether it is fine or not about the app, nothing is open.
    if all.iter().all(|one| matches!(one, NotApplicable | Satisfied)) && all.contains(&Satisfied) {
        return Satisfied;
    }
    agree(&all)
}

fn ranked(text: Option<&str>, default: &str, strongest_first: &[&str]) -> Standing {
    let ranks: Vec<Standing> = possible(text, Some(default), strongest_first)
        .iter()
        .map(|value| match strongest_first.iter().position(|one| one == value) {
            Some(0) => Satisfied,
            rank => Violated(rank.unwrap_or_default()),
        })
        .collect();
    agree(&ranks)
}

fn refresh(app: &App<'_>) -> Standing {
    let scopes = app.text(ECA_SETTINGS, "commaSeparatedOauthScopes").unwrap_or_default().to_owned();
    let possible_scope = !app.files.contains_key(ECA_SETTINGS) || scopes.contains("RefreshToken") || scopes.contains("OfflineAccess");
    if !possible_scope {
        return NotApplicable;
    }
    if !app.files.contains_key(ECA_POLICY) {
        return Undecided;
    }
    let number: u64 = app
        .text(ECA_POLICY, "refreshTokenValidityPeriod")
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let (quarter, year, hours) = match app.text(ECA_POLICY, "refreshTokenValidityUnit") {
        Some("Days") => (90, 365, 24),
        Some("Months") => (3, 12, 730),
        _ => (2160, 8760, 1),
    };
    // Of two in one step, the longer one is weaker.
    let longest = 10_000_000;
    let step = |step: usize| step * longest + usize::try_from(number * hours).unwrap_or(longest).min(longest - 1);
    match app.text(ECA_POLICY, "refreshTokenPolicyType").unwrap_or("Infinite") {
        "Zero" => Satisfied,
        "Infinite" => Violated(4 * longest),
        _ if number > year => Violated(step(3)),
        _ if number > quarter => Violated(step(2)),
        _ => Satisfied,
    }
}

pub(super) fn scopes(app: &App<'_>, control: &str) -> BTreeSet<String> {
    if control.starts_with("ca-") {
        return app.all("ConnectedApp", "oauthConfig/scopes").into_iter().collect();
    }
    let text = app.text(ECA_SETTINGS, "commaSeparatedOauthScopes").unwrap_or_default();
    text.split(',')
        .map(str::trim)
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(super) fn standing(control: &str, app: &App<'_>) -> Standing {
    let external = control.starts_with("eca-");
    if external && !app.plugin() || !external && !app.has("ConnectedApp", "oauthConfig") {
        return NotApplicable;
    }
    match control {
        "ca-client-credentials-enabled" => violated_if(&app.oauth("isClientCredentialEnabled", false), true),
        "ca-token-exchange-secret-mismatch" => token_exchange(app),
        "ca-self-authorization-allowed" => violated_if(&app.oauth("isAdminApproved", false), false),
        "ca-pkce-not-required" | "eca-pkce-not-required" if app.org_pkce() => Satisfied,
        "ca-pkce-not-required" => violated_if(&app.oauth("isPkceRequired", false), false),
        "eca-pkce-not-required" => violated_if(&app.flag(ECA_GLOBAL, "isPkceRequired", true), false),
        "eca-web-server-secret-optional" => violated_if(&app.flag(ECA_GLOBAL, "isConsumerSecretOptional", false), true),
        "ca-ip-restrictions-relaxed" => ranked(
            app.text("ConnectedApp", "oauthPolicy/ipRelaxation"),
            "ENFORCE",
            &["ENFORCE", "ENFORCE_RELAXREFRESH", "BYPASS_2FACTOR", "BYPASS"],
        ),
        "ca-scopes-widened" | "eca-scopes-widened" => {
            if external && !app.files.contains_key(ECA_SETTINGS) {
                Undecided
            } else if scopes(app, control).contains("Full") {
                Violated(0)
            } else {
                Satisfied
            }
        }
        "eca-jwt-bearer-disabled" => match app.files.contains_key(ECA_GLOBAL).then(|| app.text(ECA_GLOBAL, "certificate")) {
            None | Some(Some("REPLACE_CERT")) => Undecided,
            Some(Some(crate::generate::CERTIFICATE)) => Satisfied,
            Some(_) => Violated(0),
        },
        "eca-self-authorization-allowed" | "eca-ip-restrictions-relaxed" if !app.files.contains_key(ECA_POLICY) => Undecided,
        "eca-self-authorization-allowed" => ranked(
            app.text(ECA_POLICY, "permittedUsersPolicyType"),
            "AllSelfAuthorized",
            &["AdminApprovedPreAuthorized", "AllSelfAuthorized"],
        ),
        "eca-ip-restrictions-relaxed" => ranked(
            app.text(ECA_POLICY, "ipRelaxationPolicyType"),
            "Enforce",
            &["Enforce", "Enforce_RelaxRefresh", "Bypass_2factor", "Bypass"],
        ),
        _ => refresh(app),
    }
}
