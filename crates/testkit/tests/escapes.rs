//! Ways around the gate that the author of a change could try: each is told, and what it is told as.

use orgate_core::report::Report;
use orgate_core::report::verdict::Verdict;
use orgate_core::settings::{FailOn, Introduced, Settings};
use orgate_testkit::Tree;
use orgate_testkit::fuzz::comparison::report;
use orgate_testkit::library::{hits, library};
use orgate_testkit::sample::{APP, CONTROL, connected_app};

/// What has to come of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// Exit code 1: the control got weaker.
    Weaker,
    /// Exit code 2: the file is refused.
    Refused,
    /// The control can no longer be judged: exit code 1 with `--strict`.
    Unknown,
}

fn judged(base: &Tree, head: &Tree) -> Report {
    let settings = Settings::default();
    let mut report = report(base, head, &settings);
    let thresholds = orgate_core::report::Thresholds {
        fail_on: FailOn::Low,
        introduced: Introduced::Fail,
        strict: false,
    };
    report.apply(&settings, thresholds, jiff_today(), &library().catalog);
    report
}

fn jiff_today() -> jiff::civil::Date {
    jiff::civil::date(2026, 1, 1)
}

/// Collects what is not told as it should be, so that one run shows all of it.
#[derive(Default)]
struct Ways(Vec<String>);

impl Ways {
    fn told(&mut self, what: &str, base: &Tree, head: &Tree, expected: Told) {
        let report = judged(base, head);
        let found = hits(&report);
        let right = match expected {
            Told::Weaker => report
                .findings
                .iter()
                .any(|finding| &*finding.control.id == CONTROL && finding.fails),
            Told::Refused => report.verdict() == Verdict::NotDecided,
            Told::Unknown => found.iter().any(|hit| hit.outcome == "undecided" && hit.control == CONTROL),
        };
        if !right {
            let about: Vec<String> = found.iter().map(orgate_testkit::gate::Hit::about).collect();
            self.0.push(format!(
                "{what}: not {expected:?} but {:?}, {about:?}, {:?}",
                report.verdict(),
                report.unreadable
            ));
        }
    }

    #[track_caller]
    fn end(self) {
        assert!(self.0.is_empty(), "\n{}", self.0.join("\n"));
    }
}

fn safe() -> Tree {
    Tree::default().with(APP, connected_app(false))
}

/// The app with the element of the control written in another way.
fn written(value: &str) -> Tree {
    let text = connected_app(false).replace("<isClientCredentialEnabled>false</isClientCredentialEnabled>", value);
    Tree::default().with(APP, text)
}

#[test]
fn ways_to_write_a_value() {
    let mut ways = Ways::default();
    let element = |inner: &str| format!("<isClientCredentialEnabled>{inner}</isClientCredentialEnabled>");
    for inner in [
        "true",
        " true\n",
        "1",
        "<![CDATA[true]]>",
        "tr<![CDATA[ue]]>",
        "t<!-- -->rue",
        "tr<?x y?>ue",
        "&#116;rue",
        "&#x74;&#114;ue",
        "<!-- false -->true",
    ] {
        ways.told(inner, &safe(), &written(&element(inner)), Told::Weaker);
    }
    for inner in [
        "TRUE",
        "yes",
        "${FLAG}",
        "{{flag}}",
        "tru\u{435}",
        "true\u{200b}",
        "true\u{feff}",
        "\u{a0}true",
    ] {
        ways.told(inner, &safe(), &written(&element(inner)), Told::Unknown);
    }
    for inner in [
        "tr\u{0}ue",
        "&nbsp;true",
        "&#0;true",
        "<!-- -- -->true",
        "]]>true",
        "<b/>",
        "true<b/>",
    ] {
        ways.told(inner, &safe(), &written(&element(inner)), Told::Refused);
    }
    ways.end();
}

#[test]
fn ways_to_write_an_element() {
    let mut ways = Ways::default();
    let twice = "<isClientCredentialEnabled>false</isClientCredentialEnabled>\n<isClientCredentialEnabled>true</isClientCredentialEnabled>";
    ways.told("twice, the weak one last", &safe(), &written(twice), Told::Weaker);
    let twice = "<isClientCredentialEnabled>true</isClientCredentialEnabled>\n<isClientCredentialEnabled>false</isClientCredentialEnabled>";
    ways.told("twice, the weak one first", &safe(), &written(twice), Told::Weaker);
    let xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    let nil = format!("<isClientCredentialEnabled {xsi} xsi:nil=\"1\">true</isClientCredentialEnabled>");
    ways.told("nil that is none", &safe(), &written(&nil), Told::Weaker);
    let nil = format!("<isClientCredentialEnabled {xsi} xsi:nil=\"true\">true</isClientCredentialEnabled>");
    ways.told("nil with content", &safe(), &written(&nil), Told::Refused);
    let prefixed = "<m:isClientCredentialEnabled xmlns:m=\"http://soap.sforce.com/2006/04/metadata\">true</m:isClientCredentialEnabled>";
    ways.told("a prefix", &safe(), &written(prefixed), Told::Weaker);
    let foreign = "<isClientCredentialEnabled xmlns=\"urn:x\">true</isClientCredentialEnabled>";
    ways.told("another namespace", &safe(), &written(foreign), Told::Refused);
    ways.told(
        "an undeclared prefix",
        &safe(),
        &written("<m:isClientCredentialEnabled>true</m:isClientCredentialEnabled>"),
        Told::Refused,
    );
    let block = "</oauthConfig><oauthConfig><isClientCredentialEnabled>true</isClientCredentialEnabled>";
    ways.told("a second block", &safe(), &written(block), Told::Weaker);
    ways.end();
}

/// The app under another label: a change that weakens nothing.
fn relabelled(tree: &Tree) -> Tree {
    let text = String::from_utf8(tree.files[APP.as_bytes()].clone()).expect("text");
    tree.clone().with(APP, text.replace("<label>Billing", "<label>Bills"))
}

#[test]
fn ways_to_leave_an_element_out() {
    let app = |config: &str| {
        let text = connected_app(false)
            .replace("<isAdminApproved>true</isAdminApproved>", "")
            .replace("<isPkceRequired>true</isPkceRequired>", "")
            .replace("    </oauthConfig>", &format!("{config}</oauthConfig>"));
        Tree::default().with(APP, text)
    };
    let safe = "<isPkceRequired>true</isPkceRequired><isAdminApproved>true</isAdminApproved>";
    let nil = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"";
    for (what, head) in [
        ("gone", "<isAdminApproved>true</isAdminApproved>".to_owned()),
        ("nil", format!("<isPkceRequired {nil}/><isAdminApproved>true</isAdminApproved>")),
        ("nil behind a value", format!("{safe}<isPkceRequired {nil}/>")),
        ("nil before a value", format!("<isPkceRequired {nil}/>{safe}")),
        (
            "a second block without it",
            format!("{safe}</oauthConfig><oauthConfig><isAdminApproved>true</isAdminApproved>"),
        ),
        (
            "a first block without it",
            format!("<isAdminApproved>true</isAdminApproved></oauthConfig><oauthConfig>{safe}"),
        ),
        ("a second block without anything", format!("{safe}</oauthConfig><oauthConfig>")),
    ] {
        let report = judged(&app(safe), &app(&head));
        let found = hits(&report);
        let pkce = found
            .iter()
            .any(|hit| hit.control == "ca-pkce-not-required" && hit.outcome == "regressed");
        assert!(pkce, "{what}: {found:?}");
        assert!(hits(&judged(&app(&head), &relabelled(&app(&head)))).is_empty(), "{what}, as it was");
        assert!(hits(&judged(&app(&head), &app(safe))).is_empty(), "{what}, mended");
    }
    // The protection is the whole block: one that holds nothing may be the one that counts.
    let report = judged(&app(safe), &app(&format!("{safe}</oauthConfig><oauthConfig>")));
    let found = hits(&report);
    assert!(found.iter().any(|hit| hit.control == "ca-oauth-settings-removed"), "{found:?}");
}

#[test]
fn ways_to_add_a_file_beside_the_one_that_counts() {
    let app = |profiles: &[&str], ranges: &str| {
        let names: String = profiles.iter().flat_map(|name| ["<profileName>", name, "</profileName>"]).collect();
        connected_app(false).replace(
            "    <label>",
            &format!("    {names}<ipRanges><start>10.0.0.1</start><end>{ranges}</end></ipRanges><label>"),
        )
    };
    let old = app(&["Sales", "Service"], "10.0.0.9");
    let beside = |name: &str| APP.replace("/Billing", name);
    for other in ["/a/Billing", "/z/Billing"] {
        for (control, new) in [
            ("ca-access-widened", app(&["Guests"], "10.0.0.9")),
            ("ca-trusted-ip-ranges-widened", app(&["Sales", "Service"], "10.0.0.200")),
        ] {
            let base = Tree::default().with(APP, old.as_str());
            let added = Tree::default().with(APP, old.as_str()).with(&beside(other), new.as_str());
            let hidden = Tree::default().with(APP, new.as_str()).with(&beside(other), old.as_str());
            let fires = |base: &Tree, head: &Tree| hits(&judged(base, head)).iter().any(|hit| hit.control == control);
            assert!(fires(&base, &added), "{control}: a wide file in {other}");
            assert!(fires(&base, &hidden), "{control}: the old file in {other}, the first one widened");
            assert!(!fires(&added, &relabelled(&added)) && !fires(&hidden, &relabelled(&hidden)));
            assert!(!fires(&added, &hidden) && !fires(&hidden, &added), "{control}: they change places");
            assert!(!fires(&added, &base) && !fires(&hidden, &base), "{control}: the wide file goes");
        }
    }
}

/// Files of one project in several package directories: nothing tells which of them is deployed last.
#[test]
fn ways_to_place_a_file_in_another_package() {
    let project = "{\"packageDirectories\":[{\"path\":\"p0\"},{\"path\":\"p1\"},{\"path\":\"p2\"}]}";
    let file = |root: &str, inner: &str| format!("<{root} xmlns=\"http://soap.sforce.com/2006/04/metadata\">{inner}</{root}>");
    let settings = |on| file("OauthOidcSettings", &format!("<isPkceRequired>{on}</isPkceRequired>"));
    let app = |on| connected_app(false).replace("<isPkceRequired>true", &format!("<isPkceRequired>{on}"));
    let place = "p1/main/default/connectedApps/Billing.connectedApp-meta.xml";
    let fires = |control: &str, base: &Tree, head: &Tree| {
        hits(&judged(base, head))
            .iter()
            .any(|hit| hit.control == control && hit.outcome == "regressed")
    };
    let base = Tree::default()
        .with("sfdx-project.json", project)
        .with("p0/main/default/settings/OauthOidc.settings-meta.xml", settings(false))
        .with(place, app(true));
    let near = "p1/main/default/settings/OauthOidc.settings-meta.xml";
    let excused = base.clone().with(place, app(false)).with(near, settings(true));
    assert!(fires("ca-pkce-not-required", &base, &excused), "settings beside the app");

    let of = |inner: &str| format!("<externalClientApplication>App</externalClientApplication>{inner}");
    let global = |package: &str| format!("{package}/main/default/extlClntAppGlobalOauthSets/App.ecaGlblOauth-meta.xml");
    let policies = |package: &str| format!("{package}/main/default/extlClntAppOauthPolicies/App.ecaOauthPlcy-meta.xml");
    let asked = |kind: &str| {
        let kind = format!("<permittedUsersPolicyType>{kind}</permittedUsersPolicyType>");
        file("ExtlClntAppOauthConfigurablePolicies", &of(&kind))
    };
    let base = Tree::default()
        .with("sfdx-project.json", project)
        .with(&global("p2"), file("ExtlClntAppGlobalOauthSettings", &of("")))
        .with(&policies("p2"), asked("AdminApprovedPreAuthorized"));
    let weak = base.clone().with(&policies("p1"), asked("AllSelfAuthorized"));
    let apart = weak.clone().with(&global("p0"), file("ExtlClntAppGlobalOauthSettings", &of("")));
    for head in [&weak, &apart] {
        assert!(fires("eca-self-authorization-allowed", &base, head));
    }
    assert!(hits(&judged(&apart, &apart.clone().with("p0/main/default/x.txt", "x"))).is_empty());
}

#[test]
fn ways_to_write_a_file() {
    let mut ways = Ways::default();
    let open = connected_app(true);
    let put = |text: String| Tree::default().with(APP, text);
    let bare = open.replace(" xmlns=\"http://soap.sforce.com/2006/04/metadata\"", "");
    ways.told("no namespace", &safe(), &put(bare), Told::Weaker);
    let prefixed = open
        .replace("xmlns=", "xmlns:m=")
        .replace("</", "</m:")
        .replace("    <", "    <m:")
        .replace("<ConnectedApp", "<m:ConnectedApp")
        .replace("<m:/m:", "</m:");
    ways.told("a prefix everywhere", &safe(), &put(prefixed), Told::Weaker);
    ways.told("a byte order mark", &safe(), &put(format!("\u{feff}{open}")), Told::Weaker);
    ways.told(
        "one in the middle",
        &safe(),
        &put(open.replace("<label>", "\u{feff}<label>")),
        Told::Weaker,
    );
    ways.told("text behind", &safe(), &put(format!("{open}x")), Told::Refused);
    ways.told("a second root", &safe(), &put(format!("{open}<ConnectedApp/>")), Told::Refused);
    ways.told("cut off", &safe(), &put(open[..open.len() - 30].to_owned()), Told::Refused);
    ways.told("nothing", &safe(), &put(String::new()), Told::Refused);
    ways.told(
        "a document type",
        &safe(),
        &put(open.replace("<ConnectedApp", "<!DOCTYPE x><ConnectedApp")),
        Told::Refused,
    );
    ways.told(
        "conflict markers",
        &safe(),
        &put(open.replace("    <label>", "<<<<<<< a\n    <label>")),
        Told::Refused,
    );
    ways.told("too long", &safe(), &put(format!("{open}{}", " ".repeat(1 << 20))), Told::Refused);
    let latin = Tree::default().with(APP, [open.as_bytes(), b"<!-- \xe9 -->"].concat());
    ways.told("not UTF-8", &safe(), &latin, Told::Refused);
    let wide: Vec<u8> = open.encode_utf16().flat_map(u16::to_le_bytes).collect();
    ways.told(
        "UTF-16",
        &safe(),
        &Tree::default().with(APP, [&b"\xff\xfe"[..], &wide].concat()),
        Told::Refused,
    );
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    ways.told("a pointer", &safe(), &put(pointer.to_owned()), Told::Refused);
    ways.told(
        "another root",
        &safe(),
        &put(open.replace("ConnectedApp", "ConnectedApq")),
        Told::Refused,
    );
    ways.end();
}

#[test]
fn ways_to_place_a_file() {
    let mut ways = Ways::default();
    let open = connected_app(true);
    for path in [
        "src/connectedApps/Billing.connectedApp",
        "other/Billing.connectedApp-meta.xml",
        "force-app/main/default/connectedApps/billing/Billing.connectedApp-meta.xml",
        "force-app/main/default/connectedApps/Billing.connectedApp",
        "force-app/main/default/connectedApps/Billing.ConnectedApp-meta.xml",
        "force-app/main/default/connectedApps/Billing.connectedApp-meta.XML",
        "force-app/main/default/connectedApps/Billing.connectedApp.xml",
        "force-app/main/default/connectedApps/Billing.xml",
    ] {
        ways.told(
            &format!("moved to {path}"),
            &safe(),
            &Tree::default().with(path, open.as_str()),
            Told::Weaker,
        );
        ways.told(
            &format!("a copy in {path}"),
            &safe(),
            &safe().with(path, open.as_str()),
            Told::Weaker,
        );
    }
    // No tool deploys these: the app is no longer in source, and a copy is no metadata.
    for path in ["notes/Billing.txt", "Billing"] {
        ways.told(
            &format!("moved to {path}"),
            &safe(),
            &Tree::default().with(path, open.as_str()),
            Told::Unknown,
        );
    }
    ways.end();
}

#[test]
fn ways_to_have_a_value_replaced() {
    let project = |replacements: &str| format!("{{\"packageDirectories\":[{{\"path\":\"force-app\"}}],{replacements}}}");
    let entry = |which: &str, what: &str| format!("\"replacements\":[{{{which},{what},\"replaceWithEnv\":\"X\"}}]");
    let file = format!("\"filename\":\"{APP}\"");
    let all = "\"glob\":\"**/*.xml\"".to_owned();
    let text = "\"stringToReplace\":\"false\"".to_owned();
    let with = |text: String| safe().with("sfdx-project.json", text);
    let plain = project("\"name\":\"x\"");
    let mut ways = vec![
        ("a file", project(&entry(&file, &text))),
        ("a glob", project(&entry(&all, &text))),
        (
            "a glob of another kind",
            project(&entry("\"glob\":\"force-app/**/{Billing,B}.*\"", &text)),
        ),
        (
            "a path with a detour",
            project(&entry(&format!("\"filename\":\"x/../{APP}\""), &text)),
        ),
        ("a path with a dot", project(&entry(&format!("\"filename\":\"./{APP}\""), &text))),
        (
            "a path with a dot inside",
            project(&entry(&format!("\"filename\":\"{}\"", APP.replacen('/', "/./", 1)), &text)),
        ),
        (
            "a path with two slashes",
            project(&entry(&format!("\"filename\":\"{}\"", APP.replacen('/', "//", 1)), &text)),
        ),
        (
            "a path of Windows",
            project(&entry(&format!("\"filename\":\"{}\"", APP.replace('/', "\\\\")), &text)),
        ),
        ("a glob with a detour", project(&entry("\"glob\":\"x/../**/*.xml\"", &text))),
        ("a part of the tag", project(&entry(&file, "\"stringToReplace\":\"Enabled>fal\""))),
        ("a pattern", project(&entry(&file, "\"regexToReplace\":\"f[a]lse\""))),
        (
            "a pattern of JavaScript alone",
            project(&entry(&file, "\"regexToReplace\":\"(?<=Enabled>)false\"")),
        ),
        (
            "a pattern with an escaped slash",
            project(&entry(&file, "\"regexToReplace\":\"false<\\\\/\"")),
        ),
        (
            "a name that stands twice",
            project(&format!("\"replacements\":[],{}", entry(&file, &text))),
        ),
        ("beside an entry that is none", project(&entry(&file, &text).replace("}]", "},5]"))),
        (
            "beside an entry of another kind",
            project(&entry(&file, &text).replace("}]", "},{\"filename\":5}]")),
        ),
        ("a byte order mark", format!("\u{feff}{}", project(&entry(&file, &text)))),
    ];
    ways.push(("a long project file", format!("{}{}", " ".repeat(1 << 20), ways[0].1)));
    let mut silent = Vec::new();
    for (what, head) in &ways {
        let report = judged(&with(plain.clone()), &with(head.clone()));
        let unknown = hits(&report).iter().any(|hit| hit.control == CONTROL && hit.outcome == "undecided");
        let refused = report.verdict() == Verdict::NotDecided;
        if !unknown && !refused {
            silent.push(*what);
        }
        // It may have been declared before; then the value behind it cannot be known either.
        let report = judged(&with(head.clone()), &with(head.clone()).with(APP, connected_app(true)));
        assert!(
            report.verdict() != Verdict::Pass || !hits(&report).is_empty(),
            "{what}, declared before"
        );
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn a_waiver_or_a_setting_of_another_name_covers_nothing() {
    let settings = Settings::parse(
        "waivers:\n  - control: ca-client-credentials-enabled\n    subject: billing\n    reason: x\n    approved-by: y\n    expires: 2030-01-01\n",
    )
    .expect("settings");
    let mut report = report(&safe(), &Tree::default().with(APP, connected_app(true)), &settings);
    report.apply(
        &settings,
        orgate_core::report::Thresholds::default(),
        jiff_today(),
        &library().catalog,
    );
    assert_eq!(report.verdict(), Verdict::Fail);
    assert!(report.findings.iter().all(|finding| finding.waived.is_none()));
}
