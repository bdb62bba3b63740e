//! One key with its value, and what it costs.

use std::fmt;

use super::Server;

/// The largest count or length of one key that is modelled: twice a server's longest string of 512 MiB.
pub const MOST: u64 = 1 << 30;

/// A key and its value. `N` is a whole number for one concrete key, or a range of them for a family of keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key<N = u64> {
    /// Bytes of the key's name.
    pub key_len: N,
    /// Whether it expires.
    pub ttl: bool,
    /// The value.
    pub body: Body<N>,
}

/// A value: its type with the counts and lengths in bytes that matter for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Body<N = u64> {
    /// A string.
    String {
        /// Bytes, or digits of an integer.
        len: N,
        /// Whether it is a decimal integer of up to 64 bits.
        integer: bool,
    },
    /// Fields with values.
    Hash {
        /// Number of fields.
        fields: N,
        /// Bytes of a field's name.
        field_len: N,
        /// Bytes of a field's value.
        value_len: N,
    },
    /// Items in order.
    List {
        /// Number of items.
        items: N,
        /// Bytes of an item.
        item_len: N,
    },
    /// Members, each once.
    Set {
        /// Number of members.
        members: N,
        /// Bytes of a member, or its digits.
        member_len: N,
        /// Whether all members are decimal integers of up to 64 bits.
        integers: bool,
    },
    /// Members with scores.
    Zset {
        /// Number of members.
        members: N,
        /// Bytes of a member.
        member_len: N,
        /// Mean bytes of a score as a listpack entry: [`WHOLE_SCORE`](super::WHOLE_SCORE),
        /// [`DECIMAL_SCORE`](super::DECIMAL_SCORE), or a better one from the entry functions.
        score_entry: f64,
    },
    /// Entries in time order, all with the same field names.
    Stream {
        /// Number of entries.
        entries: N,
        /// Fields of an entry.
        fields: N,
        /// Bytes of a field's name.
        field_len: N,
        /// Bytes of a field's value.
        value_len: N,
        /// Milliseconds from one entry to the next.
        step_ms: u64,
    },
}

/// How the server keeps a value, as `OBJECT ENCODING` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// An integer in place of a string.
    Int,
    /// A string in the same allocation as its object.
    Embstr,
    /// A string of its own.
    Raw,
    /// Sorted integers in one allocation.
    Intset,
    /// Entries in one allocation.
    Listpack,
    /// A list of listpacks.
    Quicklist,
    /// A hash table.
    Hashtable,
    /// A skiplist beside a hash table.
    Skiplist,
    /// A radix tree of listpacks.
    Stream,
}

impl Encoding {
    /// The server's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Embstr => "embstr",
            Self::Raw => "raw",
            Self::Intset => "intset",
            Self::Listpack => "listpack",
            Self::Quicklist => "quicklist",
            Self::Hashtable => "hashtable",
            Self::Skiplist => "skiplist",
            Self::Stream => "stream",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One part of a key's cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// What it is, for people.
    pub what: &'static str,
    /// Expected bytes.
    pub bytes: f64,
}

/// What a key costs, without its place in the tables of the database.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyBytes {
    /// How the server keeps the value.
    pub encoding: Encoding,
    /// The parts, none of them zero; their sum is `total`.
    pub parts: Vec<Part>,
    /// Expected bytes.
    pub total: f64,
    /// Bytes while an outgrown table is still allocated, if elements came one by one and no others follow.
    pub upper: f64,
    /// Bytes if one command brought all elements: it may create a larger table than they would grow into.
    pub at_once: f64,
}

impl KeyBytes {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self { encoding, parts: Vec::with_capacity(4), total: 0.0, upper: 0.0, at_once: 0.0 }
    }

    /// Adds a part.
    #[must_use]
    pub(super) fn with(mut self, what: &'static str, bytes: f64) -> Self {
        if bytes > 0.0 {
            self.parts.push(Part { what, bytes });
            self.total += bytes;
            self.upper += bytes;
            self.at_once += bytes;
        }
        self
    }

    /// Adds what an old table takes until its elements are moved.
    #[must_use]
    pub(super) fn with_old_table(mut self, bytes: f64) -> Self {
        self.upper += bytes;
        self
    }

    /// Adds what a table takes beyond the expected where it was created for all elements. A larger one has fewer
    /// collisions, so that it may be less.
    #[must_use]
    pub(super) fn with_at_once(mut self, bytes: f64) -> Self {
        self.at_once += bytes;
        self
    }
}

impl<N> Key<N> {
    /// Applies `f` to every number, in a fixed order.
    pub fn map<M>(&self, mut f: impl FnMut(&N) -> M) -> Key<M> {
        Key {
            key_len: f(&self.key_len),
            ttl: self.ttl,
            body: match &self.body {
                Body::String { len, integer } => Body::String { len: f(len), integer: *integer },
                Body::Hash { fields, field_len, value_len } => {
                    Body::Hash { fields: f(fields), field_len: f(field_len), value_len: f(value_len) }
                }
                Body::List { items, item_len } => Body::List { items: f(items), item_len: f(item_len) },
                Body::Set { members, member_len, integers } => {
                    Body::Set { members: f(members), member_len: f(member_len), integers: *integers }
                }
                Body::Zset { members, member_len, score_entry } => {
                    Body::Zset { members: f(members), member_len: f(member_len), score_entry: *score_entry }
                }
                Body::Stream { entries, fields, field_len, value_len, step_ms } => Body::Stream {
                    entries: f(entries),
                    fields: f(fields),
                    field_len: f(field_len),
                    value_len: f(value_len),
                    step_ms: *step_ms,
                },
            },
        }
    }
}

impl Server {
    /// What one key costs. The tables of the database come on top: [`Server::key_table`], [`Server::expires_table`].
    /// Counts and lengths beyond [`MOST`] are taken as that.
    pub fn key(&self, key: &Key) -> KeyBytes {
        let key = key.map(|n| (*n).min(MOST));
        match key.body {
            Body::String { len, integer } => self.string(&key, len, integer),
            Body::Hash { fields, field_len, value_len } => self.hash(&key, fields, field_len, value_len),
            Body::List { items, item_len } => self.list(&key, items, item_len),
            Body::Set { members, member_len, integers } => self.set(&key, members, member_len, integers),
            Body::Zset { members, member_len, score_entry } => {
                self.zset(&key, members, member_len, score_entry)
            }
            Body::Stream { entries, fields, field_len, value_len, step_ms } => {
                self.stream(&key, [entries, fields, field_len, value_len, step_ms])
            }
        }
    }
}
