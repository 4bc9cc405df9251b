//! Damage of any kind ends in an error, soon: neither in a crash nor in an endless loop, and never in an answer.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers outside of test functions")]

mod support;

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use orgate_diff::{DiffError, Repository, Snapshot, changes};
use orgate_testkit::TestRepo;
use support::{Random, all, open};

/// What `act` gives, unless it takes for ever.
fn soon<T: Send + 'static>(what: &str, act: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(act()));
    receiver
        .recv_timeout(Duration::from_secs(20))
        .unwrap_or_else(|_| panic!("{what} does not end"))
}

fn loose(repo: &TestRepo, rev: &str) -> PathBuf {
    let id = repo.git(&["rev-parse", rev]);
    repo.path().join(".git/objects").join(&id[..2]).join(&id[2..])
}

fn write(path: &PathBuf, bytes: &[u8]) {
    // Git makes its files read-only.
    let _ = fs::remove_file(path);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_truncated_commit_or_tag_ends_in_an_error_whatever_it_is_called() {
    let repo = TestRepo::new();
    repo.write("a", "1");
    repo.commit("one");
    repo.write("a", "2");
    repo.commit("two");
    repo.git(&["tag", "-a", "-m", "note", "v1"]);
    repo.git(&["branch", "old", "HEAD~1"]);
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    let short = repo.git(&["rev-parse", "--short=8", "HEAD"]);
    for (damaged, revs) in [
        (
            "HEAD",
            &[
                "HEAD",
                "@",
                "@~1",
                "main",
                "refs/heads/main",
                "heads/main",
                "HEAD~1",
                "HEAD^",
                "HEAD^2",
                "HEAD^{tree}",
                "HEAD^{}",
                "HEAD:a",
                "v1^{commit}",
                "v1",
                "v1~1",
                "main@{0}",
                "HEAD@{0}",
                "@{-1}",
                &short,
                "v1-0-gSHORT",
                ":/two",
                "HEAD^{/two}",
            ][..],
        ),
        (
            "v1",
            &["v1", "v1^{commit}", "v1^{tree}", "v1^{}", "v1~1", "v1^", "refs/tags/v1", "v1:a"],
        ),
        (
            "HEAD~1",
            &["HEAD~1", "HEAD^", "old", "HEAD^1^{tree}", "main~1:a", "HEAD~2", "main@{1}"],
        ),
    ] {
        let file = loose(&repo, damaged);
        let whole = fs::read(&file).unwrap();
        for length in 0..whole.len() {
            write(&file, &whole[..length]);
            // The search by text starts a program each time.
            let revs = revs.iter().filter(|rev| !rev.contains('/') || length % 16 == 0);
            let revs: Vec<String> = revs.map(|rev| rev.replace("SHORT", &short)).collect();
            let repository = open(&repo);
            let what = format!("{damaged} cut to {length} bytes");
            let (what, answers) = soon(&what.clone(), move || {
                let resolved = revs.iter().map(|rev| repository.resolve(rev).is_ok());
                let answers: Vec<bool> = resolved
                    .chain([repository.default_base().is_ok(), repository.merge_base("main", "old").is_ok()])
                    .collect();
                (what, answers)
            });
            let (named, bases) = answers.split_at(answers.len() - 2);
            assert!(named.iter().all(|answer| !answer), "{what}: {named:?}");
            // What lies before the default branch is of no concern to what comes after it.
            assert_eq!(bases, [damaged != "HEAD", damaged == "v1"], "{what}");
        }
        write(&file, &whole);
    }
}

/// A repository of one pack, small enough to damage every part of it.
fn packed(args: &[&str]) -> (TestRepo, PathBuf) {
    let repo = TestRepo::new();
    for n in 0..6 {
        repo.write(format!("d{}/f{n}", n % 2), format!("line {n}\n").repeat(20));
    }
    repo.commit("one");
    repo.write("d1/f1", "line 1\n".repeat(19));
    repo.commit("two");
    repo.git(&["tag", "-a", "-m", "note", "v1"]);
    repo.git(&[args, &["repack", "-a", "-d", "--quiet"][..]].concat());
    repo.git(&["prune-packed"]);
    let folder = repo.path().join(".git/objects/pack");
    let pack = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pack = pack
        .filter(|path| path.extension().is_some_and(|extension| extension == "pack"))
        .max();
    (repo, pack.unwrap())
}

/// Reads what differs between two commits.
fn read(repository: &Repository) -> Result<usize, DiffError> {
    let side = |rev| repository.resolve(rev).map(|side| repository.snapshot(&side));
    let (base, head) = (side("v1~1")?, side("v1")?);
    let mut bytes = 0;
    for change in changes(&base, &head, &all)? {
        bytes += head.read(change.head.as_ref().unwrap(), 10_000)?.len();
    }
    Ok(bytes)
}

#[test]
fn no_bit_of_an_index_of_a_pack_is_believed() {
    for version in ["1", "2"] {
        let (repo, pack) = packed(&["-c", &format!("pack.indexVersion={version}")]);
        let good = read(&open(&repo)).unwrap();
        let index = pack.with_extension("idx");
        let whole = fs::read(&index).unwrap();
        let mut errors = 0;
        for at in 0..whole.len() {
            for bit in [0, 7] {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                write(&index, &bytes);
                let repository = open(&repo);
                match soon("a flipped bit", move || read(&repository)) {
                    Ok(bytes) => assert_eq!(bytes, good),
                    Err(_) => errors += 1,
                }
            }
        }
        assert!(errors > 50, "{errors}");
        write(&index, &[]);
        let error = read(&open(&repo)).unwrap_err().to_string();
        assert!(error.contains("git fsck") && error.contains(pack.to_str().unwrap()), "{error}");
    }
}

#[test]
fn no_bit_of_a_pack_is_believed() {
    let (repo, pack) = packed(&[]);
    let whole = fs::read(&pack).unwrap();
    let mut random = Random(7);
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        if at % 7 == 0 {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 1 << random.below(8);
        }
        write(&pack, &bytes);
        let repository = open(&repo);
        // A kind of object that does not exist made the library panic, which shows on standard error at least.
        drop(soon("a damaged pack", move || read(&repository)));
    }
}

#[test]
fn an_object_that_another_pack_or_a_file_has_whole_is_read_from_there() {
    let (repo, pack) = packed(&[]);
    let good = read(&open(&repo)).unwrap();
    let whole = fs::read(&pack).unwrap();
    let mut damaged = whole.clone();
    damaged[12..whole.len() - 20].fill(0xff);
    write(&pack, &damaged);
    assert!(read(&open(&repo)).is_err());
    let opened = open(&repo);
    // It is found even if it came to be after the repository was opened.
    for name in ["aaa", "zzz"] {
        let other = pack.with_file_name(format!("pack-{name}.pack"));
        fs::copy(pack.with_extension("idx"), other.with_extension("idx")).unwrap();
        fs::write(&other, &whole).unwrap();
        assert_eq!(read(&open(&repo)).unwrap(), good);
        assert_eq!(read(&opened).unwrap(), good);
        fs::remove_file(&other).unwrap();
    }
}

#[test]
fn a_pack_that_came_to_be_later_is_found() {
    let (repo, _) = packed(&[]);
    let opened = open(&repo);
    assert!(read(&opened).is_ok());
    repo.write("new", "1");
    let loose = repo.commit("three");
    assert_eq!(opened.resolve(&loose).unwrap().id, loose);
    repo.write("new", "2");
    let later = repo.commit("four");
    repo.git(&["repack", "-a", "-d", "-f", "--quiet"]);
    repo.git(&["prune-packed"]);
    assert_eq!(opened.resolve(&later).unwrap().id, later);
    assert_eq!(opened.resolve(&later[..8]).unwrap().id, later);
    assert!(read(&opened).is_ok());
}

#[test]
fn a_damaged_multi_pack_index_does_no_harm() {
    let (repo, pack) = packed(&[]);
    repo.git(&["multi-pack-index", "write"]);
    let good = read(&open(&repo)).unwrap();
    let index = pack.with_file_name("multi-pack-index");
    let whole = fs::read(&index).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x81;
        write(&index, &bytes);
        assert_eq!(read(&open(&repo)).unwrap(), good);
    }
}
