//! In what one set of settings is looser than another: a change must not loosen its own gate unseen.

use super::{ControlSetting, Settings};

impl Settings {
    /// In what these settings are looser than `base`, one sentence each.
    pub fn loosened_against(&self, base: &Self) -> Vec<String> {
        let mut said = Vec::new();
        let (before, after) = (base.fail_on.unwrap_or_default(), self.fail_on.unwrap_or_default());
        if after > before {
            said.push(format!("`fail-on` goes from `{}` to `{}`", before.as_str(), after.as_str()));
        }
        if self.introduced.unwrap_or_default() > base.introduced.unwrap_or_default() {
            said.push("`introduced` is weaker".to_owned());
        }
        if base.strict.unwrap_or_default() && !self.strict.unwrap_or_default() {
            said.push("`strict` is off".to_owned());
        }
        for (id, setting) in &self.controls {
            let before = base.controls.get(id);
            let weaker = match (before, setting) {
                (Some(ControlSetting::Off), _) => false,
                (Some(ControlSetting::Severity(old)), ControlSetting::Severity(new)) => new < old,
                (_, ControlSetting::Off) | (None, ControlSetting::Severity(_)) => true,
            };
            if weaker {
                said.push(format!("control `{id}` is set to {}", describe(setting)));
            }
        }
        for (id, setting) in &base.controls {
            if matches!(setting, ControlSetting::Severity(_)) && !self.controls.contains_key(id) {
                said.push(format!("control `{id}` loses its severity"));
            }
        }
        if self.include != base.include {
            said.push("`include` changes which files are judged".to_owned());
        }
        said.extend(
            self.exclude
                .iter()
                .filter(|glob| !base.exclude.contains(glob))
                .map(|glob| format!("`exclude` leaves out `{glob}`")),
        );
        // Where there were none, they only add to what is judged.
        if base.policies.is_some() && self.policies != base.policies {
            said.push("`policies` names another folder".to_owned());
        }
        for (name, facts) in &self.apps {
            if base.apps.get(name) != Some(facts) {
                said.push(format!("what is declared about app `{name}` changes"));
            }
        }
        for (name, facts) in &self.users {
            if base.users.get(name) != Some(facts) {
                said.push(format!("what is declared about user `{name}` changes"));
            }
        }
        for name in base.apps.keys().filter(|name| !self.apps.contains_key(*name)) {
            said.push(format!("what was declared about app `{name}` is gone"));
        }
        for name in base.users.keys().filter(|name| !self.users.contains_key(*name)) {
            said.push(format!("what was declared about user `{name}` is gone"));
        }
        for waiver in &self.waivers {
            let old = base
                .waivers
                .iter()
                .find(|old| old.control == waiver.control && old.subject == waiver.subject);
            match old {
                None => said.push(format!("a waiver of `{}` for `{}` is added", waiver.control, waiver.subject)),
                Some(old) if old.expires < waiver.expires => {
                    said.push(format!("the waiver of `{}` for `{}` is extended", waiver.control, waiver.subject));
                }
                Some(_) => {}
            }
        }
        said
    }
}

fn describe(setting: &ControlSetting) -> String {
    match setting {
        ControlSetting::Off => "off".to_owned(),
        ControlSetting::Severity(severity) => format!("severity {severity}"),
    }
}
