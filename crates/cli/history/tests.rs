//! The command on small histories.

use orgate_testkit::TestRepo;

use crate::output::capture;

const OLD: &str = "force-app/main/default/connectedApps/Payroll.connectedApp-meta.xml";
const NEW: &str = "force-app/main/default/connectedApps/Salary.connectedApp-meta.xml";

fn app(name: &str, key: &str, pkce: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ConnectedApp xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <label>{name}</label>\n    <oauthConfig>\n        <callbackUrl>https://a.example/cb</callbackUrl>\n        <consumerKey>{key}</consumerKey>\n        <isPkceRequired>{pkce}</isPkceRequired>\n        <scopes>Api</scopes>\n    </oauthConfig>\n</ConnectedApp>\n"
    )
}

fn history(repo: &TestRepo, more: &[&str]) -> String {
    let root = repo.path().display().to_string();
    capture::run(false, &[&["history", "--repo", &root][..], more].concat())
}

fn repo() -> TestRepo {
    let key = "3MVG9abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghi";
    let repo = TestRepo::new();
    repo.write(OLD, app("Payroll", key, "true"));
    repo.commit("come");
    std::fs::remove_file(repo.path().join(OLD)).expect("removed");
    repo.write(NEW, app("Salary", key, "true"));
    repo.commit("rename");
    repo.write(NEW, app("Salary", key, "${PKCE}"));
    repo.commit("token");
    repo.write(NEW, app("Salary", key, "true"));
    repo.commit("value");
    std::fs::remove_file(repo.path().join(NEW)).expect("removed");
    repo.commit("leave");
    repo
}

#[test]
fn apps_that_leave_change_their_name_or_become_unclear_are_told() {
    let repo = repo();
    let text = history(&repo, &[]);
    assert!(
        text.contains("leave\n  gone connected-app 'Salary' is no longer in source, "),
        "{text}"
    );
    assert!(
        text.contains("rename\n  renamed 'Salary' is compared with 'Payroll', in whose place it comes (the same client)\n"),
        "{text}"
    );
    assert!(
        text.contains("token\n  unclear connected-app 'Salary' can no longer be judged: "),
        "{text}"
    );
    let order: Vec<usize> = ["leave", "token", "rename"]
        .iter()
        .filter_map(|word| text.find(&format!(" {word}\n")))
        .collect();
    assert!(order.len() == 3 && order.is_sorted(), "newest first: {text}");
}

#[test]
fn filters_hold_for_them_too() {
    let repo = repo();
    let text = history(&repo, &["--subject", "Nobody"]);
    assert!(
        !text.contains("gone") && !text.contains("renamed") && !text.contains("unclear"),
        "{text}"
    );
    assert!(
        text.contains("warning: nothing of the name `Nobody` is in this history\n"),
        "{text}"
    );
    assert!(history(&repo, &["--subject", "payrol"]).contains("did you mean `Payroll`?"));
    let text = history(&repo, &["--subject", "Payroll"]);
    assert!(text.contains("renamed") && !text.contains("gone"), "{text}");
    let text = history(&repo, &["--control", "ca-pkce-not-required"]);
    assert!(
        text.contains("gone connected-app 'Salary' is no longer in source, 1 control\n"),
        "{text}"
    );
    let json: serde_json::Value = serde_json::from_str(&history(&repo, &["--format", "json"])).expect("json");
    assert_eq!(json["entries"][0]["notes"][0]["what"], "gone");
}
