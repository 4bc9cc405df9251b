//! Commits against commits: the same answer as git, and no answer where the trees cannot be trusted.

#![allow(clippy::unwrap_used, reason = "helpers outside of test functions")]

mod support;

use orgate_core::path::RepoPath;
use orgate_diff::{DiffError, FileKind, Snapshot, changes};
use orgate_testkit::TestRepo;
use support::{Random, all, commit, commit_index, git_diff, kind, listing, open, random_index, rows};

#[test]
fn random_histories_give_what_git_gives() {
    for seed in 0..12 {
        let format = if seed % 4 == 3 {
            "--object-format=sha256"
        } else {
            "--object-format=sha1"
        };
        let repo = TestRepo::with(&[format]);
        let mut random = Random(seed);
        let mut commits: Vec<String> = Vec::new();
        for _ in 0..5 {
            random_index(&repo, &mut random, 60);
            commits.push(commit_index(&repo, commits.last().map(String::as_str)));
        }
        let opened = open(&repo);
        for base in &commits {
            let base_side = commit(&opened, base);
            let expected: Vec<_> = repo
                .git_bytes(&["ls-tree", "-r", "-z", "--full-tree", base])
                .split(|byte| *byte == 0)
                .filter(|row| !row.is_empty())
                .map(|row| {
                    let tab = row.iter().position(|byte| *byte == b'\t').unwrap();
                    let head: Vec<&str> = std::str::from_utf8(&row[..tab]).unwrap().split(' ').collect();
                    (row[tab + 1..].to_vec(), kind(head[0]).unwrap(), head[2].to_owned())
                })
                .collect();
            assert_eq!(listing(&base_side), expected, "seed {seed}");
            for (path, kind, id) in &expected {
                let file = base_side.file(&RepoPath::new(path.as_slice())).unwrap().unwrap();
                assert_eq!((file.kind(), file.object_id().unwrap().to_string()), (*kind, id.clone()));
            }
            for head in &commits {
                let head_side = commit(&opened, head);
                let ours = rows(&changes(&base_side, &head_side, &all).unwrap());
                assert_eq!(ours, git_diff(&repo, &[base, head]), "seed {seed}, {base} {head}");
            }
        }
    }
}

#[test]
fn want_decides_by_path() {
    let repo = TestRepo::new();
    repo.write("a.xml", "1");
    repo.write("b/c.xml", "1");
    let base = repo.commit("one");
    repo.write("a.xml", "2");
    repo.write("b/c.xml", "2");
    repo.write("b/d.txt", "2");
    let head = repo.commit("two");
    let opened = open(&repo);
    let want = |path: &[u8]| path.starts_with(b"b/") && path.ends_with(b".xml");
    let found = changes(&commit(&opened, &base), &commit(&opened, &head), &want).unwrap();
    let paths: Vec<_> = found.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["b/c.xml"]);
    assert_eq!(commit(&opened, &head).files(&want).unwrap().len(), 1);
}

#[test]
fn content_is_read_as_stored_and_bounded() {
    let repo = TestRepo::new();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n";
    repo.write("lfs.xml", pointer);
    repo.write("crlf.xml", "a\r\nb\r\n");
    repo.write("empty.xml", "");
    std::os::unix::fs::symlink("/etc/passwd", repo.path().join("link.xml")).unwrap();
    let id = repo.commit("one");
    let side = commit(&open(&repo), &id);
    let file = |path: &str| side.file(&RepoPath::from(path)).unwrap().unwrap();
    assert_eq!(side.read(&file("lfs.xml"), 1000).unwrap(), pointer.as_bytes());
    assert_eq!(side.read(&file("crlf.xml"), 6).unwrap(), b"a\r\nb\r\n");
    assert_eq!(side.read(&file("empty.xml"), 0).unwrap(), b"");
    assert!(matches!(
        side.read(&file("crlf.xml"), 5),
        Err(DiffError::TooLarge { size: 6, limit: 5, .. })
    ));
    assert!(matches!(
        side.read(&file("link.xml"), 1000),
        Err(DiffError::NotAFile {
            kind: FileKind::Symlink,
            ..
        })
    ));
    for nothing in ["nothing", "", "/", "crlf.xml/x", "link.xml/x", "./crlf.xml", "crlf.xml/"] {
        assert!(side.file(&RepoPath::from(nothing)).unwrap().is_none(), "{nothing}");
    }
    assert_eq!(side.describe(), format!("commit {id}"));
    assert_eq!(side.id(), Some(id));
}

#[test]
fn a_mode_is_not_content() {
    let repo = TestRepo::new();
    repo.write("a", "1");
    let base = repo.commit("one");
    repo.git(&["update-index", "--chmod=+x", "a"]);
    let head = commit_index(&repo, Some(&base));
    assert!(!repo.git(&["diff", "--raw", &base, &head]).is_empty());
    let opened = open(&repo);
    assert!(changes(&commit(&opened, &base), &commit(&opened, &head), &all).unwrap().is_empty());
}

#[test]
fn deep_trees_are_walked_and_bottomless_ones_refused() {
    let repo = TestRepo::new();
    let blob = repo.store("blob", b"x");
    let other = repo.store("blob", b"y");
    let nest = |id: &str, depth: usize| {
        let mut tree = repo.store("tree", &tree(&[("100644", "f", id)]));
        for _ in 0..depth {
            tree = repo.store("tree", &tree_of(&tree));
        }
        tree
    };
    let (base, head) = (nest(&blob, 250), nest(&other, 250));
    let opened = open(&repo);
    let found = changes(&commit(&opened, &base), &commit(&opened, &head), &all).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path.parts().count(), 251);

    let library = git2::Repository::open(repo.path()).unwrap();
    let odb = library.odb().unwrap();
    let mut id = repo.store("tree", &tree(&[("100644", "f", &blob)]));
    for _ in 0..2100 {
        id = odb.write(git2::ObjectType::Tree, &tree_of(&id)).unwrap().to_string();
    }
    let side = commit(&open(&repo), &id);
    assert!(matches!(side.files(&all), Err(DiffError::Excess { .. })));
    assert!(matches!(
        changes(&commit(&opened, &base), &side, &all),
        Err(DiffError::Excess { .. })
    ));
}

fn hex(id: &str) -> Vec<u8> {
    (0..id.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap())
        .collect()
}

fn tree(entries: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut raw = Vec::new();
    for (mode, name, id) in entries {
        raw.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        raw.extend(hex(id));
    }
    raw
}

fn tree_of(id: &str) -> Vec<u8> {
    tree(&[("40000", "d", id)])
}

#[test]
fn a_tree_that_stands_for_billions_of_files_ends_in_an_error() {
    let repo = TestRepo::new();
    let blob = repo.store("blob", b"x");
    let mut id = repo.store("tree", &tree(&[("100644", "f", &blob)]));
    let names: Vec<String> = (10..30).map(|n| format!("n{n}")).collect();
    for _ in 0..12 {
        let entries: Vec<_> = names.iter().map(|name| ("40000", name.as_str(), id.as_str())).collect();
        id = repo.store("tree", &tree(&entries));
    }
    let top = repo.git(&["commit-tree", "-m", "many", &id]);
    repo.git(&["update-ref", "refs/heads/main", &top]);
    repo.git(&["repack", "-a", "-d", "--quiet"]);
    let side = commit(&open(&repo), &id);
    assert!(matches!(side.files(&all), Err(DiffError::Excess { .. })));
    assert_eq!(side.describe(), format!("tree {id}"));
}

#[test]
fn malformed_trees_are_errors() {
    let repo = TestRepo::new();
    let blob = repo.store("blob", b"x");
    let sub = repo.store("tree", &tree(&[("100644", "f", &blob)]));
    let (b, s) = (blob.as_str(), sub.as_str());
    let mut truncated = tree(&[("100644", "f", b)]);
    truncated.pop();
    let bad = [
        tree(&[("100644", "b", b), ("100644", "a", b)]),
        tree(&[("100644", "a", b), ("100644", "a", b)]),
        tree(&[("40000", "a", s), ("100644", "a.b", b)]),
        tree(&[("100644", "a", b), ("40000", "a", s)]),
        tree(&[("100644", "a", b), ("100644", "a.b", b), ("40000", "a", s)]),
        tree(&[("100644", "", b)]),
        tree(&[("100644", ".", b)]),
        tree(&[("40000", "..", s)]),
        tree(&[("40000", ".git", s)]),
        tree(&[("40000", ".GIT", s)]),
        tree(&[("100644", "a/b", b)]),
        tree(&[("0", "a", b)]),
        tree(&[("", "a", b)]),
        tree(&[("100648", "a", b)]),
        tree(&[("777777777", "a", b)]),
        tree(&[("010000", "a", b)]),
        b"100644 a".to_vec(),
        b"100644".to_vec(),
        b"\0".to_vec(),
        truncated,
    ];
    let opened = open(&repo);
    let good = commit(&opened, s);
    for raw in bad {
        let id = repo.store("tree", &raw);
        let side = commit(&opened, &id);
        let shown = String::from_utf8_lossy(&raw).into_owned();
        assert!(matches!(side.files(&all), Err(DiffError::BrokenObject { .. })), "{shown}");
        assert!(
            matches!(side.file(&RepoPath::from("a")), Err(DiffError::BrokenObject { .. })),
            "{shown}"
        );
        assert!(changes(&good, &side, &all).is_err(), "{shown}");
        assert!(changes(&side, &good, &all).is_err(), "{shown}");
    }
}

#[test]
fn missing_and_mistaken_objects_are_errors() {
    let repo = TestRepo::new();
    let blob = repo.store("blob", b"x");
    let nowhere = "1234567890123456789012345678901234567890";
    let opened = open(&repo);
    let hole = repo.store("tree", &tree(&[("40000", "d", nowhere)]));
    let error = commit(&opened, &hole).files(&all).unwrap_err();
    assert!(matches!(&error, DiffError::MissingObject { path: Some(path), .. } if path.to_string() == "d/"));
    let mistaken = repo.store("tree", &tree(&[("40000", "d", &blob)]));
    assert!(matches!(
        commit(&opened, &mistaken).files(&all),
        Err(DiffError::BrokenObject { .. })
    ));
    let gone = repo.store("tree", &tree(&[("100644", "f", nowhere)]));
    let side = commit(&opened, &gone);
    let file = side.file(&RepoPath::from("f")).unwrap().unwrap();
    assert!(matches!(side.read(&file, 10), Err(DiffError::MissingObject { .. })));
    let folder = repo.store("tree", &tree(&[("100644", "f", &hole)]));
    let side = commit(&opened, &folder);
    let file = side.file(&RepoPath::from("f")).unwrap().unwrap();
    assert!(matches!(side.read(&file, 10), Err(DiffError::BrokenObject { .. })));
}

#[test]
fn a_damaged_object_is_an_error() {
    let repo = TestRepo::new();
    repo.write("d/f", "some content that is long enough to be damaged");
    let id = repo.commit("one");
    let blob = repo.git(&["rev-parse", "HEAD:d/f"]);
    let loose = repo.path().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    let whole = std::fs::read(&loose).unwrap();
    std::fs::remove_file(&loose).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0xff;
    let mut cases: Vec<Vec<u8>> = (0..whole.len()).map(|len| whole[..len].to_vec()).collect();
    cases.push(flipped);
    cases.push(b"not zlib at all".to_vec());
    for content in [
        "blob 4\0longer",
        "blob 60\0shorter",
        "tree 4\0tree",
        "blub 4\0blub",
        "blob x\0blob",
        "no header",
    ] {
        let level = flate2::Compression::default();
        let mut deflated = flate2::read::ZlibEncoder::new(content.as_bytes(), level);
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut deflated, &mut bytes).unwrap();
        cases.push(bytes);
    }
    for (case, content) in cases.iter().enumerate() {
        std::fs::write(&loose, content).unwrap();
        let side = commit(&open(&repo), &id);
        let file = side.file(&RepoPath::from("d/f")).unwrap().unwrap();
        let error = side.read(&file, 1000).unwrap_err();
        assert!(
            matches!(error, DiffError::BrokenObject { .. }),
            "case {case} of {}: {error}",
            whole.len()
        );
    }
    std::fs::write(&loose, &whole).unwrap();
    let side = commit(&open(&repo), &id);
    let file = side.file(&RepoPath::from("d/f")).unwrap().unwrap();
    assert_eq!(side.read(&file, 1000).unwrap().len(), 46);
}

#[test]
fn a_damaged_pack_neither_panics_nor_hangs() {
    let repo = TestRepo::new();
    for n in 0..30 {
        repo.write(format!("d{}/f{n}", n % 5), format!("line {n}\n").repeat(50));
    }
    let base = repo.commit("one");
    for n in 0..10 {
        repo.write(format!("d{}/f{n}", n % 5), format!("line {n}\n").repeat(49));
    }
    let head = repo.commit("two");
    repo.git(&["gc", "--quiet"]);
    let folder = repo.path().join(".git/objects/pack");
    let pack = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "pack"))
        .unwrap();
    let whole = std::fs::read(&pack).unwrap();
    std::fs::remove_file(&pack).unwrap();
    let mut random = Random(3);
    for round in 0..150 {
        let mut bytes = whole.clone();
        let at = usize::try_from(random.below(bytes.len() as u64)).unwrap();
        if round % 5 == 0 {
            bytes.truncate(at);
        } else {
            bytes[at] ^= u8::try_from(1 + random.below(255)).unwrap();
        }
        std::fs::write(&pack, &bytes).unwrap();
        let opened = open(&repo);
        let (Ok(a), Ok(b)) = (opened.resolve(&base), opened.resolve(&head)) else {
            continue;
        };
        let (a, b) = (opened.snapshot(&a), opened.snapshot(&b));
        if let Ok(found) = changes(&a, &b, &all) {
            for change in found {
                drop(b.read(change.head.as_ref().unwrap(), 10_000));
            }
        }
    }
}

#[test]
fn snapshots_of_a_repository_opened_twice_are_one_database() {
    let repo = TestRepo::new();
    repo.write("same", "1");
    repo.write("a", "1");
    let base = repo.commit("one");
    repo.write("a", "2");
    let head = repo.commit("two");
    let found = changes(&commit(&open(&repo), &base), &commit(&open(&repo), &head), &all).unwrap();
    assert_eq!(rows(&found), git_diff(&repo, &[&base, &head]));
    repo.write("b", "1");
    repo.git(&["add", "b"]);
    let found = changes(&commit(&open(&repo), &head), &open(&repo).index().unwrap(), &all).unwrap();
    assert_eq!(rows(&found), git_diff(&repo, &["--cached"]));
}

#[test]
fn attributes_do_not_change_what_is_read() {
    let repo = TestRepo::new();
    repo.write(".gitattributes", "*.xml text eol=crlf\n*.utf text working-tree-encoding=UTF-16LE\n");
    repo.write("a.xml", "a\r\nb\r\n");
    let wide: Vec<u8> = "a\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    repo.write("a.utf", &wide);
    let id = repo.commit("one");
    let side = commit(&open(&repo), &id);
    let read = |path: &str| side.read(&side.file(&RepoPath::from(path)).unwrap().unwrap(), 100).unwrap();
    assert_eq!(read("a.xml"), b"a\nb\n");
    assert_eq!(read("a.utf"), b"a\n");
}

#[test]
fn replace_refs_do_not_change_what_is_read() {
    let repo = TestRepo::new();
    repo.write("a", "weak");
    let weak = repo.commit("one");
    repo.write("a", "strong");
    let strong = repo.commit("two");
    repo.git(&["replace", &weak, &strong]);
    let blob = repo.git(&["--no-replace-objects", "rev-parse", &format!("{weak}:a")]);
    let other = repo.git(&["rev-parse", &format!("{strong}:a")]);
    repo.git(&["replace", &blob, &other]);
    assert_eq!(repo.git(&["show", &format!("{weak}:a")]), "strong");
    let opened = open(&repo);
    let side = commit(&opened, &weak);
    let file = side.file(&RepoPath::from("a")).unwrap().unwrap();
    assert_eq!(side.read(&file, 10).unwrap(), b"weak");
    assert_eq!(changes(&side, &commit(&opened, &strong), &all).unwrap().len(), 1);
}

#[test]
fn packed_and_alternate_objects_are_found() {
    let repo = TestRepo::new();
    for n in 0..50 {
        repo.write(format!("d{}/f{n}", n % 7), format!("{n}").repeat(100));
    }
    let base = repo.commit("one");
    repo.write("d1/f1", "changed");
    let head = repo.commit("two");
    repo.git(&["gc", "--quiet"]);
    let shared = TestRepo::folder();
    shared.git(&["clone", "--quiet", "--shared", repo.path().to_str().unwrap(), "."]);
    for place in [&repo, &shared] {
        let opened = open(place);
        let ours = rows(&changes(&commit(&opened, &base), &commit(&opened, &head), &all).unwrap());
        assert_eq!(ours, git_diff(&repo, &[&base, &head]));
    }
}

#[test]
fn two_repositories_are_compared_by_content() {
    let one = TestRepo::new();
    let two = TestRepo::with(&["--object-format=sha256"]);
    for repo in [&one, &two] {
        repo.write("same", "same");
        repo.write("other", "same");
    }
    two.write("other", "different");
    let (a, b) = (one.commit("one"), two.commit("one"));
    let found = changes(&commit(&open(&one), &a), &commit(&open(&two), &b), &all).unwrap();
    let paths: Vec<_> = found.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["other"]);
}
