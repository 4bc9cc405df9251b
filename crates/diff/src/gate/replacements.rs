//! `replacements` of `sfdx-project.json`: texts that the deploy tool exchanges, so that the committed value is not
//! the deployed one.
//!
//! Must not shrink what is judged: a project file that cannot be read declares nothing.

use orgate_core::{RepoPath, Span};
use serde::Deserialize;

use crate::error::DiffError;
use crate::snapshot::Snapshot;

/// Project files are small; a larger one declares nothing.
const MOST_BYTES: u64 = 1 << 20;

#[derive(Debug, Default, Deserialize)]
struct Project {
    #[serde(default)]
    replacements: Vec<Entry>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    filename: Option<String>,
    glob: Option<String>,
    string_to_replace: Option<String>,
    regex_to_replace: Option<String>,
}

/// The declared replacements of one snapshot.
#[derive(Debug, Default)]
pub(super) struct Replacements {
    entries: Vec<(Entry, Option<regex_lite::Regex>)>,
}

impl Replacements {
    /// Reads them from the project file in the root of a snapshot.
    pub(super) fn of(snapshot: &dyn Snapshot) -> Result<Self, DiffError> {
        let Some(file) = snapshot.file(&RepoPath::from("sfdx-project.json"))? else {
            return Ok(Self::default());
        };
        let bytes = match snapshot.read(&file, MOST_BYTES) {
            Ok(bytes) => bytes,
            Err(DiffError::TooLarge { .. } | DiffError::NotAFile { .. }) => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let project: Project = serde_json::from_slice(&bytes).unwrap_or_default();
        let entries = project
            .replacements
            .into_iter()
            .map(|entry| {
                let pattern = entry.regex_to_replace.as_deref().and_then(|text| regex_lite::Regex::new(text).ok());
                (entry, pattern)
            })
            .collect();
        Ok(Self { entries })
    }

    /// Whether some replacement is declared for this file.
    pub(super) fn cover(&self, path: &RepoPath) -> bool {
        self.entries.iter().any(|(entry, _)| entry.covers(path))
    }

    /// Every text in `bytes` that a replacement for this file would exchange.
    pub(super) fn tokens(&self, path: &RepoPath, bytes: &[u8]) -> Tokens {
        let text = String::from_utf8_lossy(bytes);
        let mut tokens = Tokens::default();
        for (entry, pattern) in self.entries.iter().filter(|(entry, _)| entry.covers(path)) {
            if let Some(wanted) = entry.string_to_replace.as_deref().filter(|wanted| !wanted.is_empty()) {
                tokens.add(text.match_indices(wanted));
            }
            if let Some(pattern) = pattern {
                tokens.add(pattern.find_iter(&text).map(|found| (found.start(), found.as_str())));
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

impl Entry {
    fn covers(&self, path: &RepoPath) -> bool {
        let named = self
            .filename
            .as_deref()
            .is_some_and(|name| name.trim_start_matches("./").as_bytes() == path.as_bytes());
        // A glob of a kind that is not understood here covers every file: better unknown than wrong.
        let strange = |glob: &str| glob.contains(['{', '[', '!', '(']);
        named
            || self
                .glob
                .as_deref()
                .is_some_and(|glob| strange(glob) || super::glob::matches(glob.trim_start_matches("./"), path.as_bytes()))
    }
}

/// Two sides declare the same.
impl PartialEq for Replacements {
    fn eq(&self, other: &Self) -> bool {
        self.entries
            .iter()
            .map(|(entry, _)| entry)
            .eq(other.entries.iter().map(|(entry, _)| entry))
    }
}
