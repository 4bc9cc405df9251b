//! What the tests of this crate share: git's own answer, in the form of ours.

#![allow(dead_code, reason = "every test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper fails like the test that calls it")]

use std::collections::BTreeMap;

use orgate_diff::{Change, CommitSnapshot, FileKind, Repository, Snapshot};
use orgate_testkit::TestRepo;

pub(crate) fn all(_: &[u8]) -> bool {
    true
}

pub(crate) fn open(repo: &TestRepo) -> Repository {
    Repository::open(Some(repo.path())).unwrap()
}

pub(crate) fn commit(repo: &Repository, rev: &str) -> CommitSnapshot {
    repo.snapshot(&repo.resolve(rev).unwrap())
}

/// A side of a change: kind of file and id.
pub(crate) type Side = Option<(FileKind, String)>;

/// Changes by path. An id is empty where the content lies on disk.
pub(crate) type Rows = BTreeMap<Vec<u8>, (Side, Side)>;

pub(crate) fn rows(changes: &[Change]) -> Rows {
    let paths: Vec<_> = changes.iter().map(|change| change.path.as_bytes()).collect();
    assert!(paths.is_sorted(), "changes come in order of path bytes");
    let side = |file: Option<&orgate_diff::FileRef>| {
        file.map(|file| {
            let id = file.object_id().map(|id| id.to_string()).unwrap_or_default();
            (file.kind(), id)
        })
    };
    let rows: Rows = changes
        .iter()
        .map(|change| {
            let sides = (side(change.base.as_ref()), side(change.head.as_ref()));
            (change.path.as_bytes().to_vec(), sides)
        })
        .collect();
    assert_eq!(rows.len(), changes.len(), "no path comes twice");
    rows
}

/// The output of `git diff --raw -z --no-renames --no-abbrev` in the form of [`rows`]. What differs in mode only is left out.
pub(crate) fn raw(output: &[u8]) -> Rows {
    let mut fields = output.split(|byte| *byte == 0);
    let mut rows = Rows::new();
    while let Some(head) = fields.next().filter(|head| !head.is_empty()) {
        let text = std::str::from_utf8(head).unwrap();
        let parts: Vec<&str> = text.trim_start_matches(':').split(' ').collect();
        let [base_mode, head_mode, base_id, head_id, _] = parts[..] else {
            panic!("{text}");
        };
        let path = fields.next().unwrap().to_vec();
        let side = |mode: &str, id: &str| kind(mode).map(|kind| (kind, id.to_owned()));
        let (base, head) = (side(base_mode, base_id), side(head_mode, head_id));
        if base == head {
            continue;
        }
        // git prints a change of kind as one row, and a deletion with an addition as two: never the same path twice.
        assert!(rows.insert(path, (base, head)).is_none());
    }
    rows
}

pub(crate) fn kind(mode: &str) -> Option<FileKind> {
    match &mode[..3] {
        "100" => Some(FileKind::Regular),
        "120" => Some(FileKind::Symlink),
        "160" => Some(FileKind::Submodule),
        "000" => None,
        _ => panic!("{mode}"),
    }
}

pub(crate) fn git_diff(repo: &TestRepo, args: &[&str]) -> Rows {
    let mut all = vec![
        "--no-replace-objects",
        "diff",
        "--raw",
        "-z",
        "--no-renames",
        "--no-abbrev",
        "--ignore-submodules=none",
    ];
    all.extend(args);
    raw(&repo.git_bytes(&all))
}

/// A small generator of numbers, the same on every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(from.len() as u64);
        &from[usize::try_from(at).unwrap()]
    }
}

/// Feeds a random state to `git fast-import` style index updates: fills the index of `repo` and returns nothing else.
pub(crate) fn random_index(repo: &TestRepo, random: &mut Random, rounds: u64) {
    use std::io::Write;
    let blobs: Vec<String> = (0..6).map(|n| repo.store("blob", format!("content {n}\n").as_bytes())).collect();
    let gitlink = "1".repeat(blobs[0].len());
    let mut input = Vec::new();
    for _ in 0..rounds {
        let depth = random.below(4);
        let mut path = Vec::new();
        for _ in 0..=depth {
            if !path.is_empty() {
                path.push(b'/');
            }
            let name: &&[u8] = random.pick(NAMES);
            path.extend_from_slice(name);
        }
        let (mode, id) = match random.below(12) {
            0 => ("120000", random.pick(&blobs)),
            1 => ("160000", &gitlink),
            2 => ("100755", random.pick(&blobs)),
            3..=5 => ("0", &gitlink),
            _ => ("100644", random.pick(&blobs)),
        };
        input.extend_from_slice(format!("{mode} {id}\t").as_bytes());
        input.extend_from_slice(&path);
        input.push(0);
    }
    let mut child = repo
        .command(&["update-index", "--replace", "-z", "--index-info"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&input).unwrap();
    assert!(child.wait().unwrap().success());
}

/// Names whose order is easy to get wrong.
const NAMES: &[&[u8]] = &[
    b"a",
    b"a.b",
    b"a-b",
    b"a0",
    b"ab",
    b"A",
    b"b",
    b"a b",
    b"\xff\xfe",
    b"\xc3\xa9",
    b"a\nb",
    b"z",
    b"profiles",
    b"x.profile-meta.xml",
    b"\x01",
    b"~",
];

/// Commits what the index holds, without touching the work tree.
pub(crate) fn commit_index(repo: &TestRepo, parent: Option<&str>) -> String {
    let tree = repo.git(&["write-tree", "--missing-ok"]);
    let mut args = vec!["commit-tree", &tree, "-m", "step"];
    if let Some(parent) = parent {
        args.extend(["-p", parent]);
    }
    repo.git(&args)
}

/// Lists a snapshot as path, kind and id.
pub(crate) fn listing(snapshot: &dyn Snapshot) -> Vec<(Vec<u8>, FileKind, String)> {
    snapshot
        .files(&all)
        .unwrap()
        .iter()
        .map(|file| {
            let id = file.object_id().map(|id| id.to_string()).unwrap_or_default();
            (file.path().as_bytes().to_vec(), file.kind(), id)
        })
        .collect()
}
