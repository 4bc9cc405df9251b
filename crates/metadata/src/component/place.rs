//! What the folders of a file tell: whether the deploy tool takes it for what its name says.
//!
//! Must not look at what a file holds, nor at what a project says of its folders.

use orgate_core::RepoPath;

/// Names of folders in which the deploy tool takes a file for something else, whatever its name says: of its
/// `strictDirectoryNames` those in which all that lies belongs to components of the type, or is content of them
/// (source-deploy-retrieve, `src/registry/metadataRegistry.json`).
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
/// one that is a component as a whole, or as a duplicate (`*.dup` and the descriptors of packages are left out wherever
/// there is a `.forceignore`, `src/resolve/forceIgnore.ts`).
pub fn is_oddly_placed(path: &RepoPath) -> bool {
    let folders: Vec<&[u8]> = path.parts().rev().skip(1).collect();
    let odd = |(at, folder): (usize, &&[u8])| {
        let above = folders.get(at.saturating_add(1)..).unwrap_or_default();
        STRICT.contains(folder) || is_component(folder, above)
    };
    in_foreign_folder(path) || folders.iter().enumerate().any(odd) || ends_in_any_case(path.file_name(), b".dup")
}

/// Folders of types whose suffixes tell nothing of the folder's name (`classes/A.cls`), from the same list.
const UNLIKE: [&[u8]; 31] = [
    b"AssessmentQuestionSets",
    b"AssessmentQuestions",
    b"actionPlanTemplates",
    b"analyticSnapshots",
    b"analyticsDashboards",
    b"analyticsVisualizations",
    b"analyticsWorkspaces",
    b"apexEmailNotifications",
    b"certs",
    b"classes",
    b"contentassets",
    b"customMetadata",
    b"customindex",
    b"discovery",
    b"documentTemplates",
    b"dw",
    b"eclair",
    b"eventDeliveries",
    b"eventSubscriptions",
    b"externalClientApps",
    b"iot",
    b"moderation",
    b"notificationTypeConfig",
    b"omniDataTransforms",
    b"omniIntegrationProcedures",
    b"omniScripts",
    b"omniUiCard",
    b"recordActionDeployments",
    b"rules",
    b"scontrols",
    b"wave",
];

/// As [`UNLIKE`], those of many types.
const UNLIKE_FAMILIES: [&[u8]; 2] = [b"extlClntApp", b"svcCatalog"];

/// Letters by which the suffixes of all other types begin as their folder does.
const ALIKE: usize = 3;

/// Whether a folder may be a component of a type in whose folder it lies (`layouts/A.layout`). The deploy tool has hundreds
/// of types and gets more, so what is alike counts.
fn is_component(folder: &[u8], above: &[&[u8]]) -> bool {
    let dot = folder.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0);
    let Some(suffix) = dot
        .and_then(|dot| folder.get(dot.saturating_add(1)..))
        .filter(|suffix| !suffix.is_empty())
    else {
        return false;
    };
    let alike = |place: &[u8]| {
        let begins = place.get(..ALIKE).zip(suffix.get(..ALIKE));
        begins.is_some_and(|(place, suffix)| place.eq_ignore_ascii_case(suffix))
    };
    let may_hold = |place: &&[u8]| alike(place) || UNLIKE.contains(place) || UNLIKE_FAMILIES.iter().any(|family| place.starts_with(family));
    suffix.eq_ignore_ascii_case(b"dup") || suffix == b"json" || above.iter().any(may_hold)
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
