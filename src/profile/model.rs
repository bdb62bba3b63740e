//! The workload profile after reading: every key with its value and origin, defaults filled in.

use std::collections::BTreeMap;

use super::asked::{FamilyThroughput, Logs, Minimum, OperationsCost};
use super::curve::HitCurve;
use super::enums::{
    Auth, Availability, Clustering, Content, Environment, Format, FunctionKind, Network, Pattern, Permission,
    Reads, Role, Scores,
};
use super::error::ProfileError;
use super::observed::ObservedBound;
use crate::deployment::Pin;
use crate::units::{
    Bytes, CallerZones, Commitment, Count, DayWindow, Duration, Engine, Growth, Percent, Provider, Range,
    Rate, ReadsFrom, Sourced, TimeZone, UsdPerMillion, UsdPerMonth, WeekWindow,
};

/// A workload: what is stored, how it is used, and what is asked of the cache.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Name of the workload; names of resources are made from it.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// Picks default requirements.
    pub environment: Environment,
    /// Tags that every resource gets beside those of cachefit.
    pub tags: BTreeMap<String, String>,
    /// Where the cache and its callers run.
    pub placement: Placement,
    /// One entry a key family; never empty.
    pub dataset: Vec<Family>,
    /// How the number of keys and operations grows.
    pub growth: GrowthPlan,
    /// How often the data is used.
    pub traffic: Traffic,
    /// What the application asks of a server.
    pub application: Application,
    /// What is asked of the cache.
    pub requirements: Requirements,
    /// Who may do what.
    pub security: Security,
    /// What is already decided.
    pub pin: Pin,
    /// What was observed of figures that `cachefit observe --write` has written.
    pub observed: Vec<ObservedBound>,
    /// What looks wrong but does not hinder.
    pub warnings: Vec<ProfileError>,
}

impl Profile {
    /// Whether a service level must be promised: in production, unless the profile does without. Where it is an add-on, that
    /// is priced; where there is none, the offer is out.
    pub fn needs_service_level(&self) -> bool {
        self.environment == Environment::Production && !self.requirements.allow_preview.value
    }

    /// Whether it must survive the loss of a zone.
    pub fn is_multi_az(&self) -> bool {
        self.requirements.availability.value == Availability::MultiAz
    }
}

/// Where the cache and its callers run.
#[derive(Clone, Debug)]
pub struct Placement {
    /// The only provider to consider; all of them if none is named.
    pub provider: Option<Sourced<Provider>>,
    /// The provider's name of the region.
    pub region: Option<Sourced<String>>,
    /// Fleets of functions that call the cache.
    pub functions: Vec<Function>,
    /// The subscription, where it is not the environment's.
    pub subscription: Option<String>,
    /// The resource group, where it is not the environment's.
    pub resource_group: Option<String>,
    /// The project of the cache, at Google Cloud.
    pub project: Option<String>,
    /// An existing subnet group for a new cache.
    pub subnet_group: Option<String>,
    /// Existing security groups for a new cache, beside its own.
    pub security_groups: Vec<String>,
    /// Regions with copies that are only read, where the service has them.
    pub read_regions: Vec<String>,
    /// Connections of long-lived workers, beside the functions.
    pub worker_connections: Sourced<Range<Count>>,
    /// Zones of the region that the callers run in.
    pub zones: Sourced<CallerZones>,
    /// The nodes that clients read from.
    pub reads_from: Sourced<ReadsFrom>,
    /// The machine, for the provider `local`.
    pub host: Option<Host>,
}

/// A machine of one's own.
#[derive(Clone, Debug)]
pub struct Host {
    /// Memory of the machine.
    pub memory: Sourced<Bytes>,
    /// Cores of the machine.
    pub cores: Option<Sourced<Count>>,
    /// Network of the machine, in bytes a second.
    pub network: Option<Sourced<Bytes>>,
}

/// A fleet of function instances.
#[derive(Clone, Debug)]
pub struct Function {
    /// The platform.
    pub kind: FunctionKind,
    /// The function's name.
    pub name: String,
    /// Its region, where it differs from the cache's.
    pub region: Option<Sourced<String>>,
    /// Instances at the same time.
    pub peak_concurrency: Sourced<Range<Count>>,
    /// Size of the pool in each instance.
    pub connections_per_instance: Sourced<Count>,
    /// Whether connections outlive a request.
    pub reuses_connections: Sourced<bool>,
}

/// A family of keys that look alike.
#[derive(Clone, Debug)]
pub struct Family {
    /// The key pattern, unique in the profile.
    pub keys: String,
    /// Type and shape of the value.
    pub shape: Shape,
    /// How many keys.
    pub count: Sourced<Range<Count>>,
    /// Length of a key.
    pub key_size: Sourced<Range<Bytes>>,
    /// Time to live; none means that keys stay until they are deleted or evicted.
    pub ttl: Option<Sourced<Range<Duration>>>,
    /// May it be lost?
    pub role: Sourced<Role>,
    /// Share of the operations; by number of keys if not declared.
    pub share: Option<Sourced<Percent>>,
    /// Whether a read takes the whole value or one element.
    pub reads: Sourced<Reads>,
    /// How the values are serialized, where the profile says so.
    pub format: Option<Sourced<Format>>,
    /// Line of the entry in the profile.
    pub line: u32,
}

/// The type of a value with the sizes that matter for it.
#[derive(Clone, Debug)]
pub enum Shape {
    /// One value.
    String {
        /// Its length.
        value: Sourced<Range<Bytes>>,
        /// Text or integers.
        content: Content,
    },
    /// Fields with values.
    Hash {
        /// Fields a key.
        fields: Sourced<Range<Count>>,
        /// Length of a field's name.
        field: Sourced<Range<Bytes>>,
        /// Length of a field's value.
        value: Sourced<Range<Bytes>>,
    },
    /// Items in order.
    List {
        /// Items a key.
        items: Sourced<Range<Count>>,
        /// Length of an item.
        value: Sourced<Range<Bytes>>,
    },
    /// Members, each once.
    Set {
        /// Members a key.
        members: Sourced<Range<Count>>,
        /// Length of a member.
        member: Sourced<Range<Bytes>>,
        /// Text or integers.
        content: Content,
    },
    /// Members with scores.
    Zset {
        /// Members a key.
        members: Sourced<Range<Count>>,
        /// Length of a member.
        member: Sourced<Range<Bytes>>,
        /// Kind of the scores.
        scores: Scores,
    },
    /// Entries appended in time order.
    Stream {
        /// Entries a key.
        entries: Sourced<Range<Count>>,
        /// Fields an entry.
        fields: Sourced<Count>,
        /// Length of a field's name.
        field: Sourced<Range<Bytes>>,
        /// Length of a field's value.
        value: Sourced<Range<Bytes>>,
    },
}

/// Growth of keys and operations.
#[derive(Clone, Debug)]
pub struct GrowthPlan {
    /// Compound rate.
    pub rate: Sourced<Growth>,
    /// How far ahead the choice must hold.
    pub horizon: Sourced<Duration>,
}

/// Reads and writes a second.
#[derive(Clone, Debug)]
pub struct Operations {
    /// Commands that read.
    pub reads: Sourced<Range<Rate>>,
    /// Commands that write.
    pub writes: Sourced<Range<Rate>>,
}

/// How often the data is used.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// In the busiest minutes.
    pub peak: Operations,
    /// Over the month; from peak and shape if not declared.
    pub average: Option<Operations>,
    /// How the day runs.
    pub shape: Sourced<DayShape>,
    /// The time zone of its hours.
    pub time_zone: Sourced<TimeZone>,
    /// Which keys are asked for.
    pub access: Access,
    /// Share of commands that work on many elements.
    pub complex: Sourced<Percent>,
    /// Commands sent together in one round trip.
    pub pipeline: Sourced<Count>,
    /// Messages to subscribers.
    pub pubsub: Option<PubSub>,
    /// Connections opened a second at the worst moment; from the functions if not declared.
    pub new_connections: Option<Sourced<Rate>>,
}

/// The run of a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DayShape {
    /// The same at all hours.
    Flat,
    /// Busy from 8 to 18.
    OfficeHours,
    /// Busy from 18 to 23.
    Evening,
    /// A weight for each hour, from midnight.
    Weights([f64; 24]),
}

/// Which keys are asked for.
#[derive(Clone, Debug)]
pub struct Access {
    /// How unequal the keys are.
    pub skew: Sourced<Skew>,
    /// How the favourites change.
    pub pattern: Sourced<Pattern>,
    /// The trace from which it was learned.
    pub trace: Option<Sourced<String>>,
    /// Hit ratios that were learned from it.
    pub curve: Option<HitCurve>,
}

/// How unequal the keys are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Skew {
    /// All alike.
    Uniform,
    /// The key of rank r is asked for in proportion to 1 / r^s.
    Zipf(f64),
}

/// Messages to subscribers.
#[derive(Clone, Debug)]
pub struct PubSub {
    /// Messages published a second.
    pub publishes: Sourced<Range<Rate>>,
    /// Receivers of each message.
    pub subscribers: Sourced<Range<Count>>,
    /// Length of a message.
    pub message_size: Sourced<Range<Bytes>>,
}

/// What the application asks of a server beyond keys one by one. What is not known rules nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// Commands that it uses, in lower case; nothing is known of others.
    pub commands: Vec<String>,
    /// Commands whose keys lie in several hash slots, if that is known.
    pub across_slots: Option<Vec<String>>,
    /// The highest database that it selects and one, if that is known.
    pub databases: Option<u32>,
}

/// What is asked of the cache.
#[derive(Clone, Debug)]
pub struct Requirements {
    /// The only engine allowed, if not both.
    pub engine: Option<Sourced<Engine>>,
    /// What must survive.
    pub availability: Sourced<Availability>,
    /// 99 of 100 commands are answered within this time.
    pub p99_latency: Option<Sourced<Duration>>,
    /// What a miss costs the backend.
    pub miss_cost: Option<Sourced<UsdPerMillion>>,
    /// The most that a month may cost.
    pub budget: Option<Sourced<UsdPerMonth>>,
    /// How the capacity is paid for.
    pub commitment: Sourced<Commitment>,
    /// Days for which daily backups are kept; 0 is none.
    pub backup_retention: Sourced<Count>,
    /// When backups are taken; the provider or the run of the day decides if it is not declared.
    pub backup_window: Option<Sourced<DayWindow>>,
    /// When the provider may work on the nodes; decided likewise.
    pub maintenance_window: Option<Sourced<WeekWindow>>,
    /// Which logs of the server are kept.
    pub logs: Logs,
    /// Whom alarms notify, by the full ids of the provider.
    pub alerts: Vec<String>,
    /// What a service without nodes keeps ready.
    pub minimum: Minimum,
    /// Free share that must remain on every measured capacity.
    pub headroom: Sourced<Percent>,
    /// Small commands that one engine thread answers in a second, without TLS and pipelining.
    pub throughput_per_core: Option<Sourced<Rate>>,
    /// The same for single node families.
    pub throughput_by_family: Vec<FamilyThroughput>,
    /// How clients see the shards, where the service leaves it open and the profile says it.
    pub clustering: Option<Clustering>,
    /// Whether services in retirement may be created.
    pub allow_retiring: Sourced<bool>,
    /// Whether preview sizes and tiers without a service level may be chosen.
    pub allow_preview: Sourced<bool>,
    /// What running a server oneself costs in people's time.
    pub operations: Option<OperationsCost>,
}

/// Who may do what.
#[derive(Clone, Debug)]
pub struct Security {
    /// Whether every connection is encrypted.
    pub tls: Sourced<bool>,
    /// What the network path must be.
    pub network: Sourced<Network>,
    /// Who may reach it beside the functions: groups, address ranges and prefix lists.
    pub allow_from: Vec<String>,
    /// Whether users with a password may share the access keys of the cache, where there are no other passwords.
    pub access_keys: bool,
    /// The users; the tool's own administrator is not among them.
    pub users: Vec<User>,
}

/// A user of the cache.
#[derive(Clone, Debug)]
pub struct User {
    /// Its name.
    pub name: String,
    /// How it proves who it is.
    pub auth: Sourced<Auth>,
    /// What it may do.
    pub can: Vec<Permission>,
    /// On which key patterns.
    pub keys: Vec<String>,
    /// Whether the profile names them; they are the dataset's otherwise.
    pub keys_declared: bool,
    /// On which channel patterns.
    pub channels: Vec<String>,
    /// Identities that sign in as this user, where the cloud's identities are the users; those of all functions if none.
    pub identities: Vec<String>,
    /// Line of the entry in the profile.
    pub line: u32,
}
