//! Which files of a project one of its `.forceignore` files leaves out of a deploy.
//!
//! The deploy tool takes the one that is nearest above the folder it is given, and reads its rules as git reads its own,
//! but in any case of letters (source-deploy-retrieve, `src/resolve/forceIgnore.ts`, with the package `ignore`). Which
//! folder it is given is not known here, so each `.forceignore` counts by itself. Must not mix what two of them say.

mod rule;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use orgate_core::RepoPath;

use super::glob::Parts;
use super::recent::Recent;
use super::replacements::{folders_above, outwards};
use super::text::{Text, text};
use crate::error::DiffError;
use crate::snapshot::Snapshot;
use rule::{MARK, Rule, escapes, is_unclear, may_break, rules};

/// A `.forceignore`, as one of the ways in which it can be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RulesFile {
    folder: Vec<u8>,
    dialect: Dialect,
}

/// How rules are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dialect {
    /// As by git, but a backslash stands for a slash: so older versions of the deploy tool read them.
    Tool,
    /// As by git, with its escapes: so newer ones do.
    Git,
    /// As by git, but a backslash in front of a letter is what it is in an expression of JavaScript: so do those between.
    Expression,
    /// With whatever the deploy tool may take a class of characters for, or white space that not everybody knows.
    Loose,
    /// With as little as it may take such a line for: nothing, or all that it may take back.
    Scant,
    /// As by git, but nothing is taken from either end of a line: newer ones do not know all of git's white space, nor a
    /// byte order mark.
    Verbatim,
    /// Not at all: of a line that becomes no expression, the tool drops the rules of the whole file, and its own with them.
    Broken,
}

const DIALECTS: [Dialect; 7] = [
    Dialect::Tool,
    Dialect::Git,
    Dialect::Expression,
    Dialect::Loose,
    Dialect::Scant,
    Dialect::Verbatim,
    Dialect::Broken,
];

/// `.forceignore` files in the folders around one file; with more of them nothing is judged, as each counts by itself.
const MOST_AROUND: usize = 64;
/// Lines of a `.forceignore`, and bytes of it; with more of them it is not read.
const MOST_RULES: usize = 1000;
const MOST_BYTES: usize = 64 << 10;

/// The rules of a snapshot, by where they lie.
pub(super) struct Ignored<'s> {
    snapshot: &'s dyn Snapshot,
    known: HashMap<Vec<u8>, Vec<(Dialect, Rules)>>,
    /// By folder, the nearest one at or above it that has rules.
    nearest: HashMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'s> Ignored<'s> {
    pub(super) fn new(snapshot: &'s dyn Snapshot) -> Self {
        Self {
            snapshot,
            known: HashMap::new(),
            nearest: HashMap::new(),
        }
    }

    /// Everything that leaves this file out.
    pub(super) fn files_against(&mut self, path: &RepoPath) -> Result<Vec<RulesFile>, DiffError> {
        let mut found = Vec::new();
        let mut around: usize = 0;
        for folder in folders_above(path) {
            let readings = self.readings(folder)?;
            around = around.saturating_add(usize::from(!readings.is_empty()));
            if around > MOST_AROUND {
                return Err(DiffError::Excess {
                    snapshot: self.snapshot.describe(),
                    what: format!("more than {MOST_AROUND} `.forceignore` files in the folders around one file"),
                });
            }
            let readings = readings.iter_mut();
            let leaving = readings.filter_map(|(dialect, rules)| rules.leave_out(path, folder.len()).then_some(*dialect));
            found.extend(leaving.map(|dialect| RulesFile {
                folder: folder.to_vec(),
                dialect,
            }));
        }
        Ok(found)
    }

    /// In which ways of reading them the rules leave this file out that are in force for a deploy of a folder around it.
    pub(super) fn in_force_against(&mut self, path: &RepoPath, package: &[u8]) -> Result<Vec<Dialect>, DiffError> {
        let nearest = match self.nearest.get(package) {
            Some(known) => known.clone(),
            None => self.find_nearest(package)?,
        };
        let Some(readings) = nearest.as_ref().and_then(|folder| self.known.get_mut(folder)) else {
            return Ok(Vec::new());
        };
        let folder = nearest.map_or(0, |folder| folder.len());
        let leave_out = |dialect: &Dialect| read_as(readings, *dialect).is_some_and(|rules| rules.leave_out(path, folder));
        Ok(DIALECTS.into_iter().filter(leave_out).collect())
    }

    fn find_nearest(&mut self, package: &[u8]) -> Result<Option<Vec<u8>>, DiffError> {
        let inside = RepoPath::new([package, b"/"].concat());
        let mut nearest = None;
        for folder in outwards(&inside) {
            if !self.readings(folder)?.is_empty() {
                nearest = Some(folder.to_vec());
                break;
            }
        }
        self.nearest.insert(package.to_vec(), nearest.clone());
        Ok(nearest)
    }

    /// Whether the rules of some folder take this file, or there are none.
    pub(super) fn some_take(&mut self, path: &RepoPath) -> Result<bool, DiffError> {
        let (mut taken, mut left_out) = (false, false);
        for folder in folders_above(path) {
            for (_, rules) in self.readings(folder)? {
                let out = rules.leave_out(path, folder.len());
                (taken, left_out) = (taken || !out, left_out || out);
            }
        }
        Ok(taken || !left_out)
    }

    /// The rules in a folder, in each way in which they can be read.
    fn readings(&mut self, folder: &[u8]) -> Result<&mut [(Dialect, Rules)], DiffError> {
        if !self.known.contains_key(folder) {
            self.known.insert(folder.to_vec(), Rules::all(self.snapshot, folder)?);
        }
        Ok(self.known.get_mut(folder).map(Vec::as_mut_slice).unwrap_or_default())
    }
}

/// The rules that are in force for a deploy of one folder: those of the nearest `.forceignore`.
#[derive(Default)]
pub(super) struct InForce {
    folder: usize,
    readings: Vec<(Dialect, Rules)>,
}

impl InForce {
    /// The rules in the folder of a file, or else those of the next folder above it that has some.
    pub(super) fn of(snapshot: &dyn Snapshot, path: &RepoPath, recent: &mut Recent<RefCell<Self>>) -> Result<Rc<RefCell<Self>>, DiffError> {
        for folder in outwards(path) {
            if let Some(known) = recent.get(folder) {
                return Ok(known);
            }
            let readings = Rules::all(snapshot, folder)?;
            if !readings.is_empty() {
                let nearest = Self {
                    folder: folder.len(),
                    readings,
                };
                return Ok(recent.keep(folder, RefCell::new(nearest)));
            }
        }
        Ok(Rc::default())
    }

    /// Whether there are no rules at all.
    pub(super) fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    /// Whether these rules leave a file out, as the deploy tool reads them.
    pub(super) fn leaves_out(&mut self, path: &RepoPath) -> bool {
        self.leaves_out_as(Dialect::Tool, path)
    }

    /// Whether these rules leave a file out that those of head do not, both read in one way.
    pub(super) fn lets_in(&mut self, head: &mut Self, path: &RepoPath) -> bool {
        let dialects: BTreeSet<Dialect> = self.readings.iter().chain(&head.readings).map(|(dialect, _)| *dialect).collect();
        dialects
            .into_iter()
            .any(|dialect| self.leaves_out_as(dialect, path) && !head.leaves_out_as(dialect, path))
    }

    fn leaves_out_as(&mut self, dialect: Dialect, path: &RepoPath) -> bool {
        read_as(&mut self.readings, dialect).is_some_and(|rules| rules.leave_out(path, self.folder))
    }
}

/// Rules that can be read in one way only are read in that.
fn read_as(readings: &mut [(Dialect, Rules)], dialect: Dialect) -> Option<&mut Rules> {
    let at = readings.iter().position(|(own, _)| *own == dialect).unwrap_or_default();
    readings.get_mut(at).map(|(_, rules)| rules)
}

/// Whether a file of this path holds rules.
pub(super) fn is_rules(path: &[u8]) -> bool {
    path.rsplit(|byte| *byte == b'/').next() == Some(NAME)
}

const NAME: &[u8] = b".forceignore";

/// Why the rules of this file cannot be read; `None` for a file that is not there or can be read.
pub(super) fn unread(snapshot: &dyn Snapshot, path: &RepoPath) -> Result<Option<String>, DiffError> {
    let read = match text(snapshot, path)? {
        Text::Read(text) => few(&text),
        Text::None => true,
        Text::Unread => false,
    };
    let reason = || {
        format!(
            "nobody can tell what a deploy leaves out, and the change made it so; commit a regular file of at most {} KiB with at most {MOST_RULES} lines",
            MOST_BYTES >> 10
        )
    };
    Ok((!read).then(reason))
}

fn few(text: &str) -> bool {
    text.len() <= MOST_BYTES && text.lines().count() <= MOST_RULES
}

/// What one `.forceignore` says, read in one way.
struct Rules {
    rules: Vec<Rule>,
    /// Whether what lies in a folder is left out, as far as that was found out.
    folders: BTreeMap<Vec<u8>, bool>,
}

impl Rules {
    /// One that cannot be read has no rules: a change that makes it so is refused.
    fn all(snapshot: &dyn Snapshot, folder: &[u8]) -> Result<Vec<(Dialect, Self)>, DiffError> {
        let prefix = if folder.is_empty() { Vec::new() } else { [folder, b"/"].concat() };
        let Text::Read(text) = text(snapshot, &RepoPath::new([prefix.as_slice(), NAME].concat()))? else {
            return Ok(Vec::new());
        };
        if !few(&text) {
            return Ok(Vec::new());
        }
        let read = |dialect| {
            let rules = Self {
                rules: rules(&text, dialect),
                folders: BTreeMap::new(),
            };
            (dialect, rules)
        };
        let mut dialects = vec![Dialect::Tool];
        if text.contains('\\') {
            dialects.push(Dialect::Git);
        }
        if text.lines().any(|line| escapes(line).next().is_some()) {
            dialects.push(Dialect::Expression);
        }
        if text.lines().any(is_unclear) {
            dialects.extend([Dialect::Loose, Dialect::Scant]);
        }
        if text.lines().any(|line| line != line.trim_end() || line.contains(MARK)) {
            dialects.push(Dialect::Verbatim);
        }
        if text.lines().any(may_break) {
            dialects.push(Dialect::Broken);
        }
        Ok(dialects.into_iter().map(read).collect())
    }

    /// As git's rules: the last line that matches decides, and what lies in a folder that is left out is not taken back.
    fn leave_out(&mut self, path: &RepoPath, folder: usize) -> bool {
        if self.rules.is_empty() {
            return false;
        }
        let start = if folder == 0 { 0 } else { folder.saturating_add(1) };
        let within = RepoPath::new(path.as_bytes().get(start..).unwrap_or_default());
        self.folder_is_out(&within) || self.matches(within.as_bytes(), false)
    }

    /// Whether a file lies in a folder that is left out.
    fn folder_is_out(&mut self, path: &RepoPath) -> bool {
        let mut unknown = Vec::new();
        let mut out = false;
        for folder in outwards(path).filter(|folder| !folder.is_empty()) {
            if let Some(known) = self.folders.get(folder) {
                out = *known;
                break;
            }
            unknown.push(folder);
        }
        for folder in unknown.into_iter().rev() {
            out = out || self.matches(folder, true);
            self.folders.insert(folder.to_vec(), out);
        }
        out
    }

    fn matches(&self, path: &[u8], is_folder: bool) -> bool {
        let path = Parts::new(path);
        let last = self.rules.iter().rfind(|rule| rule.matches(&path, is_folder));
        last.is_some_and(|rule| !rule.back)
    }
}

#[cfg(test)]
mod tests;
