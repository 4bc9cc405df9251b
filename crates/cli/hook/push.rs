//! What a push takes to the remote, as pre-commit's variables or git's own lines on standard input say.

use std::io::{self, IsTerminal as _, Read as _};

use orgate_diff::Repository;

use super::Work;
use crate::args::HookArgs;
use crate::ci::Environment;
use crate::error::CliError;
use crate::place::Place;
use crate::sides::Sides;

/// More text than this is no push: it names a hundred thousand refs.
const MOST_BYTES: u64 = 32 << 20;

/// Two commits and the reason.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) base: String,
    pub(super) head: String,
    why: String,
}

impl Range {
    pub(super) fn sides(&self, repository: &Repository) -> Result<Sides, CliError> {
        Ok(Sides {
            base: Box::new(repository.snapshot(&repository.resolve(&self.base)?)),
            head: Box::new(repository.snapshot(&repository.resolve(&self.head)?)),
            tip: None,
            why: self.why.clone(),
            on_default_branch: false,
            place: Place::default(),
        })
    }
}

/// What is pushed, by pre-commit's variables if they are there, else by standard input.
pub(super) fn work(arguments: &HookArgs, repository: &Repository, environment: &Environment<'_>) -> Result<Work, CliError> {
    if let (Some(from), Some(to)) = (environment.text("PRE_COMMIT_FROM_REF")?, environment.text("PRE_COMMIT_TO_REF")?) {
        return Ok(ranges(between(repository, &from, &to)?.into_iter().collect()));
    }
    let remote = match environment.text("PRE_COMMIT_REMOTE_NAME")? {
        Some(name) => Some(name),
        None => arguments.rest.first().cloned(),
    };
    let remote = remote.as_deref().unwrap_or("origin");
    if environment.has("PRE_COMMIT") || environment.has("PRE_COMMIT_REMOTE_NAME") {
        let branch = environment.text("PRE_COMMIT_LOCAL_BRANCH")?;
        let to = branch.as_deref().unwrap_or("HEAD");
        return Ok(ranges(since_remotes(repository, remote, to)?.into_iter().collect()));
    }
    let mut found = Vec::new();
    for line in read_stdin()?.lines().filter(|line| !line.trim().is_empty()) {
        found.extend(from_line(repository, remote, line)?);
    }
    Ok(ranges(found))
}

fn ranges(found: Vec<Range>) -> Work {
    if found.is_empty() {
        return Work::Nothing("the push holds nothing that could be compared with what the remote has".to_owned());
    }
    Work::Ranges(found)
}

fn read_stdin() -> Result<String, CliError> {
    let input = io::stdin();
    if input.is_terminal() {
        return Ok(String::new());
    }
    whole(input)
}

/// All that is pushed: what lies behind a cut would be pushed without being judged.
fn whole(input: impl io::Read) -> Result<String, CliError> {
    let mut text = Vec::new();
    input
        .take(MOST_BYTES.saturating_add(1))
        .read_to_end(&mut text)
        .map_err(CliError::Stdin)?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > MOST_BYTES {
        return Err(CliError::Stdin(io::Error::other(format!("it holds more than {MOST_BYTES} bytes"))));
    }
    String::from_utf8(text).map_err(|error| CliError::Stdin(io::Error::other(error)))
}

/// A line as git writes it for pre-push: `LOCAL-REF ID REMOTE-REF ID`. An id of zeros stands for "none".
pub(super) fn from_line(repository: &Repository, remote: &str, line: &str) -> Result<Option<Range>, CliError> {
    let id = |text: &str| crate::ci::id("standard input", text);
    let parts: Vec<&str> = line.split_whitespace().collect();
    let &[_, local, _, there] = parts.as_slice() else {
        return Err(CliError::PushLine(line.chars().take(120).collect()));
    };
    let Some(local) = id(local)? else {
        // A ref is deleted: nothing goes there.
        return Ok(None);
    };
    let there = id(there)?;
    if let Some(there) = there.as_deref().filter(|there| repository.resolve(there).is_ok()) {
        return between(repository, there, &local);
    }
    match (since_remotes(repository, remote, &local)?, there) {
        // The remote has this ref, at a commit that is not here: nobody can say what the push changes there.
        (None, Some(there)) => between(repository, &there, &local),
        (found, _) => Ok(found),
    }
}

/// From one commit to another: since they parted, or, where nobody knows, one against the other.
fn between(repository: &Repository, from: &str, to: &str) -> Result<Option<Range>, CliError> {
    let head = repository.resolve(to)?.id;
    let given = repository.resolve(from)?.id;
    let base = repository.merge_base(&given, &head).map_or(given, |base| base.id);
    Ok(range(base, head, "what the commits to push change"))
}

/// Since the commits parted from what the remote has, or else another remote; `None` when nothing is known here of any.
fn since_remotes(repository: &Repository, remote: &str, to: &str) -> Result<Option<Range>, CliError> {
    let head = repository.resolve(to)?.id;
    for there in repository.remote_branches(remote) {
        let known = repository.resolve(&there);
        if let Ok(base) = known.and_then(|there| repository.merge_base(&there.id, &head)) {
            return Ok(range(
                base.id,
                head,
                &format!("what the commits to push change, since they left {there}"),
            ));
        }
    }
    Ok(None)
}

fn range(base: String, head: String, why: &str) -> Option<Range> {
    (base != head).then(|| Range {
        base,
        head,
        why: why.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read as _};

    use super::{MOST_BYTES, whole};

    #[test]
    fn nothing_is_pushed_behind_a_cut() {
        let long = |bytes: u64| io::repeat(b'\n').take(bytes);
        assert_eq!(u64::try_from(whole(long(MOST_BYTES)).unwrap().len()), Ok(MOST_BYTES));
        assert!(whole(long(MOST_BYTES + 1)).is_err());
    }
}
