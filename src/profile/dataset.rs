//! `dataset`: what is stored, one entry a key family.

use super::checks;
use super::decode::{Cx, Given, Problem, Spot, given_or, record};
use super::defaults;
use super::enums::{Content, Format, Reads, Role, Scores};
use super::error::Code;
use super::model::{Family, Shape};
use super::problem::clip;
use super::scalar::ValueType;
use crate::units::{Bytes, Count, Duration, Percent, Range};

/// More key families than this are data, not a description of it.
const MAX_FAMILIES: usize = 500;

record! {
    /// A family of keys that look alike.
    FamilyDoc, "a dataset entry" {
        /// The key pattern, unique in the profile.
        required keys: Given<String>,
        /// The type of the values.
        required kind as "type": Given<ValueType>,
        /// How many keys there are.
        required count: Given<Range<Count>>,
        /// Length of a key. Default: the pattern's length, with 16 bytes for each `*`.
        optional key_size: Given<Range<Bytes>>,
        /// Fields of a hash, or of each entry of a stream. Needed for these types.
        optional fields: Given<Range<Count>>,
        /// Length of a field's name. Needed for hash and stream.
        optional field_size: Given<Range<Bytes>>,
        /// Length of a value: of a string, a field, or a list's item. Needed for these types.
        optional value_size: Given<Range<Bytes>>,
        /// Items of a list. Needed for it.
        optional items: Given<Range<Count>>,
        /// Members of a set or sorted set. Needed for these types.
        optional members: Given<Range<Count>>,
        /// Length of a member; of a sorted set without its score. Needed for set and zset. Above 64 bytes, members are
        /// taken to come one by one: a first command with all of them may create a larger table, which the high end has.
        optional member_size: Given<Range<Bytes>>,
        /// Entries of a stream. Needed for it.
        optional entries: Given<Range<Count>>,
        /// Whether the scores of a sorted set are whole numbers. Their size is no key: a whole score is taken as a number
        /// of 32 bits, such as points or a Unix time, a decimal one as a text of ten characters, such as 12345.6789; above
        /// 128 members each takes 8 bytes. Default: decimal, which takes more space.
        optional scores: Given<Scores>,
        /// Whether a string or the members of a set are text, or integers, which take less space. Strings of 0 to 9999,
        /// which servers can share between keys, are taken like other integers: they share only without an eviction
        /// policy by LRU or LFU. Default: text.
        optional values: Given<Content>,
        /// Time to live. Default: keys stay until they are deleted or evicted.
        optional ttl: Given<Range<Duration>>,
        /// May it be lost? cache is a copy, state is the only copy, queue is work that waits. Default: queue for a
        /// stream, else cache.
        optional role: Given<Role>,
        /// Share of the operations. Default: by the number of keys.
        optional share: Given<Percent>,
        /// Whether a read takes the whole value or one element. Default: whole for string and hash, else element.
        optional reads: Given<Reads>,
        /// How the values are serialized; advice follows from it. Default: unknown.
        optional format: Given<Format>,
    }
}

/// Checks all entries and fills in defaults.
pub(super) fn lower(entries: Vec<FamilyDoc>, cx: &mut Cx) -> Option<Vec<Family>> {
    if let Some(entry) = entries.get(MAX_FAMILIES) {
        let message = format!("more than {MAX_FAMILIES} dataset entries");
        cx.report(
            Problem::at(Code::Limit, &entry.here, message)
                .help("one entry describes many keys that look alike"),
        );
        return None;
    }
    duplicates(&entries, cx);
    shares(&entries, cx);
    let families: Vec<Option<Family>> = entries.into_iter().map(|entry| entry.lower(cx)).collect();
    families.into_iter().collect()
}

fn duplicates(entries: &[FamilyDoc], cx: &mut Cx) {
    let mut seen = std::collections::BTreeMap::new();
    for keys in entries.iter().filter_map(|entry| entry.keys.as_ref()) {
        if keys.value.chars().any(char::is_control) {
            let message = "a key pattern cannot hold line ends or other control characters";
            cx.report(Problem::at(Code::BadValue, &keys.spot, message));
        }
        if let Some(line) = seen.insert(keys.value.as_str(), keys.spot.mark.line) {
            let message = format!("the key pattern `{}` stands here a second time", clip(&keys.value));
            let problem = Problem::at(Code::Conflict, &keys.spot, message);
            cx.report(
                problem.help(format!("the first one is in line {line}; keys of one pattern are one entry")),
            );
        }
    }
}

fn shares(entries: &[FamilyDoc], cx: &mut Cx) {
    let shares: Vec<&Given<Percent>> = entries.iter().filter_map(|entry| entry.share.as_ref()).collect();
    let Some(last) = shares.last() else { return };
    // Rounded to a millionth, so that thirds may be written as 33.3333 %.
    let sum = (shares.iter().map(|s| s.value.0).sum::<f64>() * 1e6).round() / 1e6;
    if sum > 1.0 {
        let message = format!("the shares of the dataset add up to {}", Percent(sum));
        cx.report(Problem::at(Code::Conflict, &last.spot, message).label("at most 100% in all"));
    } else if sum < 1.0 && shares.len() == entries.len() {
        let message = format!("the shares of the dataset add up to only {}", Percent(sum));
        cx.warn(Problem::at(Code::Conflict, &last.spot, message).label("the rest belongs to no entry"));
    }
}

impl FamilyDoc {
    fn lower(self, cx: &mut Cx) -> Option<Family> {
        checks::some(cx, self.count.as_ref(), "the number of keys");
        for size in [&self.key_size, &self.field_size, &self.value_size, &self.member_size] {
            checks::storable(cx, size.as_ref());
        }
        for (count, what) in [
            (&self.fields, "the number of fields"),
            (&self.items, "the number of items"),
            (&self.members, "the number of members"),
            (&self.entries, "the number of entries"),
        ] {
            checks::some(cx, count.as_ref(), what);
        }
        checks::require(cx, self.key_size.as_ref(), |v| v.low.0 >= 1.0, "a key has at least one byte");
        let message = "a time to live must be longer than nothing; leave the key out if keys do not expire";
        checks::require(cx, self.ttl.as_ref(), |v| v.low.0 > 0.0, message);
        let line = self.here.mark.line;
        let kind = self.kind.clone()?.value;
        let shape = self.shape(kind, cx)?;
        let keys = self.keys?.value;
        Some(Family {
            shape,
            count: self.count?.sourced(),
            key_size: given_or(self.key_size, || defaults::key_size(&keys)),
            keys,
            ttl: self.ttl.map(Given::sourced),
            role: given_or(self.role, || defaults::role(kind)),
            share: self.share.map(Given::sourced),
            reads: given_or(self.reads, || defaults::reads(kind)),
            format: self.format.map(Given::sourced),
            line,
        })
    }

    /// The sizes that the type needs; reports those that are missing and those that belong to another type.
    fn shape(&self, kind: ValueType, cx: &mut Cx) -> Option<Shape> {
        self.misplaced(kind, cx);
        let mut need = Need { entry: self, kind, cx };
        let content = self.values.as_ref().map_or(Content::Text, |v| v.value);
        match kind {
            ValueType::String => Some(Shape::String {
                value: need.key("value_size", self.value_size.as_ref())?.sourced(),
                content,
            }),
            ValueType::Hash => {
                let fields = need.key("fields", self.fields.as_ref());
                let field = need.key("field_size", self.field_size.as_ref());
                let value = need.key("value_size", self.value_size.as_ref());
                Some(Shape::Hash {
                    fields: fields?.sourced(),
                    field: field?.sourced(),
                    value: value?.sourced(),
                })
            }
            ValueType::List => {
                let items = need.key("items", self.items.as_ref());
                let value = need.key("value_size", self.value_size.as_ref());
                Some(Shape::List { items: items?.sourced(), value: value?.sourced() })
            }
            ValueType::Set | ValueType::Zset => {
                let members = need.key("members", self.members.as_ref());
                let member = need.key("member_size", self.member_size.as_ref());
                let (members, member) = (members?.sourced(), member?.sourced());
                let scores = self.scores.as_ref().map_or(Scores::Decimal, |s| s.value);
                Some(match kind {
                    ValueType::Set => Shape::Set { members, member, content },
                    _ => Shape::Zset { members, member, scores },
                })
            }
            ValueType::Stream => {
                let entries = need.key("entries", self.entries.as_ref());
                let fields = need.key("fields", self.fields.as_ref());
                let field = need.key("field_size", self.field_size.as_ref());
                let value = need.key("value_size", self.value_size.as_ref());
                let fields = fields?;
                let message = "all entries of a stream have the same number of fields: one number, no range";
                checks::require(cx, Some(&fields), |v| v.low == v.high, message);
                Some(Shape::Stream {
                    entries: entries?.sourced(),
                    fields: fields.map(|v| v.high).sourced(),
                    field: field?.sourced(),
                    value: value?.sourced(),
                })
            }
        }
    }

    /// Reports keys that say nothing about values of this type.
    fn misplaced(&self, kind: ValueType, cx: &mut Cx) {
        use ValueType::{Hash, List, Set, Stream, String, Zset};
        let keys: [(&str, Option<&Spot>, &[ValueType]); 8] = [
            ("fields", self.fields.as_ref().map(|g| &g.spot), &[Hash, Stream]),
            ("field_size", self.field_size.as_ref().map(|g| &g.spot), &[Hash, Stream]),
            ("value_size", self.value_size.as_ref().map(|g| &g.spot), &[String, Hash, List, Stream]),
            ("items", self.items.as_ref().map(|g| &g.spot), &[List]),
            ("members", self.members.as_ref().map(|g| &g.spot), &[Set, Zset]),
            ("member_size", self.member_size.as_ref().map(|g| &g.spot), &[Set, Zset]),
            ("entries", self.entries.as_ref().map(|g| &g.spot), &[Stream]),
            ("scores", self.scores.as_ref().map(|g| &g.spot), &[Zset]),
        ];
        let values = ("values", self.values.as_ref().map(|g| &g.spot), [String, Set].as_slice());
        for (key, spot, kinds) in keys.into_iter().chain([values]) {
            if let Some(spot) = spot.filter(|_| !kinds.contains(&kind)) {
                let names: Vec<&str> = kinds.iter().map(|k| k.as_str()).collect();
                let message = format!("`{key}` says nothing about a {kind}");
                cx.report(
                    Problem::at(Code::Conflict, spot, message)
                        .label(format!("a key of {}", names.join(", "))),
                );
            }
        }
    }
}

/// Asks for the keys that a type needs.
struct Need<'a> {
    entry: &'a FamilyDoc,
    kind: ValueType,
    cx: &'a mut Cx,
}

impl Need<'_> {
    fn key<T: Clone>(&mut self, name: &str, given: Option<&Given<T>>) -> Option<Given<T>> {
        // A value that could not be read has been reported already.
        if given.is_none() && !self.entry.present.contains(&name) {
            self.cx.missing(&self.entry.here, name, &format!("a {} needs it", self.kind));
        }
        given.cloned()
    }
}
