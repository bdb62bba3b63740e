//! The serverless cache: one changed field in each call, and nothing while it is not available.

use aws_sdk_elasticache::types::{
    CacheUsageLimits, ConnectionType, DataStorage, DataStorageUnit, EcpuPerSecond, NetworkType,
};

use super::{Turn, Work};
use crate::plan::Value;
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::{AwsError, Kind};
use crate::provider::aws::names;
use crate::provider::aws::restore;
use crate::provider::aws::steps::CREATE_FAILED;

/// Makes, changes or deletes the cache.
pub async fn cache(work: &Work<'_>) -> Result<Outcome, AwsError> {
    match work.step.verb.as_str() {
        "delete" => delete(work).await,
        "create" => match work.is {
            None => create(work).await,
            Some(_) => Ok(work.waits()?.unwrap_or(Outcome::Done)),
        },
        verb => {
            if let Some(waits) = work.waits()? {
                return Ok(waits);
            }
            if verb == "settle" || work.is_in_force() {
                return Ok(Outcome::Done);
            }
            match work.turn() {
                Turn::Change if verb == "adopt" => {
                    work.changed(work.tag_adopted().await, "the tags are being set")
                }
                Turn::Change => work.changed(modify(work).await, "the change has begun"),
                Turn::Wait => Ok(work.working("the change is not in force yet")),
                Turn::GiveUp => Ok(Outcome::Done),
            }
        }
    }
}

fn limits(work: &Work<'_>) -> Result<CacheUsageLimits, AwsError> {
    let a = work.argument;
    // 0 takes away a minimum that is there; where there is none the service is not asked to.
    let today = |name: &str| work.is.and_then(|o| o.resource.attributes.get(name)).and_then(Value::as_number);
    let minimum = |name: &str| -> Result<Option<i32>, AwsError> {
        let wanted = a.number(name)?;
        Ok((wanted > 0 || today(name).is_some_and(|n| n > 0)).then_some(wanted))
    };
    let data = DataStorage::builder().maximum(a.number("data_maximum_gb")?).unit(DataStorageUnit::Gb);
    let data = data.set_minimum(minimum("data_minimum_gb")?).build();
    let units = EcpuPerSecond::builder().maximum(a.number("ecpu_per_second_maximum")?);
    let units = units.set_minimum(minimum("ecpu_per_second_minimum")?).build();
    Ok(CacheUsageLimits::builder().data_storage(data).ecpu_per_second(units).build())
}

async fn create(work: &Work<'_>) -> Result<Outcome, AwsError> {
    let a = work.argument;
    let public = a.text("connection") == "public";
    let snapshot = match a.restored() {
        Some(name) => {
            let arn = restore::arn(work.session, &name, true).await?;
            Some(vec![arn.ok_or_else(|| work.refused(&format!("the snapshot {name} is gone")))?])
        }
        None => None,
    };
    let user_group = a.text("user_group");
    let mut call = work
        .session
        .cache
        .create_serverless_cache()
        .serverless_cache_name(work.name())
        .description(work.description())
        .engine(a.text("engine"))
        .major_engine_version(a.text("engine_version"))
        .cache_usage_limits(limits(work)?)
        .set_user_group_id((!user_group.is_empty()).then(|| user_group.to_owned()))
        .snapshot_retention_limit(a.number("backup_days")?)
        .set_kms_key_id(a.maybe("kms_key"))
        .set_snapshot_arns_to_restore(snapshot)
        .set_network_type(a.maybe("network_type").map(|t| NetworkType::from(t.as_str())))
        .set_daily_snapshot_time(a.maybe("backup_time"))
        .set_tags(Some(work.tags()));
    call = if public {
        call.connection_type(ConnectionType::Public)
    } else {
        let groups = work.group_ids(&a.texts("security_groups")).await?;
        call.set_subnet_ids(Some(a.texts("subnets"))).set_security_group_ids(Some(groups))
    };
    work.session.write(Action::CreateServerlessCache, call.send()).await?;
    Ok(work.working("creating"))
}

async fn delete(work: &Work<'_>) -> Result<Outcome, AwsError> {
    let Some(status) = work.is.map(|_| work.fact("status").unwrap_or_default()) else {
        return Ok(Outcome::Done);
    };
    if status == "deleting" {
        return Ok(work.working("deleting"));
    }
    let wanted = work.argument.context.contains_key("final_snapshot") && status != CREATE_FAILED;
    let created = work.fact("created").and_then(|t| t.parse().ok()).unwrap_or(0);
    let call = work
        .session
        .cache
        .delete_serverless_cache()
        .serverless_cache_name(work.name())
        .set_final_snapshot_name(wanted.then(|| names::final_snapshot(work.session.name(), created)))
        .send();
    match work.session.write(Action::DeleteServerlessCache, call).await {
        Err(error) if error.kind != Kind::Absent => Err(error),
        _ => Ok(work.working("deleting")),
    }
}

async fn modify(work: &Work<'_>) -> Result<(), AwsError> {
    let set = &work.argument.set;
    let text = |name: &str| set.get(name).and_then(Value::as_text).map(str::to_owned);
    let call = work.session.cache.modify_serverless_cache().serverless_cache_name(work.name());
    let call = match work.step.verb.as_str() {
        "limits" => call.cache_usage_limits(limits(work)?),
        "security-groups" => {
            let groups = work.group_ids(&work.argument.texts("security_groups")).await?;
            call.set_security_group_ids(Some(groups))
        }
        "users" => match text("user_group").filter(|group| !group.is_empty()) {
            Some(group) => call.user_group_id(group),
            None => call.remove_user_group(true),
        },
        "describe" => call.set_description(text("description")),
        "backups" => call.snapshot_retention_limit(work.argument.number("backup_days")?),
        "backup-time" => call.set_daily_snapshot_time(text("backup_time")),
        _ => call.set_engine(text("engine")).major_engine_version(work.argument.text("engine_version")),
    };
    work.session.write(Action::ModifyServerlessCache, call.send()).await.map(|_| ())
}
