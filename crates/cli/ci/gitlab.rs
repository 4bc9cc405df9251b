//! GitLab CI: from predefined variables to what the pipeline is about.

use super::environment::Environment;
use super::error::CiError;
use super::{Event, Named, Pushed};

/// What the running pipeline is about.
pub(super) fn event(environment: &Environment<'_>) -> Result<Named, CiError> {
    let head = environment.required_id("CI_COMMIT_SHA")?;
    let source = environment.text("CI_PIPELINE_SOURCE")?.unwrap_or_default();
    let fork_point = environment.id("CI_MERGE_REQUEST_DIFF_BASE_SHA")?;
    // Child pipelines have another source, but know the merge request of their parent.
    if source == "merge_request_event" || environment.has("CI_MERGE_REQUEST_IID") {
        return merge_request(environment, head, fork_point);
    }
    if source == "external_pull_request_event" {
        let other = environment.required_id("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA")?;
        return Ok(named("pipeline for an external pull request", Event::SinceCommit { head, other }));
    }
    let default_branch = environment.branch("CI_DEFAULT_BRANCH")?;
    let on_default_branch = default_branch.is_some() && environment.text("CI_COMMIT_BRANCH")? == default_branch;
    let (name, of) = match source.as_str() {
        "" | "push" if environment.has("CI_COMMIT_TAG") => ("tag pipeline", Pushed::Tag),
        "" | "push" => ("branch pipeline", Pushed::Branch),
        // None of these names a commit that was there before.
        "schedule" => ("scheduled pipeline", Pushed::Nothing),
        "web" => ("pipeline that a person started", Pushed::Nothing),
        "parent_pipeline" => ("child pipeline", Pushed::Nothing),
        _ => ("pipeline without a push", Pushed::Nothing),
    };
    let event = Event::Push {
        of,
        head,
        before: environment.id("CI_COMMIT_BEFORE_SHA")?,
        default_branch,
        on_default_branch,
    };
    Ok(named(name, event))
}

fn merge_request(environment: &Environment<'_>, head: String, fork_point: Option<String>) -> Result<Named, CiError> {
    let kind = environment.text("CI_MERGE_REQUEST_EVENT_TYPE")?;
    let target_commit = environment.id("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")?;
    let source_commit = environment.id("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")?;
    let trial = |merge| Event::TrialMerge {
        merge,
        source_commit,
        target_commit,
        fork_point: fork_point.clone(),
    };
    Ok(match kind.as_deref() {
        Some("merged_result") => named("merged-results pipeline", trial(head)),
        Some("merge_train") => named("merge train", trial(head)),
        _ => {
            let base = fork_point.ok_or(CiError::Absent {
                name: "CI_MERGE_REQUEST_DIFF_BASE_SHA",
            })?;
            let branch = environment.branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")?;
            named("merge request pipeline", Event::Between { base, head, branch })
        }
    })
}

fn named(what: &str, event: Event) -> Named {
    Named {
        name: format!("GitLab's {what}"),
        event,
    }
}
