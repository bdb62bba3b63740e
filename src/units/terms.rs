//! The field's words that every room uses: providers, engines, commitments, eviction policies.

use super::text::{TextError, clip, nearest};

/// Says that `text` is none of `words`, and which one is nearest.
pub(crate) fn not_a_term<'a>(text: &str, expected: &str, words: impl Iterator<Item = &'a str>) -> TextError {
    let error = TextError::new(format!("`{}` is not {expected}", clip(text)));
    match nearest(text, words) {
        Some(word) => error.suggest(word),
        None => error,
    }
}

/// Declares an enum whose variants have one standard spelling each.
macro_rules! terms {
    ($(#[$doc:meta])* $name:ident, $expected:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
        }

        impl $name {
            /// All values, in their fixed order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The standard spelling.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl $crate::units::FromText for $name {
            const EXPECTED: &'static str = $expected;
            fn from_text(text: &str) -> Result<Self, $crate::units::TextError> {
                let text = text.trim();
                let words = || Self::ALL.iter().map(|v| v.as_str());
                Self::ALL
                    .iter()
                    .copied()
                    .find(|v| v.as_str() == text)
                    .ok_or_else(|| $crate::units::not_a_term(text, Self::EXPECTED, words()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let words: Vec<&str> = Self::ALL.iter().map(|v| v.as_str()).collect();
                schemars::json_schema!({ "type": "string", "enum": words })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                <Self as $crate::units::FromText>::from_text(&text)
                    .map_err(|error| serde::de::Error::custom(error.message))
            }
        }
    };
}
pub(crate) use terms;

terms!(
    /// A provider of caches.
    Provider, "a provider: aws, azure, gcp, upstash or local" {
        /// Amazon Web Services.
        Aws = "aws",
        /// Microsoft Azure.
        Azure = "azure",
        /// Google Cloud.
        Gcp = "gcp",
        /// Upstash.
        Upstash = "upstash",
        /// A machine of one's own.
        Local = "local",
    }
);

terms!(
    /// The engine family.
    Engine, "an engine: valkey or redis" {
        /// Valkey.
        Valkey = "valkey",
        /// Redis.
        Redis = "redis",
    }
);

terms!(
    /// How capacity is paid for.
    Commitment, "a commitment: on-demand, 1y-no-upfront, 1y-partial-upfront, 1y-all-upfront or the same with 3y" {
        /// By the hour.
        OnDemand = "on-demand",
        /// One year, nothing upfront.
        OneYearNoUpfront = "1y-no-upfront",
        /// One year, part upfront.
        OneYearPartialUpfront = "1y-partial-upfront",
        /// One year, all upfront.
        OneYearAllUpfront = "1y-all-upfront",
        /// Three years, nothing upfront.
        ThreeYearsNoUpfront = "3y-no-upfront",
        /// Three years, part upfront.
        ThreeYearsPartialUpfront = "3y-partial-upfront",
        /// Three years, all upfront.
        ThreeYearsAllUpfront = "3y-all-upfront",
    }
);

terms!(
    /// What goes when memory is full.
    Policy, "an eviction policy such as allkeys-lru, volatile-ttl or noeviction" {
        /// Writes are refused.
        NoEviction = "noeviction",
        /// The key that was not used for longest.
        AllkeysLru = "allkeys-lru",
        /// The key that is used least often.
        AllkeysLfu = "allkeys-lfu",
        /// Any key.
        AllkeysRandom = "allkeys-random",
        /// The key that was not modified for longest (Redis 8.6 and later).
        AllkeysLrm = "allkeys-lrm",
        /// As allkeys-lru, among keys with a time to live.
        VolatileLru = "volatile-lru",
        /// As allkeys-lfu, among keys with a time to live.
        VolatileLfu = "volatile-lfu",
        /// Any key with a time to live.
        VolatileRandom = "volatile-random",
        /// The key that expires first.
        VolatileTtl = "volatile-ttl",
        /// As allkeys-lrm, among keys with a time to live.
        VolatileLrm = "volatile-lrm",
        /// Upstash's only one: any key with a time to live, then any key.
        OptimisticVolatile = "optimistic-volatile",
    }
);

terms!(
    /// The zones of the region that the callers run in.
    CallerZones, "1, 2 or 3 zones, or with-cache" {
        /// One zone, whichever the cache's nodes are in.
        One = "1",
        /// Two zones, evenly.
        Two = "2",
        /// Three zones, evenly.
        Three = "3",
        /// One zone, and the primary is kept in it.
        WithCache = "with-cache",
    }
);

terms!(
    /// The nodes that clients read from.
    ReadsFrom, "primary or same-zone" {
        /// The primary.
        Primary = "primary",
        /// A node in the caller's own zone, where there is one.
        SameZone = "same-zone",
    }
);

impl Provider {
    /// Those that sell something: all but a machine of one's own.
    pub const CLOUDS: &'static [Self] = &[Self::Aws, Self::Azure, Self::Gcp, Self::Upstash];
}

impl CallerZones {
    /// How many zones the callers are spread over.
    pub fn count(self) -> u32 {
        match self {
            Self::One | Self::WithCache => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

impl Commitment {
    /// Whether the whole term is paid at its start.
    pub fn is_all_upfront(self) -> bool {
        matches!(self, Self::OneYearAllUpfront | Self::ThreeYearsAllUpfront)
    }

    /// Whether a part of the term is paid at its start.
    pub fn is_partial_upfront(self) -> bool {
        matches!(self, Self::OneYearPartialUpfront | Self::ThreeYearsPartialUpfront)
    }

    /// Years of the term; none by the hour.
    pub fn years(self) -> Option<u32> {
        match self {
            Self::OnDemand => None,
            Self::OneYearNoUpfront | Self::OneYearPartialUpfront | Self::OneYearAllUpfront => Some(1),
            Self::ThreeYearsNoUpfront | Self::ThreeYearsPartialUpfront | Self::ThreeYearsAllUpfront => {
                Some(3)
            }
        }
    }
}

impl Engine {
    /// The name as its makers write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Valkey => "Valkey",
            Self::Redis => "Redis",
        }
    }
}

impl Policy {
    /// Whether only keys with a time to live are candidates.
    pub fn is_volatile(self) -> bool {
        matches!(
            self,
            Self::VolatileLru
                | Self::VolatileLfu
                | Self::VolatileRandom
                | Self::VolatileTtl
                | Self::VolatileLrm
        )
    }
}
