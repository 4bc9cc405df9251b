//! Byte for byte: what is not the element stays.

use super::{apply, get, remove, set};
use crate::xml::Limits;

fn mended(source: &str, path: &str, value: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let limits = Limits::default();
    let edits = set(source.as_bytes(), &parts, value, &limits).expect("edits");
    let bytes = apply(source.as_bytes(), &edits, &parts, Some(value), &limits).expect("applied");
    // Once mended, there is nothing left to do.
    assert!(set(&bytes, &parts, value, &limits).expect("again").is_empty(), "{source}");
    String::from_utf8(bytes).expect("text")
}

fn gone(source: &str, path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let limits = Limits::default();
    let edits = remove(source.as_bytes(), &parts, &limits).expect("edits");
    String::from_utf8(apply(source.as_bytes(), &edits, &parts, None, &limits).expect("applied")).expect("text")
}

#[test]
fn only_the_text_changes() {
    for (before, after) in [
        ("<A>\n    <x>false</x>\n</A>\n", "<A>\n    <x>true</x>\n</A>\n"),
        ("<A>\r\n\t<x> false\r\n </x></A>", "<A>\r\n\t<x> true\r\n </x></A>"),
        ("\u{feff}<A><x>false</x></A>", "\u{feff}<A><x>true</x></A>"),
        ("<A><x/></A>", "<A><x>true</x></A>"),
        ("<A><x  /></A>", "<A><x>true</x></A>"),
        ("<A><x></x></A>", "<A><x>true</x></A>"),
        ("<A><x a='1'>false</x  ></A>", "<A><x a='1'>true</x  ></A>"),
        ("<A><x>fa<!-- c -->lse</x></A>", "<A><x>true</x></A>"),
        ("<A><x> <!-- c -->false </x></A>", "<A><x>true</x></A>"),
        ("<A><x> </x></A>", "<A><x>true</x></A>"),
        ("<A><x><![CDATA[false]]></x></A>", "<A><x>true</x></A>"),
        ("<A><x>false</x><y/><x>0</x></A>", "<A><x>true</x><y/><x>true</x></A>"),
        ("<m:A xmlns:m=\"u\"><m:x/></m:A>", "<m:A xmlns:m=\"u\"><m:x>true</m:x></m:A>"),
    ] {
        assert_eq!(mended(before, "x", "true"), after);
    }
}

#[test]
fn an_absent_element_is_inserted_where_the_alphabet_wants_it() {
    for (before, after) in [
        (
            "<A>\n  <a>1</a>\n  <z>1</z>\n</A>\n",
            "<A>\n  <a>1</a>\n  <x>true</x>\n  <z>1</z>\n</A>\n",
        ),
        ("<A>\r\n\t<a>1</a>\r\n</A>\r\n", "<A>\r\n\t<a>1</a>\r\n\t<x>true</x>\r\n</A>\r\n"),
        ("<A>\n    <z>1</z>\n</A>", "<A>\n    <x>true</x>\n    <z>1</z>\n</A>"),
        ("<A><a>1</a></A>", "<A><a>1</a><x>true</x></A>"),
        ("<A/>", "<A><x>true</x></A>"),
        (
            "<?xml version=\"1.0\"?>\n<A n=\"1\"/>\n",
            "<?xml version=\"1.0\"?>\n<A n=\"1\">\n    <x>true</x>\n</A>\n",
        ),
        ("<A>\n</A>\n", "<A>\n    <x>true</x>\n</A>\n"),
        (
            "<A>\n  <a>1</a> <!-- of a -->\n  <!-- of z -->\n  <z>1</z>\n</A>",
            "<A>\n  <a>1</a> <!-- of a -->\n  <x>true</x>\n  <!-- of z -->\n  <z>1</z>\n</A>",
        ),
    ] {
        assert_eq!(mended(before, "x", "true"), after);
    }
}

#[test]
fn a_missing_block_comes_with_its_element() {
    assert_eq!(
        mended("<A>\n\t<a>1</a>\n\t<z>1</z>\n</A>\n", "p/x", "true"),
        "<A>\n\t<a>1</a>\n\t<p>\n\t\t<x>true</x>\n\t</p>\n\t<z>1</z>\n</A>\n"
    );
    assert_eq!(
        mended("<A>\n    <p>\n        <q>1</q>\n    </p>\n</A>\n", "p/x", "a & b"),
        "<A>\n    <p>\n        <q>1</q>\n        <x>a &amp; b</x>\n    </p>\n</A>\n"
    );
    assert_eq!(
        mended("<A>\n  <p/>\n</A>\n", "p/x", "true"),
        "<A>\n  <p>\n    <x>true</x>\n  </p>\n</A>\n".replace("    <x>", "      <x>")
    );
}

#[test]
fn a_block_is_indented_as_its_neighbours_are() {
    for (before, path, after) in [
        (
            "<?xml version=\"1.0\"?>\n<A>\n  <a>1</a>\n</A>\n",
            "p/x",
            "<?xml version=\"1.0\"?>\n<A>\n  <a>1</a>\n  <p>\n    <x>true</x>\n  </p>\n</A>\n",
        ),
        // Where nothing tells how deep, four blanks.
        ("<A>\n<a>1</a>\n</A>\n", "p/x", "<A>\n<a>1</a>\n<p>\n    <x>true</x>\n</p>\n</A>\n"),
        (
            "<A>\n<p>\n<q>1</q>\n</p>\n</A>\n",
            "p/x/y",
            "<A>\n<p>\n<q>1</q>\n<x>\n    <y>true</y>\n</x>\n</p>\n</A>\n",
        ),
        ("<A>\n\t<p/>\n</A>\n", "p/x", "<A>\n\t<p>\n\t\t<x>true</x>\n\t</p>\n</A>\n"),
    ] {
        assert_eq!(mended(before, path, "true"), after);
    }
}

#[test]
fn an_element_goes_with_its_line() {
    assert_eq!(gone("<A>\n  <a>1</a>\n  <x>1</x>\n</A>\n", "x"), "<A>\n  <a>1</a>\n</A>\n");
    assert_eq!(gone("<A>\r\n  <x>1</x>\r\n</A>\r\n", "x"), "<A>\r\n</A>\r\n");
    assert_eq!(gone("<A>\n  <x>1</x> <!-- c -->\n</A>\n", "x"), "<A>\n   <!-- c -->\n</A>\n");
    assert_eq!(gone("<A><a/><x>1</x></A>", "x"), "<A><a/></A>");
}

#[test]
fn what_is_no_single_text_is_left_alone() {
    let limits = Limits::default();
    assert!(set(b"<A><x><y/></x></A>", &["x"], "true", &limits).is_err());
    assert!(set(b"<A><x>false</A>", &["x"], "true", &limits).is_err());
    assert_eq!(get(b"<A><x> v </x></A>", &["x"], &limits), Ok(Some("v".to_owned())));
    assert_eq!(get(b"<A/>", &["x"], &limits), Ok(None));
}
