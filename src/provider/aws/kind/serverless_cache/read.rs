//! The cache as it is.

use crate::plan::Observed;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{found, owner_of_cache, state, texts};
use crate::provider::aws::names;
use crate::provider::aws::session::Session;
use aws_sdk_elasticache::types::{
    ConnectionType, DataStorage, EcpuPerSecond, NetworkType, StorageEncryptionType,
};

/// The serverless cache of the deployment.
pub async fn caches(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let call = || session.cache.describe_serverless_caches().serverless_cache_name(session.name()).send();
    let answer = session.read(Action::DescribeServerlessCaches, call).await;
    let Some(answer) = AwsError::absent_is_none(answer)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for cache in answer.serverless_caches() {
        let mut observed = found(names::SERVERLESS_CACHE, cache.serverless_cache_name().unwrap_or_default());
        let owner = owner_of_cache(session, cache.arn(), cache.description()).await?;
        observed.state = state(cache.status(), &["available"]);
        let endpoint = |e: &aws_sdk_elasticache::types::Endpoint| {
            Some(format!("{}:{}", e.address()?, e.port().unwrap_or(6379)))
        };
        for (fact, value) in [
            ("status", cache.status().map(str::to_ascii_lowercase)),
            ("arn", cache.arn().map(str::to_owned)),
            ("created", cache.create_time().map(|t| t.secs().to_string())),
            ("members", cache.serverless_cache_name().map(str::to_owned)),
            ("primary_endpoint", cache.endpoint().and_then(endpoint)),
            ("reader_endpoint", cache.reader_endpoint().and_then(endpoint)),
            ("engine_version", cache.full_engine_version().map(str::to_owned)),
        ] {
            if let Some(value) = value {
                observed.computed.insert(fact.to_owned(), value);
            }
        }
        if observed.computed.get("status").is_some_and(|s| s == "creating") {
            owner.mark(session, &mut observed);
            all.push(observed);
            continue;
        }
        let user_group = cache.user_group_id().unwrap_or_default();
        if !user_group.is_empty() {
            observed.resource.depends_on.push(names::address(names::USER_GROUP, user_group));
        }
        let limits = cache.cache_usage_limits();
        let storage = limits.and_then(|l| l.data_storage());
        let ecpu = limits.and_then(|l| l.ecpu_per_second());
        let public = cache.connection_type() == Some(&ConnectionType::Public);
        observed.resource = observed
            .resource
            .with("region", session.opening.region.as_str())
            .with("engine", cache.engine().unwrap_or_default().to_ascii_lowercase())
            .with("engine_version", major(cache.major_engine_version()))
            .with("connection", if public { "public" } else { "vpc" })
            .with("subnets", texts(cache.subnet_ids().iter().map(String::as_str)))
            .with("security_groups", texts(cache.security_group_ids().iter().map(String::as_str)))
            .with("user_group", user_group)
            .with("description", cache.description().unwrap_or_default())
            .with("data_maximum_gb", i64::from(storage.and_then(DataStorage::maximum).unwrap_or(0)))
            .with("ecpu_per_second_maximum", i64::from(ecpu.and_then(EcpuPerSecond::maximum).unwrap_or(0)))
            .with("data_minimum_gb", i64::from(storage.and_then(DataStorage::minimum).unwrap_or(0)))
            .with("ecpu_per_second_minimum", i64::from(ecpu.and_then(EcpuPerSecond::minimum).unwrap_or(0)))
            .with("backup_days", i64::from(cache.snapshot_retention_limit().unwrap_or(0)));
        for (name, text) in [
            ("kms_key", cache.kms_key_id()),
            ("network_type", cache.network_type().map(NetworkType::as_str)),
            ("storage_encryption", cache.storage_encryption_type().map(StorageEncryptionType::as_str)),
        ] {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                observed.resource.attributes.insert(name.to_owned(), text.into());
            }
        }
        if let Some(status) = cache.migration().and_then(|migration| migration.status()) {
            observed.computed.insert("migration".to_owned(), status.to_string());
        }
        if let Some(time) = cache.daily_snapshot_time().filter(|time| !time.is_empty()) {
            observed.resource.attributes.insert("backup_time".to_owned(), time.into());
        }
        if let (true, Some(subnet)) = (owner.adopted, cache.subnet_ids().first()) {
            let call = || session.ec2.describe_subnets().subnet_ids(subnet).send();
            let answer = session.read(Action::DescribeSubnets, call).await?;
            let vpc = answer.subnets().first().and_then(|s| s.vpc_id()).map(str::to_owned);
            observed.computed.extend(vpc.map(|vpc| ("vpc".to_owned(), vpc)));
        }
        owner.mark(session, &mut observed);
        all.push(observed);
    }
    Ok(all)
}

/// The version as the service names it: `7`, `8`, `9`.
fn major(version: Option<&str>) -> String {
    version.unwrap_or_default().split('.').next().unwrap_or_default().to_owned()
}
