//! Values that stand in one place: how the JSON Schema describes each, and the few that only profiles have.

use serde_json::{Value, json};

use super::enums::{
    Auth, Availability, Clustering, Content, Environment, Format, Network, Pattern, Permission, Reads, Role,
    Scores,
};
use super::model::Skew;
use crate::units::{
    Bytes, CallerZones, Commitment, Count, DayWindow, Duration, Engine, FromText, Growth, Percent, Policy,
    Provider, Range, Rate, ReadsFrom, Service, TextError, TimeZone, UsdPerHour, UsdPerMillion, UsdPerMonth,
    WeekWindow, nearest, not_a_term, terms,
};

/// A value of a key.
pub(super) trait Scalar: FromText {
    /// Its name in the JSON Schema.
    const NAME: &'static str;
    /// Its JSON Schema.
    fn schema() -> Value;
}

/// A number as the units read it: digits, perhaps grouped, perhaps with an exponent.
macro_rules! number {
    () => {
        r"([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9][0-9_]*)([eE][+-]?[0-9]+)?"
    };
}

/// A text that follows a pattern, or, where no unit is needed, a number.
fn pattern(expected: &str, bare_number: bool, pattern: &str, examples: &[&str]) -> Value {
    let mut schema = json!({
        "description": expected,
        "type": if bare_number { json!(["string", "number"]) } else { json!("string") },
        "pattern": pattern,
        "examples": examples,
    });
    if bare_number {
        schema["minimum"] = json!(0);
    }
    schema
}

macro_rules! units {
    ($($ty:ty, $name:literal, $bare:literal, $unit:literal, [$($example:literal),+];)+) => {$(
        impl Scalar for $ty {
            const NAME: &'static str = $name;
            fn schema() -> Value {
                let text = concat!(r"^\s*", number!(), r"\s*", $unit, r"\s*$");
                pattern(Self::EXPECTED, $bare, text, &[$($example),+])
            }
        }
    )+};
}

/// The same for `low..high`.
macro_rules! ranges {
    ($($ty:ty, $name:literal, $bare:literal, $unit:literal, [$($example:literal),+];)+) => {$(
        units! { $ty, $name, $bare, $unit, [$($example),+]; }

        impl Scalar for Range<$ty> {
            const NAME: &'static str = concat!($name, "Range");
            fn schema() -> Value {
                let one = concat!(r"\s*", number!(), r"\s*", $unit, r"\s*");
                let expected = format!("{}, or low..high", Self::EXPECTED);
                pattern(&expected, $bare, &format!(r"^{one}(\.\.{one})?$"), &[[$($example),+].join("..").as_str()])
            }
        }
    )+};
}

ranges! {
    Bytes, "Size", true, "(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB|bytes?)?", ["41B", "64KiB"];
    Count, "Count", true, "(k|K|M|G|T|thousand|million|billion)?", ["250", "2.5M"];
    Duration, "Duration", false,
        "(us|µs|ms|s|sec|seconds|m|min|minutes|h|hours?|d|days?|w|weeks?|months?|y|years?)", ["30m", "24h"];
    Rate, "Rate", false,
        r"(k|K|M|G|T|thousand|million|billion)?\s*(/|per )\s*(s|sec|second|min|minute|h|hour|day|month)",
        ["300/s", "12k/s"];
}

units! {
    Percent, "Share", false, "%", ["25%", "2.5%"];
    Growth, "GrowthRate", false, r"%\s*(per |/)\s*(month|year)", ["5% per month", "60% per year"];
    UsdPerMonth, "UsdPerMonth", false, "USD per month", ["500 USD per month"];
    UsdPerMillion, "UsdPerMillion", false, "USD per million", ["0.4 USD per million"];
    UsdPerHour, "UsdPerHour", false, "USD per hour", ["90 USD per hour"];
}

terms!(
    /// The engines that may be chosen.
    EngineChoice, "an engine: any, valkey or redis" {
        /// Both.
        Any = "any",
        /// Valkey only.
        Valkey = "valkey",
        /// Redis only.
        Redis = "redis",
    }
);

impl EngineChoice {
    /// The only engine, if it is one.
    pub fn only(self) -> Option<Engine> {
        match self {
            Self::Any => None,
            Self::Valkey => Some(Engine::Valkey),
            Self::Redis => Some(Engine::Redis),
        }
    }
}

terms!(
    /// Whether connections must be encrypted.
    Tls, "required or off" {
        /// Always.
        Required = "required",
        /// They need not be: a service that always encrypts is as good.
        Off = "off",
    }
);

terms!(
    /// The type of a value.
    ValueType, "a type: string, hash, list, set, zset or stream" {
        /// One value.
        String = "string",
        /// Fields with values.
        Hash = "hash",
        /// Items in order.
        List = "list",
        /// Members, each once.
        Set = "set",
        /// Members with scores.
        Zset = "zset",
        /// Entries appended in time order.
        Stream = "stream",
    }
);

macro_rules! words {
    ($($ty:ident),+) => {$(
        impl Scalar for $ty {
            const NAME: &'static str = stringify!($ty);
            fn schema() -> Value {
                let words: Vec<&str> = Self::ALL.iter().map(|word| word.as_str()).collect();
                json!({ "description": Self::EXPECTED, "enum": words })
            }
        }
    )+};
}

words!(
    Auth,
    Availability,
    Clustering,
    Content,
    Engine,
    EngineChoice,
    Environment,
    Format,
    Network,
    Pattern,
    Permission,
    Policy,
    Provider,
    Reads,
    ReadsFrom,
    Role,
    Scores,
    Service,
    Tls,
    ValueType
);

impl Scalar for CallerZones {
    const NAME: &'static str = "CallerZones";
    fn schema() -> Value {
        // A bare number is what people write.
        json!({ "description": Self::EXPECTED, "enum": [1, 2, 3, "1", "2", "3", "with-cache"] })
    }
}

/// How capacity is paid for; `1y` and `3y` mean nothing upfront.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term(pub Commitment);

impl FromText for Term {
    const EXPECTED: &'static str = Commitment::EXPECTED;

    fn from_text(text: &str) -> Result<Self, TextError> {
        match text.trim() {
            "1y" => Ok(Self(Commitment::OneYearNoUpfront)),
            "3y" => Ok(Self(Commitment::ThreeYearsNoUpfront)),
            text => Commitment::from_text(text).map(Self),
        }
    }
}

impl Scalar for Term {
    const NAME: &'static str = "Commitment";
    fn schema() -> Value {
        let words: Vec<&str> =
            ["1y", "3y"].into_iter().chain(Commitment::ALL.iter().map(|c| c.as_str())).collect();
        json!({ "description": Self::EXPECTED, "enum": words })
    }
}

/// For how many days backups are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retention(pub Count);

impl FromText for Retention {
    const EXPECTED: &'static str = "whole days such as 7d, or none";

    fn from_text(text: &str) -> Result<Self, TextError> {
        if text.trim() == "none" {
            return Ok(Self(Count(0.0)));
        }
        let days = Duration::from_text(text).map_err(|mut error| {
            error.message = format!("expected {}", Self::EXPECTED);
            let is_number = text.trim().parse::<u32>().is_ok();
            if is_number { error.suggest(format!("{}d", text.trim())) } else { error }
        })?;
        let days = days.0 / 86_400.0;
        if days.fract() != 0.0 || days > 3650.0 {
            return Err(TextError::new(format!("expected {}, and at most ten years", Self::EXPECTED)));
        }
        Ok(Self(Count(days)))
    }
}

impl Scalar for Retention {
    const NAME: &'static str = "Retention";
    fn schema() -> Value {
        let text = concat!(r"^\s*(none|", number!(), r"\s*(h|hours?|d|days?|w|weeks?|y|years?))\s*$");
        pattern(Self::EXPECTED, false, text, &["7d", "none"])
    }
}

macro_rules! time {
    () => {
        r"\s*[0-9]{1,2}:[0-9]{2}\s*-\s*[0-9]{1,2}:[0-9]{2}\s*$"
    };
}

impl Scalar for DayWindow {
    const NAME: &'static str = "DayWindow";
    fn schema() -> Value {
        pattern(Self::EXPECTED, false, concat!("^", time!()), &["01:00-02:00"])
    }
}

impl Scalar for WeekWindow {
    const NAME: &'static str = "WeekWindow";
    fn schema() -> Value {
        let text = concat!(r"^\s*(mon|tue|wed|thu|fri|sat|sun)\s", time!());
        pattern(Self::EXPECTED, false, text, &["sun 03:00-05:00"])
    }
}

impl Scalar for TimeZone {
    const NAME: &'static str = "TimeZone";
    fn schema() -> Value {
        pattern(Self::EXPECTED, false, r"^\s*[A-Z][A-Za-z0-9/_+-]*\s*$", &["Europe/Berlin", "UTC"])
    }
}

impl FromText for Skew {
    const EXPECTED: &'static str = "a skew: uniform, or zipf with its exponent such as zipf 0.9";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["uniform"] => Ok(Self::Uniform),
            ["zipf", exponent] => match exponent.parse::<f64>() {
                Ok(s) if (0.0..=3.0).contains(&s) => Ok(Self::Zipf(s)),
                _ => Err(TextError::new("the exponent of zipf lies between 0 and 3").suggest("zipf 0.9")),
            },
            [word, ..] if nearest(word, ["uniform"].into_iter()).is_some() => {
                Err(TextError::new(format!("expected {}", Self::EXPECTED)).suggest("uniform"))
            }
            _ => Err(TextError::new(format!("expected {}", Self::EXPECTED)).suggest("zipf 0.9")),
        }
    }
}

impl Scalar for Skew {
    const NAME: &'static str = "Skew";
    fn schema() -> Value {
        pattern(Self::EXPECTED, false, r"^\s*(uniform|zipf\s+[0-9]*\.?[0-9]*)\s*$", &["zipf 0.9", "uniform"])
    }
}

impl FromText for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_text(text: &str) -> Result<Self, TextError> {
        match text.trim() {
            "true" => Ok(true),
            "false" => Ok(false),
            "yes" | "on" | "True" | "TRUE" => Err(TextError::new("expected true or false").suggest("true")),
            "no" | "off" | "False" | "FALSE" => {
                Err(TextError::new("expected true or false").suggest("false"))
            }
            other => Err(not_a_term(other, Self::EXPECTED, ["true", "false"].into_iter())),
        }
    }
}

impl Scalar for bool {
    const NAME: &'static str = "YesNo";
    fn schema() -> Value {
        json!({ "description": Self::EXPECTED, "type": "boolean" })
    }
}

impl FromText for String {
    const EXPECTED: &'static str = "a text";

    fn from_text(text: &str) -> Result<Self, TextError> {
        match text.trim() {
            "" => Err(TextError::new("the text is empty")),
            text if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) => {
                Err(TextError::new("the text holds control characters"))
            }
            text => Ok(text.to_owned()),
        }
    }
}

impl Scalar for String {
    const NAME: &'static str = "Text";
    fn schema() -> Value {
        // A version such as 8.1 looks like a number to YAML.
        json!({ "description": Self::EXPECTED,
                "type": ["string", "number"], "minLength": 1 })
    }
}

/// A name that every provider accepts as part of a resource's name.
#[derive(Clone, Debug)]
pub(super) struct Name(pub String);

impl FromText for Name {
    const EXPECTED: &'static str =
        "a name of 1 to 40 lower-case letters, digits and single hyphens that starts with a letter";

    fn from_text(text: &str) -> Result<Self, TextError> {
        if is_name(text) {
            return Ok(Self(text.to_owned()));
        }
        let error = TextError::new(format!("expected {}", Self::EXPECTED));
        let words: Vec<String> = text
            .to_lowercase()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let near: String = words.join("-").chars().take(40).collect();
        let near = near.trim_end_matches('-');
        Err(if is_name(near) { error.suggest(near) } else { error })
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !text.ends_with('-')
        && !text.contains("--")
}

impl Scalar for Name {
    const NAME: &'static str = "Name";
    fn schema() -> Value {
        json!({ "description": Self::EXPECTED, "type": "string", "maxLength": 40,
                "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "examples": ["checkout-sessions"] })
    }
}
