//! Examples as written: small metadata on both sides, and what must come out.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use crate::compare::Outcome;
use crate::world::{AppFacts, UserFacts};

/// A value, a list or a block, as written in an example.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Text(String),
    List(Vec<Node>),
    Block(BTreeMap<String, Node>),
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Node {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Element".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "The text of an element, several of them, or the elements inside it.",
            "type": ["string", "boolean", "number", "array", "object", "null"]
        })
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Node;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a list or a block")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
                Ok(Node::Text(value.to_string()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Node, E> {
                Ok(Node::Text(value.to_owned()))
            }
            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Text(String::new()))
            }
            fn visit_none<E>(self) -> Result<Node, E> {
                Ok(Node::Text(String::new()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Node::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut block = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, Node>()? {
                    block.insert(key, value);
                }
                Ok(Node::Block(block))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawFacts {
    /// What is declared about apps, by name; the app of an example is called `App`.
    #[serde(default)]
    pub(crate) apps: BTreeMap<String, AppFacts>,
    /// What is declared about users, by username.
    #[serde(default)]
    pub(crate) users: BTreeMap<String, UserFacts>,
}

/// Small metadata on both sides, and what must come out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawExample {
    /// What is special about it.
    pub(crate) name: String,
    /// Components at base, by `Type` or `Type:Name`; null where the subject does not exist.
    pub(crate) base: Option<BTreeMap<String, Node>>,
    /// Components at head; null where the subject is gone.
    pub(crate) head: Option<BTreeMap<String, Node>>,
    /// What must come out.
    pub(crate) expect: Outcome,
    /// The score that must come out.
    #[serde(default)]
    pub(crate) score: Option<f64>,
    /// Named conditions that must raise the risk.
    #[serde(default)]
    pub(crate) raises: Vec<String>,
    /// Named conditions that must lower the risk.
    #[serde(default)]
    pub(crate) lowers: Vec<String>,
    /// What `orgate.yaml` declares.
    #[serde(default)]
    pub(crate) settings: Option<RawFacts>,
}
