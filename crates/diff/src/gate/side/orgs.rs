//! Which org settings count for which app: a repository may hold several orgs.
//!
//! A project is deployed as a whole, so all its package directories are of one org; another project in the same
//! repository may be of another one. Where there is no project, the folders at the top are all there is to tell orgs
//! apart.

use std::sync::Arc;

use orgate_core::{Component, RepoPath};
use orgate_metadata::classify;

use super::super::replacements::project_in;
use super::Side;
use crate::lock::lock;

impl Side<'_> {
    /// The org settings of a type that count for an app in this folder. Those that are no longer in source still are in
    /// the org.
    pub(in crate::gate) fn settings_for(&self, type_name: &str, place: &[u8]) -> Vec<Arc<Component>> {
        let own = self.of_one_org(self.own(type_name), place);
        match self.before {
            Some(before) if own.is_empty() && !self.is_blind(type_name) => self.of_one_org(before.own(type_name), place),
            _ => own,
        }
    }

    /// Where base keeps org settings of a type that count for an app in this folder and that this side no longer has in
    /// source.
    pub(in crate::gate) fn remembered(&self, type_name: &str, place: &[u8]) -> Option<RepoPath> {
        let gone = self.of_one_org(self.own(type_name), place).is_empty() && !self.is_blind(type_name);
        let before = self.before.filter(|_| gone)?;
        let kept = self.of_one_org(before.own(type_name), place);
        kept.first().map(|component| component.path.clone())
    }

    fn of_one_org(&self, mut settings: Vec<Arc<Component>>, place: &[u8]) -> Vec<Arc<Component>> {
        settings.retain(|component| {
            // Settings that nothing deploys, because no tool knows their name, excuse nobody.
            if classify(&component.path, self.registry).is_none() {
                return false;
            }
            let folder = self.registry.get(&component.type_name).map_or("", |spec| &spec.folder);
            self.share_org(component.package_root(folder), place)
        });
        settings
    }

    fn share_org(&self, one: &[u8], other: &[u8]) -> bool {
        match (self.project_above(one), self.project_above(other)) {
            (None, None) => one.is_empty() || other.is_empty() || top(one) == top(other),
            (one, other) => one == other,
        }
    }

    /// The nearest folder with a project file, at or above this one. What was a project before is one still: a change
    /// that takes the file away must not bring its apps under the settings of another org.
    fn project_above(&self, folder: &[u8]) -> Option<Vec<u8>> {
        if let Some(known) = lock(&self.homes).get(folder) {
            return known.clone();
        }
        let found = if self.has_project(folder) || self.before.is_some_and(|before| before.has_project(folder)) {
            Some(folder.to_vec())
        } else if folder.is_empty() {
            None
        } else {
            self.project_above(RepoPath::new(folder).parent())
        };
        lock(&self.homes).insert(folder.to_vec(), found.clone());
        found
    }

    fn has_project(&self, folder: &[u8]) -> bool {
        match self.snapshot.file(&project_in(folder)) {
            Ok(file) => file.is_some(),
            Err(error) => {
                self.fail(error);
                false
            }
        }
    }
}

fn top(folder: &[u8]) -> Option<&[u8]> {
    folder.split(|byte| *byte == b'/').next()
}
