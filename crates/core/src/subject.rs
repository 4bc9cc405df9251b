//! Which components make up a subject, and which subject of base is which subject of head.
//!
//! Identity is the subject's name, never a path. Paths only tell copies of one app in several package directories
//! apart.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::element::Component;
use crate::registry::{Join, Registry, SubjectKind};
use crate::world::Subject;

/// The subject a component belongs to. `None` for types that belong to none, and for a component whose join element
/// is missing or empty.
pub fn subject_of(component: &Component, registry: &Registry) -> Option<(SubjectKind, String)> {
    let spec = registry.get(&component.type_name)?;
    let kind = spec.subject?;
    let name = match &spec.join {
        Join::Name => component.name.clone(),
        Join::Element(element) => component
            .root
            .children_named(element)
            .find(|child| !child.nil && !child.text.is_empty())?
            .text
            .clone(),
        Join::Org => "org".to_owned(),
        Join::None => return None,
    };
    Some((kind, name))
}

/// Components by the package root they lie in.
type ByRoot = BTreeMap<Vec<u8>, Vec<Arc<Component>>>;

/// Builds the subject `name` from its components: one, or one for each package directory that holds a copy.
///
/// A type that occurs several times in one package root stays together there, and is judged by its weakest file. A copy
/// without a file of some type is judged with those of all other roots, by the weakest too: nothing says which of them is
/// deployed beside it.
pub fn assemble(kind: SubjectKind, name: &str, components: &[Arc<Component>], registry: &Registry) -> Vec<Subject> {
    let root = |component: &Component| {
        let folder = registry.get(&component.type_name).map_or("", |spec| &spec.folder);
        component.package_root(folder).to_vec()
    };
    let mut by_type: BTreeMap<Arc<str>, ByRoot> = BTreeMap::new();
    for component in components {
        by_type
            .entry(Arc::clone(&component.type_name))
            .or_default()
            .entry(root(component))
            .or_default()
            .push(Arc::clone(component));
    }
    let mut roots: BTreeSet<Vec<u8>> = by_type
        .values()
        .filter(|roots| roots.len() > 1)
        .flat_map(|roots| roots.keys().cloned())
        .collect();
    if roots.is_empty() {
        // One copy; its root is where most of it lies, the first of them by name.
        let mut weight: BTreeMap<&Vec<u8>, usize> = BTreeMap::new();
        for root in by_type.values().flat_map(BTreeMap::keys) {
            let count = weight.entry(root).or_default();
            *count = count.saturating_add(1);
        }
        let best = weight
            .iter()
            .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))
            .map(|(root, _)| (*root).clone());
        roots.extend(best);
    }
    roots
        .into_iter()
        .map(|root| {
            let mut files = BTreeMap::new();
            for (type_name, copies) in &by_type {
                let mine = copies.get(&root).cloned().unwrap_or_else(|| distinct(copies));
                files.insert(Arc::clone(type_name), mine);
            }
            Subject {
                kind,
                name: name.to_owned(),
                root,
                files,
                per: None,
            }
        })
        .collect()
}

/// The files of all roots, those that say the same once.
fn distinct(copies: &ByRoot) -> Vec<Arc<Component>> {
    let mut found: Vec<Arc<Component>> = Vec::new();
    for file in copies.values().flatten() {
        if !found.iter().any(|known| known.root.same_content(&file.root)) {
            found.push(Arc::clone(file));
        }
    }
    found
}

/// The subject of a control that judges components one by one.
pub fn single(component: &Arc<Component>) -> Subject {
    Subject {
        kind: SubjectKind::Org,
        name: format!("{}:{}", component.type_name, component.name),
        root: component.path.parent().to_vec(),
        files: BTreeMap::from([(Arc::clone(&component.type_name), vec![Arc::clone(component)])]),
        per: Some(Arc::clone(component)),
    }
}

/// A copy of a subject at head and what it is compared with.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Candidates at base: none for a new subject, several when head has a copy more than base. The finding that is
    /// worst against any of them counts. Shared, as every copy that comes has all that were there.
    pub base: Vec<Arc<Subject>>,
    /// `None` when the copy is gone from head.
    pub head: Option<Subject>,
}

impl Pair {
    /// The copy at head, else the first one of base.
    pub fn copy(&self) -> Option<&Subject> {
        self.head.as_ref().or_else(|| self.base.first().map(|base| &**base))
    }
}

/// Pairs the copies of one subject: by package root, then by equal content, then by the most similar root.
pub fn pair(base: &[Subject], head: Vec<Subject>) -> Vec<Pair> {
    let all: Vec<Arc<Subject>> = base.iter().cloned().map(Arc::new).collect();
    let mut left: Vec<Option<Arc<Subject>>> = all.iter().cloned().map(Some).collect();
    let mut pairs: Vec<(Subject, Option<Arc<Subject>>)> = head.into_iter().map(|head| (head, None)).collect();
    take(&mut pairs, &mut left, |copy| Some(copy.root.clone()), |_, _| true);
    take(&mut pairs, &mut left, |copy| Some(digests(copy)), same_files);
    let longest = pairs
        .iter()
        .map(|(head, _)| head.root.split(|b| *b == b'/').count())
        .max()
        .unwrap_or_default();
    for wanted in (0..=longest).rev() {
        if pairs.iter().all(|(_, base)| base.is_some()) {
            break;
        }
        take(
            &mut pairs,
            &mut left,
            |copy| tail(&copy.root, wanted).map(<[u8]>::to_vec),
            |_, _| true,
        );
    }
    // Where copies went, one that lies elsewhere now may come in the place of any of them, however alike.
    let gone: Vec<Arc<Subject>> = left.iter().flatten().cloned().collect();
    let mut result: Vec<Pair> = pairs
        .into_iter()
        .map(|(head, found)| match found {
            Some(one) if one.root != head.root => Pair {
                base: std::iter::once(one).chain(gone.iter().cloned()).collect(),
                head: Some(head),
            },
            Some(one) => Pair {
                base: vec![one],
                head: Some(head),
            },
            // A copy more than before is held against every copy that was there.
            None => Pair {
                base: all.clone(),
                head: Some(head),
            },
        })
        .collect();
    result.extend(left.into_iter().flatten().map(|gone| Pair {
        base: vec![gone],
        head: None,
    }));
    result
}

/// Gives each copy of head that has none yet the first of base that is left, has the same key and is alike.
fn take<K: Ord>(
    pairs: &mut [(Subject, Option<Arc<Subject>>)],
    left: &mut [Option<Arc<Subject>>],
    key: impl Fn(&Subject) -> Option<K>,
    alike: impl Fn(&Subject, &Subject) -> bool,
) {
    let mut places: BTreeMap<K, VecDeque<usize>> = BTreeMap::new();
    for (place, copy) in left.iter().enumerate() {
        if let Some(key) = copy.as_ref().and_then(|copy| key(copy)) {
            places.entry(key).or_default().push_back(place);
        }
    }
    for (head, base) in pairs.iter_mut().filter(|(_, base)| base.is_none()) {
        let Some(places) = key(head).and_then(|key| places.get_mut(&key)) else {
            continue;
        };
        let is_alike = |place: &usize| left.get(*place).and_then(Option::as_ref).is_some_and(|copy| alike(copy, head));
        let place = places.iter().position(is_alike).and_then(|at| places.remove(at));
        *base = place.and_then(|place| left.get_mut(place)?.take());
    }
}

/// What tells copies apart that do not say the same.
fn digests(copy: &Subject) -> Vec<u64> {
    copy.files.values().flatten().map(|file| file.root.digest()).collect()
}

fn same_files(a: &Subject, b: &Subject) -> bool {
    a.files.len() == b.files.len()
        && a.files.iter().all(|(type_name, mine)| {
            let theirs = b.of_type(type_name);
            mine.len() == theirs.len() && mine.iter().zip(theirs).all(|(x, y)| x.root.same_content(&y.root))
        })
}

/// The last parts of a path, so many of them; `None` if it has fewer.
fn tail(path: &[u8], parts: usize) -> Option<&[u8]> {
    let all = path.split(|byte| *byte == b'/').count();
    let length = path
        .rsplit(|byte| *byte == b'/')
        .take(parts)
        .map(|part| part.len().saturating_add(1))
        .sum::<usize>();
    let from = path.len().saturating_add(1).saturating_sub(length);
    (parts <= all).then(|| path.get(from..).unwrap_or_default())
}

#[cfg(test)]
mod tests;
