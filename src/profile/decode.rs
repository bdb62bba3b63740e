//! From the tree to records: every error of a file is collected, with its place.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;

use super::error::Code;
use super::problem::clip;
pub(super) use super::problem::{Cx, Problem, Spot};
use super::record_schema::KeyInfo;
use super::scalar::Scalar;
use super::tree::{Key, Kind, Node};
use crate::units::{Sourced, nearest};

/// Longer values are no sizes, rates or names.
const MAX_VALUE: usize = 1_000;

/// A value that stands in the profile.
#[derive(Clone, Debug)]
pub(super) struct Given<T> {
    pub value: T,
    pub spot: Spot,
}

impl<T> Given<T> {
    /// The value with its origin.
    pub fn sourced(self) -> Sourced<T> {
        Sourced::declared(self.value, self.spot.path, self.spot.mark.line)
    }

    /// Applies `f` to the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Given<U> {
        Given { value: f(self.value), spot: self.spot }
    }
}

/// The value that was given, or the default.
pub(super) fn given_or<T>(given: Option<Given<T>>, default: impl FnOnce() -> Sourced<T>) -> Sourced<T> {
    given.map_or_else(default, Given::sourced)
}

/// The keys of a record that stand in the profile.
pub(super) fn present(entries: &[(Key, Node)], keys: &[KeyInfo]) -> Vec<&'static str> {
    let stands = |name: &str| entries.iter().any(|(key, _)| key.name == name);
    keys.iter().map(|key| key.name).filter(|name| stands(name)).collect()
}

/// Something that can be read from a node.
pub(super) trait Decode: Sized + JsonSchema {
    /// Reads the node; reports to `cx` and returns nothing if that fails.
    fn decode(node: &Node, cx: &mut Cx) -> Option<Self>;
}

/// Reading records.
impl Cx {
    /// The place of a node.
    pub fn spot(&self, node: &Node) -> Spot {
        Spot { path: self.path.clone(), mark: node.mark }
    }

    /// The entries of a record, after its keys have been checked. No value at all is a record without keys.
    pub fn open<'n>(&mut self, node: &'n Node, noun: &str, keys: &[KeyInfo]) -> Option<&'n [(Key, Node)]> {
        let entries = match &node.kind {
            Kind::Map(entries) => entries.as_slice(),
            Kind::Null => &[],
            kind => {
                let message = format!("expected {noun}, found {}", kind.noun());
                let names: Vec<&str> = keys.iter().map(|k| k.name).collect();
                let problem = Problem::new(Code::WrongKind, node.mark, message)
                    .help(format!("the keys of {noun} are {}", names.join(", ")));
                self.report(problem);
                return None;
            }
        };
        for (key, _) in entries {
            if self.stopped {
                return None;
            }
            if !keys.iter().any(|k| k.name == key.name) {
                let name = clip(&key.name);
                let known = nearest(&name, keys.iter().map(|k| k.name));
                let problem = Problem::new(Code::UnknownKey, key.mark, format!("unknown key `{name}`"))
                    .label(format!("not a key of {noun}"))
                    .suggest(known);
                self.below(format_args!("{}{name}", self.separator()), |cx| {
                    cx.report(problem);
                });
            }
        }
        for key in keys.iter().filter(|k| k.required) {
            if !entries.iter().any(|(k, _)| k.name == key.name) {
                let here = self.spot(node);
                self.missing(&here, key.name, &format!("{noun} needs it"));
            }
        }
        Some(entries)
    }

    fn separator(&self) -> &'static str {
        if self.path.is_empty() { "" } else { "." }
    }

    /// Reads the value of one key, if it is there.
    pub fn take<T: Decode>(&mut self, entries: &[(Key, Node)], name: &str) -> Option<T> {
        let (key, node) = entries.iter().find(|(key, _)| key.name == name)?;
        if self.stopped {
            return None;
        }
        self.below(format_args!("{}{name}", self.separator()), |cx| {
            // An empty value has no width of its own: point at its key.
            let pointed = Node { mark: key.mark, span: key.span.clone(), kind: Kind::Null };
            T::decode(if matches!(node.kind, Kind::Null) { &pointed } else { node }, cx)
        })
    }
}

impl<T: Scalar> Decode for Given<T> {
    fn decode(node: &Node, cx: &mut Cx) -> Option<Self> {
        let text = match &node.kind {
            Kind::Scalar(text) => text,
            kind => {
                let message = format!("expected {}, found {}", T::EXPECTED, kind.noun());
                cx.report(Problem::new(Code::WrongKind, node.mark, message));
                return None;
            }
        };
        if text.len() > MAX_VALUE {
            let message = format!("the value is longer than {MAX_VALUE} bytes");
            cx.report(
                Problem::new(Code::Limit, node.mark, message).label(format!("expected {}", T::EXPECTED)),
            );
            return None;
        }
        match T::from_text(text) {
            Ok(value) => Some(Self { value, spot: cx.spot(node) }),
            Err(error) => {
                let expected = format!("expected {}", T::EXPECTED);
                let message = error.message.strip_suffix(&format!(": {expected}")).unwrap_or(&error.message);
                let problem =
                    Problem::new(Code::BadValue, node.mark, message).suggest(error.suggestion.as_deref());
                let repeats = message.contains(T::EXPECTED);
                cx.report(if repeats { problem } else { problem.label(expected) });
                None
            }
        }
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, cx: &mut Cx) -> Option<Self> {
        match &node.kind {
            Kind::Null => Some(Vec::new()),
            Kind::Seq(items) => {
                let decoded = items
                    .iter()
                    .enumerate()
                    .map(|(i, item)| cx.below(format_args!("[{i}]"), |cx| T::decode(item, cx)));
                // All items are read, so that the errors of all of them are seen.
                decoded.collect::<Vec<_>>().into_iter().collect()
            }
            kind => {
                let message = format!("expected a list, found {}", kind.noun());
                cx.report(
                    Problem::new(Code::WrongKind, node.mark, message).help("start each item with `- `"),
                );
                None
            }
        }
    }
}

/// Names of people's own choice with a value each, in the order of the file.
#[derive(Debug)]
pub(super) struct Named<T>(pub Vec<(Spot, String, T)>);

impl<T: Decode> Decode for Named<T> {
    fn decode(node: &Node, cx: &mut Cx) -> Option<Self> {
        let entries = match &node.kind {
            Kind::Null => &[],
            Kind::Map(entries) => entries.as_slice(),
            kind => {
                let message = format!("expected names with values, found {}", kind.noun());
                cx.report(Problem::new(Code::WrongKind, node.mark, message).help("write `name: value`"));
                return None;
            }
        };
        let read = |(key, node): &(Key, Node), cx: &mut Cx| {
            cx.below(format_args!(".{}", clip(&key.name)), |cx| {
                let spot = Spot { mark: key.mark, ..cx.spot(node) };
                Some((spot, key.name.clone(), T::decode(node, cx)?))
            })
        };
        // All are read, so that the errors of all of them are seen.
        let decoded: Vec<_> = entries.iter().map(|entry| read(entry, cx)).collect();
        decoded.into_iter().collect::<Option<Vec<_>>>().map(Self)
    }
}

impl<T: Scalar> JsonSchema for Given<T> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::try_from(T::schema()).unwrap_or_default()
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Named{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let each = generator.subschema_for::<T>().to_value();
        let schema = json!({ "type": ["object", "null"], "additionalProperties": each });
        Schema::try_from(schema).unwrap_or_default()
    }
}

/// Declares a record of the profile: its keys, in one place. The reader, the detection of unknown keys, the JSON
/// Schema and the reference follow from it.
macro_rules! record {
    ($(#[doc = $about:literal])+ $name:ident, $noun:literal {
        $($(#[doc = $doc:literal])+ $need:ident $field:ident $(as $key:literal)? : $ty:ty,)+
    }) => {
        $(#[doc = $about])+
        #[derive(Debug)]
        pub(super) struct $name {
            /// The place of the record.
            #[allow(dead_code, reason = "not every record is pointed at")]
            pub here: $crate::profile::decode::Spot,
            /// The keys that stand in the profile, those with a wrong value too.
            #[allow(dead_code, reason = "only some records need keys depending on others")]
            pub present: Vec<&'static str>,
            $($(#[doc = $doc])+ pub $field: Option<$ty>,)+
        }

        impl $name {
            pub(super) const KEYS: &'static [$crate::profile::record_schema::KeyInfo] = &[$($crate::profile::record_schema::KeyInfo {
                name: record!(@key $field $($key)?),
                required: record!(@need $need),
                doc: concat!($($doc),+),
            },)+];
        }

        impl $crate::profile::decode::Decode for $name {
            fn decode(
                node: &$crate::profile::tree::Node,
                cx: &mut $crate::profile::decode::Cx,
            ) -> Option<Self> {
                let entries = cx.open(node, $noun, Self::KEYS)?;
                Some(Self {
                    here: cx.spot(node),
                    present: $crate::profile::decode::present(entries, Self::KEYS),
                    $($field: cx.take(entries, record!(@key $field $($key)?)),)+
                })
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).trim_end_matches("Doc").into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let types = [$(generator.subschema_for::<$ty>(),)+];
                $crate::profile::record_schema::record(concat!($($about),+), Self::KEYS, types)
            }
        }
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@need required) => { true };
    (@need optional) => { false };
}
pub(super) use record;
