//! What a search gives depends on the folders alone: neither on the threads nor on who comes first.

use orgate_core::RepoPath;

use super::*;
use crate::snapshot::FileKind;
use crate::walk::file_ref;

/// A folder by its path; what is in it follows from that.
struct Named(String);

impl Placed for Named {
    fn path(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn file(path: &str) -> FileRef {
    let id = crate::id::ObjectId::from_hex(b"1f7a7a472abf3dd9643fd615f6da379c4acb3e3a").unwrap();
    file_ref(path.as_bytes(), Some((FileKind::Regular, id))).unwrap()
}

/// Ten folders in each, three deep, with two files each; those of which `broken` says so cannot be read.
fn look(folder: &Named, left: &Left, broken: impl Fn(&str) -> bool) -> Result<Inside<FileRef, Named>, DiffError> {
    let mut inside = Inside::new();
    let path = &folder.0;
    if broken(path) {
        return Err(DiffError::Unmerged {
            path: RepoPath::new(path.as_bytes()),
        });
    }
    for name in ["a.txt", "z.txt"] {
        inside.entry();
        assert!(inside.find(left, file(&format!("{path}{name}"))));
    }
    if path.matches('/').count() < 3 {
        for number in 0..10 {
            inside.entry();
            assert!(inside.folder(left, Named(format!("{path}f{number}/"))));
        }
    }
    Ok(inside)
}

fn root() -> Named {
    Named(String::new())
}

#[test]
fn everything_is_found_in_order() {
    let found = search(root(), "test".into(), |folder, left| look(folder, left, |_| false)).unwrap();
    assert_eq!(found.len(), 2 * (1 + 10 + 100 + 1_000));
    assert!(found.is_sorted_by(|one, next| one.path() < next.path()));
}

#[test]
fn of_several_errors_the_first_by_path_is_told() {
    for _ in 0..50 {
        let broken = |path: &str| ["f2/f9/f9/", "f3/", "f2/f9/f8/", "f7/f1/"].contains(&path);
        let error = search(root(), "test".into(), |folder, left| look(folder, left, broken)).unwrap_err();
        assert!(
            matches!(&error, DiffError::Unmerged { path } if path.as_bytes() == b"f2/f9/f8/"),
            "{error}"
        );
    }
}

#[test]
fn a_search_ends_where_it_exceeds_its_bounds_whatever_else_is_wrong() {
    // Every folder holds ten more, for ever.
    let endless = |folder: &Named, left: &Left| {
        let mut inside = look(&Named(String::new()), left, |_| false)?;
        inside.folders = (0..10).map(|number| Named(format!("{}{number}/", folder.0))).collect();
        if folder.0.ends_with("7/7/") {
            return Err(DiffError::Unmerged {
                path: RepoPath::new(folder.path()),
            });
        }
        Ok(inside)
    };
    assert!(matches!(search(root(), "test".into(), endless), Err(DiffError::Excess { .. })));
    let deep = |folder: &Named, _: &Left| {
        let mut inside = Inside::<FileRef, Named>::new();
        inside.folders.push(Named(format!("{}d/", folder.0)));
        Ok(inside)
    };
    assert!(matches!(search(root(), "test".into(), deep), Err(DiffError::Excess { .. })));
}
