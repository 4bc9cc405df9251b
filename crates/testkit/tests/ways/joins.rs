//! Which app a file belongs to is said once, or nobody can tell.

use orgate_core::report::Unreadable;

use super::*;

fn refused(base: &Tree, head: &Tree) -> Vec<Unreadable> {
    let report = report(base, head, &Settings::default());
    report.unreadable.into_iter().filter(|file| file.fatal).collect()
}

#[test]
fn a_file_that_names_two_apps_is_refused() {
    let base = external(true);
    let named = |name: &str| {
        let files = external(false).files.into_iter().map(|(path, text)| {
            let text = String::from_utf8_lossy(&text).replace(">App</externalClientApplication>", name);
            (path, text.into_bytes())
        });
        Tree { files: files.collect() }
    };
    let two = ">Weak</externalClientApplication>\n    <externalClientApplication>App</externalClientApplication>";
    let found = refused(&base, &named(two));
    assert!(found.iter().any(|file| file.reason.contains("several apps")), "{found:?}");
    let same = ">App</externalClientApplication>\n    <externalClientApplication>app</externalClientApplication>";
    assert!(refused(&base, &named(same)).is_empty());
    assert!(!refused(&base, &named("></externalClientApplication>")).is_empty());
}
