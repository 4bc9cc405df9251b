//! A second evaluator, naive on purpose: it reads whole folders on both sides with another XML library, knows a dozen
//! controls by heart from the published tables, and takes no shortcut about what a change can touch. Where it and the
//! real one disagree, one of them is wrong.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::Tree;

/// How an app stands. The order is from best to worst; a violation has a rank, a higher one is weaker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    NotApplicable,
    Satisfied,
    Undecided,
    Violated(usize),
}
use Standing::{NotApplicable, Satisfied, Undecided, Violated};

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

/// Texts by element name (`block/name` inside a block), of one choice among duplicates.
type Facts = BTreeMap<String, Vec<String>>;

/// One file: type and everything it says.
#[derive(Clone, Debug)]
struct File {
    kind: String,
    facts: Facts,
}

/// Everything of one side, by app.
#[derive(Debug, Default)]
struct Side {
    connected: BTreeMap<String, Vec<File>>,
    external: BTreeMap<String, Vec<File>>,
    settings: Vec<File>,
}

fn read(content: &[u8]) -> File {
    let text = std::str::from_utf8(content).expect("text");
    let document = roxmltree::Document::parse(text).expect("XML");
    let mut facts = Facts::new();
    let all = |node: roxmltree::Node<'_, '_>| -> String {
        node.children()
            .filter(roxmltree::Node::is_text)
            .filter_map(|child| child.text())
            .collect::<String>()
            .trim()
            .to_owned()
    };
    for child in document.root_element().children().filter(roxmltree::Node::is_element) {
        let name = child.tag_name().name();
        facts.entry(name.to_owned()).or_default().push(all(child));
        for inner in child.children().filter(roxmltree::Node::is_element) {
            facts
                .entry(format!("{name}/{}", inner.tag_name().name()))
                .or_default()
                .push(all(inner));
        }
    }
    File {
        kind: document.root_element().tag_name().name().to_owned(),
        facts,
    }
}

impl Side {
    fn of(tree: &Tree) -> Self {
        let mut side = Self::default();
        for (path, content) in tree.files.iter().filter(|(path, _)| !path.ends_with(b".json")) {
            let path = String::from_utf8_lossy(path);
            let stem = path
                .rsplit('/')
                .next()
                .and_then(|name| name.split('.').next())
                .unwrap_or_default()
                .to_owned();
            let file = read(content);
            match file.kind.as_str() {
                "ConnectedApp" => side.connected.entry(stem).or_default().push(file),
                "OauthOidcSettings" => side.settings.push(file),
                "ExternalClientApplication" => side.external.entry(stem).or_default().push(file),
                _ => {
                    let app = file.facts["externalClientApplication"][0].clone();
                    side.external.entry(app).or_default().push(file);
                }
            }
        }
        side
    }
}

/// What one app says, after one choice among its duplicates.
struct App<'a> {
    files: BTreeMap<&'a str, &'a Facts>,
    /// Which of several texts counts, by `type/field`.
    picks: BTreeMap<String, usize>,
    org: Option<&'a Facts>,
}

/// What a text is to mean when it is not there.
type Default<'s> = Option<&'s str>;

/// Known values of a field: one, or all legal ones when it cannot be known.
fn possible(text: Option<&str>, default: Default<'_>, legal: &[&str]) -> Vec<String> {
    let all = || legal.iter().map(|value| (*value).to_owned()).collect();
    match text {
        None => default.map_or_else(Vec::new, |value| vec![value.to_owned()]),
        Some("1") if legal.contains(&"true") => vec!["true".into()],
        Some("0") if legal.contains(&"true") => vec!["false".into()],
        Some(text) if legal.contains(&text) => vec![text.to_owned()],
        Some(_) => all(),
    }
}

const FLAG: [&str; 2] = ["false", "true"];
const ECA_GLOBAL: &str = "ExtlClntAppGlobalOauthSettings";
const ECA_POLICY: &str = "ExtlClntAppOauthConfigurablePolicies";
const ECA_PLUGIN: &str = "ExtlClntAppConfigurablePolicies";
const ECA_SETTINGS: &str = "ExtlClntAppOauthSettings";

impl App<'_> {
    fn text(&self, kind: &str, field: &str) -> Option<&str> {
        let texts = self.files.get(kind)?.get(field)?;
        let pick = self.picks.get(&format!("{kind}/{field}")).copied().unwrap_or_default();
        texts.get(pick).map(String::as_str)
    }

    fn all(&self, kind: &str, field: &str) -> Vec<String> {
        self.files.get(kind).and_then(|facts| facts.get(field)).cloned().unwrap_or_default()
    }

    /// What a flag may be; both when its file is not there.
    fn flag(&self, kind: &str, field: &str, default: bool) -> Vec<bool> {
        let default = FLAG[usize::from(default)];
        if self.files.contains_key(kind) {
            possible(self.text(kind, field), Some(default), &FLAG)
                .iter()
                .map(|value| value == "true")
                .collect()
        } else {
            vec![false, true]
        }
    }

    fn oauth(&self, field: &str, default: bool) -> Vec<bool> {
        self.flag("ConnectedApp", &format!("oauthConfig/{field}"), default)
    }

    fn has(&self, kind: &str, field: &str) -> bool {
        self.files.get(kind).is_some_and(|facts| facts.contains_key(field))
    }

    /// The org demands PKCE for certain. What is unclear counts as no.
    fn org_pkce(&self) -> bool {
        let text = self.org.and_then(|facts| facts.get("isPkceRequired")).and_then(|texts| {
            let pick = self.picks.get("OauthOidcSettings/isPkceRequired").copied().unwrap_or_default();
            texts.get(pick).cloned()
        });
        matches!(text.as_deref(), Some("true" | "1"))
    }

    /// Whether the plugin policies let OAuth work; unclear ones do.
    fn plugin(&self) -> bool {
        let on = |field| self.flag(ECA_PLUGIN, field, true).contains(&true);
        on("isEnabled") && on("isOauthPluginEnabled")
    }

    fn custom_scheme(&self, kind: &str, field: &str) -> bool {
        let text = self.text(kind, field).unwrap_or_default();
        text.lines().any(|line| line.trim().starts_with("com.example"))
    }
}

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
        "Zero" => NotApplicable,
        "Infinite" => Violated(4 * longest),
        _ if number > year => Violated(step(3)),
        _ if number > quarter => Violated(step(2)),
        _ => Satisfied,
    }
}

fn scopes(app: &App<'_>, control: &str) -> BTreeSet<String> {
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

fn standing(control: &str, app: &App<'_>) -> Standing {
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

/// Every choice among several files of a type and several texts of a field that can hold one.
fn choices<'a>(files: &'a [File], org: Option<&'a Facts>) -> Vec<App<'a>> {
    let mut kinds: BTreeMap<&str, Vec<&Facts>> = BTreeMap::new();
    for file in files {
        kinds.entry(&file.kind).or_default().push(&file.facts);
    }
    let mut apps = vec![App {
        files: BTreeMap::new(),
        picks: BTreeMap::new(),
        org,
    }];
    let branch = |apps: Vec<App<'a>>, count: usize, apply: &dyn Fn(&mut App<'a>, usize)| {
        let mut next = Vec::new();
        for app in apps {
            for pick in 0..count {
                let mut one = App {
                    files: app.files.clone(),
                    picks: app.picks.clone(),
                    org: app.org,
                };
                apply(&mut one, pick);
                next.push(one);
            }
        }
        next
    };
    for (kind, candidates) in &kinds {
        apps = branch(apps, candidates.len(), &|app, pick| {
            app.files.insert(kind, candidates[pick]);
        });
        let mut most: BTreeMap<String, usize> = BTreeMap::new();
        for facts in candidates {
            for (field, texts) in facts
                .iter()
                .filter(|(field, texts)| texts.len() > 1 && *field != "oauthConfig/scopes")
            {
                most.insert(format!("{kind}/{field}"), texts.len());
            }
        }
        // Only flags that some known control reads matter; the rest would only multiply.
        for (key, count) in most
            .into_iter()
            .filter(|(key, _)| !key.ends_with("RotationEnabled") && !key.ends_with("Tokens"))
        {
            apps = branch(apps, count, &|app, pick| {
                let there = app.files[kind].get(key.split_once('/').expect("a field").1).map_or(1, Vec::len);
                app.picks.insert(key.clone(), pick.min(there - 1));
            });
        }
    }
    if let Some(count) = org.and_then(|facts| facts.get("isPkceRequired")).map(Vec::len) {
        apps = branch(apps, count, &|app, pick| {
            app.picks.insert("OauthOidcSettings/isPkceRequired".into(), pick);
        });
    }
    apps
}

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
            app.flag(ECA_GLOBAL, "isClientCredentialsFlowEnabled", false).contains(&true)
                || app.flag(ECA_POLICY, "isClientCredentialsFlowEnabled", false) == [true]
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
