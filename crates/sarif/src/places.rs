//! Files and places in them, as results and notifications name them.

use std::collections::BTreeMap;

use orgate_core::report::Anchor;
use orgate_core::{RepoPath, Side};

use crate::group::Group;
use crate::model::{Artifact, ArtifactLocation, PhysicalLocation, Region};
use crate::uri;

/// Base of all relative addresses.
pub(crate) const ROOT: &str = "%SRCROOT%";

/// Which files results point at, each with its place in the list of artifacts.
pub(crate) struct Artifacts {
    places: BTreeMap<RepoPath, usize>,
    deleted: Vec<bool>,
}

impl Artifacts {
    pub(crate) fn of(groups: &[Group<'_>]) -> Self {
        let mut deleted: BTreeMap<RepoPath, bool> = BTreeMap::new();
        for group in groups {
            let anchor = &group.first.anchor;
            let gone = deleted.entry(anchor.path.clone()).or_insert(true);
            *gone &= anchor.side == Side::Base;
        }
        Self {
            places: deleted.keys().cloned().enumerate().map(|(place, path)| (path, place)).collect(),
            deleted: deleted.into_values().collect(),
        }
    }

    pub(crate) fn list(&self) -> Vec<Artifact> {
        let role = |deleted: &bool| if *deleted { "deleted" } else { "analysisTarget" };
        self.places
            .keys()
            .zip(&self.deleted)
            .map(|(path, deleted)| Artifact {
                location: location(path),
                roles: vec![role(deleted)],
            })
            .collect()
    }

    /// The address of a file with its place in the list.
    pub(crate) fn location(&self, path: &RepoPath) -> ArtifactLocation {
        ArtifactLocation {
            index: self.places.get(path).copied(),
            ..location(path)
        }
    }
}

/// The address of a file.
pub(crate) fn location(path: &RepoPath) -> ArtifactLocation {
    ArtifactLocation {
        uri: Some(uri::encode(path)),
        uri_base_id: Some(ROOT),
        index: None,
        description: None,
    }
}

/// Where an anchor points: the element, or its changed line.
pub(crate) fn at(anchor: &Anchor, artifacts: &Artifacts) -> PhysicalLocation {
    let line = anchor.line.max(1);
    let column = anchor.column.max(1);
    let behind = |(end_line, end_column): &(u32, u32)| *end_line > line || (*end_line == line && *end_column > column);
    let (region, context_region) = match anchor.end.filter(behind) {
        Some((end_line, end_column)) if end_line == line => (
            Region {
                start_line: line,
                start_column: Some(column),
                end_line,
                end_column: Some(end_column),
            },
            None,
        ),
        // Code hosts show a result in a change only if the change has all its lines: the rest of a long element is
        // context.
        Some((end_line, end_column)) => (
            point(line, Some(column)),
            Some(Region {
                start_line: line,
                start_column: Some(column),
                end_line,
                end_column: Some(end_column),
            }),
        ),
        None => (point(line, Some(column)), None),
    };
    PhysicalLocation {
        artifact_location: artifacts.location(&anchor.path),
        region: Some(region),
        context_region,
    }
}

/// From a column to the end of its line.
pub(crate) fn point(line: u32, column: Option<u32>) -> Region {
    Region {
        start_line: line.max(1),
        start_column: column.map(|column| column.max(1)),
        end_line: line.max(1),
        end_column: None,
    }
}
