//! Whatever the index holds, a listing with its help is the listing without.

use orgate_testkit::TestRepo;

use crate::commit::CommitSnapshot;
use crate::index::Names;
use crate::repository::Repository;
use crate::snapshot::Snapshot;

fn fill(repo: &TestRepo) {
    for number in 0..120 {
        let name = [
            "A.connectedApp-meta.xml",
            "b.cls",
            "C.profile",
            "long name with spaces and ümlauts.txt",
        ][number % 4];
        repo.write(
            format!("f{}/g{}/{}/{number}{name}", number % 3, number % 7, number % 2),
            format!("{number}"),
        );
        repo.write(format!("bundles/b{number}/x.js"), "x");
    }
    repo.write("f1.txt", "between a folder and its slash");
    repo.write("f1/g1.b/x.profile", "likewise");
}

type Want<'a> = &'a (dyn Fn(&[u8]) -> bool + Sync);

/// Compares both ways; tells whether the index knew the whole tree.
fn compare(repo: &TestRepo, rev: &str, what: &str) -> bool {
    let opened = Repository::open(Some(repo.path())).unwrap();
    let snapshot = opened.snapshot(&opened.resolve(rev).unwrap());
    let alone = CommitSnapshot {
        index: None,
        ..snapshot.clone()
    };
    let wants: [Want<'_>; 3] = [&|_| true, &|path| path.ends_with(b"meta.xml"), &|path| path.starts_with(b"f1/")];
    for want in wants {
        assert_eq!(snapshot.files(want).unwrap(), alone.files(want).unwrap(), "{what}");
    }
    // A folder in which nothing is wanted need not be opened.
    let (want, closed): (Want<'_>, Want<'_>) = (&|path| !path.starts_with(b"bundles/"), &|folder| folder == b"bundles/");
    let names = snapshot.names(want);
    for names in [None, names.as_ref()] {
        let found = alone.walk(names, want, closed).unwrap();
        assert_eq!(found, alone.files(want).unwrap(), "{what}");
    }
    snapshot.names(&|_| true).is_some_and(|names| names.all(snapshot.tree).is_some())
}

#[test]
fn the_index_helps_in_every_state() {
    for version in ["2", "3", "4"] {
        let repo = TestRepo::new();
        repo.git(&["config", "index.version", version]);
        fill(&repo);
        let first = repo.commit("first");
        repo.git(&["read-tree", "HEAD"]);
        assert!(compare(&repo, &first, "clean"), "version {version}");
        repo.write("f1/g1/1/new.profile", "new");
        repo.remove("bundles/b7/x.js");
        repo.write("f2/g3/1/changed.cls", "changed");
        let second = repo.commit("second");
        assert!(compare(&repo, &second, "committed"), "version {version}");
        assert!(!compare(&repo, &first, "index of another commit"));
        repo.write("f0/staged.profile", "staged");
        repo.git(&["add", "--all"]);
        assert!(!compare(&repo, &second, "staged"));
        repo.write("f0/g0/announced.profile", "later");
        repo.git(&["add", "--intent-to-add", "f0/g0/announced.profile"]);
        compare(&repo, &second, "announced");
        repo.git(&["rm", "--cached", "-r", "-q", "f2"]);
        compare(&repo, &second, "removed");
        repo.git(&["read-tree", "--empty"]);
        compare(&repo, &second, "empty");
        repo.git(&["read-tree", &first]);
        assert!(compare(&repo, &first, "read again"));
        assert!(!compare(&repo, &second, "index of an older commit"));
    }
}

#[test]
fn other_kinds_of_index_are_no_help_and_no_harm() {
    let repo = TestRepo::new();
    fill(&repo);
    let id = repo.commit("first");
    repo.git(&["update-index", "--split-index"]);
    compare(&repo, &id, "split");
    repo.git(&["update-index", "--no-split-index"]);
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "f1"]);
    assert!(!compare(&repo, &id, "sparse"));
    repo.git(&["sparse-checkout", "disable"]);
    // The sides of a conflict are in no tree.
    repo.git(&["checkout", "-q", "-b", "other"]);
    repo.write("f1.txt", "one");
    repo.commit("one");
    repo.git(&["checkout", "-q", &id]);
    repo.write("f1.txt", "another");
    let another = repo.commit("another");
    assert!(!repo.output(&["merge", "other"]).status.success());
    assert!(!compare(&repo, &another, "conflict"));
}

#[test]
fn a_damaged_index_is_no_answer_or_a_sound_one() {
    let repo = TestRepo::new();
    fill(&repo);
    repo.commit("first");
    let path = repo.path().join(".git/index");
    let whole = std::fs::read(&path).unwrap();
    let mut state = 3usize;
    for round in 0..300 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = (state >> 20) % whole.len();
        let mut bytes = whole.clone();
        if round % 3 == 0 {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 1 << (round % 8);
        }
        std::fs::write(&path, bytes).unwrap();
        if let Some(names) = Names::read(&path, 20, &|_| true) {
            let _ = names.root().map(|root| names.child(root, b"f1"));
        }
    }
}
