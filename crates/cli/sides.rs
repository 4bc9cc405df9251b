//! Which two snapshots are compared, and why.

use orgate_core::RepoPath;
use orgate_diff::snapshot::Source;
use orgate_diff::{DefaultBase, DirSnapshot, MergeBase, Repository, Snapshot};

use crate::args::{CiPlatform, SideArgs};
use crate::ci::{self, CiRange, Environment};
use crate::error::CliError;
use crate::place::Place;

/// Both sides, ready to read.
#[derive(Debug)]
pub(crate) struct Sides {
    pub(crate) base: Box<dyn Snapshot>,
    pub(crate) head: Box<dyn Snapshot>,
    /// The tip of the branch that the change goes to, where that is known and not base: whoever makes the change chooses
    /// how old base is.
    pub(crate) tip: Option<Box<dyn Snapshot>>,
    /// Why these two, for people.
    pub(crate) why: String,
    /// CI judges what is on the default branch already, so platforms that compare reports need an empty one.
    pub(crate) on_default_branch: bool,
    /// Where paths on the command line count from.
    pub(crate) place: Place,
}

impl Sides {
    /// Opens what the arguments name, and what the CI platform's variables say where they name nothing.
    pub(crate) fn open(arguments: &SideArgs) -> Result<Self, CliError> {
        Self::open_in(arguments, &Environment::process())
    }

    /// As [`Sides::open`], with variables from elsewhere.
    pub(crate) fn open_in(arguments: &SideArgs, environment: &Environment<'_>) -> Result<Self, CliError> {
        refuse_range(arguments)?;
        let needs_repository = arguments.base_dir.is_none() || arguments.head_dir.is_none();
        let repository = if needs_repository {
            Some(Repository::open(arguments.repo.as_deref())?)
        } else {
            None
        };
        let range = match &repository {
            Some(repository) if leaves_to_ci(arguments) => ci::range(arguments, environment, repository)?,
            _ => None,
        };
        let (base, head, on_default_branch) = if let (Some(range), Some(repository)) = (range, &repository) {
            open_range(range, repository)?
        } else {
            refuse_one_folder(arguments)?;
            let base = open_base(arguments, environment, repository.as_ref())?;
            (base, open_head(arguments, repository.as_ref())?, false)
        };
        let Base { snapshot: base, tip, why } = base;
        if let (Source::Commit(one), Source::Commit(other)) = (base.source(), head.source())
            && one.is_same_revision(other)
            // The first commit of a branch may be empty, as what it is compared with.
            && (one.describe() == other.describe() || !other.files(&|_| true)?.is_empty())
        {
            // Naming the same commit twice is a comparison of nothing; a pass would be a false one.
            return Err(CliError::NothingToCompare(other.describe()));
        }
        Ok(Self {
            base,
            head,
            tip,
            why,
            on_default_branch,
            place: Place::of(arguments, repository.as_ref()),
        })
    }

    /// One snapshot, opened twice, for what is no comparison.
    pub(crate) fn of_one(base: Box<dyn Snapshot>, head: Box<dyn Snapshot>) -> Self {
        Self {
            base,
            head,
            tip: None,
            why: String::new(),
            on_default_branch: false,
            place: Place::default(),
        }
    }

    /// Whether a path names a file or a folder on either side.
    pub(crate) fn knows(&self, path: &str) -> Result<bool, CliError> {
        let wanted = path.trim_end_matches('/').as_bytes();
        let exact = RepoPath::new(wanted);
        for side in [&self.base, &self.head] {
            if side.file(&exact)?.is_some() || !side.files(&|file| below(file, wanted))?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether `file` is `folder` itself or lies in it.
pub(crate) fn below(file: &[u8], folder: &[u8]) -> bool {
    file.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/") || folder.is_empty())
}

/// The content of a file; `None` when the snapshot has no such file, or cannot read it.
pub(crate) fn content(side: &dyn Snapshot, path: &RepoPath) -> Option<Vec<u8>> {
    let file = side.file(path).ok().flatten()?;
    side.read(&file, u64::from(u32::MAX)).ok()
}

/// Whether a CI platform has a say: an end is open, and nobody asked for folders, the index or the work tree.
fn leaves_to_ci(arguments: &SideArgs) -> bool {
    let local = arguments.staged || arguments.worktree || arguments.base_dir.is_some() || arguments.head_dir.is_some();
    !local && (arguments.base.is_none() || arguments.head.is_none())
}

/// What a change is compared with.
struct Base {
    snapshot: Box<dyn Snapshot>,
    tip: Option<Box<dyn Snapshot>>,
    why: String,
}

impl Base {
    fn of(snapshot: impl Snapshot + 'static, why: impl Into<String>) -> Self {
        Self {
            snapshot: Box::new(snapshot),
            tip: None,
            why: why.into(),
        }
    }

    /// Takes down the branch that the change goes to.
    fn on(mut self, repository: &Repository, tip: &str) -> Result<Self, CliError> {
        self.tip = Some(Box::new(repository.snapshot(&repository.resolve(tip)?)));
        Ok(self)
    }
}

/// What a change is compared with, when that follows from where it left a branch.
pub(crate) fn fork_told(base: &MergeBase, of: &str, branch: &str) -> String {
    if base.several {
        format!("base is {branch} itself, as there are several merge bases{of} with it")
    } else {
        format!("base is the merge base{of} with {branch}")
    }
}

fn open_range(range: CiRange, repository: &Repository) -> Result<(Base, Box<dyn Snapshot>, bool), CliError> {
    let mut base = Base::of(repository.snapshot(&repository.resolve(&range.base)?), range.why);
    if let Some(tip) = &range.tip {
        base = base.on(repository, tip)?;
    }
    let head = repository.snapshot(&repository.resolve(&range.head)?);
    Ok((base, Box::new(head), range.on_default_branch))
}

/// As for `git diff`, A..B would be two revisions, of which each has an option here.
fn refuse_range(arguments: &SideArgs) -> Result<(), CliError> {
    for (option, rev) in [("--base", &arguments.base), ("--head", &arguments.head)] {
        let Some((one, other)) = rev.as_deref().and_then(|rev| rev.split_once("..")) else {
            continue;
        };
        // No name has two dots in it; what stands in braces or behind a colon is no name.
        let other = match other.strip_prefix('.') {
            Some(_) if option == "--base" => continue,
            Some(other) => other,
            None => other,
        };
        if !one.contains(['{', ':']) {
            let [one, other] = [one, other].map(|rev| if rev.is_empty() { "HEAD" } else { rev }.to_owned());
            let rev = rev.clone().unwrap_or_default();
            return Err(CliError::Range { option, rev, one, other });
        }
    }
    Ok(())
}

/// A folder compared with itself is a slip of the pen, and a pass would be a false one.
fn refuse_one_folder(arguments: &SideArgs) -> Result<(), CliError> {
    let (Some(base), Some(head)) = (&arguments.base_dir, &arguments.head_dir) else {
        return Ok(());
    };
    // A folder that is not there is told when it is opened.
    match (std::fs::canonicalize(base), std::fs::canonicalize(head)) {
        (Ok(one), Ok(other)) if one == other => Err(CliError::NothingToCompare(one.display().to_string())),
        _ => Ok(()),
    }
}

/// On anybody's machine HEAD may well be the default branch's tip, and what is judged is the work in progress. A CI job
/// has checked out what it is to judge, and a shallow clone shows a branch's tip as if it were the default branch: there
/// the work tree against HEAD would leave out the whole change.
fn refuse_own_head(
    arguments: &SideArgs,
    environment: &Environment<'_>,
    repository: &Repository,
    found: &DefaultBase,
) -> Result<(), CliError> {
    let in_ci = arguments.ci.ci != CiPlatform::Off && environment.is_on("CI");
    let judges_work_tree = arguments.head.is_none() && arguments.head_dir.is_none();
    if found.merge_base.id != found.head || !judges_work_tree || !(in_ci || repository.is_shallow()) {
        return Ok(());
    }
    Err(CliError::NothingSinceBase {
        id: found.head.clone(),
        with: found.ref_name.clone(),
        place: if in_ci { "a CI job" } else { "a shallow clone" },
        fetch: if repository.is_shallow() {
            ", fetched first (fetch-depth: 0, or git fetch --unshallow)"
        } else {
            ""
        },
    })
}

fn open_base(arguments: &SideArgs, environment: &Environment<'_>, repository: Option<&Repository>) -> Result<Base, CliError> {
    if let Some(folder) = &arguments.base_dir {
        return Ok(Base::of(DirSnapshot::open(folder)?, "as named by --base-dir"));
    }
    let repository = repository.ok_or(CliError::NoRepository)?;
    if let Some(rev) = &arguments.base {
        // As for `git diff`: what happened since two revisions parted. No ref has three dots in its name.
        if let Some((one, other)) = rev.split_once("...") {
            let [one, other] = [one, other].map(|rev| if rev.is_empty() { "HEAD" } else { rev });
            let base = repository.merge_base(one, other)?;
            let why = fork_told(&base, &format!(" of {other}"), one);
            return Base::of(repository.snapshot(&repository.resolve(&base.id)?), why).on(repository, one);
        }
        let side = repository.resolve(rev)?;
        return Ok(Base::of(repository.snapshot(&side), format!("base is --base {rev}")));
    }
    if repository.is_unborn()? {
        let side = repository.empty_tree()?;
        let why = "there is no commit yet, so base is the empty tree";
        return Ok(Base::of(repository.snapshot(&side), why));
    }
    if arguments.staged {
        let side = repository.resolve("HEAD")?;
        return Ok(Base::of(repository.snapshot(&side), "base is HEAD, as for the next commit"));
    }
    let found = repository.default_base()?;
    refuse_own_head(arguments, environment, repository, &found)?;
    let side = repository.resolve(&found.merge_base.id)?;
    let why = fork_told(&found.merge_base, " of HEAD", &found.ref_name);
    Base::of(repository.snapshot(&side), why).on(repository, &found.commit)
}

fn open_head(arguments: &SideArgs, repository: Option<&Repository>) -> Result<Box<dyn Snapshot>, CliError> {
    if let Some(folder) = &arguments.head_dir {
        return Ok(Box::new(DirSnapshot::open(folder)?));
    }
    let repository = repository.ok_or(CliError::NoRepository)?;
    if let Some(rev) = &arguments.head {
        return Ok(Box::new(repository.snapshot(&repository.resolve(rev)?)));
    }
    if arguments.staged {
        return Ok(Box::new(repository.index()?));
    }
    Ok(Box::new(repository.work_tree()?))
}
