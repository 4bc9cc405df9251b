//! Why a file that should be metadata cannot be read as such.

use orgate_core::RepoPath;

use crate::xml::XmlErrorKind;
pub(super) use crate::xml::quote;

/// A file that cannot be read, and the place that shows why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {kind}")]
pub struct ReadError {
    /// The file.
    pub path: RepoPath,
    /// What is wrong.
    pub kind: ReadErrorKind,
    /// Line, from 1.
    pub line: u32,
    /// Column in code points, from 1.
    pub column: u32,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadErrorKind {
    /// Not well-formed, or over a limit.
    #[error(transparent)]
    Xml(#[from] XmlErrorKind),
    /// The root element is not the one of the type.
    #[error("the root element is `{found}`, but the file name says `{expected}`; correct one of them")]
    WrongRoot {
        /// Local name of the root element.
        found: String,
        /// Name of the type.
        expected: String,
    },
    /// The root element lies in a foreign namespace.
    #[error(
        "not Salesforce metadata: the root element lies in another namespace; use `{ns}`",
        ns = crate::xml::METADATA
    )]
    NotMetadata,
    /// Elements inside an element that holds a value.
    #[error("`{0}` holds a value, but there are elements inside; remove them")]
    Nested(String),
    /// An element that says it is nil and has content all the same.
    #[error("`{0}` is nil (`xsi:nil=\"true\"`) and has content; keep one of them")]
    NilWithContent(String),
    /// An element with a name that counts, in a namespace that does not.
    #[error("`{0}` lies in another namespace than the root element, so it is ambiguous what it says; remove its namespace")]
    ForeignElement(String),
    /// A file name that is not UTF-8.
    #[error("the name of the file is not UTF-8, so the component has no name; rename it")]
    Name,
}

impl ReadErrorKind {
    /// A short name of the kind, for tests and machine-readable output.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Xml(kind) => kind.as_str(),
            Self::WrongRoot { .. } => "wrong-root",
            Self::NotMetadata => "not-metadata",
            Self::Nested(_) => "nested",
            Self::NilWithContent(_) => "nil-with-content",
            Self::ForeignElement(_) => "foreign-element",
            Self::Name => "file-name",
        }
    }
}
