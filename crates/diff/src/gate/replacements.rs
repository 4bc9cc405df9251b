//! `replacements` of `sfdx-project.json`: texts that the deploy tool exchanges, so that the committed value is not
//! the deployed one.
//!
//! What a replacement matches is decided as the tool decides it (`src/convert/replacements.ts` of
//! forcedotcom/source-deploy-retrieve): a file by the end of its absolute path or by a glob below any folder, a text by
//! an expression of JavaScript. Must not guess: where more than the value of one element is exchanged, or what is
//! exchanged cannot be told, nothing is known of the file.

mod expression;
mod values;

use orgate_core::{RepoPath, Span};
use serde_json::Value;

use crate::error::DiffError;
use crate::snapshot::{FileRef, Snapshot};

const NAME: &[u8] = b"sfdx-project.json";
/// Project files are small; what a larger one declares is not known.
const MOST_BYTES: u64 = 1 << 20;
/// Longer texts are cut where they are told.
const LONGEST_TEXT: usize = 60;

/// Whether a path is that of a project file.
pub(super) fn is_project(path: &[u8]) -> bool {
    path.rsplit(|byte| *byte == b'/').next() == Some(NAME)
}

/// Where the project file of a folder is.
pub(super) fn project_in(folder: &[u8]) -> RepoPath {
    below(folder, NAME)
}

/// The folders at or above a file in which a project file can lie, the root first.
pub(super) fn folders_above(path: &RepoPath) -> impl Iterator<Item = &[u8]> {
    let parent = path.parent();
    let ends = parent.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    std::iter::once(0)
        .chain(ends)
        .chain((!parent.is_empty()).then_some(parent.len()))
        .map(|end| parent.get(..end).unwrap_or_default())
}

/// What one project file declares for the files below its folder.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Project {
    folder: Vec<u8>,
    entries: Vec<Entry>,
    /// It may declare something that cannot be read here.
    unclear: bool,
}

#[derive(Debug, PartialEq)]
struct Entry {
    filename: Option<String>,
    glob: Option<String>,
    wanted: Wanted,
    /// The file whose content comes in.
    source: Option<String>,
    /// That file lies in the snapshot and holds elements.
    elements: bool,
}

/// What an entry replaces.
#[derive(Debug, PartialEq)]
enum Wanted {
    Text(String),
    /// An expression of JavaScript.
    Expression(String),
    /// Nothing is named, so that there is a match between any two characters.
    Anything,
}

impl Project {
    /// Reads the project file of a folder; one that is not there declares nothing.
    pub(super) fn of(snapshot: &dyn Snapshot, folder: &[u8]) -> Result<Self, DiffError> {
        let Some(file) = snapshot.file(&project_in(folder))? else {
            return Ok(Self::default());
        };
        let mut project = match read(snapshot, &file)? {
            Some(bytes) => Self::parse(&bytes),
            None => Self::of_unknown(),
        };
        project.folder = folder.to_vec();
        for entry in &mut project.entries {
            let Some(source) = &entry.source else { continue };
            let path = below(folder, source.trim_start_matches("./").as_bytes());
            let content = match snapshot.file(&path)? {
                Some(file) => read(snapshot, &file)?.unwrap_or_default(),
                None => Vec::new(),
            };
            entry.elements = content.contains(&b'<');
        }
        Ok(project)
    }

    fn of_unknown() -> Self {
        Self {
            unclear: true,
            ..Self::default()
        }
    }

    /// Of a key that stands there several times, the last counts, as in JavaScript.
    fn parse(bytes: &[u8]) -> Self {
        let Ok(project) = serde_json::from_slice::<Value>(bytes) else {
            // Not every reader refuses what this one does. A key can be written with escapes.
            let hints: [&[u8]; 2] = [b"replacements", b"\\u"];
            let hinted = hints.iter().any(|hint| bytes.windows(hint.len()).any(|window| window == *hint));
            return if hinted { Self::of_unknown() } else { Self::default() };
        };
        match project.get("replacements") {
            None | Some(Value::Null) => Self::default(),
            Some(Value::Array(list)) => Self {
                entries: list.iter().map(Entry::new).collect(),
                ..Self::default()
            },
            Some(_) => Self::of_unknown(),
        }
    }

    /// Whether nothing at all is declared.
    pub(super) fn is_silent(&self) -> bool {
        self.entries.is_empty() && !self.unclear
    }

    /// Whether some replacement is declared for this file.
    pub(super) fn covers(&self, path: &RepoPath) -> bool {
        self.governs(path) && (self.unclear || self.entries.iter().any(|entry| entry.covers(path)))
    }

    fn governs(&self, path: &RepoPath) -> bool {
        let rest = path.as_bytes().strip_prefix(self.folder.as_slice());
        self.folder.is_empty() || rest.is_some_and(|rest| rest.first() == Some(&b'/'))
    }

    /// Adds every text in `bytes` that a replacement for this file would exchange.
    pub(super) fn find(&self, path: &RepoPath, bytes: &[u8], tokens: &mut Tokens) {
        if !self.governs(path) {
            return;
        }
        if self.unclear {
            tokens
                .whole
                .get_or_insert_with(|| "what this version of orgate cannot read".to_owned());
        }
        let text = String::from_utf8_lossy(bytes);
        for entry in self.entries.iter().filter(|entry| entry.covers(path)) {
            entry.find(&text, tokens);
        }
    }
}

/// The content of a file; `None` for what is no regular file of a sensible size.
fn read(snapshot: &dyn Snapshot, file: &FileRef) -> Result<Option<Vec<u8>>, DiffError> {
    match snapshot.read(file, MOST_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(DiffError::TooLarge { .. } | DiffError::NotAFile { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn below(folder: &[u8], name: &[u8]) -> RepoPath {
    let parts: &[&[u8]] = if folder.is_empty() { &[name] } else { &[folder, name] };
    RepoPath::new(parts.join(&b'/'))
}

impl Entry {
    fn new(entry: &Value) -> Self {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let wanted = match (text("stringToReplace"), text("regexToReplace")) {
            (Some(text), _) if !text.is_empty() => Wanted::Text(text),
            (None, Some(expression)) => Wanted::Expression(expression),
            _ => Wanted::Anything,
        };
        Self {
            filename: text("filename"),
            glob: text("glob"),
            wanted,
            source: text("replaceWithFile"),
            elements: false,
        }
    }

    /// The tool compares with the absolute path, of which only the end is known here.
    fn covers(&self, path: &RepoPath) -> bool {
        let full = [b"/", path.as_bytes()].concat();
        let named = |name: &str| {
            // Also as a system would resolve it, which the tool does not do today.
            let parts: Vec<&str> = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | ".")).collect();
            let (plain, name) = (parts.join("/"), name.strip_prefix("./").unwrap_or(name));
            [plain.as_bytes(), name.as_bytes()]
                .iter()
                .any(|name| full.ends_with(name) || name.ends_with(&full))
        };
        self.filename.as_deref().is_some_and(named) || self.glob.as_deref().is_some_and(|glob| fits(glob, path))
    }

    fn find(&self, text: &str, tokens: &mut Tokens) {
        let mut found: Vec<(usize, Box<str>)> = Vec::new();
        let what = match &self.wanted {
            Wanted::Text(wanted) => {
                found.extend(text.match_indices(wanted.as_str()).map(|(at, text)| (at, text.into())));
                wanted
            }
            Wanted::Expression(pattern) => {
                if let Some(pattern) = expression::compile(pattern) {
                    found.extend(pattern.find_iter(text).map(|found| (found.start(), found.as_str().into())));
                } else {
                    tokens.whole.get_or_insert_with(|| quoted(pattern));
                }
                pattern
            }
            Wanted::Anything => {
                tokens.whole.get_or_insert_with(|| "any text".to_owned());
                return;
            }
        };
        let places = values::places(text);
        let harmless = |(at, found): &(usize, Box<str>)| {
            let within = places.partition_point(|place| place.end < at.saturating_add(found.len()));
            !found.is_empty() && places.get(within).is_some_and(|place| place.start <= *at)
        };
        if found.iter().any(|one| self.elements || !harmless(one)) {
            tokens.whole.get_or_insert_with(|| quoted(what));
        }
        if !found.is_empty() {
            tokens.found.push(found);
        }
    }
}

fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST_TEXT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("'{short}'")
}

/// Whether the glob, below any folder, means this file. One of a kind that is not understood here means every file:
/// better unknown than wrong.
fn fits(glob: &str, path: &RepoPath) -> bool {
    let parts: Vec<&str> = glob.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let odd = glob.contains(['{', '[', '!', '(', '\\']) || parts.contains(&"..") || (glob.contains('?') && !path.as_bytes().is_ascii());
    let first = path.parts().next().unwrap_or_default();
    // A glob can begin above the root of the snapshot.
    let above = |from: usize| {
        let rest = parts.get(from..).unwrap_or_default();
        rest.first().is_some_and(|part| part.as_bytes() == first) && super::glob::matches(&rest.join("/"), path.as_bytes())
    };
    odd || super::glob::matches(&format!("**/{}", parts.join("/")), path.as_bytes()) || (1..parts.len()).any(above)
}

/// The texts of one file that replacements exchange, by replacement, with the place where each begins.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    found: Vec<Vec<(usize, Box<str>)>>,
    /// What is replaced, when that is more than the values of single elements.
    pub(super) whole: Option<String>,
}

impl Tokens {
    /// The first text, of the first replacement that has one, that lies at least in part in `span`.
    pub(super) fn within(&self, span: Span) -> Option<String> {
        let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
        self.found.iter().find_map(|found| {
            let first = found.partition_point(|(at, text)| at.saturating_add(text.len()) <= start);
            let (at, text) = found.get(first)?;
            (*at < end).then(|| text.to_string())
        })
    }
}
