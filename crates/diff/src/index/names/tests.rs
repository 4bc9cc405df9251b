//! An index that is read in parts gives what it gives when it is read from front to back.

use std::path::PathBuf;

use orgate_testkit::TestRepo;

use super::*;
use crate::repository::Repository;

const ID: &str = "1f7a7a472abf3dd9643fd615f6da379c4acb3e3a";

/// A repository whose index has many entries of all lengths.
fn large() -> (TestRepo, PathBuf) {
    let repo = TestRepo::new();
    let entry = |number: usize| {
        let long = "x".repeat(number * 37 % 180);
        let mode = ["100644", "100755", "120000"][number % 3];
        format!("{mode} {ID} 0\tf{}/{long}{number}.profile\n", number % 50)
    };
    let mut list: String = (0..20_000).map(entry).collect();
    // Longer than an entry can tell.
    list.extend(["100644 ", ID, " 0\tg/", &"y".repeat(5_000), "\n"]);
    repo.write("list", list);
    let list = File::open(repo.path().join("list")).unwrap();
    assert!(
        repo.command(&["update-index", "--index-info"])
            .stdin(list)
            .status()
            .unwrap()
            .success()
    );
    let path = repo.path().join(".git/index");
    (repo, path)
}

fn form(file: &File) -> Form {
    let header = read_at(file, 0, HEADER).unwrap();
    Form {
        id_len: 20,
        version: number(&header, 4).unwrap(),
        count: number(&header, 8).unwrap(),
        size: file.metadata().unwrap().len(),
    }
}

#[test]
fn parts_give_what_the_whole_gives() {
    let (_repo, path) = large();
    let file = File::open(path).unwrap();
    let form = form(&file);
    let all = entries(&file, &form, &starts(&file, &form, 1).unwrap(), &|_| true).unwrap();
    assert_eq!(all.0.len(), 20_001);
    for parts in 2..=8 {
        let starts = starts(&file, &form, parts).unwrap();
        assert_eq!(starts.len() as u64, parts, "the first entry of a part is found");
        assert_eq!(entries(&file, &form, &starts, &|_| true).unwrap(), all, "{parts} parts");
    }
}

#[test]
fn a_wrong_guess_is_no_answer() {
    let (_repo, path) = large();
    let file = File::open(path).unwrap();
    let form = form(&file);
    let good = starts(&file, &form, 2).unwrap();
    for wrong in [8, 16, 64, 4096] {
        let starts = [good[0], good[1] + wrong];
        let between = entries(&file, &form, &starts, &|_| true);
        let meets = Part::read(&file, &form, good[0], Some(starts[1]), &|_| true).end == starts[1];
        assert_eq!(between.is_some(), meets, "{wrong} bytes off");
    }
    assert!(entries(&file, &form, &[good[0], good[1] + 8], &|_| true).is_none());
}

#[test]
fn a_large_index_gives_what_the_trees_give() {
    let (repo, path) = large();
    let tree = repo.git(&["write-tree", "--missing-ok"]);
    let opened = Repository::open(Some(repo.path())).unwrap();
    let snapshot = opened.snapshot(&opened.resolve(&tree).unwrap());
    let want: Want<'_> = &|path| path.len() % 3 == 0;
    let names = Names::read(&path, 20, want).unwrap();
    assert!(path.metadata().unwrap().len() > 2 * PART);
    assert_eq!(names.all(snapshot.tree).unwrap(), snapshot.walk(None, want, &|_| false).unwrap());
}
