//! Plain folders, with and without a repository around them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers outside of test functions")]

mod support;

use std::os::unix::fs::symlink;

use orgate_core::path::RepoPath;
use orgate_diff::{DiffError, DirSnapshot, FileKind, Snapshot, changes};
use orgate_testkit::TestRepo;
use support::{all, commit, listing, open, rows};

fn paths(snapshot: &dyn Snapshot) -> Vec<String> {
    let files = snapshot.files(&all).unwrap();
    files.iter().map(|file| file.path().to_string()).collect()
}

#[test]
fn files_are_listed_in_order_and_links_are_not_followed() {
    let outside = TestRepo::folder();
    outside.write("secret.xml", "secret");
    let folder = TestRepo::folder();
    for path in ["a/b", "a.b", "a-b", "a0", ".git/config", "sub/.git/config", "sub/f"] {
        folder.write(path, path);
    }
    folder.write(b"\xff\n", "odd");
    symlink(outside.path(), folder.path().join("linked")).unwrap();
    symlink(outside.path().join("secret.xml"), folder.path().join("link.xml")).unwrap();
    symlink(".", folder.path().join("loop")).unwrap();
    let side = DirSnapshot::open(folder.path()).unwrap();
    let files = listing(&side);
    let kind = |path: &[u8]| files.iter().find(|file| file.0 == path).map(|file| file.1);
    assert!(files.is_sorted_by(|a, b| a.0 < b.0));
    assert_eq!(files.len(), 9);
    assert_eq!(kind(b"link.xml"), Some(FileKind::Symlink));
    assert_eq!(kind(b"linked"), Some(FileKind::Symlink));
    assert_eq!(kind(b"\xff\n"), Some(FileKind::Regular));
    for nothing in [
        "linked/secret.xml",
        "loop/a.b",
        "../x",
        "a/../a.b",
        "a",
        "a//b",
        "",
        "/etc/passwd",
        "nothing",
    ] {
        assert!(side.file(&RepoPath::from(nothing)).unwrap().is_none(), "{nothing}");
    }
    let link = side.file(&RepoPath::from("link.xml")).unwrap().unwrap();
    assert!(matches!(side.read(&link, 100), Err(DiffError::NotAFile { .. })));
    let file = side.file(&RepoPath::from("a/b")).unwrap().unwrap();
    assert_eq!(side.read(&file, 3).unwrap(), b"a/b");
    assert!(matches!(side.read(&file, 2), Err(DiffError::TooLarge { size: 3, .. })));
    // A file that turns into a link after it was listed is not followed either.
    folder.remove("a/b");
    symlink(outside.path().join("secret.xml"), folder.path().join("a/b")).unwrap();
    assert!(side.read(&file, 100).is_err());
    assert!(side.describe().starts_with("folder /"));
    assert_eq!(side.id(), None);
}

#[test]
fn folders_are_compared_by_bytes() {
    let (base, head) = (TestRepo::folder(), TestRepo::folder());
    let large = vec![b'x'; 200_000];
    for folder in [&base, &head] {
        folder.write("same", &large);
        folder.write("differs", &large);
        folder.write("longer", &large);
        folder.write("file-or-folder", "x");
        symlink("a", folder.path().join("link")).unwrap();
        symlink("a", folder.path().join("other-link")).unwrap();
    }
    let mut other = large.clone();
    other[150_000] = b'y';
    head.write("differs", &other);
    other.push(b'y');
    head.write("longer", &other);
    head.remove("file-or-folder");
    head.write("file-or-folder/x", "x");
    head.remove("other-link");
    symlink("b", head.path().join("other-link")).unwrap();
    base.write("gone", "");
    head.write("new", "");
    let (a, b) = (DirSnapshot::open(base.path()).unwrap(), DirSnapshot::open(head.path()).unwrap());
    let found = changes(&a, &b, &all).unwrap();
    let paths: Vec<_> = found.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(
        paths,
        [
            "differs",
            "file-or-folder",
            "file-or-folder/x",
            "gone",
            "longer",
            "new",
            "other-link"
        ]
    );
    assert!(changes(&a, &a, &all).unwrap().is_empty());
}

#[test]
fn a_folder_against_a_commit() {
    for format in ["--object-format=sha1", "--object-format=sha256"] {
        let repo = TestRepo::with(&[format]);
        repo.write("same", "same");
        repo.write("differs", "1234");
        repo.write("gone", "x");
        symlink("same", repo.path().join("link")).unwrap();
        let id = repo.commit("one");
        let folder = TestRepo::folder();
        folder.write("same", "same");
        folder.write("differs", "4321");
        folder.write("new", "x");
        symlink("same", folder.path().join("link")).unwrap();
        let opened = open(&repo);
        let (a, b) = (commit(&opened, &id), DirSnapshot::open(folder.path()).unwrap());
        let forth = rows(&changes(&a, &b, &all).unwrap());
        let back = rows(&changes(&b, &a, &all).unwrap());
        let names: Vec<_> = forth.keys().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
        assert_eq!(names, ["differs", "gone", "new"]);
        assert!(forth.iter().zip(&back).all(|(a, b)| a.0 == b.0 && a.1.0 == b.1.1 && a.1.1 == b.1.0));
        let file = b.file(&RepoPath::from("same")).unwrap().unwrap();
        assert!(matches!(a.read(&file, 10), Err(DiffError::ForeignFile { .. })));
        let file = a.file(&RepoPath::from("same")).unwrap().unwrap();
        assert!(matches!(b.read(&file, 10), Err(DiffError::ForeignFile { .. })));
    }
}

#[test]
fn a_folder_that_is_none_is_an_error() {
    let folder = TestRepo::folder();
    folder.write("f", "x");
    assert!(DirSnapshot::open(&folder.path().join("f")).is_err());
    assert!(DirSnapshot::open(&folder.path().join("nothing")).is_err());
    assert!(paths(&DirSnapshot::open(folder.path()).unwrap()) == ["f"]);
}
