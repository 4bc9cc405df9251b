//! What the folders of a file tell: whether the deploy tool takes it for what its name says.
//!
//! Must not look at what a file holds, nor at what a project says of its folders.

use orgate_core::RepoPath;

/// Names of folders in which the deploy tool takes a file for something else, whatever its name says: of its
/// `strictDirectoryNames` those whose types have no suffix (source-deploy-retrieve,
/// `src/registry/metadataRegistry.json`).
const FOREIGN: [&[u8]; 16] = [
    b"aiAuthoringBundles",
    b"appTemplates",
    b"aura",
    b"contentTypes",
    b"documents",
    b"experiencePropertyTypeBundles",
    b"experiences",
    b"genAiFunctions",
    b"genAiPlannerBundles",
    b"integArtifactDefs",
    b"lightningTypes",
    b"lwc",
    b"staticresources",
    b"uiBundles",
    b"uiWidgets",
    b"waveTemplates",
];

/// Whether a file lies in a folder from which it may be deployed as something else than what its name says.
pub fn in_foreign_folder(path: &RepoPath) -> bool {
    path.parts().rev().skip(1).any(|part| FOREIGN.contains(&part))
}

/// The rest of the `strictDirectoryNames`: a folder in one of these can be a component as a whole, and what lies below such
/// a component is not looked at (`src/resolve/metadataResolver.ts`).
const STRICT: [&[u8]; 19] = [
    b"ActionableEventOrchDefSettings",
    b"ActionableEventTypeDefSettings",
    b"IndustriesManufacturingSettings",
    b"ObjectHierarchyRelationship",
    b"accessControlPolicies",
    b"appointmentAssignmentPolicies",
    b"appointmentSchedulingPolicies",
    b"botBlocks",
    b"botTemplates",
    b"bots",
    b"emailservices",
    b"fieldRestrictionRules",
    b"integrationHub",
    b"mktDataSources",
    b"objectTranslations",
    b"objects",
    b"restrictionRules",
    b"siteDotComSites",
    b"sites",
];

/// Whether the deploy tool may leave a file out without a word because of where it lies: in a foreign or a strict folder, in
/// one whose name has a suffix, as components that are folders have, or as a duplicate (`*.dup` and the descriptors of
/// packages are left out wherever there is a `.forceignore`, `src/resolve/forceIgnore.ts`).
pub fn is_oddly_placed(path: &RepoPath) -> bool {
    let strict = || path.parts().rev().skip(1).any(|part| STRICT.contains(&part) || has_suffix(part));
    in_foreign_folder(path) || strict() || ends_in_any_case(path.file_name(), b".dup")
}

/// Whether a name has something behind a dot that can be a suffix; a version is none.
fn has_suffix(folder: &[u8]) -> bool {
    let dot = folder.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0);
    dot.and_then(|dot| folder.get(dot + 1)).is_some_and(u8::is_ascii_alphabetic)
}

fn ends_in_any_case(name: &[u8], end: &[u8]) -> bool {
    let from = name.len().checked_sub(end.len());
    from.and_then(|from| name.get(from..))
        .is_some_and(|own| own.eq_ignore_ascii_case(end))
}

/// Folders of bundles: whatever lies in them, the deploy tool takes it for parts of these
/// (source-deploy-retrieve, `src/resolve/metadataResolver.ts`). Only those of a package, so that a project in a folder of
/// this name is none.
const BUNDLES: [&[u8]; 2] = [b"/default/lwc/", b"/default/aura/"];

/// Whether this folder, a path with a slash behind it, holds bundles.
pub fn holds_bundles(folder: &[u8]) -> bool {
    BUNDLES.iter().any(|end| folder.ends_with(end))
}

/// Whether a file lies within a folder of bundles.
pub fn in_bundle(path: &[u8]) -> bool {
    let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    slashes.map(|(at, _)| at).any(|at| path.get(..=at).is_some_and(holds_bundles))
}
