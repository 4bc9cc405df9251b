//! The bytes of one element: what to replace, and the file afterwards.

use orgate_metadata::Limits;
use orgate_metadata::edit::{self, Edit};
use orgate_metadata::xml::{Doc, Elem};

use super::plan::Wanted;

/// What to replace in a file so that it says what is wanted; why not, in words, otherwise.
fn edits(wanted: &Wanted, bytes: &[u8]) -> Result<Vec<Edit>, String> {
    let limits = Limits::default();
    let path: Vec<&str> = wanted.element.iter().map(String::as_str).collect();
    if let Some(block) = missing_block(bytes, &path) {
        return Err(format!(
            "the file has no `{block}`, and a block with one element in it would be neither complete nor what anybody chose; put the whole block back with git"
        ));
    }
    let edits = match &wanted.value {
        Some(value) => edit::set(bytes, &path, value, &limits),
        None => edit::remove(bytes, &path, &limits),
    };
    edits.map_err(|error| error.to_string())
}

/// The edits, and the file with what is wanted.
pub(super) fn edited(wanted: &Wanted, bytes: &[u8]) -> Result<(Vec<Edit>, Vec<u8>), String> {
    let edits = edits(wanted, bytes)?;
    let path: Vec<&str> = wanted.element.iter().map(String::as_str).collect();
    let after = edit::apply(bytes, &edits, &path, wanted.value.as_deref(), &Limits::default());
    Ok((edits, after.map_err(|error| error.to_string())?))
}

/// The first block on the way to an element that the file does not have.
fn missing_block<'p>(bytes: &[u8], path: &[&'p str]) -> Option<&'p str> {
    let doc = Doc::parse(bytes, &Limits::default()).ok()?;
    let mut here = vec![doc.root()];
    for block in path.split_last()?.1 {
        let next: Vec<Elem<'_>> = here
            .iter()
            .flat_map(|parent| parent.children().filter(|child| child.name() == *block))
            .collect();
        if next.is_empty() {
            return Some(block);
        }
        here = next;
    }
    None
}
