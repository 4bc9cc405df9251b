//! Inputs that are made to be slow: reading them takes time in proportion to their size, or they are refused at once.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use orgate_core::RepoPath;
use orgate_metadata::component::{classify, read_component};
use orgate_metadata::xml::{Doc, Limits};

/// Generous for an unoptimised build on a busy machine; a quadratic reader would need hours.
const PATIENCE: Duration = Duration::from_mins(1);

const MANY: usize = 300_000;

/// Reads a text; tells the reason when it is refused.
fn read(text: &str) -> &'static str {
    let start = Instant::now();
    let reason = match Doc::parse(text.as_bytes(), &Limits::default()) {
        Ok(doc) => {
            std::hint::black_box(doc.root().text());
            "read"
        }
        Err(error) => error.kind.as_str(),
    };
    let head: String = text.chars().take(40).collect();
    assert!(start.elapsed() < PATIENCE, "{head}: {:?}", start.elapsed());
    reason
}

fn inside(part: &str) -> String {
    format!("<r>{}</r>", part.repeat(MANY))
}

#[test]
fn a_million_nested_elements() {
    let open = "<a>".repeat(1_000_000);
    assert_eq!(read(&open), "too-deep");
    assert_eq!(read(&format!("{open}{}", "</a>".repeat(1_000_000))), "too-deep");
}

#[test]
fn a_hundred_thousand_attributes() {
    let numbered = |name: &str| {
        let mut text = String::new();
        for n in 0..100_000 {
            write!(text, " {name}{n}='x'").unwrap();
        }
        text
    };
    let attributes = numbered("a");
    assert_eq!(read(&format!("<r{attributes}/>")), "too-many-attributes");
    let same = " a='x'".repeat(100_000);
    assert_eq!(read(&format!("<r{same}/>")), "too-many-attributes");
    let names = numbered("xmlns:a");
    assert_eq!(read(&format!("<r{names}/>")), "too-many-attributes");
}

#[test]
fn many_of_everything_that_is_legal() {
    for part in [
        "<a/>",
        "<a></a>",
        "<a xmlns:p='u' p:x='1'/>",
        "<a xmlns='u'/>",
        "&amp;",
        "&#65;",
        "\r",
        "\r\n",
        "<!-- x -->",
        "<![CDATA[x]]>",
        "<![CDATA[]]]]>",
        "<?p x?>",
        "]]",
        "é",
        ">",
        "<a/>\n=======x",
    ] {
        let reason = read(&inside(part));
        assert!(matches!(reason, "read" | "conflict-markers"), "{part}: {reason}");
    }
}

#[test]
fn many_of_everything_that_is_not() {
    for part in [
        "<",
        "<!",
        "<!--",
        "<![CDATA[",
        "<?",
        "&",
        "&a",
        "&#",
        "<a",
        "<a ",
        "<a b",
        "<a b='",
        "<a b=\"",
        "</",
        "</a",
        "<a><!--",
        "<a>]]>",
        "<a>&",
        "<<<<<<< ",
        "\n<<<<<<< ",
        "--",
        "<!DOCTYPE",
        "<!DOCTYPE a [",
        "<!DOCTYPE a [<!ENTITY b \"",
        "<a/>",
        "<a:b",
        "\u{feff}",
    ] {
        let reason = read(&part.repeat(MANY));
        assert_ne!(reason, "read", "{part}");
    }
}

#[test]
fn long_names_and_values() {
    let long = "n".repeat(3_000_000);
    assert_eq!(read(&format!("<{long}/>")), "name");
    assert_eq!(read(&format!("<a {long}=''/>")), "read");
    assert_eq!(read(&format!("<a b='{long}'/>")), "read");
    assert_eq!(read(&format!("<a xmlns='{long}'/>")), "read");
    assert_eq!(read(&format!("<a>&{long};</a>")), "entity");
    assert_eq!(read(&format!("<a>&#{};</a>", "9".repeat(MANY))), "character-reference");
    assert_eq!(read(&format!("<a></{long}>")), "mismatched");
}

#[test]
fn components_full_of_odd_elements() {
    let registry = orgate_metadata::builtin::registry().unwrap();
    let path = RepoPath::from("settings/Security.settings-meta.xml");
    let start = Instant::now();
    for part in [
        "<SESSIONSETTINGS/><PASSWORDPOLICIES/>",
        "<x/><y/>",
        "<sessionSettings/>",
        "<enableCoepHeader/>",
        "<a xmlns='u'/>",
    ] {
        let text = format!("<SecuritySettings>{}</SecuritySettings>", part.repeat(100_000));
        let read = read_component(&path, text.as_bytes(), &registry, &Limits::default());
        assert!(read.unwrap().unwrap().notes.len() <= 103, "{part}");
    }
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn long_paths() {
    let registry = orgate_metadata::builtin::registry().unwrap();
    let start = Instant::now();
    for part in ["a/", ".", "%", "a.connectedApp-meta.xml/", "-meta.xml", "%41"] {
        let path = RepoPath::from(&*part.repeat(MANY));
        let _ = classify(&path, &registry);
        let named = format!("{}.settings-meta.xml", part.repeat(MANY));
        let _ = classify(&RepoPath::from(&*named), &registry);
    }
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}
