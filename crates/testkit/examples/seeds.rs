//! Writes first inputs for the fuzzers, one folder per target: `cargo run -p orgate-testkit --example seeds -- FOLDER`.

use std::path::Path;

use orgate_testkit::fuzz::{CUT, comparison};
use orgate_testkit::library::{library, policies};
use orgate_testkit::sample::{APP, connected_app};
use orgate_testkit::{TestRepo, Tree, fixture, render};

fn main() {
    let target = std::env::args().nth(1).expect("a folder to write to");
    let target = Path::new(&target);
    let put = |kind: &str, name: &str, bytes: &[u8]| {
        let folder = target.join(kind);
        std::fs::create_dir_all(&folder).expect("the folder");
        std::fs::write(folder.join(name), bytes).expect("the seed");
    };
    let malformed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/malformed");
    for (path, bytes) in Tree::read(&malformed).files {
        put("xml", &String::from_utf8_lossy(&path), &bytes);
    }
    for (path, bytes) in Tree::read(&policies()).files {
        let path = String::from_utf8_lossy(&path).replace('/', "-");
        if Path::new(&path).extension().is_some_and(|end| end == "yaml") {
            put("policy", &path, &bytes);
        }
    }
    for case in fixture::cases() {
        let name = case.name.replace('/', "-");
        if let Some(settings) = case.base.files.get(&b"orgate.yaml"[..]) {
            put("settings", &name, settings);
        }
        pair(&case.base, &case.head, |bytes| put("comparison", &name, bytes));
    }
    for control in library().catalog.controls() {
        for (at, example) in control.examples.iter().enumerate() {
            let side = |side: &Option<Vec<_>>| {
                side.as_ref()
                    .map(|side| render::tree(side, &library().registry))
                    .unwrap_or_default()
            };
            let (base, head) = (side(&example.base), side(&example.head));
            pair(&base, &head, |bytes| put("comparison", &format!("{}-{at}", control.id), bytes));
        }
    }
    settings(&put);
    texts(&put);
    objects(&put);
}

/// A pair of trees as an input of the comparison, where their paths are ones it knows.
fn pair(base: &Tree, head: &Tree, put: impl Fn(&[u8])) {
    let mut paths: Vec<&Vec<u8>> = base.files.keys().chain(head.files.keys()).collect();
    paths.sort();
    paths.dedup();
    let place = |path: &&Vec<u8>| {
        let path = String::from_utf8_lossy(path);
        let (folder, name) = path.rsplit_once('/')?;
        let (_, suffix) = name.split_once('.')?;
        let plain = format!("{folder}/App.{suffix}");
        comparison::place_of(&path).or_else(|| comparison::place_of(&plain))
    };
    let mut bytes = vec![0, 0, 0];
    let mut chosen = paths.iter().filter_map(|path| Some((place(path)?, *path)));
    let mut contents: Vec<&[u8]> = Vec::new();
    for slot in 0..2 {
        let (number, path) = chosen.next().map_or((0, None), |(number, path)| (number, Some(path)));
        bytes[slot] = number;
        for (side, tree) in [base, head].into_iter().enumerate() {
            if let Some(content) = path.and_then(|path| tree.files.get(path)) {
                contents.push(content);
            } else {
                bytes[2] |= 1 << (2 * slot + side);
                contents.push(b"");
            }
        }
    }
    bytes.extend(contents.join(CUT));
    put(&bytes);
}

fn settings(put: &dyn Fn(&str, &str, &[u8])) {
    let all = "fail-on: high\nintroduced: warn\nstrict: true\ncontrols:\n  ca-client-credentials-enabled: off\n  ca-pkce-not-required:\n    severity: low\n\
include: ['force-app/**']\nexclude: [\"**/*.old\"]\npolicies: gate\napps:\n  App: {}\nusers: {}\nwaivers:\n  - control: ca-pkce-not-required\n    \
subject: App\n    reason: |\n      long\n    approved-by: me\n    expires: 2030-01-31\n";
    put("settings", "all", all.as_bytes());
    put("settings", "alias", b"apps: &a {}\nusers: *a\n");
    put("settings", "merge", b"apps: {<<: {a: 1}}\n");
    put("settings", "flow", b"{include: [[[[[[]]]]]]}\n");
}

fn texts(put: &dyn Fn(&str, &str, &[u8])) {
    let some: [&[u8]; 12] = [
        b"<a>\n\t<consumerSecret>S3CR3TVALUE</consumerSecret>\n</a>\n",
        b"a\nb\r\n::error file=x::injected",
        b"x%0A::warning::y ##[error]z",
        b"[click](http://evil.example \"t\") ![i](http://evil.example/x.png) <http://evil.example>",
        b"<img src=x onerror=alert(1)><script></details>",
        b"@everyone #1 !3 ~bug | a | `code` \\` **b**",
        b"\x1b[2J\x1b]8;;http://evil.example\x07x\xc2\x9b31m",
        "\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}".as_bytes(),
        b"' onload='x' \" ]]> <!-- --> &amp;",
        b"\xff\xfe\x00\x01",
        b"/close\n- [ ] task\n# heading",
        b"",
    ];
    put("writers", "some", &some.join(CUT));
    let replaced = [
        &b"{\"packageDirectories\":[{\"path\":\"force-app\"}]}"[..],
        b"{\"replacements\":[{\"glob\":\"**/*.xml\",\"stringToReplace\":\"false\",\"replaceWithEnv\":\"X\"},{\"filename\":\"a\",\"regexToReplace\":\"(a|b)+\",\"replaceWithFile\":\"y\"}]}",
        &connected_app(false).into_bytes(),
        &connected_app(true).into_bytes(),
    ];
    put("replacements", "some", &replaced.join(CUT));
    put("lines", "some", &[&b"a\nb\nc\n"[..], b"a\nc\nd"].join(CUT));
    put("xml", "app", connected_app(true).as_bytes());
}

fn objects(put: &dyn Fn(&str, &str, &[u8])) {
    let repo = TestRepo::new();
    repo.write(APP, connected_app(true));
    repo.write("a/b/c", "x");
    repo.write("a/b.c", "x");
    repo.write("a-b", "x");
    repo.commit("All");
    let with = |first: u8, bytes: &[u8]| [&[first], bytes].concat();
    for rev in ["HEAD^{tree}", "HEAD:a"] {
        let id = repo.git(&["rev-parse", rev]);
        put("tree", &id, &with(0, &repo.git_bytes(&["cat-file", "tree", &id])));
        let loose = std::fs::read(repo.path().join(".git/objects").join(&id[..2]).join(&id[2..])).expect("a loose object");
        put("loose", &id, &with(1, &loose));
    }
    put("loose", "plain", &with(0, b"blob 3\0abc"));
    for version in ["2", "3", "4"] {
        repo.git(&["update-index", "--index-version", version]);
        let bytes = std::fs::read(repo.path().join(".git/index")).expect("the index");
        put("index", version, &with(0, &bytes));
    }
    let listing = repo.git_bytes(&["ls-files", "--stage", "--debug", "--full-name", "-z"]);
    put("listing", "some", &with(0, &listing));
}
