//! Reads files as metadata, each once, on several threads where there are many.

use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use orgate_core::report::Unreadable;
use orgate_core::{Component, RepoPath};
use orgate_metadata::{classify, read_component, read_component_as, sniff};

use super::{Loaded, Side};
use crate::error::DiffError;
use crate::id::ObjectId;
use crate::lock::lock;
use crate::snapshot::{FileKind, FileRef};

/// Files that were read and parsed, by content and path, for runs over many snapshots of one repository.
#[derive(Debug, Default)]
pub struct Cache(Mutex<std::collections::HashMap<(ObjectId, RepoPath), Arc<Component>>>);

impl Cache {
    /// How many files were read and parsed, each content and path counted once.
    pub(in crate::gate) fn len(&self) -> usize {
        lock(&self.0).len()
    }

    fn get(&self, file: &FileRef) -> Option<Arc<Component>> {
        let key = (file.object_id()?, file.path().clone());
        lock(&self.0).get(&key).map(Arc::clone)
    }

    fn put(&self, file: &FileRef, component: &Arc<Component>) {
        if let Some(id) = file.object_id() {
            lock(&self.0).insert((id, file.path().clone()), Arc::clone(component));
        }
    }
}

/// From this many files on, several threads are faster than one.
const MANY: usize = 64;
/// Of so few files, one larger than [`LARGE`] bytes can be most of the work.
const FEW: usize = 8;
const LARGE: u64 = 2 << 20;

/// What reading a file gave, before it is taken down.
struct Fresh {
    loaded: Loaded,
    /// The file was read and parsed.
    read: bool,
    failure: Option<DiffError>,
}

impl Side<'_> {
    /// Reads one file as metadata.
    pub(in crate::gate) fn load(&self, file: &FileRef) -> Loaded {
        if let Some(known) = lock(&self.loaded).get(file.path()) {
            return known.clone();
        }
        self.settle(file, self.load_fresh(file))
    }

    /// Reads several files, on all cores if they are many. What is learnt is taken down in the order of the files.
    pub(in crate::gate) fn load_all(&self, files: &[&FileRef]) -> Vec<Loaded> {
        let unread: Vec<&FileRef> = {
            let loaded = lock(&self.loaded);
            files.iter().filter(|file| !loaded.contains_key(file.path())).copied().collect()
        };
        if unread.len() >= MANY {
            let fresh: Vec<Fresh> = unread.par_iter().map(|file| self.load_fresh(file)).collect();
            for (file, fresh) in unread.into_iter().zip(fresh) {
                self.settle(file, fresh);
            }
        }
        files.iter().map(|file| self.load(file)).collect()
    }

    /// Whether one of a few files is worth a thread of its own.
    pub(in crate::gate) fn is_heavy(&self, files: &[&FileRef]) -> bool {
        let large = |file: &&FileRef| matches!(self.snapshot.read(file, LARGE), Err(DiffError::TooLarge { .. }));
        files.len() <= FEW && files.iter().any(large)
    }

    /// Takes down what a file turned out to hold.
    fn settle(&self, file: &FileRef, fresh: Fresh) -> Loaded {
        if let Some(error) = fresh.failure {
            self.fail(error);
        }
        match (&fresh.loaded, classify(file.path(), self.registry)) {
            (Loaded::Refused(_), Some(spec)) => {
                lock(&self.blind).insert(Arc::clone(&spec.name));
            }
            (Loaded::Component(component), None) => {
                lock(&self.extra).insert(file.path().clone(), Arc::clone(component));
            }
            _ => {}
        }
        // Two threads may have read it, and the cache counts what it keeps, whichever side reads it first.
        let kept = self.cache.is_some() && file.object_id().is_some() && matches!(fresh.loaded, Loaded::Component(_));
        let first = lock(&self.loaded).insert(file.path().clone(), fresh.loaded.clone()).is_none();
        if fresh.read && first && !kept {
            let mut read = lock(&self.read);
            *read = read.saturating_add(1);
        }
        fresh.loaded
    }

    fn refuse(&self, path: &RepoPath, line: u32, column: u32, reason: String) -> Loaded {
        Loaded::Refused(Unreadable {
            path: path.clone(),
            side: self.which,
            line,
            column,
            reason,
            fatal: false,
        })
    }

    /// Reads one file, and changes nothing else: several threads may do so at once.
    fn load_fresh(&self, file: &FileRef) -> Fresh {
        let path = file.path();
        let unread = |loaded, failure| Fresh {
            loaded,
            read: false,
            failure,
        };
        if file.kind() != FileKind::Regular {
            let reason = format!("{} stands in place of metadata; commit the file itself", file.kind());
            return unread(self.refuse(path, 0, 0, reason), None);
        }
        if let Some(known) = self.cache.and_then(|cache| cache.get(file)) {
            return unread(Loaded::Component(known), None);
        }
        let bytes = match self.snapshot.read(file, u64::from(self.limits.bytes)) {
            Ok(bytes) => bytes,
            Err(error @ DiffError::TooLarge { .. }) => return unread(self.refuse(path, 0, 0, error.to_string()), None),
            Err(error) => return unread(self.refuse(path, 0, 0, error.to_string()), Some(error)),
        };
        Fresh {
            loaded: self.parse(file, &bytes),
            read: true,
            failure: None,
        }
    }

    fn parse(&self, file: &FileRef, bytes: &[u8]) -> Loaded {
        let path = file.path();
        let read = match read_component(path, bytes, self.registry, &self.limits) {
            Ok(None) => match sniff(bytes, self.registry).filter(|_| classify(path, self.registry).is_none()) {
                Some(spec) => read_component_as(path, bytes, spec, &self.limits).map(Some),
                None => Ok(None),
            },
            read => read,
        };
        match read {
            Ok(Some(component)) => {
                let component = Arc::new(component);
                if let Some(cache) = self.cache {
                    cache.put(file, &component);
                }
                Loaded::Component(component)
            }
            Ok(None) => Loaded::Other,
            Err(error) => self.refuse(path, error.line, error.column, error.kind.to_string()),
        }
    }
}
