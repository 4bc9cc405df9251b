//! `replacements` of `sfdx-project.json`: texts that the deploy tool exchanges, so that the committed value is not
//! the deployed one.
//!
//! Must not shrink what is judged: a change that declares what nobody understands here is refused, and what was declared
//! before in such a way is judged as it is written.

use orgate_core::{RepoPath, Span};
use serde::Deserialize;

use crate::error::DiffError;
use crate::snapshot::Snapshot;

/// The file, in the root of a snapshot.
pub(super) const PROJECT: &str = "sfdx-project.json";
/// Project files are small; a larger one is not read.
const MOST_BYTES: u64 = 4 << 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    filename: Option<String>,
    glob: Option<String>,
    string_to_replace: Option<String>,
    regex_to_replace: Option<String>,
}

/// What one replacement looks for.
#[derive(Debug)]
enum Wanted {
    Text(String),
    Pattern(regex_lite::Regex),
}

/// One declared replacement.
#[derive(Debug)]
struct Replacement {
    filename: Option<String>,
    glob: Option<String>,
    wanted: Vec<Wanted>,
    /// Only the deploy tool knows what it replaces.
    strange: bool,
    /// As it is written, to compare two snapshots.
    text: String,
}

/// The declared replacements of one snapshot.
#[derive(Debug, Default)]
pub(super) struct Replacements {
    entries: Vec<Replacement>,
    /// Why the project file was not read, if it was not.
    unread: Option<String>,
}

impl Replacements {
    /// Reads them from the project file in the root of a snapshot.
    pub(super) fn of(snapshot: &dyn Snapshot) -> Result<Self, DiffError> {
        let Some(file) = snapshot.file(&RepoPath::from(PROJECT))? else {
            return Ok(Self::default());
        };
        match snapshot.read(&file, MOST_BYTES) {
            Ok(bytes) => Ok(Self::parse(&bytes)),
            Err(error @ (DiffError::TooLarge { .. } | DiffError::NotAFile { .. })) => Ok(Self::unread(error.to_string())),
            Err(error) => Err(error),
        }
    }

    fn unread(reason: String) -> Self {
        Self {
            entries: Vec::new(),
            unread: Some(reason),
        }
    }

    /// Reads the text as the deploy tool does: of a name that stands twice the last one counts.
    fn parse(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let project: serde_json::Value = match serde_json::from_slice(bytes) {
            Ok(project) => project,
            Err(error) => return Self::unread(format!("it is no JSON that can be read here: {error}")),
        };
        let entries = match project.get("replacements") {
            None | Some(serde_json::Value::Null) => Vec::new(),
            Some(serde_json::Value::Array(list)) => list.iter().map(Replacement::of).collect(),
            Some(other) => vec![Replacement::of(other)],
        };
        Self { entries, unread: None }
    }

    /// Why nobody can tell here what is replaced, as far as it could be told in `base`.
    pub(super) fn unknown_since(&self, base: &Self) -> Option<String> {
        let known = |entry: &Replacement| !entry.strange || base.entries.iter().any(|old| old.text == entry.text);
        let strange = self.entries.iter().find(|entry| !known(entry));
        let said = strange.map(|entry| {
            let start: String = entry.text.chars().filter(|c| !c.is_control()).take(100).collect();
            format!("only the deploy tool understands {start}")
        });
        self.unread.clone().or(said)
    }

    /// Whether some replacement is declared for this file.
    pub(super) fn cover(&self, path: &RepoPath) -> bool {
        self.entries.iter().any(|entry| entry.covers(path))
    }

    /// Every text in `bytes` that a replacement for this file would exchange.
    pub(super) fn tokens(&self, path: &RepoPath, bytes: &[u8]) -> Tokens {
        let text = String::from_utf8_lossy(bytes);
        let mut tokens = Tokens::default();
        for wanted in self
            .entries
            .iter()
            .filter(|entry| entry.covers(path))
            .flat_map(|entry| &entry.wanted)
        {
            match wanted {
                Wanted::Text(wanted) => tokens.add(text.match_indices(wanted)),
                Wanted::Pattern(pattern) => tokens.add(pattern.find_iter(&text).map(|found| (found.start(), found.as_str()))),
            }
        }
        tokens
    }
}

/// The texts of one file that replacements exchange, by replacement, with the place where each begins.
#[derive(Debug, Default)]
pub(super) struct Tokens(Vec<Vec<(usize, Box<str>)>>);

impl Tokens {
    fn add<'t>(&mut self, found: impl Iterator<Item = (usize, &'t str)>) {
        let found: Vec<_> = found
            .filter(|(_, text)| !text.is_empty())
            .map(|(at, text)| (at, text.into()))
            .collect();
        if !found.is_empty() {
            self.0.push(found);
        }
    }

    /// The first text, of the first replacement that has one, that lies at least in part in `span`.
    pub(super) fn within(&self, span: Span) -> Option<String> {
        let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
        self.0.iter().find_map(|found| {
            let first = found.partition_point(|(at, text)| at.saturating_add(text.len()) <= start);
            let (at, text) = found.get(first)?;
            (*at < end).then(|| text.to_string())
        })
    }
}

impl Replacement {
    fn of(value: &serde_json::Value) -> Self {
        let text = value.to_string();
        let known = serde_json::from_value::<Entry>(value.clone());
        let mut strange = known.is_err();
        let entry = known.unwrap_or_default();
        let mut wanted: Vec<Wanted> = Vec::new();
        wanted.extend(entry.string_to_replace.filter(|text| !text.is_empty()).map(Wanted::Text));
        if let Some(pattern) = entry.regex_to_replace {
            match regex_lite::Regex::new(&pattern) {
                Ok(pattern) => wanted.push(Wanted::Pattern(pattern)),
                Err(_) => strange = true,
            }
        }
        Self {
            filename: entry.filename,
            glob: entry.glob,
            wanted,
            strange,
            text,
        }
    }

    fn covers(&self, path: &RepoPath) -> bool {
        let named = self.filename.as_deref().is_some_and(|name| match normal(name) {
            Some(name) => name.as_bytes() == path.as_bytes(),
            None => true,
        });
        // A glob of a kind that is not understood here covers every file: better unknown than wrong.
        let strange = |glob: &str| glob.contains(['{', '[', '!', '(', '\\']);
        let matched = self.glob.as_deref().is_some_and(|glob| match normal(glob) {
            Some(normal) if !strange(glob) => super::glob::matches(&normal, path.as_bytes()),
            _ => true,
        });
        named || matched
    }
}

/// A path as the deploy tool resolves it; `None` when it may lead anywhere.
fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            // What it leads out of may be `**`.
            ".." if parts.last().is_none_or(|last| last.contains('*')) => return None,
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Two sides declare the same.
impl PartialEq for Replacements {
    fn eq(&self, other: &Self) -> bool {
        let texts = |side: &Self| side.entries.iter().map(|entry| entry.text.clone()).collect::<Vec<_>>();
        texts(self) == texts(other)
    }
}
