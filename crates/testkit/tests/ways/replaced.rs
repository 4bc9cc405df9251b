//! What a project replaces in files: only where all of a value is replaced in any case, nothing is known of it.

use super::*;

const PKCE: &str = "ca-pkce-not-required";
const SECRET: &str = "ca-consumer-secret-in-source";

fn replacing(tree: Tree, text: &str, more: &str) -> Tree {
    let project = format!(
        "{{\"packageDirectories\": [{{\"path\": \"force-app\"}}], \"replacements\": [{{\"glob\": \"**/*.xml\", \
         \"stringToReplace\": \"{text}\", \"replaceWithEnv\": \"X\"{more}}}]}}"
    );
    tree.with("sfdx-project.json", project)
}

const NEVER: &str = ", \"replaceWhenEnv\": [{\"env\": \"NEVER\", \"value\": \"1\"}]";

#[test]
fn a_replacement_that_may_never_happen_excuses_nothing() {
    let (base, head) = (connected(true), connected(false));
    silent("in any case", &base, &replacing(head.clone(), "false", ""));
    weaker(
        "where the environment says so",
        PKCE,
        &base,
        &replacing(head.clone(), "false", NEVER),
    );
    let settings = format!("{ROOT}/settings/OauthOidc.settings-meta.xml");
    let ignored = head
        .clone()
        .with(&settings, org_settings(true))
        .with(".forceignore", "OauthOidc.settings-meta.xml");
    weaker(
        "beside settings that are left out",
        PKCE,
        &base,
        &replacing(ignored, "false", NEVER),
    );
    // As it was before.
    let standing = replacing(head, "false", NEVER);
    let label = standing.files.iter().map(|(path, text)| {
        let text = String::from_utf8_lossy(text).replace("<label>App<", "<label>Another<");
        (path.clone(), text.into_bytes())
    });
    silent("old debt", &standing, &Tree { files: label.collect() });
}

#[test]
fn a_replacement_that_nobody_here_understands_excuses_nothing() {
    let (base, head) = (connected(true), connected(false));
    let app = "force-app/main/default/connectedApps/App.connectedApp-meta.xml";
    let with = |entry: &str| {
        let project = format!(
            "{{\"packageDirectories\": [{{\"path\": \"force-app\"}}], \"replacements\": [{{{entry}, \"replaceWithEnv\": \"X\"}}]}}"
        );
        head.clone().with("sfdx-project.json", project)
    };
    let glob = "\"glob\": \"**/*.xml\", ";
    silent("understood", &base, &with(&format!("{glob}\"regexToReplace\": \"fals.\"")));
    silent(
        "by name",
        &base,
        &with(&format!("\"filename\": \"{app}\", \"stringToReplace\": \"false\"")),
    );
    for expression in ["(?!)", "(?<=x)y", "(a)\\\\1"] {
        weaker(
            expression,
            PKCE,
            &base,
            &with(&format!("{glob}\"regexToReplace\": \"{expression}\"")),
        );
    }
    for place in [
        "\"glob\": \"(nothing)\"",
        "\"glob\": \"{a,b}\"",
        "\"glob\": \"[x]\"",
        &format!("\"filename\": \"./{app}\""),
        &format!("\"filename\": \"repository/{app}\""),
    ] {
        weaker(place, PKCE, &base, &with(&format!("{place}, \"stringToReplace\": \"false\"")));
    }
}

#[test]
fn a_secret_of_which_a_part_is_replaced_is_in_source() {
    let secret = "A1B2C3D4E5F60718293A4B5C6D7E8F9012345678ABCDEF9012345678ABCDEF01";
    let base = connected(true);
    let with = |text: &str| {
        let element = format!("<consumerSecret>{text}</consumerSecret></oauthConfig>");
        let app = connected_app(true).replace("</oauthConfig>", &element);
        base.clone().with(&format!("{ROOT}/connectedApps/App.connectedApp-meta.xml"), app)
    };
    weaker("alone", SECRET, &base, &with(secret));
    weaker("a token behind it", SECRET, &base, &with(&format!("{secret} ${{X}}")));
    for token in ["${X}", "${X} ", "@X@", "%X%", "$(X)"] {
        weaker(token, SECRET, &base, &with(&format!("{token}{}", &secret[..19])));
    }
    weaker("a part", SECRET, &base, &replacing(with(secret), "A1B2", ""));
    weaker("a part, and never", SECRET, &base, &replacing(with(secret), "A1B2", NEVER));
    for token in ["${X}", "${X}${Y}", "@X@", "%X%", "$(X)", "$SECRET_OF_THE_APP"] {
        silent(token, &base, &with(token));
    }
    silent(
        "a text that is replaced",
        &base,
        &replacing(with("SecretOfTheKiosk"), "SecretOfTheKiosk", ""),
    );
}

#[test]
fn what_a_project_replaces_is_not_shown_where_it_may_be_a_secret() {
    let secret = "A1B2C3D4E5F60718293A4B5C6D7E8F9012345678ABCDEF9012345678ABCDEF01";
    let text = format!("<consumerSecret>{secret}</consumerSecret>");
    let app = connected_app(true).replace("</oauthConfig>", &format!("{text}</oauthConfig>"));
    let base = connected(true).with(&format!("{ROOT}/connectedApps/App.connectedApp-meta.xml"), app);
    let report = report(&base, &replacing(base.clone(), &text, ""), &Settings::default());
    assert!(!report.undecided.is_empty());
    assert!(!format!("{:?}", report.undecided.iter().map(|entry| &entry.reasons).collect::<Vec<_>>()).contains(secret));
}
