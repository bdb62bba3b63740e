//! `traffic` and `growth`: how often the data is used, and how that changes.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;

use super::checks;
use super::curve::{HitCurve, HitPoint};
use super::decode::{Cx, Decode, Given, Problem, given_or, record};
use super::defaults;
use super::enums::{Environment, Pattern};
use super::error::Code;
use super::model::{Access, DayShape, GrowthPlan, Operations, PubSub, Skew, Traffic};
use super::tree::{Kind, Node};
use crate::units::{Bytes, Count, Duration, Growth, Percent, Policy, Range, Rate, TextError, TimeZone};

record! {
    /// How often the data is used.
    TrafficDoc, "traffic" {
        /// Commands a second in the busiest minutes. The size follows from it.
        required peak: OperationsDoc,
        /// Commands a second over the month. What is metered follows from it. Default: from peak and shape.
        optional average: OperationsDoc,
        /// How the day runs: flat, office-hours (8 to 18), evening (18 to 23), or a list of 24 hourly weights from
        /// midnight. Default: flat.
        optional shape: Given<DayShape>,
        /// The time zone of the hours of `shape`. Default: UTC.
        optional time_zone: Given<TimeZone>,
        /// Which keys are asked for.
        optional access: AccessDoc,
        /// Share of commands that work on many elements, such as SMEMBERS or ZRANGE. Default: 0%.
        optional complex: Given<Percent>,
        /// Commands that are sent together in one round trip. Default: 1.
        optional pipeline: Given<Count>,
        /// Messages to subscribers. Default: none.
        optional pubsub: PubSubDoc,
        /// Connections opened a second at the worst moment. Default: from the functions.
        optional new_connections: Given<Rate>,
    }
}

record! {
    /// Commands a second.
    OperationsDoc, "a rate of commands" {
        /// Commands that read.
        required reads: Given<Range<Rate>>,
        /// Commands that write.
        required writes: Given<Range<Rate>>,
    }
}

record! {
    /// Which keys are asked for.
    AccessDoc, "access" {
        /// How unequal the keys are: uniform, or zipf with its exponent. Default: zipf 0.9.
        optional skew: Given<Skew>,
        /// How the favourites change: stable, moving (new ones within minutes), scans (keys asked for once pass
        /// through). Default: stable.
        optional pattern: Given<Pattern>,
        /// The trace file that the curve and the skew were learned from. It is not read here: `cachefit simulate`
        /// learns from it.
        optional trace: Given<String>,
        /// Hit ratios that `cachefit simulate --write` has learned. With a `miss_cost` they make memory a
        /// choice: the least total of cache and misses.
        optional curve: CurveDoc,
    }
}

record! {
    /// Hit ratios by memory and eviction policy.
    CurveDoc, "a curve" {
        /// The server that was emulated, such as valkey-8.1.
        required server: Given<String>,
        /// One entry a memory and policy.
        required points: Vec<HitsDoc>,
    }
}

record! {
    /// The hit ratio at one memory with one policy.
    HitsDoc, "a point of a curve" {
        /// Memory for keys, values and their tables over all shards, without the server itself.
        required memory: Given<Bytes>,
        /// The eviction policy.
        required policy: Given<Policy>,
        /// Share of the reads that hit.
        required hits: Given<Percent>,
    }
}

record! {
    /// Messages to subscribers.
    PubSubDoc, "pubsub" {
        /// Messages published a second.
        required publishes: Given<Range<Rate>>,
        /// Receivers of each message.
        required subscribers: Given<Range<Count>>,
        /// Length of a message.
        required message_size: Given<Range<Bytes>>,
    }
}

record! {
    /// How the number of keys and commands grows.
    GrowthDoc, "growth" {
        /// Compound rate. Default: 0% per month.
        optional rate: Given<Growth>,
        /// How far ahead the choice must hold. Default: 6 months, in development 1 month.
        optional horizon: Given<Duration>,
    }
}

impl TrafficDoc {
    /// Checks the record and fills in defaults.
    pub fn lower(self, cx: &mut Cx) -> Option<Traffic> {
        checks::require(cx, self.complex.as_ref(), |v| v.0 <= 1.0, "a share is at most 100%");
        checks::at_least_one(cx, self.pipeline.as_ref(), "the number of commands sent together");
        if let (Some(peak), Some(average)) = (&self.peak, &self.average) {
            below_peak(cx, peak.reads.as_ref(), average.reads.as_ref());
            below_peak(cx, peak.writes.as_ref(), average.writes.as_ref());
        }
        let peak = self.peak.and_then(OperationsDoc::lower);
        let pubsub = self.pubsub.map(|pubsub| pubsub.lower(cx));
        let access = self.access.map_or_else(|| Some(Access::default()), |access| access.lower(cx));
        Some(Traffic {
            peak: peak?,
            average: self.average.and_then(OperationsDoc::lower),
            shape: given_or(self.shape, defaults::shape),
            time_zone: given_or(self.time_zone, defaults::time_zone),
            access: access?,
            complex: given_or(self.complex, defaults::complex),
            pipeline: given_or(self.pipeline, defaults::pipeline),
            pubsub: match pubsub {
                Some(pubsub) => Some(pubsub?),
                None => None,
            },
            new_connections: self.new_connections.map(Given::sourced),
        })
    }
}

fn below_peak(cx: &mut Cx, peak: Option<&Given<Range<Rate>>>, average: Option<&Given<Range<Rate>>>) {
    let Some(peak) = peak else { return };
    let message = format!("the average is above the peak of {}", peak.value.high);
    checks::require(cx, average, |v| v.low <= peak.value.low && v.high <= peak.value.high, &message);
}

impl Default for Access {
    fn default() -> Self {
        Self { skew: defaults::skew(), pattern: defaults::pattern(), trace: None, curve: None }
    }
}

impl AccessDoc {
    fn lower(self, cx: &mut Cx) -> Option<Access> {
        if let Some(trace) = self.trace.as_ref().filter(|_| self.curve.is_none()) {
            let message =
                "nothing was learned from this trace yet: skew and pattern count as they stand here";
            let learn =
                format!("`cachefit simulate {} --write FILE` writes a profile with a curve", trace.value);
            cx.warn(Problem::at(Code::Conflict, &trace.spot, message).label("not read here").help(learn));
        }
        let curve = match self.curve {
            Some(curve) => Some(curve.lower(cx)?),
            None => None,
        };
        Some(Access {
            skew: given_or(self.skew, defaults::skew),
            pattern: given_or(self.pattern, defaults::pattern),
            trace: self.trace.map(Given::sourced),
            curve,
        })
    }
}

impl CurveDoc {
    fn lower(self, cx: &mut Cx) -> Option<HitCurve> {
        if self.points.as_ref().is_some_and(Vec::is_empty) {
            cx.report(Problem::at(Code::BadValue, &self.here, "the curve has no points"));
        }
        let mut points = Vec::new();
        for point in self.points? {
            checks::require(cx, point.hits.as_ref(), |v| v.0 <= 1.0, "a share is at most 100%");
            checks::require(cx, point.memory.as_ref(), |v| v.0 >= 1.0, "memory for keys is at least 1 B");
            let (memory, policy) = (point.memory?.value, point.policy?.value);
            points.push(HitPoint { memory, policy, hits: point.hits?.value });
        }
        points.sort_by(|a, b| a.memory.0.total_cmp(&b.memory.0));
        Some(HitCurve { server: self.server?.sourced(), points })
    }
}

impl OperationsDoc {
    fn lower(self) -> Option<Operations> {
        Some(Operations { reads: self.reads?.sourced(), writes: self.writes?.sourced() })
    }
}

impl PubSubDoc {
    fn lower(self, cx: &mut Cx) -> Option<PubSub> {
        checks::storable(cx, self.message_size.as_ref());
        Some(PubSub {
            publishes: self.publishes?.sourced(),
            subscribers: self.subscribers?.sourced(),
            message_size: self.message_size?.sourced(),
        })
    }
}

/// Years ahead that still mean something.
const MAX_HORIZON_MONTHS: f64 = 120.0;
/// More growth than this is a slip of the pen.
const MAX_GROWTH: f64 = 1e4;

/// Checks growth and fills in defaults.
pub(super) fn growth(document: Option<GrowthDoc>, environment: Environment, cx: &mut Cx) -> GrowthPlan {
    let (rate, horizon) = document.map_or((None, None), |d| (d.rate, d.horizon));
    let message = "nobody knows what is more than ten years ahead";
    checks::require(cx, horizon.as_ref(), |v| v.months() <= MAX_HORIZON_MONTHS, message);
    if let Some(rate) = &rate {
        let months =
            horizon.as_ref().map_or(defaults::horizon(environment).value.months(), |h| h.value.months());
        let factor = (1.0 + rate.value.0).powf(months);
        if factor > MAX_GROWTH {
            let message = format!("over the horizon this is growth by more than {MAX_GROWTH:.0} times");
            cx.report(Problem::at(Code::BadValue, &rate.spot, message));
        }
    }
    GrowthPlan {
        rate: given_or(rate, defaults::growth),
        horizon: given_or(horizon, || defaults::horizon(environment)),
    }
}

const SHAPES: [(&str, DayShape); 3] =
    [("flat", DayShape::Flat), ("office-hours", DayShape::OfficeHours), ("evening", DayShape::Evening)];
const SHAPE_EXPECTED: &str = "a shape: flat, office-hours, evening, or a list of 24 hourly weights";

/// One word, or 24 weights.
impl Decode for Given<DayShape> {
    fn decode(node: &Node, cx: &mut Cx) -> Option<Self> {
        let read = match &node.kind {
            Kind::Scalar(text) => word(text),
            Kind::Seq(items) => weights(items),
            kind => Err(TextError::new(format!("expected {SHAPE_EXPECTED}, found {}", kind.noun()))),
        };
        let spot = cx.spot(node);
        match read {
            Ok(value) => Some(Self { value, spot }),
            Err(error) => {
                let problem = Problem::at(Code::BadValue, &spot, error.message);
                cx.report(problem.suggest(error.suggestion.as_deref()));
                None
            }
        }
    }
}

fn word(text: &str) -> Result<DayShape, TextError> {
    let found = SHAPES.iter().find(|(name, _)| *name == text.trim());
    let names = SHAPES.iter().map(|(name, _)| *name);
    found.map(|(_, shape)| *shape).ok_or_else(|| crate::units::not_a_term(text, SHAPE_EXPECTED, names))
}

fn weights(items: &[Node]) -> Result<DayShape, TextError> {
    let wrong = || TextError::new(format!("expected 24 hourly weights, found {} items", items.len()));
    let mut weights = [0.0; 24];
    if items.len() != weights.len() {
        return Err(wrong());
    }
    for (weight, item) in weights.iter_mut().zip(items) {
        let Kind::Scalar(text) = &item.kind else {
            return Err(TextError::new("an hourly weight is a number such as 0.5"));
        };
        *weight = text
            .parse::<f64>()
            .ok()
            .filter(|w| w.is_finite() && (0.0..=1e6).contains(w))
            .ok_or_else(|| TextError::new("an hourly weight is a number between 0 and 1000000"))?;
    }
    if weights.iter().all(|w| *w == 0.0) {
        return Err(TextError::new("the hourly weights are all 0"));
    }
    Ok(DayShape::Weights(weights))
}

impl JsonSchema for Given<DayShape> {
    fn schema_name() -> Cow<'static, str> {
        "DayShape".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = SHAPES.iter().map(|(name, _)| *name).collect();
        let weights = json!({ "type": "array", "items": { "type": "number", "minimum": 0 }, "minItems": 24, "maxItems": 24 });
        Schema::try_from(json!({ "description": SHAPE_EXPECTED, "anyOf": [{ "enum": names }, weights] }))
            .unwrap_or_default()
    }
}
