//! What each command prints, read as the runners of platforms read a log.

use orgate_testkit::TestRepo;

use crate::output::capture;
use crate::output::guard::{commands, guarded};

const NAMES: [&str; 3] = ["::stop-commands::abc", "  ::error title=x", "##[add-mask]a"];

/// An app in a folder, both named by somebody who wants the runner to listen; secure at base, weak at head.
fn repo(name: &str) -> TestRepo {
    let repo = TestRepo::new();
    let app = |pkce: &str, certificate: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ConnectedApp xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n\
             \u{20}   <!--\n  ::error::comment\n    -->\n    <label>\n::warning::label</label>\n    <oauthConfig>\n\
             \u{20}       <callbackUrl>https://a.example/cb</callbackUrl>\n        {certificate}<isPkceRequired>{pkce}</isPkceRequired>\n\
             \u{20}       <scopes>Api\n::error::scope</scopes>\n    </oauthConfig>\n</ConnectedApp>\n"
        )
    };
    let path = format!("apps/::error title=x::pwned/{name}.connectedApp-meta.xml");
    repo.write(&path, app("true", "<certificate>x ::error::certificate</certificate>"));
    repo.commit("::error::base");
    repo.write(&path, app("false", ""));
    repo.commit("  ::error::head");
    repo
}

#[test]
fn no_command_hands_a_command_to_the_runner() {
    for name in NAMES {
        let repo = repo(name);
        let root = repo.path().display().to_string();
        let list: [&[&str]; 9] = [
            &["check", "--base", "HEAD^", "--head", "HEAD"],
            &["check", "--base", "HEAD^", "--head", "HEAD", "-o", "json"],
            &["check", "--base", "HEAD^", "--head", "HEAD", "-o", "sarif"],
            &["check", "--base", "HEAD^", "--head", "HEAD", "-o", "junit"],
            &["audit"],
            &["audit", "--format", "json"],
            &["history"],
            &["history", "--format", "json"],
            &["fix", "--base", "HEAD^", "--dry-run", "--all"],
        ];
        for command in list {
            let mut arguments = command.to_vec();
            arguments.extend(["--repo", &root]);
            let log = capture::run(true, &arguments);
            assert!(
                log.contains("connectedApp-meta.xml") || command[0] == "history",
                "{command:?}\n{log}"
            );
            assert_eq!(commands(&log), Vec::<&str>::new(), "{command:?}");
            // Elsewhere nothing is guarded. A patch keeps its lines, whatever they look like.
            if command[0] != "fix" {
                let log = capture::run(false, &arguments);
                assert!(!log.contains("::stop-commands::") || !log.trim_start().starts_with("::"), "{log}");
                assert_eq!(commands(&log), Vec::<&str>::new(), "{command:?}");
            }
        }
        let range = capture::run(true, &["ci-range", "--base", "HEAD^", "--head", "HEAD", "--repo", &root]);
        assert!(range.starts_with("base="), "{range}");
        assert_eq!(commands(&range), Vec::<&str>::new());
        let init = capture::run(true, &["init", "--print", "--repo", &root]);
        assert_eq!(commands(&init), Vec::<&str>::new(), "{init}");
    }
}

#[test]
fn controls_of_a_change_say_nothing_to_the_runner() {
    let folder = tempfile::tempdir().expect("folder");
    let (_, text) = crate::builtin::policies()
        .iter()
        .find(|(name, _)| name.ends_with("ca-pkce-not-required.yaml"))
        .expect("control");
    let id = "ca-pkce-of-the-team";
    let title = text.lines().find(|line| line.starts_with("title: ")).expect("title");
    let hostile = text
        .replace("id: ca-pkce-not-required\n", &format!("id: {id}\n"))
        .replace(title, "title: \"::error::title ##[error]x\"")
        .replace("why: |\n", "why: |\n  ::error::why\n\n  ::error::more\n\n");
    std::fs::write(folder.path().join(format!("{id}.yaml")), hostile).expect("write");
    let place = folder.path().display().to_string();
    let list: [&[&str]; 7] = [
        &["explain", id, "--policies", &place],
        &["explain", id, "--format", "markdown", "--policies", &place],
        &["explain", id, "--format", "json", "--policies", &place],
        &["controls", "--policies", &place],
        &["controls", "--format", "json", "--policies", &place],
        &["policy", "test", &place],
        &["policy", "check", &place],
    ];
    for command in list {
        let log = capture::run(true, command);
        assert!(log.contains(id), "{command:?}\n{log}");
        assert_eq!(commands(&log), Vec::<&str>::new(), "{command:?}");
    }
}

#[test]
fn guarded_output() {
    let text = super::HOSTILE.join("\n");
    assert!(!commands(&text).is_empty());
    let safe = guarded(&text);
    let (first, rest) = safe.split_once('\n').unwrap();
    let token = first.strip_prefix("::stop-commands::").unwrap();
    let end = format!("::{token}::");
    let enders: Vec<&str> = rest.lines().filter(|line| line.contains(token)).collect();
    assert_eq!(enders, [end.as_str()]);
    assert!(safe.ends_with(&format!("{end}\n")));
    assert_eq!(commands(&safe), Vec::<&str>::new());
}
