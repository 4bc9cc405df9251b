//! What base holds, derived from head and the changes, is what a listing of base finds.

use orgate_testkit::TestRepo;

use super::*;
use crate::held::HeldSnapshot;
use crate::repository::Repository;

/// Numbers that look random and are the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % end.max(1)
    }

    fn one<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list.get(self.below(list.len())).copied().unwrap_or_default()
    }
}

const FOLDERS: [&str; 8] = [
    "force-app/main/default/connectedApps",
    "force-app/main/default/classes",
    "force-app",
    "force-app-2/settings",
    "a",
    "a.b",
    "a/b/c/d",
    "packages/one/profiles",
];
const NAMES: [&str; 11] = [
    "sfdx-project.json",
    "One.connectedApp-meta.xml",
    "Two.connectedApp",
    "OauthOidc.settings-meta.xml",
    "Other.settings-meta.xml",
    "Admin.profile-meta.xml",
    "Three.CONNECTEDAPP-META.XML",
    "One.cls",
    "connectedApp",
    "Four.ecaGlblOauth-meta.xml",
    "One.connectedApp-meta.xml.orig",
];

fn edit(repo: &TestRepo, dice: &mut Dice, edits: usize) {
    for _ in 0..edits {
        let path = format!("{}/{}", dice.one(&FOLDERS), dice.one(&NAMES));
        let full = repo.path().join(&path);
        match dice.below(5) {
            0 if full.is_file() => repo.remove(&path),
            1 if full.is_file() => {
                let to = format!("{}/{}", dice.one(&FOLDERS), dice.one(&NAMES));
                let content = std::fs::read(&full).unwrap();
                repo.remove(&path);
                repo.write(&to, content);
            }
            _ => repo.write(&path, format!("<x>{}</x>\n", dice.below(40))),
        }
    }
}

fn compare(base: &dyn Snapshot, head: &dyn Snapshot, wanted: Wanted<'_>, what: &str) {
    let registry = orgate_metadata::builtin::registry().unwrap();
    let both = Related::new(base, head, &registry, wanted);
    assert!(share_objects(base, head), "{what}");
    for (side, snapshot) in [(Which::Base, base), (Which::Head, head)] {
        let of_ours = |path: &[u8]| classify(&RepoPath::new(path), &registry).is_some() && wanted(path);
        let listed = |path: &[u8]| of_ours(path) || is_project(path);
        let full = snapshot.files(&listed).unwrap();
        assert_eq!(both.files(side).unwrap(), full, "{what}, {side:?}");
        assert!(!full.is_empty(), "{what}");
        // The same from changes that are known already, among others.
        let known = Related::new(base, head, &registry, wanted);
        known.know(&changes(base, head, &|_| true).unwrap());
        assert_eq!(known.files(side).unwrap(), full, "{what}, {side:?}, changes known");
        for folder in FOLDERS.iter().chain(&["", "nowhere"]).map(|folder| folder.as_bytes()) {
            let there = snapshot.file(&project_in(folder)).unwrap().is_some();
            assert_eq!(both.has_project(side, folder), Some(there), "{what}, {side:?}");
        }
    }
    // Every third path is held, once as base has it, once away from base.
    let all = both.files(Which::Base).unwrap().iter().chain(both.files(Which::Head).unwrap());
    let paths: BTreeSet<RepoPath> = all.step_by(3).map(|file| file.path().clone()).collect();
    let (back, without) = (HeldSnapshot::new(base, head, &paths), HeldSnapshot::without(base, &paths));
    let back_to_less = HeldSnapshot::new(&without, head, &paths);
    let looks: [(&dyn Snapshot, &dyn Snapshot); 3] = [(base, &back), (&without, head), (&without, &back_to_less)];
    for (at, (base, head)) in looks.into_iter().enumerate() {
        let alone = Related::new(base, head, &registry, wanted);
        let derived = Related::new(base, head, &registry, wanted).behind(&both);
        for side in [Which::Base, Which::Head] {
            assert_eq!(
                derived.files(side).unwrap(),
                alone.files(side).unwrap(),
                "{what}, look {at}, {side:?}"
            );
        }
    }
}

#[test]
fn what_base_holds_follows_from_head_and_the_changes() {
    for seed in 0..12 {
        let mut dice = Dice(seed);
        let repo = TestRepo::new();
        edit(&repo, &mut dice, 60);
        repo.write("force-app/main/default/connectedApps/Kept.connectedApp-meta.xml", "<x/>");
        let base = repo.commit("base");
        let edits = dice.below(40);
        edit(&repo, &mut dice, edits);
        let head = repo.commit("head");
        let edits = dice.below(9);
        edit(&repo, &mut dice, edits);
        repo.git(&["add", "--all"]);
        let opened = Repository::open(Some(repo.path())).unwrap();
        let commit = |rev: &str| opened.snapshot(&opened.resolve(rev).unwrap());
        let (base, head, index) = (commit(&base), commit(&head), opened.index().unwrap());
        let all = |_: &[u8]| true;
        let some = |path: &[u8]| path.starts_with(b"force-app/");
        compare(&base, &head, &all, &format!("seed {seed}"));
        compare(&head, &base, &all, &format!("seed {seed}, backwards"));
        compare(&base, &index, &all, &format!("seed {seed}, index"));
        compare(&index, &base, &all, &format!("seed {seed}, from the index"));
        compare(&base, &head, &some, &format!("seed {seed}, some"));
    }
}

#[test]
fn a_wide_tree_is_listed_in_order() {
    let repo = TestRepo::new();
    let mut expected = Vec::new();
    for number in 0..600 {
        let folder = format!("f{}/{}", number % 7, number * 37 % 601);
        repo.write(format!("{folder}/a.cls"), "");
        for name in ["B.connectedApp-meta.xml", "A.profile-meta.xml"] {
            let path = format!("{folder}/{name}");
            repo.write(&path, name);
            expected.push(path.into_bytes());
        }
    }
    expected.sort();
    let id = repo.commit("wide");
    let opened = Repository::open(Some(repo.path())).unwrap();
    let snapshot = opened.snapshot(&opened.resolve(&id).unwrap());
    let registry = orgate_metadata::builtin::registry().unwrap();
    let related = Related::new(&snapshot, &snapshot, &registry, &|_| true);
    let found: Vec<&[u8]> = related
        .files(Which::Head)
        .unwrap()
        .iter()
        .map(|file| file.path().as_bytes())
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn the_quick_answer_never_misses_a_name() {
    let registry = orgate_metadata::builtin::registry().unwrap();
    let suffixes = Suffixes::of(&registry);
    let mut ours = 0;
    for spec in registry.types() {
        for suffix in std::iter::once(&spec.suffix).chain(&spec.misnamed) {
            for end in ["", "-meta.xml", "-META.xml", ".xml", "-meta.xml.orig", "x"] {
                for stem in ["A", "", "a.b", "%41", spec.member.as_deref().unwrap_or("B")] {
                    for name in [suffix.clone(), suffix.to_uppercase()] {
                        let path = format!("x.y/{stem}.{name}{end}");
                        let known = classify(&RepoPath::from(path.as_str()), &registry).is_some();
                        assert!(!known || suffixes.fit(path.as_bytes()), "{path}");
                        ours += usize::from(known);
                    }
                }
            }
        }
    }
    assert!(ours > 100);
    for other in ["a.cls", "connectedApp", "x.connectedApp/y", "", "-meta.xml", "a.field-meta.xml"] {
        assert!(!suffixes.fit(other.as_bytes()), "{other}");
    }
}
