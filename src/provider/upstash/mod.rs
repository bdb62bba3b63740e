//! Upstash Redis: one database and the users that sign in to it. There are no tags and no operations, and all is reached
//! over a public endpoint with TLS.

mod api;
mod connection;
mod import;
mod kind;
mod metrics;
mod plan;
mod record;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Runtime;

use self::api::Api;
use self::kind::{acl_user, database};
use self::record::{Entry, Record};
use super::cloud::{Checking, Cloud, Raised, Wanted};
use super::kind::{Kind, Reading};
use super::managed::Managed;
use super::permissions::{Asked, Purpose};
use super::secret::Passwords;
use super::{Connection, Endpoint, Imported, ProviderError, RestAccess, Scope};
use crate::net::NetError;
use crate::observe::queries::Ask;
use crate::observe::{CacheInfo, Observations};
use crate::plan::{Address, Observed};
use crate::profile::{Auth, Network, Pin};
use crate::units::{Figure, Provider};

/// Looks that must not show a create before it is taken for lost, however long they take.
const LEAST_LOOKS: u32 = 10;

/// The Developer API.
pub const API: &str = "https://api.upstash.com/v2";

/// What a deployment is opened with.
#[derive(Clone)]
pub struct Opening {
    /// Name of the profile.
    pub profile: String,
    /// Whether a database of exactly this name is taken over.
    pub adopt: bool,
    /// Address of the Developer API.
    pub api: String,
    /// A server on this machine that stands for the database's connection, in tests.
    pub redis: Option<Endpoint>,
    /// Users of the profile.
    pub users: Vec<String>,
    /// E-mail of the account.
    pub email: String,
    /// Key of the Developer API.
    pub key: String,
    /// Folder of the ids of databases that this tool made.
    pub state: PathBuf,
    /// Folder of the users' passwords.
    pub data: PathBuf,
    /// How long a create whose answer was lost may take to show.
    pub shows_within: Duration,
}

/// One deployment in an account of Upstash.
#[derive(Debug)]
pub struct Upstash {
    profile: String,
    adopt: bool,
    email: String,
    redis: Option<Endpoint>,
    users: Vec<String>,
    api: Api,
    state: PathBuf,
    record: Record,
    passwords: Passwords,
    shows_within: SignedDuration,
    /// Looks of this run that did not show a database that should be there.
    unseen: AtomicU32,
    /// Whether a look of this run has shown it.
    shown: AtomicBool,
}

/// Opens a deployment. Makes no call yet.
pub fn open(opening: Opening) -> Result<Managed<Upstash>, ProviderError> {
    let runtime = Runtime::new()
        .map_err(|error| ProviderError::permanent(format!("no runtime for network calls: {error}"), None))?;
    let api = Api::new(&opening.api, &opening.email, &opening.key)
        .map_err(|error: NetError| ProviderError::permanent(error.to_string(), None))?;
    let cloud = Upstash {
        record: Record::new(&opening.state, &opening.profile),
        passwords: Passwords::new(&opening.data, &opening.profile),
        state: opening.state,
        profile: opening.profile,
        adopt: opening.adopt,
        email: opening.email,
        redis: opening.redis,
        users: opening.users,
        shows_within: SignedDuration::try_from(opening.shows_within).unwrap_or(SignedDuration::MAX),
        unseen: AtomicU32::new(0),
        shown: AtomicBool::new(false),
        api,
    };
    Ok(Managed::new(runtime, cloud))
}

/// The address of a resource.
fn address(kind: &str, name: impl Into<String>) -> Address {
    Address::new(Provider::Upstash, kind, name)
}

impl Upstash {
    /// Now; ages of records are told by it.
    fn now() -> Timestamp {
        Timestamp::now()
    }

    /// Whether a database that does not show may do so yet: its create was sent and its time has not passed, or this run has
    /// seen it already; in both cases few looks were made since.
    fn may_still_show(&self, entry: &Entry) -> bool {
        let few = || self.unseen.fetch_add(1, Ordering::Relaxed) < LEAST_LOOKS;
        match entry {
            Entry { asked: Some(_), .. } => entry.is_unsettled(Self::now(), self.shows_within) || few(),
            Entry { id: Some(_), .. } => self.shown.load(Ordering::Relaxed) && few(),
            _ => false,
        }
    }
}

impl Cloud for Upstash {
    type Callers = ();

    fn kinds() -> &'static [&'static dyn Kind<Self>] {
        &[&database::Database, &acl_user::AclUser]
    }

    fn scope(&self) -> Reading<'_, Scope> {
        Box::pin(async { Ok(Scope::new(Some(self.email.clone()), None)) })
    }

    /// There is nothing to grant by call: it says which key it takes, and what is done with it.
    fn grant(asked: &Asked<'_>, permissions: &BTreeSet<&'static str>) -> String {
        let does = match asked.purpose {
            Purpose::Plan => "It only reads with it:",
            Purpose::Apply | Purpose::Destroy => "It reads and writes with it:",
        };
        let calls: String = permissions.iter().map(|call| format!("  {call}\n")).collect();
        format!(
            "A key of the Developer API in UPSTASH_API_KEY, and its account's e-mail in UPSTASH_EMAIL: Account, Management \
             API in the Upstash console.\nA key is good for the whole account or team; Upstash documents none for one \
             database or for reading alone.\n{does}\n{calls}"
        )
    }

    fn refuse(&self, wanted: &Wanted<'_, Self>) -> Result<(), ProviderError> {
        let refused = |what: &str, hint: &str| Err(ProviderError::permanent(what, Some(hint.to_owned())));
        let security = &wanted.profile.security;
        if security.network.value == Network::Private {
            return refused(
                "Upstash has public endpoints with TLS; a private network comes only with its Enterprise plan",
                "set `security.network: any`, or choose another provider",
            );
        }
        if let Some(user) = security.users.iter().find(|user| user.auth.value == Auth::Iam) {
            let what = format!("Upstash knows no sign-in by IAM: the user {} has it", user.name);
            return refused(&what, "give the user `auth: password`");
        }
        if let Some(range) = security.allow_from.iter().find(|range| !database::is_range(range)) {
            let what = format!("Upstash's allow-list takes IPv4 addresses and ranges, not {range}");
            return refused(&what, "write it as 203.0.113.7 or 203.0.113.0/24");
        }
        if wanted.deployment.node_type.as_deref() == Some("free")
            && !(security.users.is_empty() && security.allow_from.is_empty())
        {
            return refused(
                "Upstash's free plan has neither users of its own nor an allow-list",
                "pin a paid plan by `deployment.node_type`, or leave `security.users` and `security.allow_from` out",
            );
        }
        Ok(())
    }

    fn preflight<'a>(
        &'a self,
        wanted: &'a Wanted<'a, Self>,
        _: &'a [crate::plan::Resource],
    ) -> Checking<'a, Vec<String>> {
        Box::pin(async move { Ok(database::notes(wanted)) })
    }

    fn connection(&self, seen: &[Observed]) -> Option<Connection> {
        connection::connection(self, seen)
    }

    fn reveal<'a>(&'a self, user: &'a str) -> Reading<'a, Option<String>> {
        Box::pin(connection::reveal(self, user))
    }

    fn rest(&self, connection: &Connection) -> Option<RestAccess> {
        connection::rest(connection)
    }

    fn import<'a>(&'a self, id: &'a str, profile: Option<&'a str>) -> Checking<'a, Imported> {
        Box::pin(import::import(self, id, profile))
    }

    fn monitored(&self, seen: &[Observed]) -> Option<CacheInfo> {
        metrics::cache(self, seen)
    }

    fn metrics<'a>(&'a self, ask: &'a Ask, seen: &'a [Observed]) -> Checking<'a, Observations> {
        Box::pin(metrics::read(self, ask, seen))
    }

    fn alarms<'a>(&'a self, _: &'a [Observed]) -> Raised<'a> {
        Box::pin(async { Figure::unknown("Upstash's interface has no alarms") })
    }

    fn current(&self, seen: &[Observed]) -> Option<Pin> {
        database::current(seen)
    }
}
