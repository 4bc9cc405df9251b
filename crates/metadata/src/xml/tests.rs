use super::*;

fn parse(text: &str) -> Doc<'_> {
    Doc::parse(text.as_bytes(), &Limits::default()).unwrap()
}

fn refused(text: &str, limits: &Limits) -> XmlErrorKind {
    Doc::parse(text.as_bytes(), limits).unwrap_err().kind
}

fn text(inner: &str) -> String {
    parse(&format!("<a>{inner}</a>")).root().text().into_owned()
}

#[test]
fn nodes_stay_small() {
    assert!(size_of::<Node>() <= 40, "{}", size_of::<Node>());
}

#[test]
fn ranges_count_a_byte_order_mark() {
    let source = "\u{feff}<?xml version=\"1.0\"?>\r\n<a>\r\n  <b>x</b>\r\n</a>\r\n";
    let doc = parse(source);
    let root = doc.root();
    let piece = |span: Span| source.get(span.start as usize..span.end as usize).unwrap();
    assert_eq!(piece(root.span()), "<a>\r\n  <b>x</b>\r\n</a>");
    assert_eq!(piece(root.open_tag()), "<a>");
    let inner = root.children().next().unwrap();
    assert_eq!(piece(inner.span()), "<b>x</b>");
    assert_eq!(inner.name(), "b");
    assert_eq!(inner.text(), "x");
}

#[test]
fn errors_count_a_byte_order_mark() {
    let error = Doc::parse("\u{feff}<a>&nbsp;</a>".as_bytes(), &Limits::default()).unwrap_err();
    assert_eq!(error.offset, 6);
    assert_eq!(error.kind, XmlErrorKind::Entity);
    assert_eq!(error.to_string(), error.kind.to_string());
}

#[test]
fn a_message_stays_on_its_line() {
    let kind = refused("<?xml version=\"1\n\u{7f}\"?><a/>", &Limits::default());
    assert!(
        matches!(&kind, XmlErrorKind::Version(version) if version == "1 \u{fffd}"),
        "{kind:?}"
    );
}

#[test]
fn keywords_that_git_may_replace_are_refused() {
    for text in [
        "<a><!--$Id:--><b/><!--$--></a>",
        "<a>$Format:%b$</a>",
        "<a><!-- $Format:\n%(trailers)\n$ --></a>",
        "<a>$Format:x$Format:%s$</a>",
    ] {
        let kind = refused(text, &Limits::default());
        assert!(matches!(kind, XmlErrorKind::Keyword), "{text}: {kind:?}");
    }
    for text in [
        "<a>$Id: of nobody$</a>",
        "<a>$Id:</a>",
        "<a>$Format:$</a>",
        "<a>$Format:50%</a>",
        "<a>$Format: x$ 5% $</a>",
    ] {
        assert!(Doc::parse(text.as_bytes(), &Limits::default()).is_ok(), "{text}");
    }
}

#[test]
fn a_message_names_no_tag_that_may_be_a_secret() {
    for text in [
        "<a>x<s3cr3t>y</a>",
        "<a>x</s3cr3t>y</a>",
        "<a><b>x<s3cr3t></b></a>",
        "<a>x<s3cr3t:b>y</a>",
        "<a>x<s3cr3t",
        "</s3cr3t>",
        "<a>x<b s3cr3t='1' s3cr3t='2'/></a>",
        "<a>x<s3cr3t+/y</a>",
    ] {
        let said = refused(text, &Limits::default()).to_string();
        assert!(!said.contains("s3cr3t"), "{text}: {said}");
    }
    let said = refused("<a>x<oauthConfig>y</a>", &Limits::default()).to_string();
    assert!(said.contains("oauthConfig"), "{said}");
}

#[test]
fn text_joins_sections_references_and_what_stands_between() {
    assert_eq!(text("true"), "true");
    assert_eq!(text(""), "");
    assert_eq!(text("<!-- false -->"), "");
    assert_eq!(text("t<!-- x -->ru<?p q?>e"), "true");
    assert_eq!(text("<![CDATA[tr]]><![CDATA[ue]]>"), "true");
    assert_eq!(text("&#116;&#x72;ue&lt;&amp;&gt;&quot;&apos;"), "true<&>\"'");
    assert_eq!(text("<![CDATA[&lt;<b>]] ]]]>"), "&lt;<b>]] ]");
    assert_eq!(text("a\r\nb\rc\n<![CDATA[\r\n]]>"), "a\nb\nc\n\n");
    assert_eq!(text("a&#13;&#10;b"), "a\r\nb");
    // Each alone, with nothing else in the element that has to be resolved.
    assert_eq!(text("a\r\nb\r"), "a\nb\n");
    assert_eq!(text("<?p q?>true"), "true");
    assert_eq!(text("true<!-- x -->"), "true");
    assert_eq!(text("\r&lt;"), "\n<");
    assert_eq!(text("&#x1F600;"), "\u{1F600}");
    assert_eq!(text("&#0000000000000000065;"), "A");
    assert_eq!(text("]]&gt;"), "]]>");
}

#[test]
fn text_of_an_element_with_children_is_empty() {
    let doc = parse("<a> x <b>y</b> z </a>");
    assert_eq!(doc.root().text(), "");
    assert!(doc.root().has_text());
    assert!(doc.root().has_children());
    assert!(!parse("<a> \n <b>y</b><!-- z --></a>").root().has_text());
}

#[test]
fn a_section_between_elements_is_text_unless_it_is_blank() {
    for (section, expected) in [("x", true), (" x", true), ("x ", true), ("", false), (" \n", false)] {
        let source = format!("<a><![CDATA[{section}]]><b>y</b></a>");
        assert_eq!(parse(&source).root().has_text(), expected, "{section:?}");
    }
}

#[test]
fn an_element_knows_the_one_around_it() {
    let doc = parse("<a><b/><c><d/></c></a>");
    let deeper = std::iter::successors(Some(doc.root()), |element| element.children().last());
    let names: Vec<_> = deeper.map(|element| (element.name(), element.parent().map(Elem::name))).collect();
    assert_eq!(names, [("a", None), ("c", Some("a")), ("d", Some("c"))]);
    assert!(!doc.is_empty());
}

#[test]
fn prefixes_and_inner_declarations_are_resolved() {
    let doc = parse(
        "<m:a xmlns:m='http://soap.sforce.com/2006/04/metadata' xmlns='urn:x'>\
         <m:b/><b/><b xmlns='http://soap.sforce.com/2006/04/met&#97;data'/>\
         <m:b xmlns:m='urn:y'/><b xmlns=''/><m:b/></m:a>",
    );
    let root = doc.root();
    assert_eq!((root.name(), root.space()), ("a", Space::Metadata));
    let spaces: Vec<_> = root.children().map(Elem::space).collect();
    assert_eq!(
        spaces,
        [
            Space::Metadata,
            Space::Other,
            Space::Metadata,
            Space::Other,
            Space::None,
            Space::Metadata
        ]
    );
    assert!(root.children().all(|child| child.name() == "b"));
    assert_eq!(parse("<a/>").root().space(), Space::None);
}

#[test]
fn nil_is_known_by_its_namespace() {
    let nil = |attributes: &str| {
        let source = format!("<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:o='urn:o'><b {attributes}/></a>");
        let doc = parse(&source);
        doc.root().children().next().unwrap().is_nil()
    };
    assert!(nil("xsi:nil='true'"));
    assert!(!nil("xsi:nil=' 1\n'"));
    assert!(nil("xsi:nil='tr&#117;e'"));
    assert!(nil("xsi:nil='\ttrue\r\n'"), "white space of an attribute is blanks");
    assert!(nil("xmlns:q='http://www.w3.org/2001/XMLSchema-instance' q:nil=\"true\""));
    assert!(!nil("xsi:nil='false'"));
    assert!(!nil("xsi:nil='TRUE'"));
    assert!(!nil("o:nil='true'"));
    assert!(!nil("nil='true'"));
    assert!(!nil("xmlns:xsi='urn:z' xsi:nil='true'"));
}

#[test]
fn harmless_spellings_are_accepted() {
    for source in [
        "<?xml version='1.0'?><a/>",
        "<?xml version = \"1.0\"\n encoding='utf-8' ?>\n<a/>",
        "<?xml version=\"1.0\" encoding=\"US-ASCII\" standalone='no'?><a/>",
        "<!-- a --><?p q?>\n<a/>\n<!-- b -->\n<?p?>\n",
        "<a\n  b = 'x>y'\n\tc=\"'\"\r\n></a\n>",
        "<a b='&lt;&#10;'/>",
        "<é-1.·/>",
        "<a>\u{feff}</a>",
        "<a><!-- - --><!----><![CDATA[]]></a>",
        "<a xml:lang='de' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
        "<a>Title\n=======\n</a>",
        "<a><!--\n<<<<<<< HEAD\n--><![CDATA[\n>>>>>>> x\n]]></a>",
    ] {
        assert_eq!(parse(source).len(), 1, "{source}");
    }
}

#[test]
fn limits_are_kept_to_the_last_one() {
    let limits = Limits {
        bytes: 100,
        depth: 3,
        elements: 4,
        attributes: 2,
    };
    let ok = |source: &str| Doc::parse(source.as_bytes(), &limits).is_ok();
    assert!(ok("<a><b><c/></b></a>"));
    assert_eq!(refused("<a><b><c><d/></c></b></a>", &limits), XmlErrorKind::TooDeep(3));
    assert!(ok("<a><b/><b/><b/></a>"));
    assert_eq!(refused("<a><b/><b/><b/><b/></a>", &limits), XmlErrorKind::TooManyElements(4));
    assert!(ok("<a b='' c=''/>"));
    assert_eq!(refused("<a b='' c='' d=''/>", &limits), XmlErrorKind::TooManyAttributes(2));
    assert!(ok(&format!("<a>{}</a>", "x".repeat(93))));
    assert_eq!(refused(&format!("<a>{}</a>", "x".repeat(94)), &limits), XmlErrorKind::TooLarge(100));
    assert!(XmlErrorKind::TooLarge(100).is_limit());
}

#[test]
fn names_too_long_to_count_are_refused() {
    let name = "n".repeat(70_000);
    let kind = refused(&format!("<{name}/>"), &Limits::default());
    assert_eq!(kind.as_str(), "name");
    assert!(kind.to_string().len() < 200, "{kind}");
    let inside = format!("<a>\n  <{name}/></a>");
    assert_eq!(Doc::parse(inside.as_bytes(), &Limits::default()).unwrap_err().offset, 7);
}

#[test]
fn names_begin_with_a_letter_in_any_script() {
    for name in ["é", "é-1", "_é", "a·", "名"] {
        assert_eq!(parse(&format!("<{name}/>")).len(), 1, "{name}");
    }
    for name in ["-é", "·a", "1é", "\u{301}a", "é×", "é:-é"] {
        assert_eq!(refused(&format!("<{name}/>"), &Limits::default()).as_str(), "name", "{name}");
    }
}

#[test]
fn a_less_than_sign_in_an_attribute_is_refused_where_it_stands() {
    for (source, offset) in [
        ("<a b='<'/>", 6),
        ("<a b='x<'/>", 7),
        ("<a b='&lt;<'/>", 10),
        ("<a b='' c = '&amp;x<y'/>", 19),
    ] {
        let error = Doc::parse(source.as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!((error.kind.as_str(), error.offset), ("less-than", offset), "{source}");
    }
}

#[test]
fn what_is_left_of_a_merge_is_refused_where_text_stands_between_elements() {
    assert_eq!(parse("<a><!--\n=======\n--><b/></a>").len(), 2);
    let error = Doc::parse(b"<a>x\n=======\n<b/></a>", &Limits::default()).unwrap_err();
    assert_eq!((error.kind, error.offset), (XmlErrorKind::ConflictMarkers, 5));
}

#[test]
fn an_element_that_is_never_closed_is_named() {
    for source in ["<a><bc><d/>", "<a><bc>", "<a><bc x='1'>", "<a><bc\n>"] {
        assert_eq!(
            refused(source, &Limits::default()),
            XmlErrorKind::Unclosed("bc".to_owned()),
            "{source:?}"
        );
    }
}

#[test]
fn a_forbidden_character_is_found_wherever_it_stands() {
    for length in [0, 1, 4_092, 4_093, 10_000] {
        let source = format!("<a>{}\u{1}</a>", "x".repeat(length));
        let error = Doc::parse(source.as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!((error.kind, error.offset as usize), (XmlErrorKind::Character(1), 3 + length));
    }
}

#[test]
fn every_forbidden_character_is_refused_however_many_there_are() {
    for (inner, code) in [
        ("\0", 0),
        ("\u{1f}", 0x1f),
        // Two of them do not make up for each other.
        ("\u{1}\u{2}", 1),
        ("\u{fffe}", 0xfffe),
        ("\u{ffff}", 0xffff),
        ("\u{fffd}\u{ffff}\u{fffe}", 0xffff),
    ] {
        let source = format!("<a>{inner}</a>");
        assert_eq!(refused(&source, &Limits::default()), XmlErrorKind::Character(code), "{inner:?}");
    }
    assert_eq!(text("\t\n\u{7f}\u{fffd}"), "\t\n\u{7f}\u{fffd}");
}

#[test]
fn a_reference_names_no_character_that_may_not_stand_for_itself() {
    for reference in ["#0", "#x1f", "#xD800", "#xfffe", "#65535", "#x110000", "#4294967361", "#", "#x"] {
        let source = format!("<a>&{reference};</a>");
        assert_eq!(
            refused(&source, &Limits::default()),
            XmlErrorKind::CharacterReference,
            "{reference}"
        );
    }
    assert_eq!(text("&#xfffd;&#x10ffff;&#9;"), "\u{fffd}\u{10ffff}\t");
}

#[test]
fn an_attribute_has_a_name_and_an_equals_sign() {
    for source in ["<a b/>", "<a b !'x'/>", "<a b:'x'/>", "<a ='x'/>", "<a b 'x'/>"] {
        assert_eq!(refused(source, &Limits::default()).as_str(), "attribute", "{source}");
    }
}
