//! From an event to two commits of this clone.
//!
//! Parents are read from the raw commit, so a clone of depth 1 shows which commit to fetch. A commit that is not there
//! is never replaced by another one, unless the caller says that the server no longer has it.

use orgate_diff::{DiffError, MergeBase, Repository};

use super::error::CiError;
use super::{CiRange, Event, Named, Pushed};
use crate::sides;

/// A repository, and what is known to be gone from its server.
#[derive(Debug)]
pub(super) struct Resolver<'a> {
    pub(super) repository: &'a Repository,
    /// Ids that cannot be fetched any more.
    pub(super) unreachable: &'a [String],
}

/// Both ends and the reason, as a clause that follows the name of the event.
struct Found {
    base: String,
    head: String,
    why: String,
    /// The tip of the branch that the change goes to, where base is not that.
    tip: Option<String>,
}

/// Where the work on a head left a branch.
struct Fork {
    base: MergeBase,
    tip: String,
    /// The branch, for people.
    branch: String,
}

impl Fork {
    fn until(self, head: String, reason: &str) -> Found {
        let why = sides::fork_told(&self.base, "", &format!("'{}'", self.branch));
        let comma = if reason.is_empty() { "" } else { ", so " };
        Found {
            tip: Some(self.tip),
            ..Found::new(self.base.id, head, format!("{reason}{comma}{why}"))
        }
    }
}

impl Found {
    fn new(base: String, head: String, why: impl Into<String>) -> Self {
        Self {
            base,
            head,
            why: why.into(),
            tip: None,
        }
    }
}

impl Resolver<'_> {
    /// The range of an event. A base or head that was given wins.
    pub(super) fn resolve(&self, named: &Named, base: Option<&str>, head: Option<&str>) -> Result<CiRange, CiError> {
        let event = match head {
            Some(head) => with_head(&named.event, head),
            None => named.event.clone(),
        };
        let on_default_branch = match &event {
            Event::Push { on_default_branch, .. } | Event::Last { on_default_branch, .. } => *on_default_branch,
            _ => false,
        };
        let found = match base {
            Some(base) => Found::new(base.to_owned(), self.head(&event)?, format!("base is --base {base}")),
            None => self.find(event)?,
        };
        let why = match head {
            Some(head) => format!("{}, with --head {head}: {}", named.name, found.why),
            None => format!("{}: {}", named.name, found.why),
        };
        Ok(CiRange {
            base: found.base,
            head: found.head,
            why,
            on_default_branch,
            tip: found.tip,
        })
    }

    fn find(&self, event: Event) -> Result<Found, CiError> {
        match event {
            Event::PullRequest { merge, tip, target } => self.pull_request(merge, tip, &target),
            Event::TrialMerge {
                merge,
                source_commit,
                target_commit,
                fork_point,
            } => self.trial_merge(merge, [target_commit, source_commit], fork_point),
            Event::Between { base, head, branch } => {
                self.need(&head, "the head that the platform names")?;
                self.need(&base, "the base that the platform names")?;
                // The branch itself is in few clones, and its history in fewer.
                let known = |branch: &String| self.repository.resolve(&tip_of(branch)).ok();
                let tip = branch.as_ref().and_then(known).map(|tip| tip.id);
                let fork = branch.and_then(|branch| self.fork(&head, &branch).ok());
                if let Some(fork) = fork.filter(|fork| fork.base.several) {
                    return Ok(fork.until(head, ""));
                }
                Ok(Found {
                    tip,
                    ..Found::new(base, head, "base and head as the platform names them")
                })
            }
            Event::Since { head, branch } => {
                self.need(&head, "the head that the platform names")?;
                Ok(self.fork(&head, &branch)?.until(head, ""))
            }
            Event::SinceCommit { head, other } => {
                self.need(&head, "the head that the platform names")?;
                self.need(&other, "the target branch's commit")?;
                let base = self.repository.merge_base(&other, &head)?;
                let why = sides::fork_told(&base, "", "the target branch's commit");
                Ok(Found {
                    tip: Some(other),
                    ..Found::new(base.id, head, why)
                })
            }
            Event::Push {
                of,
                head,
                before,
                default_branch,
                on_default_branch,
            } => {
                self.need(&head, "the head that the platform names")?;
                self.push(of, head, before, default_branch.filter(|_| !on_default_branch))
            }
            Event::Last { head, .. } => {
                self.need(&head, "the head that the platform names")?;
                self.last(head, "the event names no change")
            }
        }
    }

    /// The head of an event, when its base is not asked for.
    fn head(&self, event: &Event) -> Result<String, CiError> {
        let head = match event {
            Event::PullRequest { merge, tip, .. } => {
                let (merge, tip) = (merge.as_ref(), tip.as_ref());
                let local = self.repository.head_id()?;
                let checked_out = [merge, tip].into_iter().flatten().find(|id| local.as_ref() == Some(*id));
                checked_out.or(merge).or(tip).ok_or(CiError::Absent { name: "GITHUB_SHA" })?
            }
            Event::TrialMerge { merge, .. } => merge,
            Event::Between { head, .. }
            | Event::Since { head, .. }
            | Event::SinceCommit { head, .. }
            | Event::Push { head, .. }
            | Event::Last { head, .. } => head,
        };
        self.need(head, "the head that the platform names")?;
        Ok(head.clone())
    }

    /// Which of the two commits of a pull request is judged follows the checkout, so that the files on disk, the lines in
    /// the report and the commits are the same; a checkout of neither does not count.
    fn pull_request(&self, merge: Option<String>, tip: Option<String>, target: &str) -> Result<Found, CiError> {
        let local = self.repository.head_id()?;
        // Platforms that imitate GitHub make no trial merge: a merge by the author must not pass for one.
        let merge = merge.filter(|merge| tip.as_ref() != Some(merge));
        if let Some(tip) = &tip
            && local.as_ref() == Some(tip)
        {
            return self.since(tip, target, "the pull request's own head is checked out");
        }
        let Some(merge) = merge else {
            let tip = tip.ok_or(CiError::Absent { name: "GITHUB_SHA" })?;
            self.need(&tip, "the pull request's head")?;
            return self.since(&tip, target, "there is no trial merge");
        };
        if !self.present(&merge)? {
            if let Some(tip) = tip
                && self.present(&tip)?
            {
                return self.since(&tip, target, "the trial merge is not in this clone");
            }
            return Err(missing(merge, "the trial merge of the pull request"));
        }
        let parents = self.repository.raw_parents(&merge)?;
        match parents.first() {
            Some(base) if parents.len() > 1 => {
                self.need(base, &format!("the first parent of the trial merge {merge}"))?;
                let why = format!("what merging into '{target}' changes: the trial merge against its first parent");
                Ok(Found::new(base.clone(), merge, why))
            }
            _ => self.since(&merge, target, "the commit to judge is no merge"),
        }
    }

    /// `sides` are the commits that the platform merged, as far as it says so. A commit of the author may have two parents
    /// as well, and comparing that with its first parent would leave out all that came before.
    fn trial_merge(&self, merge: String, sides: [Option<String>; 2], fork_point: Option<String>) -> Result<Found, CiError> {
        self.need(&merge, "the commit of the pipeline")?;
        let parents = self.repository.raw_parents(&merge)?;
        let fits = |(parent, side): (&String, &Option<String>)| side.as_ref() == Some(parent);
        let trial = parents.len() == 2 && (sides == [None, None] || parents.iter().zip(&sides).any(fits));
        let [target, _] = sides;
        let (base, why) = match (parents.into_iter().next(), target, fork_point) {
            (Some(first), _, _) if trial => (first, "the trial merge against its first parent"),
            (_, Some(target), _) => (
                target,
                "the commit to judge is no trial merge, so base is the target branch's commit",
            ),
            (_, None, Some(fork)) => (
                fork,
                "the commit to judge is no trial merge, so base is the merge request's diff base",
            ),
            _ => {
                return Err(CiError::Absent {
                    name: "CI_MERGE_REQUEST_DIFF_BASE_SHA",
                });
            }
        };
        self.need(&base, &format!("the base of {merge}"))?;
        Ok(Found::new(base, merge, why))
    }

    fn push(&self, of: Pushed, head: String, before: Option<String>, default_branch: Option<String>) -> Result<Found, CiError> {
        let was = format!("what the {} was before the push", of.noun());
        let unseen = |before: String| missing(before, &was);
        let (reason, unknown) = match before {
            None => (of.first().to_owned(), None),
            Some(before) if self.present(&before)? => {
                return Ok(Found::new(before, head, format!("base is {was}")));
            }
            Some(before) => {
                let unknown = (!self.gone(&before)).then(|| before.clone());
                (format!("the commit before the push ({before}) is gone"), unknown)
            }
        };
        if let Some(before) = unknown.clone().filter(|_| self.repository.is_shallow()) {
            return Err(unseen(before));
        }
        // What the last commit changed is less than what the push changed, so nobody takes the one for the other as long
        // as the server may still have what was there.
        let last = |head: String, reason: &str| match unknown {
            Some(before) => Err(unseen(before)),
            None => self.last(head, reason),
        };
        let Some(branch) = default_branch else {
            return last(head, &reason);
        };
        let fork = self.fork(&head, &branch)?;
        if fork.base.id == head {
            return last(head, &format!("{reason} and head holds nothing that '{branch}' lacks"));
        }
        Ok(fork.until(head, &reason))
    }

    /// The last commit against its first parent.
    fn last(&self, head: String, reason: &str) -> Result<Found, CiError> {
        let (base, why) = if let Some(base) = self.repository.first_parent_raw(&head)? {
            self.need(&base, &format!("the first parent of {head}"))?;
            (base, format!("{reason}, so base is head's first parent"))
        } else {
            let base = self.repository.empty_tree()?.id;
            (base, format!("{reason} and head has no parent, so base is the empty tree"))
        };
        Ok(Found::new(base, head, why))
    }

    fn since(&self, head: &str, branch: &str, reason: &str) -> Result<Found, CiError> {
        Ok(self.fork(head, branch)?.until(head.to_owned(), reason))
    }

    /// Where the work on `head` left a branch of origin.
    fn fork(&self, head: &str, branch: &str) -> Result<Fork, CiError> {
        let history = || CiError::History {
            head: head.to_owned(),
            branch: branch.to_owned(),
            shallow: self.repository.is_shallow(),
        };
        let tip = match self.repository.resolve(&tip_of(branch)) {
            Ok(side) => side.id,
            Err(DiffError::UnknownRevision { .. } | DiffError::MissingCommit { .. }) => return Err(history()),
            Err(error) => return Err(error.into()),
        };
        match self.repository.merge_base(&tip, head) {
            Ok(base) => Ok(Fork {
                base,
                tip,
                branch: branch.to_owned(),
            }),
            Err(DiffError::NoMergeBase { .. } | DiffError::MissingObject { .. }) if self.repository.is_shallow() => Err(history()),
            Err(error) => Err(error.into()),
        }
    }

    fn present(&self, id: &str) -> Result<bool, CiError> {
        match self.repository.resolve(id) {
            Ok(_) => Ok(true),
            Err(DiffError::MissingCommit { .. } | DiffError::UnknownRevision { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn need(&self, id: &str, role: &str) -> Result<(), CiError> {
        if self.present(id)? {
            Ok(())
        } else {
            Err(missing(id.to_owned(), role))
        }
    }

    fn gone(&self, id: &str) -> bool {
        self.unreachable.iter().any(|gone| gone.eq_ignore_ascii_case(id))
    }
}

fn tip_of(branch: &str) -> String {
    format!("refs/remotes/origin/{branch}")
}

fn missing(id: String, role: &str) -> CiError {
    CiError::Missing { id, role: role.to_owned() }
}

/// The event with another head: what it is compared with must fit that head, not the one the platform made.
fn with_head(event: &Event, head: &str) -> Event {
    let head = head.to_owned();
    match event.clone() {
        Event::PullRequest { target, .. } => Event::Since { head, branch: target },
        Event::TrialMerge {
            target_commit: Some(other),
            ..
        }
        | Event::SinceCommit { other, .. } => Event::SinceCommit { head, other },
        Event::TrialMerge {
            fork_point: Some(base), ..
        }
        | Event::Between { base, .. } => Event::Between { base, head, branch: None },
        Event::TrialMerge { .. } => Event::Last {
            head,
            on_default_branch: false,
        },
        Event::Since { branch, .. } => Event::Since { head, branch },
        Event::Push {
            of,
            before,
            default_branch,
            on_default_branch,
            ..
        } => Event::Push {
            of,
            head,
            before,
            default_branch,
            on_default_branch,
        },
        Event::Last { on_default_branch, .. } => Event::Last { head, on_default_branch },
    }
}
