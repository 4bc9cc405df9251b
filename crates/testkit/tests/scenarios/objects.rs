//! Odd stores of objects, odd indexes and odd trees: judged as git would read them, or refused by name.

use orgate_testkit::TestRepo;
use orgate_testkit::sample::{APP, connected_app};

use super::{caught, check, opened, passed, refused};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("objects::line ends by configuration", line_ends),
    ("objects::grafted history", grafts),
    ("objects::objects of another repository", alternates),
    ("objects::promised blob that nobody delivers", promised),
    ("objects::damaged blob", damaged_blob),
    ("objects::damaged tree", damaged_tree),
    ("objects::split index", split_index),
    ("objects::sparse index", sparse_index),
    ("objects::ten thousand folders, two hundred deep", deep),
    ("objects::suffix of no type", unknown_suffix),
    ("objects::twin in metadata format", twin),
];

fn line_ends() {
    let (repo, base, _) = opened();
    // Only the line ends differ, and git is told to look away from them or to make them.
    repo.git(&["checkout", "--quiet", "--detach", &base]);
    for value in ["true", "input"] {
        repo.git(&["config", "core.autocrlf", value]);
        repo.write(APP, connected_app(false).replace('\n', "\r\n"));
        passed(&check(repo.path(), &["--base", &base]));
        repo.write(APP, connected_app(true).replace('\n', "\r\n"));
        caught(&check(repo.path(), &["--base", &base]));
    }
}

fn grafts() {
    let (repo, base, head) = opened();
    // Somebody's local file says that head has no parents: the merge base must not depend on it.
    std::fs::write(repo.path().join(".git/info/grafts"), format!("{head}\n")).expect("the file");
    caught(&check(repo.path(), &["--base", &base, "--head", &head]));
    caught(&check(repo.path(), &["--head", &head]));
}

fn alternates() {
    let (repo, base, head) = opened();
    let borrower = TestRepo::folder();
    borrower.git(&["clone", "--quiet", "--shared", &repo.path().display().to_string(), "."]);
    caught(&check(borrower.path(), &["--base", &base, "--head", &head]));
    let objects = repo.path().join(".git/objects");
    std::fs::rename(&objects, repo.path().join(".git/gone")).expect("it goes");
    refused(&check(borrower.path(), &["--base", &base, "--head", &head]), &[]);
}

fn promised() {
    let (origin, base, head) = opened();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = TestRepo::clone_of(origin.path(), &["--no-checkout", "--filter=blob:none"]);
    let blobs = [&base, &head].map(|rev| origin.git(&["rev-parse", &format!("{rev}:{APP}")]));
    std::fs::rename(origin.path().join(".git"), origin.path().join("gone")).expect("it goes");
    let run = check(clone.path(), &["--base", &base, "--head", &head]);
    refused(&run, &["partial clone"]);
    // Neither can be had; which one is asked for first does not matter.
    assert!(blobs.iter().any(|blob| run.stderr.contains(&blob[..10])), "{}", run.stderr);
}

/// Damages the loose object of a name.
fn damage(repo: &TestRepo, rev: &str, with: &[u8]) -> String {
    let id = repo.git(&["rev-parse", rev]);
    let file = repo.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    std::fs::remove_file(&file).expect("a loose object");
    std::fs::write(&file, with).expect("it is written");
    id
}

fn damaged_blob() {
    for with in [&b""[..], b"no zlib", b"\x78\x9c\x4b\xca\xc9\x4f\x52\x30"] {
        let (repo, base, head) = opened();
        let id = damage(&repo, &format!("{head}:{APP}"), with);
        refused(&check(repo.path(), &["--base", &base, "--head", &head]), &[&id[..10]]);
    }
}

fn damaged_tree() {
    let (repo, base, head) = opened();
    let id = damage(&repo, &format!("{head}:force-app"), b"no zlib");
    refused(&check(repo.path(), &["--base", &base, "--head", &head]), &[&id[..10]]);
}

fn split_index() {
    let (repo, base, _) = opened();
    repo.git(&["checkout", "--quiet", "--detach", &base]);
    repo.git(&["update-index", "--split-index"]);
    repo.write(APP, connected_app(true));
    repo.git(&["add", "--all"]);
    caught(&check(repo.path(), &["--staged"]));
}

fn sparse_index() {
    let (repo, base, _) = opened();
    repo.write("other/deep/notes.md", "x");
    repo.commit("More");
    repo.git(&["checkout", "--quiet", "--detach", &base]);
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "force-app"]);
    repo.write(APP, connected_app(true));
    repo.git(&["add", APP]);
    caught(&check(repo.path(), &["--staged"]));
}

fn deep() {
    let (repo, _, _) = opened();
    let blob = repo.store("blob", b"x");
    let tree = |entries: &[(&str, &str, String)]| {
        let mut bytes = Vec::new();
        for (mode, name, id) in entries {
            bytes.extend(format!("{mode} {name}\0").bytes());
            bytes.extend((0..20).map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).expect("hex")));
        }
        repo.store("tree", &bytes)
    };
    let mut id = tree(&[("100644", "f", blob.clone())]);
    for _ in 0..199 {
        id = tree(&[("40000", "d", id.clone()), ("100644", "f", blob.clone())]);
    }
    // Fifty ways into the same two hundred levels: ten thousand folders.
    let names: Vec<String> = (0..50).map(|at| format!("w{at:02}")).collect();
    let ways: Vec<(&str, &str, String)> = names.iter().map(|name| ("40000", name.as_str(), id.clone())).collect();
    let ways = tree(&ways);
    let app = repo.git(&["rev-parse", "HEAD:force-app"]);
    let old = repo.git(&["rev-parse", "main:force-app"]);
    let side = |app: &str, deep: &str| tree(&[("40000", "deep", deep.to_owned()), ("40000", "force-app", app.to_owned())]);
    let (base, head) = (side(&old, &tree(&[("100644", "f", blob.clone())])), side(&app, &ways));
    caught(&check(repo.path(), &["--base", &base, "--head", &head]));
}

fn unknown_suffix() {
    let repo = TestRepo::new();
    let path = "force-app/main/default/extlClntAppGlobalOauthSets/App.ecaGlblOauth-meta.xml";
    let text = |pkce: bool| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ExtlClntAppGlobalOauthSettings xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    \
             <externalClientApplication>App</externalClientApplication>\n    <isPkceRequired>{pkce}</isPkceRequired>\n\
             </ExtlClntAppGlobalOauthSettings>\n"
        )
    };
    repo.write(path, text(true));
    let base = repo.commit("The app");
    repo.remove(path);
    repo.write(path.replace("ecaGlblOauth", "ecaGlobalOauth"), text(false));
    let head = repo.commit("Rename and weaken");
    let run = check(repo.path(), &["--base", &base, "--head", &head]);
    let weaker = run
        .findings()
        .iter()
        .any(|hit| hit.control == "eca-pkce-not-required" && hit.subject == "App");
    assert!(run.code == 1 && weaker, "{}", run.said());
}

fn twin() {
    let (repo, base, _) = opened();
    repo.git(&["checkout", "--quiet", "--detach", &base]);
    repo.write("src/connectedApps/Billing.connectedApp", connected_app(true));
    let head = repo.commit("A twin beside the app");
    let run = check(repo.path(), &["--base", &base, "--head", &head]);
    assert_eq!(run.code, 1, "{}", run.said());
}
