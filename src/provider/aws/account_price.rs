//! What AWS estimates that use costs this account: a workload estimate of its Pricing Calculator, which is made, read and
//! taken away again.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_bcmpricingcalculator::Client;
use aws_sdk_bcmpricingcalculator::types::{
    BatchCreateWorkloadEstimateUsageEntry as Entry, WorkloadEstimateCostStatus as CostStatus,
    WorkloadEstimateRateType as RateType, WorkloadEstimateStatus as Status,
};

use super::actions::Action;
use super::error::AwsError;
use super::session::{self, read, runtime};
use crate::provider::ProviderError;
use crate::units::{Figure, Usd};

/// The service's code in AWS's bills.
const SERVICE: &str = "AmazonElastiCache";
/// AWS takes so many at once.
const AT_ONCE: usize = 25;
/// How long an estimate may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// The Pricing Calculator answers here for all regions.
const REGION: &str = "us-east-1";

/// Use of one kind in a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    /// `USW2-NodeUsage:cache.r7g.large`.
    pub usage_type: String,
    /// `CreateCacheCluster:Valkey`.
    pub operation: String,
    /// Units.
    pub amount: f64,
}

/// What the account would pay.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// The account.
    pub account: String,
    /// Dollars a month of each use, in its order, or why AWS does not say.
    pub usd: Vec<Figure<Usd>>,
    /// The estimate, if it could not be taken away.
    pub left_behind: Option<String>,
}

/// Asks for the account's prices after its discounts; what it has reserved is left out. The estimate itself is free.
pub fn prices(usages: &[Usage], poll: Duration) -> Result<Prices, ProviderError> {
    runtime()?.block_on(async {
        let calculator = Calculator::open().await;
        Ok(calculator.prices(usages, poll).await?)
    })
}

struct Calculator {
    client: Client,
    sts: aws_sdk_sts::Client,
}

impl Calculator {
    async fn open() -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(Duration::from_secs(30))
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(aws_config::Region::new(REGION))
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .load()
            .await;
        Self { client: Client::new(&config), sts: aws_sdk_sts::Client::new(&config) }
    }

    async fn prices(&self, usages: &[Usage], poll: Duration) -> Result<Prices, AwsError> {
        let caller = read(Action::GetCallerIdentity, || self.sts.get_caller_identity().send()).await?;
        let account = caller.account().map(str::to_owned);
        let account = account.ok_or_else(|| AwsError::unreadable(Action::GetCallerIdentity, "Account"))?;
        let id = self.make().await?;
        let usd = self.estimate(&id, &account, usages, poll).await;
        // What was made is taken away even where the answer did not come.
        let delete = || self.client.delete_workload_estimate().identifier(&id).send();
        let gone = AwsError::absent_is_none(read(Action::DeleteWorkloadEstimate, delete).await);
        Ok(Prices { account, usd: usd?, left_behind: gone.err().map(|_| id) })
    }

    /// An empty estimate. The token keeps a second try from making a second one.
    async fn make(&self) -> Result<String, AwsError> {
        let token = session::token();
        let make = || {
            let make = self.client.create_workload_estimate().name(format!("cachefit-{token}"));
            make.client_token(&token).rate_type(RateType::AfterDiscounts).send()
        };
        Ok(read(Action::CreateWorkloadEstimate, make).await?.id().to_owned())
    }

    async fn estimate(
        &self,
        id: &str,
        account: &str,
        usages: &[Usage],
        poll: Duration,
    ) -> Result<Vec<Figure<Usd>>, AwsError> {
        let not_said = || Figure::unknown("AWS's answer says nothing of it");
        let mut usd: Vec<Figure<Usd>> = usages.iter().map(|_| not_said()).collect();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (batch, part) in usages.chunks(AT_ONCE).enumerate() {
            let first = batch * AT_ONCE;
            let entries = part.iter().enumerate().map(|(i, usage)| entry(first + i, account, usage));
            let entries: Vec<Entry> = entries.collect::<Result<_, AwsError>>()?;
            let token = session::token();
            let add = || {
                let add = self.client.batch_create_workload_estimate_usage().workload_estimate_id(id);
                add.client_token(&token).set_usage(Some(entries.clone())).send()
            };
            let answer = read(Action::CreateWorkloadEstimateUsage, add).await?;
            let place = |key: Option<&str>| key?.strip_prefix('u')?.parse::<usize>().ok();
            for item in answer.items() {
                if let (Some(place), Some(id)) = (place(item.key()), item.id()) {
                    places.insert(id.to_owned(), place);
                }
            }
            for error in answer.errors() {
                if let Some(usd) = place(error.key()).and_then(|place| usd.get_mut(place)) {
                    let why = error.error_message().unwrap_or("no reason is given");
                    *usd = Figure::unknown(format!("AWS does not match it: {why}"));
                }
            }
        }
        if places.is_empty() {
            return Ok(usd);
        }
        self.wait(id, poll).await?;
        let mut next: Option<String> = None;
        loop {
            let list = || {
                let list = self.client.list_workload_estimate_usage().workload_estimate_id(id);
                list.set_next_token(next.clone()).send()
            };
            let page = read(Action::ListWorkloadEstimateUsage, list).await?;
            for item in page.items() {
                let place = item.id().and_then(|id| places.get(id));
                if let Some(usd) = place.and_then(|place| usd.get_mut(*place)) {
                    *usd = cost(item.status(), item.cost());
                }
            }
            match page.next_token() {
                Some(token) => next = Some(token.to_owned()),
                None => return Ok(usd),
            }
        }
    }

    /// Until AWS has worked it out.
    async fn wait(&self, id: &str, poll: Duration) -> Result<(), AwsError> {
        let start = std::time::Instant::now();
        loop {
            let get = || self.client.get_workload_estimate().identifier(id).send();
            let answer = read(Action::GetWorkloadEstimate, get).await?;
            match answer.status() {
                Some(Status::Updating) if start.elapsed() < PATIENCE => tokio::time::sleep(poll).await,
                Some(Status::Updating) => {
                    let why = "AWS has not worked out the estimate in two minutes; try again later";
                    return Err(AwsError::refused(why.to_owned()));
                }
                Some(Status::Invalid) => {
                    let why = answer.failure_message().unwrap_or("no reason is given");
                    return Err(AwsError::refused(format!("AWS cannot work out the estimate: {why}")));
                }
                // Lines that need somebody's hand say so themselves.
                _ => return Ok(()),
            }
        }
    }
}

fn entry(place: usize, account: &str, usage: &Usage) -> Result<Entry, AwsError> {
    let entry = Entry::builder()
        .service_code(SERVICE)
        .usage_type(&usage.usage_type)
        .operation(&usage.operation)
        .key(format!("u{place}"))
        .usage_account_id(account)
        .amount(usage.amount);
    entry.build().map_err(|error| AwsError::refused(error.to_string()))
}

/// The price of a line; only a valid one counts.
fn cost(status: Option<&CostStatus>, cost: Option<f64>) -> Figure<Usd> {
    match (status, cost.and_then(Usd::quantity)) {
        (Some(CostStatus::Valid), Some(usd)) => Figure::Known(Usd(usd)),
        (Some(CostStatus::Valid), None) => Figure::unknown("AWS's answer has no price of it"),
        (Some(CostStatus::Stale), _) => Figure::unknown("AWS's price of it is out of date"),
        _ => Figure::unknown("AWS has no price of it"),
    }
}
