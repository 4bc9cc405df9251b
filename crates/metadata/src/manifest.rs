//! Manifests: `package.xml` with what a deploy in metadata format takes, `destructiveChanges.xml` and its two siblings with
//! what it deletes.
//!
//! A file that is merely gone stays in the org; a component that stands in one of the latter is deleted there. They take
//! full names and no wildcards (`meta_deploy_deleting_files` of the Metadata API guide).

use orgate_core::Span;

use crate::xml::{Doc, Elem, Limits, XmlError};

/// What names of files hold that tell what is deleted. Tools in metadata format know `destructiveChanges.xml` and its two
/// siblings only; the deploy command takes files of any name for them (`--pre-destructive-changes FILE`).
const WORDS: [&str; 2] = ["destructive", "destroy"];

/// A component that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Name of its type, as manifests call it.
    pub type_name: String,
    /// Its full name; `*` for all of the type.
    pub name: String,
    /// The `members` element.
    pub span: Span,
}

/// Whether a file of this name tells what is deleted, wherever it lies.
pub fn deletes(path: &[u8]) -> bool {
    // Every changed path is asked.
    let Some(path) = path.strip_suffix(b".xml").filter(|path| !path.ends_with(b"-meta")) else {
        return false;
    };
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let name = String::from_utf8_lossy(name).to_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// What a manifest names of the types that `wanted` accepts, in the order of the file.
///
/// # Errors
/// [`XmlError`] for what is no well-formed XML. A file with another root names nothing.
pub fn members(bytes: &[u8], limits: &Limits, wanted: impl Fn(&str) -> bool) -> Result<Vec<Member>, XmlError> {
    let doc = Doc::parse(bytes, limits)?;
    let mut found = Vec::new();
    if doc.root().name() != "Package" {
        return Ok(found);
    }
    for block in doc.root().children().filter(|block| block.name() == "types") {
        // Which of several names counts is not documented: a parser takes the first or the last. No more than those, as
        // each goes with every member.
        let mut kinds = block.children().filter(|child| child.name() == "name").map(Elem::text);
        let first = kinds.next();
        let last = kinds.last().filter(|last| Some(last) != first.as_ref());
        // A name goes with every member, and one that is no type can be as long as the file.
        for kind in first.into_iter().chain(last).filter(|kind| wanted(kind.trim())) {
            for member in block.children().filter(|child| child.name() == "members") {
                found.push(Member {
                    type_name: kind.trim().to_owned(),
                    name: member.text().trim().to_owned(),
                    span: member.span(),
                });
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{deletes, members};
    use crate::xml::Limits;

    #[test]
    fn members_are_read_with_their_type() {
        let text = b"<Package xmlns=\"http://soap.sforce.com/2006/04/metadata\"><types><members>A</members>\n<members> B </members><name>BlacklistedConsumer</name></types><types><members>C</members></types><version>60.0</version></Package>";
        let found = members(text, &Limits::default(), |_| true).unwrap();
        let names: Vec<_> = found.iter().map(|one| (one.type_name.as_str(), one.name.as_str())).collect();
        assert_eq!(names, [("BlacklistedConsumer", "A"), ("BlacklistedConsumer", "B")]);
        let span = found[1].span;
        let range = usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap();
        assert_eq!(&text[range], b"<members> B </members>");
        let both = b"<Package><types><name>ApexClass</name><members>A</members><name>BlacklistedConsumer</name></types></Package>";
        let kinds = members(both, &Limits::default(), |_| true).unwrap();
        assert_eq!(
            kinds.iter().map(|one| one.type_name.as_str()).collect::<Vec<_>>(),
            ["ApexClass", "BlacklistedConsumer"]
        );
        let many = format!(
            "<Package><types>{}{}</types></Package>",
            "<name>A</name><name>B</name>".repeat(2_000),
            "<members>x</members>".repeat(2_000)
        );
        assert_eq!(members(many.as_bytes(), &Limits::default(), |_| true).unwrap().len(), 4_000);
        assert_eq!(
            members(many.as_bytes(), &Limits::default(), |kind| kind == "B").unwrap().len(),
            2_000
        );
        assert!(members(b"<Package><types>", &Limits::default(), |_| true).is_err());
    }

    #[test]
    fn a_manifest_of_what_is_deleted_is_known_by_its_name() {
        for name in [
            "destructiveChanges.xml",
            "a/destructiveChangesPost.xml",
            "manifest/destroy.xml",
            "a/MyDestructive-2.xml",
        ] {
            assert!(deletes(name.as_bytes()), "{name}");
        }
        for name in [
            "a/package.xml",
            "destroy/package.xml",
            "classes/DestroyAll.cls-meta.xml",
            "destructiveChanges.txt",
        ] {
            assert!(!deletes(name.as_bytes()), "{name}");
        }
    }
}
