//! What an audit says, as text and as a page.

use orgate_testkit::TestRepo;

const PATH: &str = "force-app/main/default/connectedApps/Portal.connectedApp-meta.xml";
const STABLE: &str = "<isPkceRequired>false</isPkceRequired>";
const PREVIEW: &str =
    "<isSecretRequiredForTokenExchange>true</isSecretRequiredForTokenExchange>\n<isTokenExchangeEnabled>true</isTokenExchangeEnabled>";

fn repo(weak: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write(
        PATH,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ConnectedApp xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n<label>Portal</label>\n<oauthConfig>\n<isAdminApproved>true</isAdminApproved>\n<isConsumerSecretOptional>false</isConsumerSecretOptional>\n<isSecretRequiredForRefreshToken>true</isSecretRequiredForRefreshToken>\n{weak}\n<scopes>Api</scopes>\n</oauthConfig>\n<oauthPolicy><isTokenExchangeFlowEnabled>true</isTokenExchangeFlowEnabled></oauthPolicy>\n</ConnectedApp>\n"
        ),
    );
    repo
}

/// The last line of the text, and the page.
fn audit(repo: &TestRepo, more: &[&str]) -> (String, String) {
    let root = repo.path().display().to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    let file = page.display().to_string();
    let arguments = [&["audit", "--repo", &root, "--html", &file], more].concat();
    let text = crate::output::capture::run(false, &arguments);
    let last = anstream::adapter::strip_str(text.trim_end().lines().last().unwrap_or_default()).to_string();
    (last, std::fs::read_to_string(page).expect("a page"))
}

#[test]
fn what_is_not_gated_does_not_pass() {
    let (text, page) = audit(&repo(STABLE), &["--fail-on", "never"]);
    assert!(
        text.starts_with("not gated: 1 violated, the worst critical, and none of it fails, as `fail-on` is `never`"),
        "{text}"
    );
    assert!(
        page.contains("<strong class=\"verdict not-gated\">not gated</strong>1 violated"),
        "{page}"
    );
    assert!(!page.contains("verdict pass"), "{page}");
    let (text, page) = audit(&repo("<isPkceRequired>true</isPkceRequired>"), &["--fail-on", "never"]);
    assert!(text.starts_with("pass: nothing is violated"), "{text}");
    assert!(
        page.contains("<strong class=\"verdict pass\">pass</strong>nothing is violated"),
        "{page}"
    );
}

#[test]
fn controls_in_preview_are_told_apart() {
    let only = format!("<isPkceRequired>true</isPkceRequired>\n{PREVIEW}");
    let (text, page) = audit(&repo(&only), &["--fail-on", "low"]);
    assert!(
        text.starts_with("pass: nothing at or above `low` is violated, controls in preview aside"),
        "{text}"
    );
    for part in [
        "controls in preview aside",
        "<dt>Of these in preview</dt><dd>1</dd>",
        " · in preview, never fails",
        "<code>ca-token-exchange-enabled</code> <span class=\"soft\">preview</span>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // What is below the threshold is no part of the sentence.
    let (text, _) = audit(&repo(&only), &["--fail-on", "critical"]);
    assert!(text.starts_with("pass: nothing at or above `critical` is violated; "), "{text}");
    let (text, page) = audit(&repo(&format!("{STABLE}\n{PREVIEW}")), &["--fail-on", "low"]);
    assert!(text.starts_with("fail: "), "{text}");
    assert!(page.contains("<dt>Of these in preview</dt><dd>1</dd>"), "{page}");
}

#[test]
fn of_many_components_only_those_with_something_to_tell_are_on_the_map() {
    let repo = repo(STABLE);
    let profile = |allowed: bool| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Profile xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n<userPermissions><enabled>{allowed}</enabled><name>UseAnyApiClient</name></userPermissions>\n</Profile>\n"
        )
    };
    let write = |name: &str, allowed| {
        let path = format!("force-app/main/default/profiles/{name}.profile-meta.xml");
        repo.write(&path, profile(allowed));
    };
    for number in 0..7 {
        write(&format!("Sound_{number}"), false);
    }
    let (_, page) = audit(&repo, &[]);
    assert!(
        page.contains("<p>Components that stand for themselves: 7, none of them with violations.</p>"),
        "{page}"
    );
    write("Open", true);
    let (_, page) = audit(&repo, &[]);
    assert!(page.contains("<th scope=\"row\">Profile:Open</th>"), "{page}");
    assert!(page.contains("and 7 more without violations") && !page.contains("Sound_"), "{page}");
}
