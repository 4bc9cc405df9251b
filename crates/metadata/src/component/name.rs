//! What the name of a file says: the type and the full name of the component.
//!
//! [`classify`] runs over every changed path of a repository, so nothing is allocated for a path that is not ours.

use std::borrow::Cow;

use orgate_core::RepoPath;
use orgate_core::registry::{Registry, TypeSpec};

/// What source format appends to the name that metadata format uses.
const META: &[u8; 9] = b"-meta.xml";

/// A file name that belongs to a type.
#[derive(Clone, Debug)]
pub(super) struct Found<'p, 'r> {
    pub(super) spec: &'r TypeSpec,
    /// The suffix that the file has or should have.
    suffix: &'r str,
    /// What names the component: the file name without suffixes, for a part the folder around it; as stored.
    stem: &'p [u8],
    /// It ends in `-meta.xml`.
    source: bool,
    /// No tool deploys a file of this name.
    misnamed: bool,
}

/// How well a suffix fits; a better one wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Misnamed,
    Case,
    Exact,
}

/// The type that a file belongs to by its name: `NAME.suffix-meta.xml` or `NAME.suffix`.
///
/// Suffixes that differ in case, and those that the registry lists as misnamed, count as well; reading such a file
/// yields a note.
pub fn classify<'r>(path: &RepoPath, registry: &'r Registry) -> Option<&'r TypeSpec> {
    recognise(path, registry).map(|found| found.spec)
}

/// Whether tools deploy a file of this name: false where it only looks like one of ours.
pub fn is_deployable(path: &RepoPath, registry: &Registry) -> bool {
    recognise(path, registry).is_some_and(|found| !found.misnamed)
}

/// The endings that names of metadata files have: a quick answer for the many files that are none.
#[derive(Clone, Debug, Default)]
pub struct Suffixes {
    /// Which letters stand before each last letter, in any case: refuses nearly all other files.
    endings: [u32; 32],
    /// By length, which alone refuses most.
    by_length: Vec<Vec<Box<[u8]>>>,
}

impl Suffixes {
    /// Collects the suffixes of all types.
    pub fn of(registry: &Registry) -> Self {
        let mut found = Self::default();
        for spec in registry.types() {
            for suffix in spec.suffixes() {
                found.add(suffix.as_bytes());
            }
        }
        found
    }

    fn add(&mut self, suffix: &[u8]) {
        match ending(suffix) {
            Some((place, bit)) => self.endings.get_mut(place).into_iter().for_each(|letters| *letters |= bit),
            None => self.endings.fill(u32::MAX),
        }
        let wanted = suffix.len().saturating_add(1);
        if self.by_length.len() < wanted {
            self.by_length.resize_with(wanted, Vec::new);
        }
        if let Some(list) = self.by_length.get_mut(suffix.len())
            && !list.iter().any(|known| known.eq_ignore_ascii_case(suffix))
        {
            list.push(suffix.into());
        }
    }

    /// Whether a file of this name can be one that [`classify`] knows: false only if it knows none.
    pub fn fit(&self, path: &[u8]) -> bool {
        let (base, _) = strip_meta(path);
        let possible = |(place, bit): (usize, u32)| self.endings.get(place).is_some_and(|letters| letters & bit != 0);
        if !ending(base).is_some_and(possible) {
            return false;
        }
        let Some(dot) = memchr::memrchr(b'.', base) else {
            return false;
        };
        let suffix = base.get(dot + 1..).unwrap_or_default();
        // A slash behind the last dot is in the suffix then, and no suffix has one.
        self.by_length
            .get(suffix.len())
            .is_some_and(|list| list.iter().any(|known| known.eq_ignore_ascii_case(suffix)))
    }
}

/// The last letter as a place, and the one before it as a bit. The lower five bits of a letter are the same in both cases.
fn ending(name: &[u8]) -> Option<(usize, u32)> {
    match name {
        [.., before, last] => Some((usize::from(last & 31), 1 << (before & 31))),
        _ => None,
    }
}

/// As [`classify`], with the full name that the file's name gives its component; none for a name that is not UTF-8.
pub fn identify<'r>(path: &RepoPath, registry: &'r Registry) -> Option<(&'r TypeSpec, Option<String>)> {
    recognise(path, registry).map(|found| (found.spec, found.full_name()))
}

pub(super) fn recognise<'p, 'r>(path: &'p RepoPath, registry: &'r Registry) -> Option<Found<'p, 'r>> {
    let file = path.file_name();
    let (base, meta) = strip_meta(file);
    let dot = base.iter().rposition(|byte| *byte == b'.')?;
    let (stem, suffix) = (base.get(..dot)?, base.get(dot + 1..)?);
    if stem.is_empty() {
        return None;
    }
    let (best, known, spec) = registry
        .with_suffix(suffix)
        .filter_map(|spec| fit(spec, stem, suffix).map(|(fit, known)| (fit, known, spec)))
        .max_by_key(|(fit, ..)| *fit)?;
    let part = spec.parts.iter().any(|part| part == known);
    Some(Found {
        spec,
        suffix: known,
        stem: if part { around(path, spec).unwrap_or(stem) } else { stem },
        source: meta.is_some(),
        misnamed: best != Fit::Exact || meta == Some(Fit::Case),
    })
}

/// The folder of the component that a part lies in.
fn around<'p>(path: &'p RepoPath, spec: &TypeSpec) -> Option<&'p [u8]> {
    let parts: Vec<&[u8]> = path.parts().collect();
    let (_, folders) = parts.split_last()?;
    let at = folders.iter().rposition(|folder| *folder == spec.folder.as_bytes())?;
    folders.get(at + 1).copied()
}

/// Cuts `-meta.xml`; tells whether it was there and how it was spelt.
fn strip_meta(file: &[u8]) -> (&[u8], Option<Fit>) {
    match file.split_last_chunk() {
        Some((base, META)) => (base, Some(Fit::Exact)),
        Some((base, end)) if end.eq_ignore_ascii_case(META) => (base, Some(Fit::Case)),
        _ => before_meta(file).map_or((file, None), |base| (base, Some(Fit::Exact))),
    }
}

/// What stands before a `-meta.xml` within a file name: the deploy tool takes no notice of what follows it
/// (source-deploy-retrieve, `src/utils/path.ts`), so `App.connectedApp-meta.xml.old` is deployed as well.
fn before_meta(path: &[u8]) -> Option<&[u8]> {
    let mut front = path;
    loop {
        let at = memchr::memrchr2(b'-', b'/', front)?;
        let (before, from) = path.split_at_checked(at)?;
        if from.starts_with(META) {
            return Some(before);
        }
        // That of a folder says nothing.
        if from.first() == Some(&b'/') {
            return None;
        }
        front = before;
    }
}

/// Whether a name is one of source format.
pub fn in_source_format(path: &RepoPath) -> bool {
    strip_meta(path.file_name()).1.is_some()
}

/// How well a suffix fits a type, and which of its suffixes the file has or should have.
fn fit<'r>(spec: &'r TypeSpec, stem: &[u8], suffix: &[u8]) -> Option<(Fit, &'r str)> {
    let same = |known: &str| {
        let known = known.as_bytes();
        if known.len() != suffix.len() {
            None
        } else if known == suffix {
            Some(Fit::Exact)
        } else {
            known.eq_ignore_ascii_case(suffix).then_some(Fit::Case)
        }
    };
    let mut own = std::iter::once(&spec.suffix).chain(&spec.parts);
    let (found, known) = own.find_map(|known| Some((same(known)?, known.as_str()))).or_else(|| {
        let listed = spec.misnamed.iter().any(|name| same(name).is_some());
        listed.then_some((Fit::Misnamed, spec.suffix.as_str()))
    })?;
    let Some(member) = &spec.member else {
        return Some((found, known));
    };
    let stem = decode(stem);
    if *stem == *member.as_bytes() {
        Some((found, known))
    } else {
        let similar = stem.eq_ignore_ascii_case(member.as_bytes());
        similar.then_some((found.min(Fit::Case), known))
    }
}

impl<'p, 'r> Found<'p, 'r> {
    /// A file that is read as a component of `spec` although its name says nothing of the kind.
    pub(super) fn forced(path: &'p RepoPath, spec: &'r TypeSpec) -> Self {
        let file = path.file_name();
        let (base, meta) = strip_meta(file);
        let cut = |name: &'p [u8]| {
            let end = name.iter().rposition(|byte| *byte == b'.').filter(|end| *end > 0)?;
            Some((name.get(..end)?, name.get(end + 1..)?))
        };
        let mut stem = cut(base).map_or(base, |(stem, _)| stem);
        // `App.connectedApp.xml` is still about `App`.
        if let Some((inner, suffix)) = cut(stem)
            && suffix.eq_ignore_ascii_case(spec.suffix.as_bytes())
        {
            stem = inner;
        }
        Self {
            spec,
            suffix: &spec.suffix,
            stem,
            source: meta.is_some(),
            misnamed: true,
        }
    }

    /// Whether the name belongs to no other tool: `-meta.xml` is Salesforce's, and so is the folder of the type. A
    /// `.profile` elsewhere may be a shell's.
    pub(super) fn is_certain(&self, path: &RepoPath) -> bool {
        self.source || path.parts().rev().skip(1).any(|part| part == self.spec.folder.as_bytes())
    }

    /// Full name of the component; `None` when it is not UTF-8.
    pub(super) fn full_name(&self) -> Option<String> {
        if let Some(member) = &self.spec.member {
            return Some(member.clone());
        }
        let name = match String::from_utf8(decode(self.stem).into_owned()) {
            Ok(name) => name,
            // The percent signs are part of the name then.
            Err(_) => String::from_utf8(self.stem.to_vec()).ok()?,
        };
        Some(name)
    }

    /// The file name that would be deployable, when this one is not.
    pub(super) fn expected(&self) -> Option<String> {
        let stem = match &self.spec.member {
            Some(member) => Cow::Borrowed(member.as_str()),
            None => String::from_utf8_lossy(self.stem),
        };
        let end = if self.source { "-meta.xml" } else { "" };
        self.misnamed.then(|| format!("{stem}.{}{end}", self.suffix))
    }
}

/// Resolves `%28` and the like; what is not of that form stays as it is.
fn decode(stem: &[u8]) -> Cow<'_, [u8]> {
    if !stem.contains(&b'%') {
        return Cow::Borrowed(stem);
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut decoded = Vec::with_capacity(stem.len());
    let mut rest = stem;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        let code = match (first, tail) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)),
            _ => None,
        };
        match code.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(byte) => {
                decoded.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => decoded.push(first),
        }
    }
    Cow::Owned(decoded)
}
