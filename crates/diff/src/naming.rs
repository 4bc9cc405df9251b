//! What the spelling of a revision says: a name, then steps such as `~2`, `^{tree}` or `:path`.
//!
//! libgit2 says which ref a name is and what its log holds; it reads no object for that, because one that is truncated keeps
//! it busy for ever. Steps are walked by our own readers. Searches by text or date are left to the program git.

use git2::{ErrorCode, ObjectType};

use crate::ancestry::shallow_commits;
use crate::commit::{RawCommit, tag_target};
use crate::error::DiffError;
use crate::id::ObjectId;
use crate::objects::SHORTEST;
use crate::repository::Repository;
use crate::revision::MAX_PEEL;
use crate::spawn::Git;
use crate::tree::EntryKind;

/// What stands before the steps.
enum Start<'r> {
    Name(&'r str),
    Ref(String),
    Object(ObjectId),
}

/// Why the spelling leads nowhere here.
enum Stop {
    /// It names nothing.
    Nothing,
    /// Git knows how to search, and reads what is damaged without harm.
    AskGit,
    Error(DiffError),
}

impl From<DiffError> for Stop {
    fn from(error: DiffError) -> Self {
        Self::Error(error)
    }
}

/// The object a revision names; `None` when it names none. The object is here and can be read.
pub(crate) fn object(repository: &Repository, library: &git2::Repository, rev: &str) -> Result<Option<ObjectId>, DiffError> {
    let names = Names { repository, library, rev };
    match names.object() {
        Ok(id) => Ok(Some(id)),
        Err(Stop::Nothing) => Ok(None),
        Err(Stop::AskGit) => {
            let mut git = repository.inner.git.because("a commit is named by its message or by a date");
            // A name is no reason to open a connection.
            git.env.push(("GIT_NO_LAZY_FETCH", "1".into()));
            asked(&git, rev)
        }
        Err(Stop::Error(error)) => Err(error),
    }
}

/// The object that the program git says a revision names.
pub(crate) fn asked(git: &Git, rev: &str) -> Result<Option<ObjectId>, DiffError> {
    let output = git.output(&["rev-parse", "--verify", "--quiet", "--end-of-options", rev])?;
    if !output.status.success() {
        return Ok(None);
    }
    Ok(ObjectId::from_hex(output.stdout.trim_ascii()))
}

struct Names<'a> {
    repository: &'a Repository,
    library: &'a git2::Repository,
    /// All of it, for the messages.
    rev: &'a str,
}

impl Names<'_> {
    fn object(&self) -> Result<ObjectId, Stop> {
        let rev = self.rev;
        let end = rev.find("@{").into_iter().chain(rev.find(['^', '~', ':'])).min();
        let (name, mut rest) = rev.split_at_checked(end.unwrap_or(rev.len())).ok_or(Stop::Nothing)?;
        let mut start = Start::Name(if name == "@" { "HEAD" } else { name });
        while let Some(inner) = rest.strip_prefix("@{") {
            let (inner, after) = inner.split_once('}').ok_or(Stop::Nothing)?;
            start = self.at(start, inner)?;
            rest = after;
        }
        if rest.starts_with(":/") && matches!(start, Start::Name("")) {
            return Err(Stop::AskGit);
        }
        let mut id = match start {
            Start::Name("") => return Err(Stop::Nothing),
            Start::Name(name) => self.named(name)?,
            Start::Ref(name) => self.repository.target(self.library, &name)?.ok_or(Stop::Nothing)?,
            Start::Object(id) => id,
        };
        while !rest.is_empty() {
            (id, rest) = self.step(id, rest)?;
        }
        self.read(id)?;
        Ok(id)
    }

    /// What `@{…}` makes of what stands before it.
    fn at<'r>(&self, start: Start<'r>, inner: &str) -> Result<Start<'r>, Stop> {
        let number = inner.parse::<i32>().ok();
        if inner.starts_with('-') {
            return match (start, number) {
                (Start::Name(""), Some(back)) if back < 0 => self.left(back.unsigned_abs()),
                _ => Err(Stop::Nothing),
            };
        }
        let upstream = matches!(inner, "u" | "upstream");
        if number.is_none() && !upstream {
            return Err(Stop::AskGit);
        }
        let name = match start {
            // The log of HEAD is its own, not that of the branch.
            Start::Name("HEAD") if number.is_some_and(|number| number > 0) => "HEAD".to_owned(),
            Start::Name(name) => self.reference(name)?.0,
            Start::Ref(name) => name,
            Start::Object(_) => return Err(Stop::Nothing),
        };
        if upstream {
            let upstream = name.starts_with("refs/heads/").then(|| self.library.branch_upstream_name(&name));
            let upstream = self.found(upstream.ok_or(Stop::Nothing)?)?;
            return upstream.as_str().map(|name| Start::Ref(name.to_owned())).map_err(|_| Stop::Nothing);
        }
        let place = number.and_then(|number| usize::try_from(number).ok()).ok_or(Stop::Nothing)?;
        if place == 0 {
            return Ok(Start::Ref(name));
        }
        let log = self.found(self.library.reflog(&name))?;
        let id = log.get(place).and_then(|entry| ObjectId::from_git(entry.id_new()));
        id.map(Start::Object).ok_or(Stop::Nothing)
    }

    /// What was checked out so many times before.
    fn left<'r>(&self, back: u32) -> Result<Start<'r>, Stop> {
        let log = self.found(self.library.reflog("HEAD"))?;
        let messages = log.iter().filter_map(|entry| entry.message().ok().flatten().map(str::to_owned));
        let mut left = messages.filter_map(|message| {
            let (_, after) = message.split_once("checkout: moving from ")?;
            after.rsplit_once(" to ").map(|(name, _)| name.to_owned())
        });
        let back = usize::try_from(back).map_err(|_| Stop::Nothing)?;
        let name = left.nth(back.saturating_sub(1)).ok_or(Stop::Nothing)?;
        match self.reference(&name) {
            Err(Stop::Nothing) => self.abbreviated(&name).map(Start::Object),
            found => Ok(Start::Ref(found?.0)),
        }
    }

    /// The object of a name: a full id, a ref, the beginning of an id, or what `git describe` makes of one.
    fn named(&self, name: &str) -> Result<ObjectId, Stop> {
        let objects = &self.repository.inner.objects;
        if let Some(id) = self.repository.full_id(name)
            && objects.here(id)?.is_some()
        {
            return Ok(id);
        }
        match self.reference(name) {
            Err(Stop::Nothing) => {}
            found => return Ok(found?.1),
        }
        if name.len() < 2 * objects.id_len() {
            match self.abbreviated(name) {
                Err(Stop::Nothing) => {}
                found => return found,
            }
        }
        let (described, digits) = name.split_once("-g").ok_or(Stop::Nothing)?;
        let (tag, count) = described.rsplit_once('-').ok_or(Stop::Nothing)?;
        if tag.is_empty() || count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Stop::Nothing);
        }
        self.abbreviated(digits)
    }

    /// Full name and object of a ref, found in the places and in the order of git.
    fn reference(&self, name: &str) -> Result<(String, ObjectId), Stop> {
        let found = self.found(self.library.resolve_reference_from_short_name(name))?;
        let id = found.target().and_then(ObjectId::from_git).ok_or(Stop::Nothing)?;
        let name = found.name().map_err(|_| Stop::Nothing)?;
        Ok((name.to_owned(), id))
    }

    fn abbreviated(&self, digits: &str) -> Result<ObjectId, Stop> {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Stop::Nothing);
        }
        let found = self.repository.inner.objects.like(digits)?;
        match found.as_slice() {
            [id] => Ok(*id),
            [] if digits.len() >= SHORTEST => Err(Stop::Nothing),
            _ => Err(Stop::Error(DiffError::Ambiguous { rev: self.rev.to_owned() })),
        }
    }

    fn found<T>(&self, answer: Result<T, git2::Error>) -> Result<T, Stop> {
        answer.map_err(|error| match error.code() {
            ErrorCode::NotFound | ErrorCode::InvalidSpec => Stop::Nothing,
            _ => Stop::Error(self.repository.failed(&error)),
        })
    }

    /// The first of the steps, and the rest of them.
    fn step<'r>(&self, id: ObjectId, steps: &'r str) -> Result<(ObjectId, &'r str), Stop> {
        if let Some(inner) = steps.strip_prefix("^{") {
            let (inner, rest) = inner.split_once('}').ok_or(Stop::Nothing)?;
            return Ok((self.peeled(id, inner)?, rest));
        }
        if let Some(path) = steps.strip_prefix(':') {
            return Ok((self.below(id, path)?, ""));
        }
        let generations = steps.starts_with('~');
        let rest = steps.strip_prefix(['~', '^']).ok_or(Stop::Nothing)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = rest.split_at_checked(digits).ok_or(Stop::Nothing)?;
        let count = match digits {
            "" => 1,
            digits => digits.parse::<i32>().map_err(|_| Stop::Nothing)?,
        };
        let mut commit = self.peeled(id, "commit")?;
        if generations {
            let shallow = shallow_commits(&self.repository.inner.common_dir)?;
            for _ in 0..count {
                commit = self.parent(commit, 0, shallow.contains(&commit))?;
            }
        } else if let Some(nth) = count.checked_sub(1).and_then(|nth| usize::try_from(nth).ok()) {
            let shallow = shallow_commits(&self.repository.inner.common_dir)?;
            commit = self.parent(commit, nth, shallow.contains(&commit))?;
        }
        Ok((commit, rest))
    }

    /// A parent of a commit. The history of a shallow clone ends where its list says, even if a parent is here.
    fn parent(&self, commit: ObjectId, nth: usize, cut: bool) -> Result<ObjectId, Stop> {
        let raw = RawCommit::read(&self.repository.inner.objects, commit)?.ok_or(Stop::Nothing)?;
        let parent = raw.parents.get(nth).filter(|_| !cut);
        parent.copied().ok_or(Stop::Nothing)
    }

    fn peeled(&self, start: ObjectId, wanted: &str) -> Result<ObjectId, Stop> {
        let wanted = match wanted {
            "" => None,
            "commit" => Some(ObjectType::Commit),
            "tree" => Some(ObjectType::Tree),
            "blob" => Some(ObjectType::Blob),
            "tag" => Some(ObjectType::Tag),
            _ if wanted.starts_with('/') => return Err(Stop::AskGit),
            _ => return Err(Stop::Nothing),
        };
        let mut id = start;
        for _ in 0..MAX_PEEL {
            let (kind, content) = self.read(id)?;
            if wanted == Some(kind) || (wanted.is_none() && kind != ObjectType::Tag) {
                return Ok(id);
            }
            id = match kind {
                ObjectType::Tag => {
                    tag_target(content.as_ref()).ok_or_else(|| DiffError::broken(id, "the header of the tag is malformed"))?
                }
                ObjectType::Commit if wanted == Some(ObjectType::Tree) => {
                    let raw = RawCommit::parse(content.as_ref());
                    raw.ok_or_else(|| DiffError::broken(id, "the header of the commit is malformed"))?
                        .tree
                }
                _ => return Err(Stop::Nothing),
            };
        }
        Err(Stop::Error(DiffError::broken(start, "a tag of a tag of a tag, too many times")))
    }

    /// What lies at a path of a commit or a tree.
    fn below(&self, id: ObjectId, path: &str) -> Result<ObjectId, Stop> {
        let objects = &self.repository.inner.objects;
        let mut id = self.peeled(id, "tree")?;
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            // All of the tree itself, and a folder written with a slash behind it.
            if part.is_empty() && parts.peek().is_none() {
                break;
            }
            let Some((kind, below)) = objects.folders.entry(objects, id, part.as_bytes())? else {
                return Err(Stop::Nothing);
            };
            if parts.peek().is_some() && !matches!(kind, EntryKind::Folder) {
                return Err(Stop::Nothing);
            }
            id = below;
        }
        Ok(id)
    }

    fn read(&self, id: ObjectId) -> Result<(ObjectType, crate::objects::Raw), Stop> {
        self.repository.inner.objects.here(id)?.ok_or(Stop::Nothing)
    }
}
