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

    /// The first text in `bytes` that a replacement for this file would exchange and that lies, at least in part, in
    /// `span`.
    pub(super) fn token(&self, path: &RepoPath, bytes: &[u8], span: Span) -> Option<String> {
        let text = String::from_utf8_lossy(bytes);
        let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
        let touches = |at: usize, length: usize| length > 0 && at < end && at.saturating_add(length) > start;
        self.entries
            .iter()
            .filter(|(entry, _)| entry.covers(path))
            .find_map(|(entry, pattern)| {
                let plain = entry.string_to_replace.as_deref().filter(|wanted| !wanted.is_empty());
                let plain = plain.filter(|wanted| text.match_indices(wanted).any(|(at, found)| touches(at, found.len())));
                plain.map(str::to_owned).or_else(|| {
                    let pattern = pattern.as_ref()?;
                    pattern
                        .find_iter(&text)
                        .find(|found| touches(found.start(), found.len()))
                        .map(|found| found.as_str().to_owned())
                })
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
