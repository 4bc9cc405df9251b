//! What many controls have in common, written once: fields and named conditions.
//!
//! In a pack, a control refers to them by number. The tables are those of the pack that this thread is writing or
//! reading, because serde hands nothing down to the values inside a value; outside of [`write`] and [`read`] fields and
//! named conditions have no binary form.

use std::cell::RefCell;
use std::sync::Arc;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};

use crate::condition::{Condition, FieldRef, PackedField};

/// The tables of a pack, each entry in its own bytes. A named condition comes behind those it refers to.
type Tables = (Vec<Vec<u8>>, Vec<Vec<u8>>);

/// The same, as read.
type RawTables<'a> = (Vec<&'a [u8]>, Vec<&'a [u8]>);

#[derive(Default)]
struct Known {
    fields: Vec<FieldRef>,
    named: Vec<Arc<Condition>>,
}

thread_local! {
    static WRITTEN: RefCell<Option<Tables>> = const { RefCell::new(None) };
    static KNOWN: RefCell<Option<Known>> = const { RefCell::new(None) };
}

/// A value with the tables it refers to.
pub(super) fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, postcard::Error> {
    WRITTEN.set(Some(Tables::default()));
    let written = postcard::to_stdvec(value);
    let tables = WRITTEN.take().unwrap_or_default();
    postcard::to_stdvec(&(tables, written?))
}

/// A value written by [`write`].
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, postcard::Error> {
    let (tables, value): (RawTables<'_>, &[u8]) = super::whole(bytes)?;
    KNOWN.set(Some(Known::default()));
    let value = know(&tables).and_then(|()| super::whole(value));
    KNOWN.set(None);
    value
}

/// Makes the tables known to this thread.
fn know((fields, named): &RawTables<'_>) -> Result<(), postcard::Error> {
    for bytes in fields {
        let field: PackedField = super::whole(bytes)?;
        with_known(|known| known.fields.push(field.into()));
    }
    for bytes in named {
        let condition: Condition = super::whole(bytes)?;
        with_known(|known| known.named.push(Arc::new(condition)));
    }
    Ok(())
}

fn with_known<T>(act: impl FnOnce(&mut Known) -> T) -> Option<T> {
    KNOWN.with_borrow_mut(|known| known.as_mut().map(act))
}

/// The number of an entry in the table that `choose` names; `None` when no pack is being written.
fn number(bytes: Vec<u8>, choose: impl FnOnce(&mut Tables) -> &mut Vec<Vec<u8>>) -> Option<u32> {
    WRITTEN.with_borrow_mut(|tables| {
        let table = choose(tables.as_mut()?);
        let at = table.iter().position(|known| *known == bytes).unwrap_or_else(|| {
            table.push(bytes);
            table.len().saturating_sub(1)
        });
        u32::try_from(at).ok()
    })
}

const OUTSIDE: &str = "only in a pack";
const UNKNOWN: &str = "not in the tables of the pack";

impl Serialize for FieldRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = postcard::to_stdvec(&PackedField::from(self.clone())).map_err(S::Error::custom)?;
        let number = number(bytes, |tables| &mut tables.0).ok_or_else(|| S::Error::custom(OUTSIDE))?;
        serializer.serialize_u32(number)
    }
}

impl<'de> Deserialize<'de> for FieldRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let at = u32::deserialize(deserializer)? as usize;
        let found = with_known(|known| known.fields.get(at).cloned()).flatten();
        found.ok_or_else(|| D::Error::custom(UNKNOWN))
    }
}

/// For the condition behind a name.
pub(crate) mod named {
    use super::{Arc, Condition, Deserialize, Deserializer, OUTSIDE, Serializer, UNKNOWN, number, with_known};
    use serde::de::Error as _;
    use serde::ser::Error as _;

    pub(crate) fn serialize<S: Serializer>(condition: &Arc<Condition>, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = postcard::to_stdvec(&**condition).map_err(S::Error::custom)?;
        let number = number(bytes, |tables| &mut tables.1).ok_or_else(|| S::Error::custom(OUTSIDE))?;
        serializer.serialize_u32(number)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Condition>, D::Error> {
        let at = u32::deserialize(deserializer)? as usize;
        let found = with_known(|known| known.named.get(at).cloned()).flatten();
        found.ok_or_else(|| D::Error::custom(UNKNOWN))
    }
}
