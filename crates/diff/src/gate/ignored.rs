//! Which files of a project one of its `.forceignore` files leaves out of a deploy.
//!
//! The deploy tool takes the one that is nearest above the folder it is given, and reads its rules as git reads its own,
//! but in any case of letters (source-deploy-retrieve, `src/resolve/forceIgnore.ts`, with the package `ignore`). Which
//! folder it is given is not known here, so each `.forceignore` is a source of its own. Must not mix what two of them say.

use std::collections::BTreeMap;

use orgate_core::RepoPath;

use super::deployed::{Text, text};
use super::glob;
use super::replacements::folders_above;
use crate::error::DiffError;
use crate::snapshot::Snapshot;

/// A `.forceignore`, as one of the ways in which it can be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    folder: Vec<u8>,
    slashes: Slashes,
}

/// What a backslash in a rule stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Slashes {
    /// A slash, as the deploy tool reads it so far.
    Both,
    /// Git's escape, as it announces to read it one day.
    One,
}

/// The rules of a snapshot, by where they lie.
pub(super) struct Ignored<'s> {
    snapshot: &'s dyn Snapshot,
    known: BTreeMap<Vec<u8>, Vec<(Slashes, Rules)>>,
}

impl<'s> Ignored<'s> {
    pub(super) fn new(snapshot: &'s dyn Snapshot) -> Self {
        Self {
            snapshot,
            known: BTreeMap::new(),
        }
    }

    /// Everything that leaves this file out.
    pub(super) fn sources(&mut self, path: &RepoPath) -> Result<Vec<Source>, DiffError> {
        let mut found = Vec::new();
        for folder in folders_above(path) {
            if !self.known.contains_key(folder) {
                self.known.insert(folder.to_vec(), Rules::all(self.snapshot, folder)?);
            }
            let readings = self.known.get(folder).into_iter().flatten();
            found.extend(
                readings
                    .filter(|(_, rules)| rules.leave_out(path, folder.len()))
                    .map(|(slashes, _)| Source {
                        folder: folder.to_vec(),
                        slashes: *slashes,
                    }),
            );
        }
        Ok(found)
    }
}

/// What one `.forceignore` says, read in one way.
enum Rules {
    Read(Vec<Rule>),
    /// It is there, and nobody here can tell what the deploy tool makes of it.
    Unread,
}

impl Rules {
    fn all(snapshot: &dyn Snapshot, folder: &[u8]) -> Result<Vec<(Slashes, Self)>, DiffError> {
        let prefix = if folder.is_empty() { Vec::new() } else { [folder, b"/"].concat() };
        let text = match text(snapshot, &RepoPath::new([prefix.as_slice(), b".forceignore"].concat()))? {
            Text::Read(text) => text,
            Text::None => return Ok(Vec::new()),
            Text::Unread => return Ok(vec![(Slashes::Both, Self::Unread)]),
        };
        let read = |slashes| (slashes, Self::Read(rules(&text, slashes)));
        Ok(if text.contains('\\') {
            vec![read(Slashes::Both), read(Slashes::One)]
        } else {
            vec![read(Slashes::Both)]
        })
    }

    /// As git's rules: the last line that matches decides, and what lies in a folder that is left out is not taken back.
    fn leave_out(&self, path: &RepoPath, folder: usize) -> bool {
        let Self::Read(rules) = self else { return true };
        let start = if folder == 0 { 0 } else { folder.saturating_add(1) };
        let within = RepoPath::new(path.as_bytes().get(start..).unwrap_or_default());
        let matched = |path: &[u8], is_folder: bool| {
            let path = String::from_utf8_lossy(path).to_lowercase();
            let last = rules.iter().rfind(|rule| rule.matches(&path, is_folder));
            last.is_some_and(|rule| !rule.back)
        };
        !rules.is_empty() && (folders_above(&within).skip(1).any(|folder| matched(folder, true)) || matched(within.as_bytes(), false))
    }
}

fn rules(text: &str, slashes: Slashes) -> Vec<Rule> {
    let text = text.trim_start_matches('\u{feff}');
    text.lines().filter_map(|line| Rule::of(line, slashes)).collect()
}

/// One line of a `.forceignore`.
#[derive(Debug, PartialEq)]
struct Rule {
    /// In lower case.
    glob: String,
    /// The line begins with `!`: what it matches is taken after all.
    back: bool,
    /// It ends with a slash, so it is about folders only.
    folders: bool,
}

impl Rule {
    fn of(line: &str, slashes: Slashes) -> Option<Self> {
        let line = match slashes {
            Slashes::Both => line.replace('\\', "/"),
            Slashes::One => line.to_owned(),
        };
        let line = line.trim_end();
        let (line, back) = line.strip_prefix('!').map_or((line, false), |line| (line, true));
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let folders = line.ends_with('/');
        // A slash in front or in the middle ties the rule to its folder.
        let line = line.trim_end_matches('/');
        let tied = line.contains('/');
        let line = line.trim_start_matches('/');
        let anywhere = if tied || line.starts_with("**/") { "" } else { "**/" };
        Some(Self {
            glob: format!("{anywhere}{line}").to_lowercase(),
            back,
            folders,
        })
    }

    fn matches(&self, path: &str, is_folder: bool) -> bool {
        (is_folder || !self.folders) && glob::matches_rule(&self.glob, path)
    }
}

#[cfg(test)]
mod tests;
