//! Bounds on what the author of a change can make the gate work on: what exceeds one is refused with a message that says
//! which.

use orgate::testing::Written;
use orgate_core::Catalog;
use orgate_core::policy::catalog::PolicyFile;
use orgate_core::report::verdict::Verdict;
use orgate_core::settings::Settings;
use orgate_metadata::Limits;
use orgate_metadata::xml::Doc;
use orgate_testkit::Tree;
use orgate_testkit::fuzz::comparison::{report, snapshot};
use orgate_testkit::fuzz::writers;
use orgate_testkit::library::library;
use orgate_testkit::sample::{APP, connected_app};

/// The message with which a file is refused at head.
fn refusal(text: String) -> String {
    let base = Tree::default().with(APP, connected_app(false));
    let mut report = report(&base, &Tree::default().with(APP, text), &Settings::default());
    assert_eq!(report.verdict(), Verdict::NotDecided, "{:?}", report.unreadable);
    report.unreadable.remove(0).reason
}

fn inside(more: &str) -> String {
    connected_app(true).replace("<label>", &format!("{more}<label>"))
}

#[test]
fn files_that_exceed_a_limit_are_refused_by_name() {
    let long = inside(&format!("<!--{}-->", "x".repeat(1 << 20)));
    assert!(refusal(long).contains("1048576"), "size");
    let deep = inside(&format!("{}{}", "<a>".repeat(256), "</a>".repeat(256)));
    assert_eq!(refusal(deep), "elements are nested more than 256 deep; metadata never is");
    let many = inside(&"<a/>".repeat(100_001));
    assert_eq!(
        refusal(many),
        "the file has more than 100000 elements; exclude it or raise the limit"
    );
    let attributes = (0..65).map(|at| format!(" a{at}=''")).collect::<Vec<_>>().concat();
    let wide = inside(&format!("<a{attributes}/>"));
    assert_eq!(
        refusal(wide),
        "an element has more than 64 attributes or namespaces; metadata never does"
    );
}

/// The documented limits: docs/explanation/safety.md has the table.
#[test]
fn the_limits_are_those_that_are_documented() {
    let limits = Limits::default();
    assert_eq!((limits.bytes, limits.depth), (128 << 20, 256));
    assert_eq!((limits.elements, limits.attributes), (4_000_000, 64));
    let exactly = format!("{}{}", "<a>".repeat(256), "</a>".repeat(256));
    assert!(Doc::parse(exactly.as_bytes(), &limits).is_ok());
}

const PROJECT: &str = r#"{"packageDirectories":[{"path":"."}]}"#;

/// How many findings there are, or the error that ends the run.
fn run(base: &Tree, head: &Tree) -> Result<usize, String> {
    let library = library();
    let report = orgate_diff::gate::run(&orgate_diff::gate::Input {
        base: &snapshot(base),
        head: &snapshot(head),
        registry: &library.registry,
        catalog: &library.catalog,
        settings: &Settings::default(),
        limits: Limits::default(),
    });
    report.map(|report| report.findings.len()).map_err(|error| error.to_string())
}

#[test]
fn an_app_that_comes_in_the_place_of_too_many_is_refused() {
    let key = "<consumerKey>3MVG9exampleKeyOfTheApp</consumerKey>";
    let app = connected_app(false).replace("<oauthConfig>", &format!("<oauthConfig>{key}"));
    let place = |name: &str| format!("connectedApps/{name}.connectedApp-meta.xml");
    let run = |count: usize| {
        let mut base = Tree::default();
        for number in 0..count {
            base.put(&place(&format!("Old{number}")), app.as_str());
        }
        run(&base, &Tree::default().with(&place("New"), app.as_str()))
    };
    assert!(run(64).is_ok());
    let error = run(65).expect_err("it is refused");
    assert!(error.contains("'New' may come in the place of more than 64 apps"), "{error}");
}

#[test]
fn rules_in_too_many_folders_around_one_file_are_refused() {
    let run = |depth: usize| {
        let mut folder = String::new();
        let mut base = Tree::default().with("sfdx-project.json", PROJECT);
        for _ in 0..depth {
            base.put(&format!("{folder}.forceignore"), "x\n");
            folder.push_str("d/");
        }
        let app = format!("{folder}connectedApps/App.connectedApp-meta.xml");
        let side = |open: bool| base.clone().with(&app, connected_app(open));
        run(&side(false), &side(true))
    };
    assert_eq!(run(64), Ok(1));
    let error = run(65).expect_err("it is refused");
    assert!(error.contains("more than 64 `.forceignore` files"), "{error}");
}

#[test]
fn too_many_ways_to_let_in_and_to_leave_out_at_once_are_refused() {
    let run = |count: usize| {
        let (mut base, mut head) = (Tree::default(), Tree::default());
        for tree in [&mut base, &mut head] {
            tree.put("sfdx-project.json", PROJECT);
        }
        for number in 0..count {
            let rules = format!("p{number}/.forceignore");
            base.put(&rules, format!("**/X{number}.*\n**/Y{number}.*\n"));
            head.put(&rules, format!("**/Y{number}.*\n"));
            let place = |name: &str| format!("p{number}/connectedApps/{name}{number}.connectedApp-meta.xml");
            for tree in [&mut base, &mut head] {
                tree.put(&place("X"), connected_app(true));
            }
            base.put(&place("Y"), connected_app(false));
            head.put(&place("Y"), connected_app(false).replace("<label>", "<label>New "));
        }
        run(&base, &head)
    };
    assert_ne!(run(4), Ok(0));
    let error = run(30).expect_err("it is refused");
    assert!(error.contains("in too many ways at once"), "{error}");
}

#[test]
fn copies_that_come_beside_too_many_others_are_refused() {
    let copies = |count: usize| {
        let mut tree = Tree::default();
        for number in 0..count {
            tree.put(
                &format!("p{number}/connectedApps/App.connectedApp-meta.xml"),
                connected_app(number % 2 == 0),
            );
        }
        tree
    };
    let told = |base: usize, head: usize| report(&copies(base), &copies(head), &Settings::default());
    assert_ne!(told(60, 80).verdict(), Verdict::NotDecided);
    let crowd = told(130, 260);
    assert_eq!(crowd.verdict(), Verdict::NotDecided);
    assert!(
        crowd.unreadable.iter().any(|file| file.reason.contains("copies of 'App'")),
        "{:?}",
        crowd.unreadable
    );
}

/// The message with which settings are refused.
fn settings(text: &str) -> String {
    Settings::parse(text).expect_err("it is refused").to_string()
}

#[test]
fn settings_are_bounded() {
    let long = format!("strict: true\n{}", "# x\n".repeat(300_000));
    assert!(settings(&long).contains("larger than 1048576 bytes"), "{}", settings(&long));
    let alias = "apps: &a {}\nusers: *a\n";
    assert!(
        settings(alias).contains("anchor") || settings(alias).contains("alias"),
        "{}",
        settings(alias)
    );
    let laughs = (0..20)
        .map(|at| format!("a{at}: &a{at} [{}]\n", "*a, ".repeat(9)))
        .collect::<Vec<_>>()
        .concat();
    assert!(settings(&laughs).len() < 500);
    let deep = format!("include: {}{}", "[".repeat(5000), "]".repeat(5000));
    assert!(settings(&deep).len() < 500);
    let deep: String = (0..5000).map(|at| format!("{}a:\n", " ".repeat(at))).take(500).collect();
    assert!(settings(&deep).len() < 500);
    let many = format!("include:\n{}", "- a\n".repeat(200_001));
    assert!(settings(&many).len() < 500);
    let merge = "apps:\n  <<: {a: {}}\n";
    assert!(Settings::parse(merge).is_err());
}

/// Problems of a control whose pattern is this one.
fn pattern(pattern: &str) -> Result<(), String> {
    let (_, text) = orgate_testkit::Tree::read(&orgate_testkit::library::policies())
        .files
        .into_iter()
        .find(|(path, _)| path.ends_with(b"/ca-pkce-not-required.yaml"))
        .expect("it ships");
    let text = String::from_utf8(text).expect("text");
    let at = text.find("applies-when:").expect("it has one");
    let end = text[at..].find('\n').expect("an end") + at;
    let when = format!("applies-when: {{ field: ConnectedApp/label, matches: '{pattern}' }}");
    let text = format!("{}{when}{}", &text[..at], &text[end..]);
    let text = text
        .lines()
        .filter(|line| !line.starts_with("twin:"))
        .map(|line| format!("{line}\n"))
        .collect::<Vec<_>>()
        .concat();
    let text = text.replace("id: ca-pkce-not-required", "id: own-label");
    let mut catalog = Catalog::default();
    let conditions = std::fs::read_to_string(orgate_testkit::library::policies().join("conditions.yaml")).expect("text");
    let files = [
        PolicyFile {
            name: "conditions.yaml",
            text: &conditions,
        },
        PolicyFile {
            name: "own-label.yaml",
            text: &text,
        },
    ];
    let problems = catalog.add(&files, &library().registry).err().unwrap_or_default();
    problems.into_iter().next().map_or(Ok(()), |problem| Err(problem.message))
}

#[test]
fn patterns_are_bounded() {
    assert_eq!(pattern("^a+$"), Ok(()));
    for bomb in ["(a{1000}){1000}{1000}", "((((a{100}){100}){100}){100}){100}", "("] {
        assert!(pattern(bomb).is_err(), "{bomb}");
    }
}

/// The number of findings, and the report in every format.
fn written(base: &Tree, head: &Tree) -> (usize, Vec<(&'static str, String)>) {
    let settings = Settings::default();
    let report = report(base, head, &settings);
    let library = library();
    let written = writers::check(&Written {
        report: &report,
        base: &snapshot(base),
        head: &snapshot(head),
        registry: &library.registry,
        catalog: &library.catalog,
        settings: &settings,
    });
    (report.findings.len(), written)
}

/// A change with many weakenings: every format is written, those for one page are cut, the others grow with the number.
#[test]
fn many_findings_are_all_told_and_no_page_grows_without_bound() {
    let side = |open: bool| {
        let mut tree = Tree::default();
        for number in 0..100 {
            tree.put(
                &format!("force-app/main/default/connectedApps/App{number}.connectedApp-meta.xml"),
                connected_app(open),
            );
        }
        tree
    };
    let (base, head) = (side(false), side(true));
    let (findings, written) = written(&base, &head);
    assert_eq!(findings, 100);
    for (format, text) in written {
        let most = match format {
            "github" => 30_000,
            "markdown" => 900_000,
            // The rules, the heat map and 10 kB a finding.
            _ => 500_000 + 100 * 12_000,
        };
        assert!(text.len() <= most, "{format} has {} bytes", text.len());
    }
}

/// A value of any length is cut before it reaches a report.
#[test]
fn a_long_value_makes_no_long_report() {
    let base = Tree::default().with(APP, connected_app(false));
    let long = "https://a.example.com/".to_owned() + &"x".repeat(500_000);
    let head = connected_app(true).replace("https://billing.example.com/cb", &long);
    let head = head.replace("<isPkceRequired>true", &format!("<isPkceRequired>{long}"));
    let head = Tree::default().with(APP, head);
    let (findings, written) = written(&base, &head);
    assert!(findings > 0);
    for (format, text) in written {
        assert!(text.len() < 1_000_000, "{format} has {} bytes", text.len());
    }
}
