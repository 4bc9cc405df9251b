//! `replacements` of `sfdx-project.json`: texts that the deploy tool exchanges, so that the committed value is not
//! the deployed one.
//!
//! What a replacement matches is decided as the tool decides it (`src/convert/replacements.ts` of
//! forcedotcom/source-deploy-retrieve): a file by the end of its absolute path or by a glob below any folder, a text by
//! an expression of JavaScript. Must not guess: where more than the value of one element is exchanged, or what is
//! exchanged cannot be told, nothing is known of the file.

mod customised;
mod expression;
mod tokens;
mod values;

use std::collections::BTreeMap;

use memchr::memmem;
use orgate_core::{Registry, RepoPath};
use serde_json::Value;

use super::text::MOST_BYTES;
use crate::error::DiffError;
use crate::snapshot::{FileRef, Snapshot};
use customised::Customised;
use expression::Expression;
pub(super) use tokens::Tokens;

const NAME: &[u8] = b"sfdx-project.json";
/// More replacements than this, or more bytes of file names and globs, nobody wrote by hand: each is held against every
/// file.
const MOST_ENTRIES: usize = 1000;
const MOST_NAMED: usize = 1 << 16;
/// Start of every git-LFS pointer.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";
/// Longer texts are cut where they are told.
const LONGEST_TEXT: usize = 60;

/// Whether a path is that of a project file.
pub(super) fn is_project(path: &[u8]) -> bool {
    // Every path of a repository is asked.
    path.strip_suffix(NAME)
        .is_some_and(|folder| folder.is_empty() || folder.ends_with(b"/"))
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

/// The same, the folder of the file first.
pub(super) fn outwards(path: &RepoPath) -> impl Iterator<Item = &[u8]> {
    let mut next = Some(path.parent());
    std::iter::from_fn(move || {
        let folder = next?;
        let above = folder.iter().rposition(|byte| *byte == b'/').unwrap_or_default();
        next = (!folder.is_empty()).then(|| folder.get(..above).unwrap_or_default());
        Some(folder)
    })
}

/// What one project file declares for the files below its folder.
#[derive(Debug, Default)]
pub(super) struct Project {
    folder: Vec<u8>,
    entries: Vec<Entry>,
    /// It may declare something that cannot be read here.
    unclear: bool,
    /// What is not certain to happen is left out.
    certain: bool,
    /// Why nothing of it is read.
    unreadable: Option<String>,
    customised: Customised,
}

/// Whether the same is replaced.
impl PartialEq for Project {
    fn eq(&self, other: &Self) -> bool {
        self.folder == other.folder && self.entries == other.entries && self.unclear == other.unclear
    }
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
    /// It is done only where the environment says so (`replaceWhenEnv`).
    conditional: bool,
}

/// What an entry replaces.
#[derive(Debug, PartialEq)]
enum Wanted {
    Text(String),
    /// An expression of JavaScript.
    Expression(Expression),
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
            Ok(bytes) if bytes.starts_with(LFS) => Self::of_unreadable("it is a git-LFS pointer".to_owned()),
            Ok(bytes) => Self::parse(&bytes),
            Err(reason) => Self::of_unreadable(reason),
        };
        project.folder = folder.to_vec();
        let mut known: BTreeMap<String, bool> = BTreeMap::new();
        for entry in &mut project.entries {
            let Some(source) = &entry.source else { continue };
            if let Some(elements) = known.get(source) {
                entry.elements = *elements;
                continue;
            }
            let path = below(folder, source.trim_start_matches("./").as_bytes());
            entry.elements = match snapshot.file(&path)? {
                // What cannot be read may hold anything.
                Some(file) => read(snapshot, &file)?.map_or(true, |content| content.contains(&b'<')),
                None => false,
            };
            known.insert(source.clone(), entry.elements);
        }
        Ok(project)
    }

    fn of_unknown() -> Self {
        Self {
            unclear: true,
            ..Self::default()
        }
    }

    fn of_unreadable(reason: String) -> Self {
        Self {
            unreadable: Some(reason),
            ..Self::of_unknown()
        }
    }

    /// Why nothing can be judged beside this project file of head; `before` is the one of base.
    pub(super) fn refusal(&self, before: &Self, registry: &Registry) -> Option<String> {
        let (Some(reason), None) = (&self.unreadable, &before.unreadable) else {
            return self.customised.refusal(registry);
        };
        let unreadable = || {
            format!(
                "{reason}, so nobody can tell what the deploy tool makes of it, and the change made it so; commit a regular file of JSON of at most {} MiB with at most {MOST_ENTRIES} replacements",
                MOST_BYTES >> 20
            )
        };
        Some(self.customised.refusal(registry).unwrap_or_else(unreadable))
    }

    /// Of a key that stands there several times, the last counts, as in JavaScript.
    fn parse(bytes: &[u8]) -> Self {
        // What is no UTF-8 is no reason for the deploy tool to refuse it.
        let text = String::from_utf8_lossy(bytes);
        let project = match serde_json::from_str::<Value>(text.strip_prefix('\u{feff}').unwrap_or(&text)) {
            Ok(project) => project,
            Err(error) => {
                // Not every reader refuses what this one does. A key can be written with escapes.
                let hints = |key: &[u8]| [key, b"\\u"].iter().any(|hint| memmem::find(bytes, hint).is_some());
                return Self {
                    unclear: hints(b"replacements"),
                    customised: Customised::unknown(hints(customised::KEY.as_bytes())),
                    unreadable: Some(format!("it cannot be read as JSON ({error})")),
                    ..Self::default()
                };
            }
        };
        let customised = Customised::new(&project);
        let project = match project.get("replacements") {
            None | Some(Value::Null) => Self::default(),
            Some(Value::Array(list)) => Self::declaring(list),
            Some(_) => Self::of_unknown(),
        };
        Self { customised, ..project }
    }

    fn declaring(list: &[Value]) -> Self {
        let named = |entry: &Value| {
            let texts = ["filename", "glob"].into_iter().filter_map(|key| entry.get(key)?.as_str());
            texts.map(str::len).sum::<usize>()
        };
        if list.len() > MOST_ENTRIES || list.iter().map(named).sum::<usize>() > MOST_NAMED {
            return Self::of_unreadable("it declares more replacements than any project has".to_owned());
        }
        Self {
            entries: list.iter().map(Entry::new).collect(),
            ..Self::default()
        }
    }

    /// Whether a replacement for this file may never happen: it depends on the environment, or cannot be understood here.
    pub(super) fn doubts(&self, path: &RepoPath) -> bool {
        let doubt = |entry: &Entry| entry.covers(path) && !entry.surely_covers(path);
        !self.certain && self.governs(path) && self.entries.iter().any(doubt)
    }

    /// The same project without what is not certain to happen.
    pub(super) fn certainly(self) -> Self {
        Self { certain: true, ..self }
    }

    /// Whether nothing at all is declared.
    pub(super) fn is_silent(&self) -> bool {
        self.entries.is_empty() && !self.unclear
    }

    /// Whether some replacement is declared for this file.
    pub(super) fn covers(&self, path: &RepoPath) -> bool {
        self.governs(path) && (self.unclear || self.entries_for(path).next().is_some())
    }

    /// The replacements that are declared for this file.
    fn entries_for<'e>(&'e self, path: &'e RepoPath) -> impl Iterator<Item = &'e Entry> {
        let covers = |entry: &&Entry| {
            if self.certain {
                entry.surely_covers(path)
            } else {
                entry.covers(path)
            }
        };
        self.entries.iter().filter(covers)
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
        tokens.search(bytes, self.entries_for(path));
    }
}

/// The content of a file, or what is wrong with one that is no regular file of a sensible size.
fn read(snapshot: &dyn Snapshot, file: &FileRef) -> Result<Result<Vec<u8>, String>, DiffError> {
    match snapshot.read(file, MOST_BYTES) {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(DiffError::TooLarge { size, .. }) => Ok(Err(format!("it is {size} bytes long"))),
        Err(DiffError::NotAFile { kind, .. }) => Ok(Err(format!("it is {kind}"))),
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
            (None, Some(expression)) => Wanted::Expression(Expression::new(expression)),
            _ => Wanted::Anything,
        };
        Self {
            filename: text("filename"),
            glob: text("glob"),
            wanted,
            source: text("replaceWithFile"),
            elements: false,
            conditional: entry.get("replaceWhenEnv").is_some_and(|when| !when.is_null()),
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

    /// Whether it is replaced in this file whatever the environment says, by a name and a text that mean the same here and
    /// to the tool.
    fn surely_covers(&self, path: &RepoPath) -> bool {
        let understood = !matches!(&self.wanted, Wanted::Expression(expression) if expression.known.is_none());
        let full = [b"/", path.as_bytes()].concat();
        let named = self.filename.as_ref().is_some_and(|name| full.ends_with(name.as_bytes()));
        // What begins with a dot is seldom meant.
        let hidden = path.parts().any(|part| part.starts_with(b"."));
        let meant = self
            .glob
            .as_ref()
            .is_some_and(|glob| !hidden && !is_odd(glob, path) && lies_below(glob, path));
        understood && !self.conditional && (named || meant)
    }
}

/// A text to replace, for people. One with markup may hold the value of any element, also of one that is never shown.
fn quoted(text: &str) -> String {
    if text.contains('<') {
        return "a text with elements in it".to_owned();
    }
    let mut short: String = text.chars().take(LONGEST_TEXT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("'{short}'")
}

/// Whether the glob, below any folder, means this file. One of a kind that is not understood here means every file:
/// better unknown than wrong.
fn fits(glob: &str, path: &RepoPath) -> bool {
    let parts = parts(glob);
    let first = path.parts().next().unwrap_or_default();
    // A glob can begin above the root of the snapshot.
    let above = |from: usize| {
        let rest = parts.get(from..).unwrap_or_default();
        rest.first().is_some_and(|part| part.as_bytes() == first) && super::glob::matches(&rest.join("/"), path.as_bytes())
    };
    is_odd(glob, path) || lies_below(glob, path) || (1..parts.len()).any(above)
}

fn parts(glob: &str) -> Vec<&str> {
    glob.split('/').filter(|part| !matches!(*part, "" | ".")).collect()
}

/// Whether a glob is of a kind that is not understood here.
fn is_odd(glob: &str, path: &RepoPath) -> bool {
    let signs = glob.contains(['{', '[', '!', '(', '\\']) || (glob.contains('?') && !path.as_bytes().is_ascii());
    signs || glob.split('/').any(|part| part == "..")
}

/// Whether a glob means this file, seen from some folder of the snapshot.
fn lies_below(glob: &str, path: &RepoPath) -> bool {
    super::glob::matches(&format!("**/{}", parts(glob).join("/")), path.as_bytes())
}
