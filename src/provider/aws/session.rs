//! The account and region that a deployment lives in: clients, one runtime for all of them, and how calls are made.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::Timestamp;

use super::actions::Action;
use super::error::{AwsError, SdkError};
use super::quota::Counted;
use crate::provider::{Caller, ProviderError, Scope};

/// Tries of a call that only reads. What changes something is tried again by the engine, which has it on record.
const READS: u32 = 5;
/// Waits between them double from here.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// What a deployment is opened with.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Name of the profile.
    pub profile: String,
    /// Region.
    pub region: String,
    /// Lambda functions that call the cache; none where nothing depends on where they are, as in taking it down.
    pub functions: Option<Vec<Caller>>,
    /// An existing subnet group that the cache goes into.
    pub subnet_group: Option<String>,
    /// Users with a password, so that their secrets are found even when nothing else is left.
    pub password_users: Vec<String>,
    /// Whether a cache of the profile's name that nobody manages is taken over.
    pub adopt: bool,
    /// Tags of the profile's own, for every resource.
    pub tags: BTreeMap<String, String>,
    /// The snapshot that a new cache is made from.
    pub restore: Option<String>,
    /// Whether a last snapshot is taken of a cache that is deleted.
    pub final_snapshot: bool,
    /// The time of day, for windows and metrics.
    pub now: Timestamp,
}

/// Clients of one deployment.
#[derive(Debug)]
pub struct Session {
    /// What it was opened with.
    pub opening: Opening,
    /// ElastiCache.
    pub cache: aws_sdk_elasticache::Client,
    /// Network.
    pub ec2: aws_sdk_ec2::Client,
    /// Functions, by their region.
    lambda: BTreeMap<String, aws_sdk_lambda::Client>,
    /// Passwords.
    pub secrets: aws_sdk_secretsmanager::Client,
    /// Alarms and metrics.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// Logs of the cache.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// What the account may have.
    pub quotas: aws_sdk_servicequotas::Client,
    /// Scaling.
    pub scaling: aws_sdk_applicationautoscaling::Client,
    /// Whose the credentials are.
    sts: aws_sdk_sts::Client,
    /// The account, once it was asked for.
    account: Mutex<Option<String>>,
    /// Simulation of policies.
    pub iam: aws_sdk_iam::Client,
    calls: Mutex<Vec<Action>>,
    /// Whatever was listed whole, counted on the way.
    counts: Mutex<BTreeMap<Counted, usize>>,
    /// Parts, by kind and id, that caches of others use.
    uses: Mutex<BTreeMap<(&'static str, String), BTreeSet<String>>>,
}

impl Session {
    /// Reads the environment's configuration. Makes no call, unless credentials must be fetched.
    pub async fn open(opening: Opening) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(Duration::from_secs(30))
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(opening.region.clone()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .load()
            .await;
        let elsewhere = opening.functions.iter().flatten().filter_map(|caller| caller.region.clone());
        let regions: BTreeSet<String> = elsewhere.chain([opening.region.clone()]).collect();
        let of_region = |region: String| {
            let config = aws_sdk_lambda::config::Builder::from(&config).region(Region::new(region.clone()));
            (region, aws_sdk_lambda::Client::from_conf(config.build()))
        };
        Self {
            lambda: regions.into_iter().map(of_region).collect(),
            cache: aws_sdk_elasticache::Client::new(&config),
            ec2: aws_sdk_ec2::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            quotas: aws_sdk_servicequotas::Client::new(&config),
            scaling: aws_sdk_applicationautoscaling::Client::new(&config),
            sts: aws_sdk_sts::Client::new(&config),
            account: Mutex::default(),
            iam: aws_sdk_iam::Client::new(&config),
            calls: Mutex::default(),
            counts: Mutex::default(),
            uses: Mutex::default(),
            opening,
        }
    }

    /// Name of the profile: all names follow from it.
    pub fn name(&self) -> &str {
        &self.opening.profile
    }

    /// The account of the credentials, and the region.
    pub async fn account_and_region(&self) -> Result<Scope, AwsError> {
        let known = self.account.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let account = if let Some(account) = known {
            account
        } else {
            let call = || self.sts.get_caller_identity().send();
            let answer = self.read(Action::GetCallerIdentity, call).await?;
            let account = answer.account().map(str::to_owned);
            account.ok_or_else(|| AwsError::unreadable(Action::GetCallerIdentity, "Account"))?
        };
        *self.account.lock().unwrap_or_else(PoisonError::into_inner) = Some(account.clone());
        Ok(Scope::new(Some(account), Some(self.opening.region.clone())))
    }

    /// Functions of a region; those of the cache's where nothing was said of another.
    pub fn lambda(&self, region: &str) -> Result<&aws_sdk_lambda::Client, AwsError> {
        let client = self.lambda.get(region).or_else(|| self.lambda.get(&self.opening.region));
        client.ok_or_else(|| AwsError::refused(format!("no client for functions in {region}")))
    }

    /// Calls made so far, in their order.
    pub fn calls(&self) -> Vec<Action> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps how many of a kind the region has.
    pub fn counted(&self, kind: Counted, there: usize) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).insert(kind, there);
    }

    /// Keeps that a cache of others uses a part.
    pub fn uses(&self, kind: &'static str, id: &str, cache: &str) {
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        uses.entry((kind, id.to_owned())).or_default().insert(cache.to_owned());
    }

    /// The caches of others that use a part.
    pub fn used_by(&self, kind: &str, id: &str) -> Vec<String> {
        let uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        let of = uses.iter().filter(|((k, i), _)| *k == kind && i == id);
        of.flat_map(|(_, caches)| caches.iter().cloned()).collect()
    }

    /// How many of each kind the region has, as far as they were listed.
    pub fn counts(&self) -> BTreeMap<Counted, usize> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A call that changes something: made once.
    pub async fn write<T, E>(
        &self,
        action: Action,
        call: impl Future<Output = Result<T, SdkError<E>>>,
    ) -> Result<T, AwsError>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.count(action);
        call.await.map_err(|error| AwsError::new(action, &error))
    }

    /// A call that only reads: made again while the service has a bad moment.
    pub async fn read<T, E, F>(&self, action: Action, call: impl Fn() -> F) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, SdkError<E>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        patiently(|| self.write(action, call())).await
    }

    fn count(&self, action: Action) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(action);
    }
}

/// A call outside a deployment that may be made again: it reads, or carries a token.
pub async fn read<T, E, F>(action: Action, call: impl Fn() -> F) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, SdkError<E>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let once = || {
        let answer = call();
        async move { answer.await.map_err(|error| AwsError::new(action, &error)) }
    };
    patiently(once).await
}

/// Again while the service has a bad moment.
async fn patiently<T, F>(call: impl Fn() -> F) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let mut tries = 0;
    loop {
        let error = match call().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        tries += 1;
        if !error.is_passing() || tries >= READS {
            return Err(error);
        }
        tokio::time::sleep(wait(tries)).await;
    }
}

/// Something that no other call has.
pub fn token() -> String {
    let part = || getrandom::u64().unwrap_or_default();
    format!("{:016x}{:016x}", part(), part())
}

/// Doubling, half of it by chance, so that reads that failed together do not come back together.
fn wait(tries: u32) -> Duration {
    let chance = getrandom::u32().map_or(0.5, |bits| f64::from(bits) / f64::from(u32::MAX));
    FIRST_WAIT.saturating_mul(1 << tries.min(6)).mul_f64(f64::midpoint(1.0, chance) / 2.0)
}

/// One runtime for all calls; the provider's own interface blocks.
pub fn runtime() -> Result<tokio::runtime::Runtime, ProviderError> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| {
        ProviderError::permanent(format!("cannot start threads for calls to AWS: {error}"), None)
    })
}
