//! Which two commits an event of a CI platform is about.
//!
//! A platform module turns variables and the event's payload into an [`Event`]; [`resolve`] asks the repository for the
//! two commits. Everything the platform says is checked before it is used or shown: names of branches are chosen by the
//! author of the change. Nothing here touches the network; a commit that is missing is an error that names the fetch.

mod environment;
mod error;
mod github;
mod gitlab;
pub(crate) mod outputs;
pub(crate) mod range;
mod resolve;

use orgate_diff::Repository;

use crate::args::{CiArgs, CiPlatform, SideArgs};
use crate::error::CliError;

pub(crate) use environment::{Environment, id};
pub(crate) use error::CiError;

/// The two commits to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CiRange {
    /// Full id of a commit, or of the empty tree; a revision when `--base` named it.
    pub(crate) base: String,
    /// Full id of a commit; a revision when `--head` named it.
    pub(crate) head: String,
    /// Why these two, for people.
    pub(crate) why: String,
    /// The change is on the default branch already, so platforms that compare reports need an empty one.
    pub(crate) on_default_branch: bool,
    /// The tip of the branch that the change goes to, as far as it is known and not base itself.
    pub(crate) tip: Option<String>,
}

/// What an event is about, before the repository is asked. All ids are full, all branches checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A pull request for which the platform made a trial merge. The checkout holds the merge, or the branch itself.
    PullRequest {
        merge: Option<String>,
        tip: Option<String>,
        target: String,
    },
    /// A merged result or a merge train of GitLab: a trial merge, or a rebased commit where merges are not allowed.
    TrialMerge {
        merge: String,
        source_commit: Option<String>,
        target_commit: Option<String>,
        fork_point: Option<String>,
    },
    /// The platform names both ends; the branch is the one that the change goes to, if it is named.
    Between {
        base: String,
        head: String,
        branch: Option<String>,
    },
    /// Everything since the commit at which the work left a branch.
    Since { head: String, branch: String },
    /// Everything since the commit at which the work left another commit.
    SinceCommit { head: String, other: String },
    /// Commits that are on a branch already, or behind a tag.
    Push {
        of: Pushed,
        head: String,
        before: Option<String>,
        default_branch: Option<String>,
        on_default_branch: bool,
    },
    /// No change is named: the last commit.
    Last { head: String, on_default_branch: bool },
}

/// What a pipeline about commits that are there already runs for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    Branch,
    Tag,
    /// A branch that nobody pushed to: a schedule, a person, another pipeline.
    Nothing,
}

impl Pushed {
    /// What a push moves.
    fn noun(self) -> &'static str {
        match self {
            Self::Branch | Self::Nothing => "branch",
            Self::Tag => "tag",
        }
    }

    /// Why the event names no commit that was there before.
    fn first(self) -> &'static str {
        match self {
            Self::Branch => "the branch is new",
            Self::Tag => "the tag is new",
            Self::Nothing => "no push started it",
        }
    }
}

/// An event and its name, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) event: Event,
}

/// The range of the running CI job; `None` when there is no job or `--ci off`. Ends that `arguments` names win.
pub(crate) fn range(arguments: &SideArgs, environment: &Environment<'_>, repository: &Repository) -> Result<Option<CiRange>, CiError> {
    let Some(named) = event(&arguments.ci, environment)? else {
        return Ok(None);
    };
    let found = resolve::Resolver {
        repository,
        unreachable: &arguments.ci.ci_unreachable,
    }
    .resolve(&named, arguments.base.as_deref(), arguments.head.as_deref())?;
    Ok(Some(found))
}

/// The event of the running CI job.
fn event(arguments: &CiArgs, environment: &Environment<'_>) -> Result<Option<Named>, CiError> {
    match arguments.ci {
        CiPlatform::Github => github::event(environment, arguments.ci_allow_untrusted_event).map(Some),
        CiPlatform::Gitlab => gitlab::event(environment).map(Some),
        CiPlatform::Auto if environment.is_true("GITHUB_ACTIONS") => {
            github::event(environment, arguments.ci_allow_untrusted_event).map(Some)
        }
        CiPlatform::Auto if environment.is_true("GITLAB_CI") => gitlab::event(environment).map(Some),
        CiPlatform::Auto | CiPlatform::Off => Ok(None),
    }
}

/// Lines for a script, on standard output.
fn print(text: &str) -> Result<(), CliError> {
    crate::output::stdout(text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests;
