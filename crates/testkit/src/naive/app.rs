//! What one app says, after one choice among its duplicates.

use std::collections::BTreeMap;

use super::side::{Facts, File};

/// What one app says, after one choice among its duplicates.
pub(super) struct App<'a> {
    pub(super) files: BTreeMap<&'a str, &'a Facts>,
    /// Which of several texts counts, by `type/field`.
    picks: BTreeMap<String, usize>,
    org: Option<&'a Facts>,
}

/// Known values of a field: `default` when it is not there, all legal ones when it cannot be known.
pub(super) fn possible(text: Option<&str>, default: Option<&str>, legal: &[&str]) -> Vec<String> {
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
pub(super) const ECA_GLOBAL: &str = "ExtlClntAppGlobalOauthSettings";
pub(super) const ECA_POLICY: &str = "ExtlClntAppOauthConfigurablePolicies";
pub(super) const ECA_PLUGIN: &str = "ExtlClntAppConfigurablePolicies";
pub(super) const ECA_SETTINGS: &str = "ExtlClntAppOauthSettings";

impl App<'_> {
    pub(super) fn text(&self, kind: &str, field: &str) -> Option<&str> {
        let texts = self.files.get(kind)?.get(field)?;
        let pick = self.picks.get(&format!("{kind}/{field}")).copied().unwrap_or_default();
        texts.get(pick).map(String::as_str)
    }

    pub(super) fn all(&self, kind: &str, field: &str) -> Vec<String> {
        self.files.get(kind).and_then(|facts| facts.get(field)).cloned().unwrap_or_default()
    }

    /// What a flag may be; both when its file is not there.
    pub(super) fn flag(&self, kind: &str, field: &str, default: bool) -> Vec<bool> {
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

    pub(super) fn oauth(&self, field: &str, default: bool) -> Vec<bool> {
        self.flag("ConnectedApp", &format!("oauthConfig/{field}"), default)
    }

    pub(super) fn has(&self, kind: &str, field: &str) -> bool {
        self.files.get(kind).is_some_and(|facts| facts.contains_key(field))
    }

    /// The org demands PKCE for certain. What is unclear counts as no.
    pub(super) fn org_pkce(&self) -> bool {
        let text = self.org.and_then(|facts| facts.get("isPkceRequired")).and_then(|texts| {
            let pick = self.picks.get("OauthOidcSettings/isPkceRequired").copied().unwrap_or_default();
            texts.get(pick).cloned()
        });
        matches!(text.as_deref(), Some("true" | "1"))
    }

    /// Whether the plugin policies let OAuth work; unclear ones do.
    pub(super) fn plugin(&self) -> bool {
        let on = |field| self.flag(ECA_PLUGIN, field, true).contains(&true);
        on("isEnabled") && on("isOauthPluginEnabled")
    }

    pub(super) fn custom_scheme(&self, kind: &str, field: &str) -> bool {
        let text = self.text(kind, field).unwrap_or_default();
        text.lines().any(|line| line.trim().starts_with("com.example"))
    }
}

/// Every choice among several files of a type and several texts of a field that can hold one.
pub(super) fn choices<'a>(files: &'a [File], org: Option<&'a Facts>) -> Vec<App<'a>> {
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
