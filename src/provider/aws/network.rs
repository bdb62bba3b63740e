//! Where the functions that call the cache are: their subnets, zones, groups and roles decide where it goes.

use crate::provider::call::Refusal;
use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Filter, Subnet as Ec2Subnet};
use futures_util::future::try_join_all;

use super::actions::Action;
use super::error::AwsError;
use super::session::Session;
use crate::provider::{Caller, ProviderError};

/// The network of a deployment.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The VPC; none if no function is in one.
    pub vpc: Option<String>,
    /// Subnets of the functions, or the default ones where no function is named.
    pub subnets: Vec<Subnet>,
    /// The functions of the profile, in the cache's region.
    pub functions: Vec<Function>,
    /// Those in other regions, whose network has nothing to do with the cache's.
    pub elsewhere: Vec<Function>,
    /// Whether it is the default VPC, for want of functions.
    pub is_default: bool,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subnet {
    /// Its id.
    pub id: String,
    /// The zone by its id, which means the same in all accounts.
    pub zone_id: String,
    /// Addresses that nobody has.
    pub free: u32,
    /// Its range of addresses.
    pub cidr: String,
    /// The VPC that it is in.
    pub vpc: String,
}

#[cfg(test)]
impl Subnet {
    /// One that has only what ways are judged by.
    pub fn for_test(id: &str, vpc: &str, cidr: &str) -> Self {
        let (id, vpc, cidr) = (id.to_owned(), vpc.to_owned(), cidr.to_owned());
        Self { id, zone_id: String::new(), free: 0, cidr, vpc }
    }
}

/// A function as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name in the profile.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its region.
    pub region: String,
    /// The role that it runs as.
    pub role: Option<String>,
    /// Its subnets.
    pub subnets: Vec<String>,
    /// Its security groups.
    pub groups: Vec<String>,
    /// How many of it may run at once, where that is limited.
    pub reserved_concurrency: Option<u32>,
}

impl Network {
    /// Zones, each once.
    pub fn zones(&self) -> BTreeSet<&str> {
        self.subnets.iter().map(|s| s.zone_id.as_str()).collect()
    }

    /// Security groups of all functions, each once.
    pub fn groups(&self) -> BTreeSet<&str> {
        self.functions.iter().flat_map(|f| f.groups.iter().map(String::as_str)).collect()
    }

    /// Up to three subnets in zones of their own, those with the most free addresses.
    pub fn spread(&self) -> Vec<&Subnet> {
        let mut best: BTreeMap<&str, &Subnet> = BTreeMap::new();
        for subnet in &self.subnets {
            let held = best.entry(&subnet.zone_id).or_insert(subnet);
            if subnet.free > held.free {
                *held = subnet;
            }
        }
        let mut all: Vec<&Subnet> = best.into_values().collect();
        all.sort_by(|a, b| b.free.cmp(&a.free).then_with(|| a.id.cmp(&b.id)));
        all.truncate(3);
        all
    }
}

/// Reads the network of the functions; without functions, the default VPC.
pub async fn read(session: &Session, callers: &[Caller]) -> Result<Network, ProviderError> {
    let read = callers.iter().map(|caller| function(session, caller));
    let here = |function: &Function| function.region == session.opening.region;
    let (functions, elsewhere): (Vec<Function>, Vec<Function>) =
        try_join_all(read).await?.into_iter().partition(here);
    if functions.is_empty() && !elsewhere.is_empty() {
        return Err(all_elsewhere(&elsewhere, &session.opening.region));
    }
    let named = match &session.opening.subnet_group {
        Some(name) => named_group(session, name).await?,
        None => Vec::new(),
    };
    let wanted: BTreeSet<&String> = functions.iter().flat_map(|f| &f.subnets).chain(&named).collect();
    let is_default = functions.is_empty() && named.is_empty();
    let subnets = if is_default {
        let filter = Filter::builder().name("default-for-az").values("true").build();
        let call = || session.ec2.describe_subnets().filters(filter.clone()).send();
        session.read(Action::DescribeSubnets, call).await?.subnets.unwrap_or_default()
    } else if wanted.is_empty() {
        Vec::new()
    } else {
        let ids: Vec<String> = wanted.into_iter().cloned().collect();
        let call = || session.ec2.describe_subnets().set_subnet_ids(Some(ids.clone())).send();
        session.read(Action::DescribeSubnets, call).await?.subnets.unwrap_or_default()
    };
    let mut subnets: Vec<Subnet> = subnets.iter().filter_map(subnet).collect();
    subnets.sort();
    let vpc = one_vpc(&functions, &subnets)?;
    if named.is_empty() {
        return Ok(Network { vpc, subnets, functions, elsewhere, is_default });
    }
    // The nodes go into those of the group, wherever in the same network the functions are.
    let place = subnets.iter().find(|s| named.contains(&s.id)).map(|s| s.vpc.clone());
    if let (Some(functions), Some(place)) = (vpc.filter(|_| !functions.is_empty()), &place)
        && &functions != place
    {
        let message = format!("placement.subnet_group is in {place}, and the functions are in {functions}");
        let hint = "name a subnet group of the functions' VPC, or none: then one is made".to_owned();
        return Err(ProviderError::permanent(message, Some(hint)));
    }
    subnets.retain(|s| named.contains(&s.id));
    Ok(Network { vpc: place, subnets, functions, elsewhere, is_default })
}

/// The subnets of a group that is there already.
async fn named_group(session: &Session, name: &str) -> Result<Vec<String>, ProviderError> {
    let call = || session.cache.describe_cache_subnet_groups().cache_subnet_group_name(name).send();
    let answer = AwsError::absent_is_none(session.read(Action::DescribeCacheSubnetGroups, call).await)?;
    let groups = answer.and_then(|a| a.cache_subnet_groups).unwrap_or_default();
    let ids: Vec<String> = groups
        .iter()
        .flat_map(aws_sdk_elasticache::types::CacheSubnetGroup::subnets)
        .filter_map(|s| s.subnet_identifier().map(str::to_owned))
        .collect();
    if ids.is_empty() {
        let message = format!("there is no subnet group {name} in {}", session.opening.region);
        let hint = "`aws elasticache describe-cache-subnet-groups` lists them; without `placement.subnet_group` one is made";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    }
    Ok(ids)
}

fn all_elsewhere(functions: &[Function], region: &str) -> ProviderError {
    let list: Vec<String> = functions.iter().map(|f| format!("{} in {}", f.name, f.region)).collect();
    let message = format!("no function is in {region}, where the cache would be: {}", list.join(", "));
    let hint = "put the cache where its callers are (`placement.region`), or correct the functions' `region`";
    ProviderError::permanent(message, Some(hint.to_owned()))
}

/// Subnets of a VPC in zones that none of some subnets is in.
pub async fn elsewhere(session: &Session, vpc: &str, subnets: &[&str]) -> Result<Vec<Subnet>, AwsError> {
    let filter = Filter::builder().name("vpc-id").values(vpc).build();
    let call = || session.ec2.describe_subnets().filters(filter.clone()).send();
    let answer = session.read(Action::DescribeSubnets, call).await?;
    let all: Vec<Subnet> = answer.subnets().iter().filter_map(subnet).collect();
    let used: BTreeSet<&str> =
        all.iter().filter(|s| subnets.contains(&s.id.as_str())).map(|s| s.zone_id.as_str()).collect();
    let mut others: Vec<Subnet> =
        all.iter().filter(|s| !used.contains(s.zone_id.as_str())).cloned().collect();
    others.sort_by(|a, b| a.zone_id.cmp(&b.zone_id).then_with(|| b.free.cmp(&a.free)));
    others.dedup_by(|a, b| a.zone_id == b.zone_id);
    Ok(others)
}

/// A subnet as it is shown; none if the answer lacks what it must have.
pub fn subnet(subnet: &Ec2Subnet) -> Option<Subnet> {
    let zone = subnet.availability_zone_id().or(subnet.availability_zone())?;
    Some(Subnet {
        id: subnet.subnet_id()?.to_owned(),
        zone_id: zone.to_owned(),
        free: subnet.available_ip_address_count().and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        cidr: subnet.cidr_block().unwrap_or_default().to_owned(),
        vpc: subnet.vpc_id()?.to_owned(),
    })
}

/// The one VPC of all functions.
fn one_vpc(functions: &[Function], subnets: &[Subnet]) -> Result<Option<String>, ProviderError> {
    let of = |f: &Function| {
        let subnet = subnets.iter().find(|s| f.subnets.contains(&s.id));
        subnet.map(|s| s.vpc.clone())
    };
    let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for function in functions {
        if let Some(vpc) = of(function) {
            places.entry(vpc).or_default().push(&function.name);
        }
    }
    if places.len() > 1 {
        let list: Vec<String> =
            places.iter().map(|(vpc, names)| format!("{} in {vpc}", names.join(", "))).collect();
        let message = format!("the functions are in several VPCs: {}", list.join("; "));
        let hint = "a cache is in one VPC: make a profile for each VPC, or move the functions into one; \
                    peered VPCs need routes that cachefit does not make";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    }
    let outside: Vec<&str> =
        functions.iter().filter(|f| f.subnets.is_empty()).map(|f| f.name.as_str()).collect();
    if !places.is_empty() && !outside.is_empty() {
        let message = format!(
            "{} cannot reach the cache: not attached to a VPC, as the others are",
            outside.join(", ")
        );
        return Err(ProviderError::permanent(message, Some(outside_hint())));
    }
    Ok(places.into_keys().next().or_else(|| subnets.first().map(|s| s.vpc.clone())))
}

/// What can be done for functions in no VPC, and what it costs.
pub fn outside_hint() -> String {
    "either attach the functions to a VPC (`aws lambda update-function-configuration --vpc-config`, role policy \
     AWSLambdaVPCAccessExecutionRole; free, but calls to the internet then need a NAT gateway, about 33 USD a month and \
     0.045 USD per GB in us-east-1, or endpoints); or use the public endpoint of a serverless Valkey 9 cache: pin \
     `service: elasticache-serverless`, `version: \"9\"`, let every user sign in with `auth: iam`, and set \
     `security.network: any` (what its traffic costs is not published)"
        .to_owned()
}

async fn function(session: &Session, caller: &Caller) -> Result<Function, ProviderError> {
    let name = caller.name.as_str();
    let region = caller.region.as_ref().unwrap_or(&session.opening.region);
    let lambda = session.lambda(region)?;
    let configuration = Box::pin(async {
        let call = || lambda.get_function_configuration().function_name(name).send();
        session.read(Action::GetFunctionConfiguration, call).await
    });
    let concurrency = Box::pin(async {
        let call = || lambda.get_function_concurrency().function_name(name).send();
        match session.read(Action::GetFunctionConcurrency, call).await {
            Ok(answer) => Ok(answer.reserved_concurrent_executions()),
            // It is only good to know; that the function is missing, the other call says.
            Err(error) if matches!(error.kind, Refusal::Absent | Refusal::Denied | Refusal::NotOffered) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    });
    let (answer, reserved) = match futures_util::future::try_join(configuration, concurrency).await {
        Ok(both) => both,
        Err(AwsError { kind: Refusal::Absent, .. }) => {
            let message = format!("there is no Lambda function {name} in {region}");
            let hint = "create the function first, or correct `placement.functions`, its `region`, or `placement.region`";
            return Err(ProviderError::permanent(message, Some(hint.to_owned())));
        }
        Err(error) => return Err(error.into()),
    };
    let mut function = Function {
        name: name.to_owned(),
        arn: answer.function_arn().unwrap_or_default().to_owned(),
        region: region.clone(),
        role: answer.role().filter(|r| !r.is_empty()).map(str::to_owned),
        subnets: answer.vpc_config().map(|v| v.subnet_ids().to_vec()).unwrap_or_default(),
        groups: answer.vpc_config().map(|v| v.security_group_ids().to_vec()).unwrap_or_default(),
        reserved_concurrency: reserved.and_then(|n| u32::try_from(n).ok()),
    };
    // Functions on instances of a capacity provider have its network, not one of their own.
    let provider = answer
        .capacity_provider_config()
        .and_then(|c| c.lambda_managed_instances_capacity_provider_config())
        .map(|c| c.capacity_provider_arn().to_owned());
    if let Some(arn) = provider.filter(|_| function.subnets.is_empty()) {
        let name = arn.rsplit(':').next().unwrap_or(&arn).to_owned();
        let call = || lambda.get_capacity_provider().capacity_provider_name(&name).send();
        let answer = session.read(Action::GetCapacityProvider, call).await?;
        if let Some(vpc) = answer.capacity_provider().and_then(|p| p.vpc_config()) {
            function.subnets = vpc.subnet_ids().to_vec();
            function.groups = vpc.security_group_ids().to_vec();
        }
    }
    Ok(function)
}
