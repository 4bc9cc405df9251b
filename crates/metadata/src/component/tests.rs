use orgate_core::Element;

use super::*;
use crate::xml::METADATA;

fn registry() -> Registry {
    crate::builtin::registry().unwrap()
}

fn app(inner: &str) -> String {
    format!("<ConnectedApp xmlns=\"{METADATA}\">{inner}</ConnectedApp>")
}

fn read_at(path: &str, source: &str) -> Result<Option<Component>, ReadError> {
    read_component(&RepoPath::from(path), source.as_bytes(), &registry(), &Limits::default())
}

fn read_app(source: &str) -> Component {
    read_at("connectedApps/A.connectedApp-meta.xml", source).unwrap().unwrap()
}

fn refused(source: &str) -> &'static str {
    read_at("connectedApps/App.connectedApp-meta.xml", source).map_or_else(|error| error.kind.as_str(), |_| "accepted")
}

fn find<'a>(element: &'a Element, path: &str) -> Option<&'a Element> {
    path.split('/')
        .try_fold(element, |element, name| element.children.iter().find(|child| &*child.name == name))
}

fn notes(component: &Component) -> Vec<&str> {
    component.notes.iter().map(|note| note.text.as_str()).collect()
}

fn type_of(path: &str) -> Option<String> {
    let registry = registry();
    let spec = classify(&RepoPath::from(path), &registry);
    let fits = Suffixes::of(&registry).fit(path.as_bytes());
    assert!(fits || spec.is_none(), "the quick answer would overlook {path}");
    spec.map(|spec| spec.name.to_string())
}

#[test]
fn files_are_classified_by_name() {
    for (path, expected) in [
        ("force-app/main/default/connectedApps/A.connectedApp-meta.xml", "ConnectedApp"),
        ("src/connectedApps/A.connectedApp", "ConnectedApp"),
        ("odd/A.B.connectedApp-meta.xml", "ConnectedApp"),
        ("A.connectedapp-meta.xml", "ConnectedApp"),
        ("A.connectedApp-META.xml", "ConnectedApp"),
        // The deploy tool looks for no end behind `-meta.xml`.
        ("A.connectedApp-meta.xml.orig", "ConnectedApp"),
        ("A-b.connectedApp-meta.xml-2", "ConnectedApp"),
        ("A.ecaGlblOauth-meta.xml", "ExtlClntAppGlobalOauthSettings"),
        ("A.ecaGlobalOauth-meta.xml", "ExtlClntAppGlobalOauthSettings"),
        ("A.ecaOauth-meta.xml", "ExtlClntAppOauthSettings"),
        ("A.ecaOauthPlcy-meta.xml", "ExtlClntAppOauthConfigurablePolicies"),
        ("A.ecaPolicy-meta.xml", "ExtlClntAppConfigurablePolicies"),
        ("settings/OauthOidc.settings-meta.xml", "OauthOidcSettings"),
        ("settings/ConnectedApp.settings", "ConnectedAppSettings"),
        ("settings/oauthoidc.settings-meta.xml", "OauthOidcSettings"),
        ("settings/Oauth%4Fidc.settings-meta.xml", "OauthOidcSettings"),
        ("permissionsets/A.permissionset-meta.xml", "PermissionSet"),
        ("permissionsets/A/A.userPermission-meta.xml", "PermissionSet"),
    ] {
        assert_eq!(type_of(path).as_deref(), Some(expected), "{path}");
    }
    for path in [
        "",
        "connectedApp",
        ".connectedApp-meta.xml",
        ".profile",
        "-meta.xml",
        "x-meta.xml",
        "A.connectedApp-meta.xml/b",
        "A.connectedApp.bak",
        "A.connectedApp-META.xml.orig",
        "connectedApps/A.xml",
        "settings/Account.settings-meta.xml",
        "objects/ConnectedAppId.field-meta.xml",
        "extlClntAppGlobalOauthSets.png",
    ] {
        assert_eq!(type_of(path), None, "{path}");
    }
}

#[test]
fn full_names_are_decoded() {
    let name = |file: &str| read_at(file, &app("")).unwrap().unwrap().name;
    assert_eq!(name("A.B.connectedApp-meta.xml"), "A.B");
    assert_eq!(name("A %28b%29.connectedApp-meta.xml"), "A (b)");
    assert_eq!(name("%C3%A9%2Fx.connectedApp-meta.xml"), "é/x");
    assert_eq!(name("100%.connectedApp-meta.xml"), "100%");
    assert_eq!(name("%2.connectedApp-meta.xml"), "%2");
    assert_eq!(name("%+1.connectedApp-meta.xml"), "%+1");
    assert_eq!(name("%FF.connectedApp-meta.xml"), "%FF");
    let path = RepoPath::new(&b"\xff.connectedApp-meta.xml"[..]);
    let error = read_component(&path, app("").as_bytes(), &registry(), &Limits::default());
    assert_eq!(error.unwrap_err().kind, ReadErrorKind::Name);
}

#[test]
fn parts_are_named_by_their_folder() {
    for (path, expected) in [
        ("force-app/main/default/permissionsets/Robot/Robot.userPermission-meta.xml", "Robot"),
        ("permissionsets/Robot/userPermissions/ApiEnabled.userPermission-meta.xml", "Robot"),
        ("permissionsets/permissionsets/My%2ESet/x.userPermission-meta.xml", "My.Set"),
        ("permissionsets/Robot.userPermission-meta.xml", "Robot"),
        ("elsewhere/Robot/Api.userPermission-meta.xml", "Api"),
    ] {
        let text = format!("<PermissionSet xmlns=\"{METADATA}\"><label>R</label></PermissionSet>");
        let part = read_at(path, &text).unwrap().unwrap();
        assert_eq!((&*part.type_name, part.name.as_str()), ("PermissionSet", expected), "{path}");
        assert_eq!(part.notes, [], "{path}");
    }
    let text = format!("<PermissionSet xmlns=\"{METADATA}\"/>");
    let odd = read_at("permissionsets/Robot/Robot.userpermission-meta.xml", &text)
        .unwrap()
        .unwrap();
    assert_eq!(
        notes(&odd),
        ["not deployable under this name, expected `Robot.userPermission-meta.xml`"]
    );
}

#[test]
fn both_formats_are_read_without_remarks() {
    for path in [
        "force-app/main/default/connectedApps/A.connectedApp-meta.xml",
        "src/connectedApps/A.connectedApp",
        "odd/A.connectedApp",
    ] {
        let component = read_at(path, &app("<label>A</label>")).unwrap().unwrap();
        assert_eq!((&*component.type_name, &*component.name), ("ConnectedApp", "A"));
        assert_eq!(component.notes, [], "{path}");
    }
}

#[test]
fn names_that_no_tool_deploys_are_read_with_a_note() {
    for (path, expected) in [
        ("A.connectedapp-meta.xml", "A.connectedApp-meta.xml"),
        ("connectedApps/A.CONNECTEDAPP", "A.connectedApp"),
        ("A.connectedApp-Meta.xml", "A.connectedApp-meta.xml"),
    ] {
        let component = read_at(path, &app("")).unwrap().unwrap();
        let note = format!("not deployable under this name, expected `{expected}`");
        assert_eq!(notes(&component), [note], "{path}");
    }
    let source = format!(
        "<ExtlClntAppGlobalOauthSettings xmlns=\"{METADATA}\"><isPkceRequired>false</isPkceRequired></ExtlClntAppGlobalOauthSettings>"
    );
    let component = read_at("A.ecaGlobalOauth-meta.xml", &source).unwrap().unwrap();
    assert_eq!(
        notes(&component),
        ["not deployable under this name, expected `A.ecaGlblOauth-meta.xml`"]
    );
    let settings = format!("<OauthOidcSettings xmlns=\"{METADATA}\"/>");
    let component = read_at("oauthoidc.settings-meta.xml", &settings).unwrap().unwrap();
    assert_eq!(component.name, "OauthOidc");
    assert_eq!(component.notes.len(), 1);
}

#[test]
fn names_that_tools_deploy_are_told_from_those_that_only_resemble_them() {
    let registry = registry();
    for (path, expected) in [
        ("force-app/main/default/connectedApps/A.connectedApp-meta.xml", true),
        ("A.connectedApp-meta.xml.orig", true),
        ("src/connectedApps/A.connectedApp", true),
        ("settings/OauthOidc.settings-meta.xml", true),
        ("permissionsets/A/A.userPermission-meta.xml", true),
        ("A.connectedapp-meta.xml", false),
        ("A.connectedApp-META.xml", false),
        ("A.ecaGlobalOauth-meta.xml", false),
        ("settings/oauthoidc.settings-meta.xml", false),
        ("README.md", false),
    ] {
        assert_eq!(is_deployable(&RepoPath::from(path), &registry), expected, "{path}");
    }
}

#[test]
fn names_of_source_format_are_known_in_any_spelling() {
    for (path, expected) in [
        ("A.connectedApp-meta.xml", true),
        ("A.connectedApp-Meta.XML", true),
        ("A.connectedApp-meta.xml.orig", true),
        ("connectedApps/A.connectedApp", false),
        ("A-meta.xml/A.connectedApp", false),
        ("A.connectedApp-META.xml.orig", false),
    ] {
        assert_eq!(in_source_format(&RepoPath::from(path)), expected, "{path}");
    }
}

#[test]
fn foreign_folders_are_those_above_a_file_at_any_height() {
    for (path, expected) in [
        ("lwc/A.connectedApp-meta.xml", true),
        ("a/documents/b/c/A.connectedApp", true),
        ("connectedApps/lwc", false),
        ("a/lwcs/connectedApps/A.connectedApp", false),
        ("a/connectedApps/A.connectedApp", false),
    ] {
        assert_eq!(in_foreign_folder(&RepoPath::from(path)), expected, "{path}");
    }
}

#[test]
fn components_are_identified_by_the_name_of_their_file_alone() {
    let registry = registry();
    let named = |path: &RepoPath| identify(path, &registry).map(|(spec, name)| (spec.name.to_string(), name));
    for (path, kind, name) in [
        ("connectedApps/A %28b%29.connectedApp-meta.xml", "ConnectedApp", "A (b)"),
        ("settings/oauthoidc.settings", "OauthOidcSettings", "OauthOidc"),
        ("permissionsets/Robot/x.userPermission-meta.xml", "PermissionSet", "Robot"),
    ] {
        assert_eq!(
            named(&RepoPath::from(path)),
            Some((kind.to_owned(), Some(name.to_owned()))),
            "{path}"
        );
    }
    let odd = RepoPath::new(&b"\xff.connectedApp"[..]);
    assert_eq!(named(&odd), Some(("ConnectedApp".to_owned(), None)));
    assert_eq!(named(&RepoPath::from("README.md")), None);
}

#[test]
fn files_of_other_tools_are_left_alone() {
    assert_eq!(read_at("home/bash.profile", "export PATH=x\n"), Ok(None));
    assert_eq!(read_at("ide/Security.settings", "{}"), Ok(None));
    assert_eq!(read_at("README.md", &app("")), Ok(None));
    // The same names where Salesforce would read them.
    assert!(read_at("src/profiles/bash.profile", "export PATH=x\n").is_err());
    assert!(read_at("home/bash.profile-meta.xml", "export PATH=x\n").is_err());
    // And content that mentions the type.
    assert!(read_at("home/bash.profile", "<Profile>").is_err());
    assert!(read_at("home/bash.profile", "\u{1}\0\0").is_err());
}

#[test]
fn elements_are_pruned_to_the_registry() {
    let source = app("\n <label> A &amp; B\n</label><unknown><oauthConfig/></unknown>\
         <oauthConfig><!-- c --><isPkceRequired> true </isPkceRequired><other>x</other>\
         <scopes>Api</scopes><scopes><![CDATA[Full]]></scopes>\
         <callbackUrl>https://a\n https://b</callbackUrl></oauthConfig>");
    let component = read_app(&source);
    assert_eq!(component.notes, []);
    let root = &component.root;
    let names: Vec<_> = root.children.iter().map(|child| &*child.name).collect();
    assert_eq!(names, ["label", "oauthConfig"]);
    assert_eq!(find(root, "label").unwrap().text, "A & B");
    assert_eq!(find(root, "oauthConfig/isPkceRequired").unwrap().text, "true");
    assert_eq!(find(root, "oauthConfig/other"), None);
    let config = find(root, "oauthConfig").unwrap();
    let scopes: Vec<_> = config.children_named("scopes").map(|scope| scope.text.as_str()).collect();
    assert_eq!(scopes, ["Api", "Full"]);
    let span = find(root, "oauthConfig/isPkceRequired").unwrap().span;
    assert_eq!(
        source.get(span.start as usize..span.end as usize),
        Some("<isPkceRequired> true </isPkceRequired>")
    );
    assert_eq!((root.span.start, root.span.end as usize), (0, source.len()));
}

#[test]
fn white_space_of_unicode_is_not_trimmed() {
    let component = read_app(&app("<label>\u{a0}A\u{feff}</label>"));
    assert_eq!(find(&component.root, "label").unwrap().text, "\u{a0}A\u{feff}");
}

#[test]
fn nil_is_kept() {
    let source = app("<oauthConfig xmlns:i='http://www.w3.org/2001/XMLSchema-instance'>\
         <isPkceRequired i:nil='true'/></oauthConfig>");
    let component = read_app(&source);
    let element = find(&component.root, "oauthConfig/isPkceRequired").unwrap();
    assert!(element.nil);
    assert_eq!(element.text, "");
}

#[test]
fn prefixed_files_are_read_like_others() {
    let plain = read_app(&app("<oauthConfig><isPkceRequired>true</isPkceRequired></oauthConfig>"));
    let source = format!(
        "<m:ConnectedApp xmlns:m=\"{METADATA}\"><m:oauthConfig><m:isPkceRequired>true</m:isPkceRequired></m:oauthConfig></m:ConnectedApp>"
    );
    let prefixed = read_app(&source);
    assert_eq!(prefixed.notes, []);
    assert!(prefixed.root.same_content(&plain.root));
}

#[test]
fn elements_of_another_namespace_are_refused_when_their_name_counts() {
    for inside in [
        "<oauthConfig><isPkceRequired xmlns='urn:x'>true</isPkceRequired></oauthConfig>",
        "<label xmlns=''>A</label>",
    ] {
        assert_eq!(refused(&app(inside)), "foreign-element", "{inside}");
    }
    let harmless = read_app(&app("<oauthConfig><other xmlns='urn:x'/></oauthConfig>"));
    assert_eq!(notes(&harmless), [""; 0]);
}

#[test]
fn nil_with_content_is_refused() {
    let xsi = "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'";
    for inside in [
        format!("<oauthConfig {xsi} xsi:nil='true'><isPkceRequired>true</isPkceRequired></oauthConfig>"),
        format!("<oauthConfig><isPkceRequired {xsi} xsi:nil='true'>true</isPkceRequired></oauthConfig>"),
    ] {
        assert_eq!(refused(&app(&inside)), "nil-with-content", "{inside}");
    }
    let not_nil = read_app(&app(&format!(
        "<oauthConfig><isPkceRequired {xsi} xsi:nil='1'>true</isPkceRequired></oauthConfig>"
    )));
    assert_eq!(
        find(&not_nil.root, "oauthConfig/isPkceRequired").map(|element| element.nil),
        Some(false)
    );
}

#[test]
fn a_missing_namespace_is_noted() {
    let component = read_app("<ConnectedApp><label>A</label></ConnectedApp>");
    assert_eq!(find(&component.root, "label").unwrap().text, "A");
    assert_eq!(
        notes(&component),
        ["the root element has no namespace, expected `xmlns=\"http://soap.sforce.com/2006/04/metadata\"`"]
    );
}

#[test]
fn odd_elements_are_noted() {
    let component = read_app(&app(
        "<Label>A</Label><Label>B</Label><oauthConfig>x<ispkcerequired>true</ispkcerequired>\
         <isPkceRequired>true</isPkceRequired><isPkceRequired>false</isPkceRequired></oauthConfig>",
    ));
    assert_eq!(
        notes(&component),
        [
            "unknown element `Label`, not read; names are case-sensitive, perhaps `label` is meant",
            "`oauthConfig` holds elements; the text inside is not read",
            "unknown element `ispkcerequired`, not read; names are case-sensitive, perhaps `isPkceRequired` is meant",
            "`isPkceRequired` may occur once, but stands here again",
        ]
    );
    let config = find(&component.root, "oauthConfig").unwrap();
    assert_eq!(config.children_named("isPkceRequired").count(), 2);

    let source = format!(
        "<ExtlClntAppGlobalOauthSettings xmlns=\"{METADATA}\"><isClientCredentialEnabled>true</isClientCredentialEnabled></ExtlClntAppGlobalOauthSettings>"
    );
    let component = read_at("A.ecaGlblOauth-meta.xml", &source).unwrap().unwrap();
    assert_eq!(
        notes(&component),
        ["`isClientCredentialEnabled` is an old name that newer API versions do not have; they use `isClientCredentialsFlowEnabled`"]
    );
    assert!(
        find(&component.root, "isClientCredentialsFlowEnabled").is_some(),
        "it is read by its new name"
    );
}

/// A field of a later version may lie in another file, or be of another kind; then nothing is read under its name.
#[test]
fn every_old_name_is_found_under_the_newer_one_if_it_means_the_same() {
    let mut found = Vec::new();
    for spec in registry().types() {
        for (path, field) in &spec.fields {
            let Some(successor) = &field.replaced_by else { continue };
            let same = spec.field(successor).is_some_and(|newer| newer.kind == field.kind);
            let block = |path: &str| path.rsplit_once('/').map_or_else(String::new, |(block, _)| block.to_owned());
            assert!(
                !same || block(path) == block(successor),
                "{}/{path}: only a name of the same block is mended",
                spec.name
            );
            let (open, close): (Vec<_>, Vec<_>) = path.split('/').map(|name| (format!("<{name}>"), format!("</{name}>"))).unzip();
            let close: String = close.into_iter().rev().collect();
            let source = format!("<{0} xmlns=\"{METADATA}\">{1}1{close}</{0}>", spec.name, open.concat());
            let component = read_at(&format!("A.{}-meta.xml", spec.suffix), &source).unwrap().unwrap();
            let read = [path, successor].map(|path| find(&component.root, path).is_some());
            assert_eq!(read, [!same, same], "{}/{path}", spec.name);
            if same {
                found.push(path.clone());
            }
        }
    }
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "commaSeperatedOauthScopes",
            "idTokenConfig/idTokenIncludeCustomPerms",
            "idTokenConfig/idTokenValidity",
            "isClientCredentialEnabled",
            "masterLabel",
        ]
    );
}

#[test]
fn notes_are_bounded() {
    let component = read_app(&app(&"<LABEL/><Label/>".repeat(500)));
    assert_eq!(component.notes.len(), 101);
    let more = "there are more remarks of this kind, which are not listed";
    assert_eq!(notes(&component).last(), Some(&more));
    let component = read_app(&app(&"<LABEL/><Label/>".repeat(50)));
    assert!(component.notes.len() == 100 && !notes(&component).contains(&more));
}

#[test]
fn errors_name_file_line_and_column() {
    let error = read_at("x/A.connectedApp-meta.xml", "\u{feff}<ConnectedApp>\n  <é>&x;</é>\n</ConnectedApp>").unwrap_err();
    assert_eq!(
        error.to_string(),
        "x/A.connectedApp-meta.xml:2:6: an entity is not defined; XML knows lt, gt, amp, quot and apos"
    );
    let error = read_at("A.connectedApp-meta.xml", "<!-- x -->\n<Profile/>").unwrap_err();
    assert_eq!(error.kind.as_str(), "wrong-root");
    assert_eq!((error.line, error.column), (2, 1));
}

#[test]
fn roots_are_sniffed() {
    let registry = registry();
    let type_of = |source: &str| sniff(source.as_bytes(), &registry).map(|spec| &*spec.name);
    for source in [
        "<ConnectedApp>",
        "<ConnectedApp/>",
        "<ConnectedApp\n xmlns='x'>",
        "<m:ConnectedApp xmlns:m='x'>",
        "\u{feff}<?xml version=\"1.0\"?>\r\n<!-- < x > --><?p ?>\n <ConnectedApp >",
    ] {
        assert_eq!(type_of(source), Some("ConnectedApp"), "{source}");
    }
    for source in [
        "",
        "<",
        "<ConnectedApp",
        "<connectedApp>",
        "<html><ConnectedApp>",
        "<!-- <ConnectedApp>",
        "<!DOCTYPE x><ConnectedApp>",
        "x <ConnectedApp>",
    ] {
        assert_eq!(type_of(source), None, "{source}");
    }
    let long = format!("<!--{}é--><ConnectedApp>", "é".repeat(4000));
    assert_eq!(type_of(&long), None);
}

#[test]
fn sniffed_files_are_read_with_a_note() {
    let registry = registry();
    let source = app("<label>A</label>");
    let spec = sniff(source.as_bytes(), &registry).unwrap();
    for (path, name, expected) in [
        ("connectedApps/A.xml", "A", "A.connectedApp"),
        ("A.foo-meta.xml", "A", "A.connectedApp-meta.xml"),
        ("A", "A", "A.connectedApp"),
        ("A.connectedApp.xml", "A", "A.connectedApp"),
        ("A.ConnectedAPP.b.xml", "A.ConnectedAPP.b", "A.ConnectedAPP.b.connectedApp"),
        (".a", ".a", ".a.connectedApp"),
    ] {
        let path = RepoPath::from(path);
        let component = read_component_as(&path, source.as_bytes(), spec, &Limits::default()).unwrap();
        assert_eq!(component.name, name);
        let note = format!("not deployable under this name, expected `{expected}`");
        assert_eq!(notes(&component), [note]);
    }
}

#[test]
fn files_of_other_endings_are_told_apart_quickly() {
    let suffixes = Suffixes::of(&registry());
    for path in ["a.connectedApp", "a/B.CONNECTEDAPP-meta.xml", "a.b.settings"] {
        assert!(suffixes.fit(path.as_bytes()), "{path}");
    }
    for path in [
        "a.cls-meta.xml",
        "a.connectedApps",
        "a.xconnectedApp",
        "a.connectedApq",
        "connectedApp",
        "a.connectedApp/b",
        "a.",
        "",
    ] {
        assert!(!suffixes.fit(path.as_bytes()), "{path}");
    }
}

#[test]
fn bundles_lie_in_the_folders_of_a_package() {
    for path in ["a/main/default/lwc/b/c.js", "default/x/default/aura/b/d/e.xml", "x/default/lwc/c"] {
        assert!(in_bundle(path.as_bytes()), "{path}");
    }
    for path in [
        "lwc/main/default/classes/a.cls",
        "default/lwc",
        "a/lwc/b/c.js",
        "a/default/lwcs/b/c.js",
        "default/lwc/b",
    ] {
        assert!(!in_bundle(path.as_bytes()), "{path}");
    }
    assert!(holds_bundles(b"a/default/aura/") && !holds_bundles(b"a/default/aura/b/"));
}
