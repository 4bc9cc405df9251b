//! GitHub Actions: from variables and the event's payload to what the event is about.
//!
//! `pull_request.base.sha` is never used: it is as old as the pull request's last synchronisation. What merging changes
//! is the difference between the trial merge and its first parent.

use std::path::Path;

use serde::Deserialize;

use super::environment::{Environment, branch, id};
use super::error::CiError;
use super::{Event, Named, Pushed};

/// The platform's own payloads stay below 25 MB.
const MOST_BYTES: u64 = 32 << 20;

/// The parts of a payload that matter.
#[derive(Debug, Default, Deserialize)]
struct Payload {
    before: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    deleted: Option<bool>,
    pull_request: Option<PullRequest>,
    merge_group: Option<MergeGroup>,
    workflow_run: Option<WorkflowRun>,
    repository: Option<RepositoryInfo>,
}

#[derive(Debug, Deserialize)]
struct PullRequest {
    head: Option<Tip>,
    base: Option<Tip>,
}

#[derive(Debug, Deserialize)]
struct Tip {
    sha: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
}

#[derive(Debug, Deserialize)]
struct MergeGroup {
    head_sha: Option<String>,
    base_sha: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WorkflowRun {
    head_sha: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RepositoryInfo {
    default_branch: Option<String>,
}

/// What the event of the running job is about.
pub(super) fn event(environment: &Environment<'_>, allow_untrusted: bool) -> Result<Named, CiError> {
    let name = environment
        .text("GITHUB_EVENT_NAME")?
        .ok_or(CiError::Absent { name: "GITHUB_EVENT_NAME" })?;
    let name = branch("GITHUB_EVENT_NAME", &name)?;
    if matches!(name.as_str(), "pull_request_target" | "workflow_run") && !allow_untrusted {
        return Err(CiError::Untrusted { event: name });
    }
    let reader = Reader {
        payload: payload(environment)?,
        environment,
        name: &name,
    };
    let event = match name.as_str() {
        "pull_request" | "pull_request_review" | "pull_request_review_comment" => reader.pull_request()?,
        "merge_group" => reader.merge_group()?,
        "push" => reader.push()?,
        "workflow_dispatch" | "schedule" | "repository_dispatch" | "release" => Event::Last {
            head: environment.required_id("GITHUB_SHA")?,
            on_default_branch: reader.on_default_branch()?,
        },
        "pull_request_target" => Event::Since {
            head: reader.tip()?.ok_or_else(|| reader.lacks("pull_request.head.sha"))?,
            branch: reader.target()?,
        },
        "workflow_run" => Event::Since {
            head: reader.run_head()?.ok_or_else(|| reader.lacks("workflow_run.head_sha"))?,
            branch: reader.default_branch()?.ok_or_else(|| reader.lacks("repository.default_branch"))?,
        },
        _ => return Err(CiError::NoChange { event: name }),
    };
    Ok(Named {
        name: format!("GitHub's event {name}"),
        event,
    })
}

fn payload(environment: &Environment<'_>) -> Result<Payload, CiError> {
    environment
        .path("GITHUB_EVENT_PATH")
        .map_or(Ok(Payload::default()), |path| read(&path))
}

fn read(path: &Path) -> Result<Payload, CiError> {
    let fail = |reason: String| CiError::PayloadFile {
        path: path.to_owned(),
        reason,
    };
    let size = std::fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
    if size > MOST_BYTES {
        return Err(fail(format!("it is {size} bytes long, more than any payload of GitHub")));
    }
    let bytes = std::fs::read(path).map_err(|error| fail(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| fail(error.to_string()))
}

/// A payload and the variables beside it.
struct Reader<'a> {
    payload: Payload,
    environment: &'a Environment<'a>,
    name: &'a str,
}

impl Reader<'_> {
    fn lacks(&self, field: &'static str) -> CiError {
        CiError::Payload {
            event: self.name.to_owned(),
            field,
        }
    }

    fn pull_request(&self) -> Result<Event, CiError> {
        Ok(Event::PullRequest {
            merge: self.environment.id("GITHUB_SHA")?,
            tip: self.tip()?,
            target: self.target()?,
        })
    }

    fn tip(&self) -> Result<Option<String>, CiError> {
        let tip = self.payload.pull_request.as_ref().and_then(|pull| pull.head.as_ref());
        tip.and_then(|tip| tip.sha.as_deref())
            .map_or(Ok(None), |text| id("pull_request.head.sha", text))
    }

    /// The branch the pull request is to be merged into.
    fn target(&self) -> Result<String, CiError> {
        if let Some(name) = self.environment.branch("GITHUB_BASE_REF")? {
            return Ok(name);
        }
        let base = self.payload.pull_request.as_ref().and_then(|pull| pull.base.as_ref());
        match base.and_then(|base| base.reference.as_deref()) {
            Some(text) => branch("pull_request.base.ref", text),
            None => Err(self.lacks("pull_request.base.ref")),
        }
    }

    fn merge_group(&self) -> Result<Event, CiError> {
        let group = self.payload.merge_group.as_ref().ok_or_else(|| self.lacks("merge_group"))?;
        let base = group.base_sha.as_deref().ok_or_else(|| self.lacks("merge_group.base_sha"))?;
        let head = match group.head_sha.as_deref() {
            Some(text) => id("merge_group.head_sha", text)?,
            None => self.environment.id("GITHUB_SHA")?,
        };
        Ok(Event::Between {
            base: id("merge_group.base_sha", base)?.ok_or_else(|| self.lacks("merge_group.base_sha"))?,
            head: head.ok_or_else(|| self.lacks("merge_group.head_sha"))?,
            branch: None,
        })
    }

    fn push(&self) -> Result<Event, CiError> {
        if self.payload.deleted == Some(true) {
            return Err(CiError::Deleted);
        }
        let before = self.payload.before.as_deref().ok_or_else(|| self.lacks("before"))?;
        let is_tag = self.reference()?.is_some_and(|name| name.starts_with("refs/tags/"));
        Ok(Event::Push {
            of: if is_tag { Pushed::Tag } else { Pushed::Branch },
            head: self.environment.required_id("GITHUB_SHA")?,
            before: id("before", before)?,
            default_branch: self.default_branch()?,
            on_default_branch: self.on_default_branch()?,
        })
    }

    fn run_head(&self) -> Result<Option<String>, CiError> {
        let run = self.payload.workflow_run.as_ref();
        run.and_then(|run| run.head_sha.as_deref())
            .map_or(Ok(None), |text| id("workflow_run.head_sha", text))
    }

    fn default_branch(&self) -> Result<Option<String>, CiError> {
        let info = self.payload.repository.as_ref();
        info.and_then(|info| info.default_branch.as_deref())
            .map(|text| branch("repository.default_branch", text))
            .transpose()
    }

    /// The full name of the branch or tag that the event is about.
    fn reference(&self) -> Result<Option<String>, CiError> {
        let text = self.environment.text("GITHUB_REF")?;
        Ok(text.or_else(|| self.payload.reference.clone()))
    }

    fn on_default_branch(&self) -> Result<bool, CiError> {
        let Some(default) = self.default_branch()? else {
            return Ok(false);
        };
        Ok(self
            .reference()?
            .is_some_and(|name| name.strip_prefix("refs/heads/") == Some(&default)))
    }
}
