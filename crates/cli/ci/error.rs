//! Why a CI event does not lead to two commits, and what to do about it.

use std::path::PathBuf;

use orgate_diff::DiffError;

/// Longest value that a message repeats.
const SHOWN: usize = 120;

/// Every one ends in exit code 2: a gate that does not know what to compare must not pass.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CiError {
    #[error("{0}")]
    Diff(#[from] DiffError),
    /// A commit that the event names is not in this clone.
    #[error(
        "commit {id} ({role}) is not in this clone; get it with: git fetch --no-tags --depth=1 origin {id} (or check out with fetch-depth: 0 on GitHub, GIT_DEPTH: \"0\" on GitLab)"
    )]
    Missing { id: String, role: String },
    /// The comparison needs history that was cut off.
    #[error(
        "the commit at which {head} left '{branch}' is not in this clone; get the history with: git fetch --no-tags {}origin {} (or check out with fetch-depth: 0 on GitHub, GIT_DEPTH: \"0\" on GitLab)",
        if *.shallow { "--unshallow " } else { "" }, shell_word(&format!("+refs/heads/{branch}:refs/remotes/origin/{branch}"))
    )]
    History { head: String, branch: String, shallow: bool },
    #[error(
        "the event '{event}' runs with the rights of the base branch, and the checkout is the base branch: comparing it would pass whatever the change does. Run on pull_request instead (it needs no secret and works for forks); or, if you check out and name the change yourself, give --base and --head, or --ci-allow-untrusted-event"
    )]
    Untrusted { event: String },
    #[error("the event '{event}' does not say what changed; name both commits: --base REV --head REV, or switch this off: --ci off")]
    NoChange { event: String },
    #[error("the push deleted the branch, so there is nothing to judge; run the job only `if: github.event.deleted != true`")]
    Deleted,
    #[error(
        "the variable {name} is not set, so this is not the CI platform that --ci names; leave --ci out, or use --ci off with --base and --head"
    )]
    Absent { name: &'static str },
    #[error("{place} holds {shown}, which is not {wanted}; is this set by the CI platform?")]
    Value {
        place: String,
        shown: String,
        wanted: &'static str,
    },
    #[error("the payload of the event '{event}' has no usable `{field}`; name both commits: --base REV --head REV")]
    Payload { event: String, field: &'static str },
    #[error("cannot read the event's payload {} (GITHUB_EVENT_PATH): {reason}", .path.display())]
    PayloadFile { path: PathBuf, reason: String },
}

impl CiError {
    /// A value that is not what it should be, shown without its control characters.
    pub(crate) fn value(place: &str, text: &str, wanted: &'static str) -> Self {
        let short: String = text.chars().take(SHOWN).collect();
        Self::Value {
            place: place.to_owned(),
            shown: format!("{short:?}"),
            wanted,
        }
    }
}

/// Text as one word for a POSIX shell, so that the command can be copied as it stands.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@".contains(c);
    if text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
