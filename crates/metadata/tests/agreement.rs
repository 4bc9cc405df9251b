//! The reader against a second XML parser, on generated documents: what one refuses the other refuses, and what both
//! accept they read alike.

mod agree;

use agree::agree;
use orgate_metadata::xml::{Doc, Limits};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const NAMES: [&str; 7] = ["a", "b", "m:a", "x:nil", "é", "p-1.2", "isPkceRequired"];

/// Pieces that are legal in some places and not in others.
const PIECES: [&str; 58] = [
    "<",
    ">",
    "/",
    "&",
    ";",
    "\"",
    "'",
    "=",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "]]>",
    "--",
    "-->",
    "<!--",
    "<![CDATA[",
    "<![CDATA[]]>",
    "<?",
    "?>",
    "<?p?>",
    "<?p x?>",
    "<?xml version='1.0'?>",
    "&lt;",
    "&amp;",
    "&#65;",
    "&#x41;",
    "&#13;",
    "&#0;",
    "&#xFFFE;",
    "&nbsp;",
    "&apos;",
    "<a>",
    "</a>",
    "<a/>",
    "<b x='1'/>",
    "<b x=\"1\" y='2'>",
    "</b>",
    " x='1'",
    " x='2'",
    " xmlns='u'",
    " xmlns=''",
    " xmlns:m='u'",
    " xmlns:x='http://www.w3.org/2001/XMLSchema-instance'",
    " x:nil='true'",
    " m:y=''",
    "xmlns:",
    ":",
    "\u{feff}",
    "\u{fffe}",
    "\u{b7}",
    "é",
    "\u{2028}",
    "<!DOCTYPE a>",
    "<!",
    "\n=======\n",
    "\u{1}",
];

fn attribute() -> impl Strategy<Value = String> {
    prop_oneof![
        select(&["c", "d", "m:c", "x:nil", "xml:lang"][..]).prop_map(|name| format!(" {name}='1'")),
        Just(" xmlns='http://soap.sforce.com/2006/04/metadata'".to_owned()),
        Just("\n  xmlns:m = \"u\" ".to_owned()),
        Just(" xmlns:m='http://soap.sforce.com/2006/04/met&#97;data'".to_owned()),
        Just(" xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\"".to_owned()),
        Just(" xmlns=''".to_owned()),
        Just(" e='&lt;>&#10;\"\t'".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z \n]{0,12}",
        1 => Just("&amp;&lt;&#x20AC;".to_owned()),
        1 => Just("<![CDATA[ <raw> & ]] ]]>".to_owned()),
        1 => Just("<!-- a - b -->".to_owned()),
        1 => Just("<?pi some > thing?>".to_owned()),
        1 => Just("line\r\nline\rline\n".to_owned()),
        1 => Just("é\u{1F600}\u{feff} ".to_owned()),
    ]
}

fn element() -> impl Strategy<Value = String> {
    let tag = || (select(&NAMES[..]), vec(attribute(), 0..3));
    let leaf = (tag(), vec(text(), 0..4)).prop_map(|((name, attributes), texts)| {
        let attributes = attributes.concat();
        if texts.is_empty() {
            format!("<{name}{attributes}/>")
        } else {
            format!("<{name}{attributes}>{}</{name} >", texts.concat())
        }
    });
    leaf.prop_recursive(5, 40, 5, move |inner| {
        (tag(), vec(prop_oneof![inner, text()], 0..5))
            .prop_map(|((name, attributes), content)| format!("<{name}{}>{}</{name}>", attributes.concat(), content.concat()))
    })
}

fn document() -> impl Strategy<Value = String> {
    let front = select(
        &[
            "",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\r\n<!-- x -->",
        ][..],
    );
    let root = " xmlns:m='v' xmlns:x='http://www.w3.org/2001/XMLSchema-instance'";
    (front, element(), any::<bool>()).prop_map(move |(front, element, wrapped)| {
        if wrapped {
            format!("{front}<r{root}>{element}</r>\n")
        } else {
            format!("{front}{element}\n<!-- end -->")
        }
    })
}

/// A document with a few pieces put in or characters taken out anywhere.
fn damaged() -> impl Strategy<Value = String> {
    let edit = (any::<Index>(), select(&PIECES[..]), any::<bool>());
    (document(), vec(edit, 0..3)).prop_map(|(mut text, edits)| {
        for (index, piece, remove) in edits {
            let mut at = index.index(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            if remove && at < text.len() {
                text.remove(at);
            } else {
                text.insert_str(at, piece);
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases())
    })]

    #[test]
    fn both_parsers_agree(text in damaged()) {
        agree(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Doc::parse(&bytes, &Limits::default());
    }

    #[test]
    fn any_pieces_are_read_alike(pieces in vec(select(&PIECES[..]), 0..30)) {
        agree(&pieces.concat());
        agree(&format!("<r>{}</r>", pieces.concat()));
    }
}

/// `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(2000)
}
