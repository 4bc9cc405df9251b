//! Why a file is not read as XML. Each message says what happened and what to do about it.

/// Longest piece of the file that a message repeats.
const QUOTED: usize = 60;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct XmlError {
    /// What is wrong.
    pub kind: XmlErrorKind,
    /// Byte in the file as it is stored.
    pub offset: u32,
}

/// What can be wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlErrorKind {
    /// No bytes, or only white space.
    #[error("the file is empty; restore its content or delete it")]
    Empty,
    /// More bytes than allowed.
    #[error("the file has more than {0} bytes; exclude it or raise the limit")]
    TooLarge(u32),
    /// A git-LFS pointer instead of the content.
    #[error("the file is a git-LFS pointer; store metadata in git itself")]
    LfsPointer,
    /// Markers of a merge that was not finished.
    #[error("the file has merge conflict markers; finish the merge")]
    ConflictMarkers,
    /// A keyword that git may replace when it writes the file out.
    #[error(
        "git may replace what stands between `$Id:` or `$Format:` and `$` when it writes the file out (`ident` and `export-subst` of gitattributes); remove the keyword"
    )]
    Keyword,
    /// UTF-16 or UTF-32.
    #[error("the file is UTF-16 or UTF-32; save it as UTF-8")]
    Utf16,
    /// Bytes that are not UTF-8.
    #[error("the file is not valid UTF-8; save it as UTF-8")]
    NotUtf8,
    /// A declared encoding that is not UTF-8.
    #[error("the XML declaration names the encoding `{0}`; metadata is UTF-8")]
    Encoding(String),
    /// A declared version that is not 1.0.
    #[error("the XML declaration names version `{0}`; metadata is XML 1.0")]
    Version(String),
    /// A declaration that is malformed.
    #[error("the XML declaration is malformed; write `<?xml version=\"1.0\" encoding=\"UTF-8\"?>`")]
    Declaration,
    /// A declaration that is not at the very start.
    #[error("an XML declaration stands in the middle of the file; keep only the one in front")]
    DeclarationNotFirst,
    /// A byte order mark that is not at the very start.
    #[error("a byte order mark stands in the middle of the file; remove it")]
    ByteOrderMark,
    /// A character that XML forbids.
    #[error("the character U+{0:04X} is not allowed in XML; remove it")]
    Character(u32),
    /// A document type declaration.
    #[error("document type declarations are not read; remove the `<!DOCTYPE`")]
    Doctype,
    /// Elements nested too deeply.
    #[error("elements are nested more than {0} deep; metadata never is")]
    TooDeep(u32),
    /// Too many elements.
    #[error("the file has more than {0} elements; exclude it or raise the limit")]
    TooManyElements(u32),
    /// Too many attributes on one element, or too many namespaces in force at once.
    #[error("an element has more than {0} attributes or namespaces; metadata never does")]
    TooManyAttributes(u32),
    /// Something that is not a name where one belongs.
    #[error("`{0}` is not an XML name; correct the tag")]
    Name(String),
    /// An attribute that is malformed.
    #[error("a tag is malformed after its name; write attributes as `name=\"value\"`")]
    Attribute,
    /// An attribute value without quotes.
    #[error("an attribute value has no quotes around it; add them")]
    Unquoted,
    /// The same attribute twice.
    #[error("the attribute `{0}` stands twice in one tag; keep one")]
    DuplicateAttribute(String),
    /// `<` inside an attribute value.
    #[error("an attribute value contains `<`; write `&lt;`")]
    LessThan,
    /// A prefix that no `xmlns:` declares.
    #[error("the prefix `{0}` is not declared; add `xmlns:{0}` or remove it")]
    UnboundPrefix(String),
    /// An illegal `xmlns` declaration.
    #[error("the namespace declaration `{0}` is not allowed; correct it")]
    NamespaceDeclaration(String),
    /// An entity that XML does not predefine. Its name is not told: it may be a piece of a secret that was not escaped.
    #[error("an entity is not defined; XML knows lt, gt, amp, quot and apos")]
    Entity,
    /// `&` that starts no reference.
    #[error("`&` starts no reference; write `&amp;`")]
    Ampersand,
    /// A numeric reference to no legal character.
    #[error("a reference names no character that XML allows; remove it")]
    CharacterReference,
    /// `--` inside a comment.
    #[error("a comment contains `--`; remove it")]
    CommentHyphens,
    /// `]]>` in text.
    #[error("text contains `]]>`; write `]]&gt;`")]
    SectionEnd,
    /// A processing instruction that is malformed.
    #[error("a processing instruction is malformed; remove it")]
    Instruction,
    /// Text in front of or behind the root element.
    #[error("there is text outside of the root element; remove it")]
    TextOutsideRoot,
    /// Two root elements.
    #[error("there is a second root element; keep one")]
    TwoRoots,
    /// No root element.
    #[error("there is no element; restore the content of the file")]
    NoRoot,
    /// An element without end tag.
    #[error("the element `{0}` is never closed; add `</{0}>`")]
    Unclosed(String),
    /// An end tag that closes another element.
    #[error("`</{found}>` closes `{expected}`; make the tags match")]
    Mismatched {
        /// Name of the open element.
        expected: String,
        /// Name in the end tag.
        found: String,
    },
    /// An end tag that closes nothing.
    #[error("`</{0}>` closes nothing; remove it")]
    Unopened(String),
    /// A tag, comment, section or instruction without end.
    #[error("markup starts here that never ends; close it, or write `&lt;` for a plain `<`")]
    Markup,
}

impl XmlErrorKind {
    /// A short name of the kind, for tests and machine-readable output.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge(_) => "too-large",
            Self::LfsPointer => "lfs-pointer",
            Self::ConflictMarkers => "conflict-markers",
            Self::Keyword => "keyword",
            Self::Utf16 => "utf-16",
            Self::NotUtf8 => "not-utf-8",
            Self::Encoding(_) => "encoding",
            Self::Version(_) => "version",
            Self::Declaration => "declaration",
            Self::DeclarationNotFirst => "declaration-not-first",
            Self::ByteOrderMark => "byte-order-mark",
            Self::Character(_) => "character",
            Self::Doctype => "doctype",
            Self::TooDeep(_) => "too-deep",
            Self::TooManyElements(_) => "too-many-elements",
            Self::TooManyAttributes(_) => "too-many-attributes",
            Self::Name(_) => "name",
            Self::Attribute => "attribute",
            Self::Unquoted => "unquoted",
            Self::DuplicateAttribute(_) => "duplicate-attribute",
            Self::LessThan => "less-than",
            Self::UnboundPrefix(_) => "unbound-prefix",
            Self::NamespaceDeclaration(_) => "namespace-declaration",
            Self::Entity => "entity",
            Self::Ampersand => "ampersand",
            Self::CharacterReference => "character-reference",
            Self::CommentHyphens => "comment-hyphens",
            Self::SectionEnd => "section-end",
            Self::Instruction => "instruction",
            Self::TextOutsideRoot => "text-outside-root",
            Self::TwoRoots => "two-roots",
            Self::NoRoot => "no-root",
            Self::Unclosed(_) => "unclosed",
            Self::Mismatched { .. } => "mismatched",
            Self::Unopened(_) => "unopened",
            Self::Markup => "markup",
        }
    }

    /// Whether the file only exceeds a bound of ours and may be well-formed.
    pub fn is_limit(&self) -> bool {
        matches!(
            self,
            Self::TooLarge(_) | Self::TooDeep(_) | Self::TooManyElements(_) | Self::TooManyAttributes(_)
        )
    }
}

/// A name in a tag, if it can be one of metadata: where a tag is broken, what stands in its place may be a part of a secret.
pub(crate) fn tag_name(name: &str) -> String {
    let letters = name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b':');
    if letters { quote(name) } else { "(not shown)".to_owned() }
}

/// The start of a piece of the file, short enough for a message.
pub(crate) fn quote(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    let mut quoted: String = text.chars().take(QUOTED).map(shown).collect();
    if text.chars().nth(QUOTED).is_some() {
        quoted.push('…');
    }
    quoted
}
