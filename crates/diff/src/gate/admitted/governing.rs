//! A changed file that says what is deployed: what was left out by it before, and what is so now.
//!
//! Where it is missing on one side, the next one above it says so there, as for the deploy tool.

use std::cell::RefCell;
use std::rc::Rc;

use orgate_core::RepoPath;
use orgate_core::registry::TypeSpec;
use orgate_metadata::in_source_format;

use super::super::Input;
use super::super::deployed::{Deployed, Takes};
use super::super::ignored::{InForce, is_rules};
use super::super::left_out::Taken;
use super::super::recent::Recent;
use super::super::replacements::is_project;
use crate::error::DiffError;

/// See the module.
pub(super) struct Governing {
    /// The folder it lies in.
    folder: Vec<u8>,
    says: Says,
}

/// Whether a file is deployed only from now on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LetIn {
    No,
    Surely,
    /// It may have been deployed before. A manifest may name just what one change deploys, and without a project nothing
    /// is known; so it counts only where it comes beside another file of the same component.
    BesideTwin,
}

enum Says {
    Rules {
        before: Rc<RefCell<InForce>>,
        after: Rc<RefCell<InForce>>,
    },
    Project {
        before: Rc<Deployed>,
        after: Rc<Deployed>,
    },
    Manifest {
        before: Taken,
        after: Taken,
    },
}

/// What was read of one side that may govern what lies below many folders.
#[derive(Default)]
pub(super) struct Nearest {
    rules: Recent<RefCell<InForce>>,
    projects: Recent<Deployed>,
}

/// Whether a path is that of a file which says what is deployed.
pub(in crate::gate) fn governs(path: &[u8]) -> bool {
    // Every changed path is asked.
    let end = path.last_chunk::<4>();
    let ends = end.is_some_and(|end| matches!(end, b"nore" | b"json" | b".xml"));
    ends && (is_rules(path) || is_project(path) || path.rsplit(|byte| *byte == b'/').next() == Some(b"package.xml"))
}

impl Governing {
    /// What this file says on both sides; `None` if it lets nothing in, whatever there is.
    pub(super) fn of(path: &RepoPath, input: &Input<'_>, [base, head]: &mut [Nearest; 2]) -> Result<Option<Self>, DiffError> {
        let folder = path.parent();
        let says = if is_rules(path.as_bytes()) {
            let before = InForce::of(input.base, path, &mut base.rules)?;
            let after = InForce::of(input.head, path, &mut head.rules)?;
            let none = before.borrow().is_empty();
            (!none).then_some(Says::Rules { before, after })
        } else if is_project(path.as_bytes()) {
            let before = Deployed::nearest(input.base, path, &mut base.projects)?;
            let after = Deployed::nearest(input.head, path, &mut head.projects)?;
            (before != after).then_some(Says::Project { before, after })
        } else {
            let of = |side| Taken::of(side, folder, input.registry, &input.limits);
            let (before, after) = (of(input.base)?, of(input.head)?);
            after.names_more(&before).then_some(Says::Manifest { before, after })
        };
        let folder = folder.to_vec();
        Ok(says.map(|says| Self { folder, says }))
    }

    /// Whether a file of this type and name was left out before, and is not any more.
    pub(super) fn lets_in(&mut self, file: &RepoPath, spec: &TypeSpec, name: &str) -> LetIn {
        let surely = |yes: bool| if yes { LetIn::Surely } else { LetIn::No };
        let perhaps = |yes: bool| if yes { LetIn::BesideTwin } else { LetIn::No };
        match &mut self.says {
            Says::Rules { before, after } => {
                surely(file.is_below(&self.folder) && before.borrow_mut().lets_in(&mut after.borrow_mut(), file))
            }
            Says::Project { before, after } => match (before.takes(file.as_bytes()), after.takes(file.as_bytes())) {
                (Takes::No, Takes::Yes | Takes::Perhaps) => LetIn::Surely,
                // Without a project, nothing says what was deployed.
                (Takes::Unknown, Takes::Yes | Takes::Perhaps) => LetIn::BesideTwin,
                _ => LetIn::No,
            },
            Says::Manifest { before, after } => {
                let here = !in_source_format(file) && file.package_root(&spec.folder) == self.folder.as_slice();
                perhaps(here && !before.may_name(spec, name) && after.may_name(spec, name))
            }
        }
    }

    /// Whether this file was left out before.
    pub(super) fn left_out(&mut self, file: &RepoPath, spec: &TypeSpec, name: &str) -> bool {
        match &mut self.says {
            Says::Rules { before, .. } => file.is_below(&self.folder) && before.borrow_mut().leaves_out(file),
            Says::Project { before, .. } => before.takes(file.as_bytes()) == Takes::No,
            Says::Manifest { before, .. } => {
                file.package_root(&spec.folder) == self.folder.as_slice() && before.names(spec, name) == Some(false)
            }
        }
    }
}
