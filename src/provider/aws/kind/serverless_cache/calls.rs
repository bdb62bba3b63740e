//! The calls that make, change and delete it.

use super::{ADOPT, SCHEMA};
use crate::plan::Value;
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::kind::CREATE_FAILED;
use crate::provider::aws::session::Session;
use crate::provider::aws::{names, restore};
use crate::provider::call::{CallError, Refusal};
use crate::provider::kind::Work;
use aws_sdk_elasticache::types::{
    CacheUsageLimits, ConnectionType, DataStorage, DataStorageUnit, EcpuPerSecond, NetworkType,
};

fn limits_of(work: &Work<'_, Session>) -> Result<CacheUsageLimits, CallError> {
    let a = work;
    // 0 takes away a minimum that is there; where there is none the service is not asked to.
    let today = |name: &str| work.is.and_then(|o| o.resource.attributes.get(name)).and_then(Value::as_number);
    let minimum = |name: &str| -> Result<Option<i32>, CallError> {
        let wanted = a.number(name)?;
        Ok((wanted > 0 || today(name).is_some_and(|n| n > 0)).then_some(wanted))
    };
    let data = DataStorage::builder().maximum(a.number("data_maximum_gb")?).unit(DataStorageUnit::Gb);
    let data = data.set_minimum(minimum("data_minimum_gb")?).build();
    let units = EcpuPerSecond::builder().maximum(a.number("ecpu_per_second_maximum")?);
    let units = units.set_minimum(minimum("ecpu_per_second_minimum")?).build();
    Ok(CacheUsageLimits::builder().data_storage(data).ecpu_per_second(units).build())
}

pub async fn create(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let a = work;
    let public = a.text("connection") == "public";
    let snapshot = match a.restored() {
        Some(name) => {
            let arn = restore::arn(work.cloud, &name, true).await?;
            Some(vec![arn.ok_or_else(|| work.refused(&format!("the snapshot {name} is gone")))?])
        }
        None => None,
    };
    let user_group = a.text("user_group");
    let mut call = work
        .cloud
        .cache
        .create_serverless_cache()
        .serverless_cache_name(work.name())
        .description(work.description())
        .engine(a.text("engine"))
        .major_engine_version(a.text("engine_version"))
        .cache_usage_limits(limits_of(work)?)
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
    work.cloud.write(Action::CreateServerlessCache, call.send()).await?;
    Ok(work.working("creating"))
}

pub async fn delete(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let Some(status) = work.is.map(|_| work.fact("status").unwrap_or_default()) else {
        return Ok(Outcome::Done);
    };
    if status == "deleting" {
        return Ok(work.working("deleting"));
    }
    let wanted = work.context.contains_key("final_snapshot") && status != CREATE_FAILED;
    let created = work.fact("created").and_then(|t| t.parse().ok()).unwrap_or(0);
    let call = work
        .cloud
        .cache
        .delete_serverless_cache()
        .serverless_cache_name(work.name())
        .set_final_snapshot_name(wanted.then(|| names::final_snapshot(work.cloud.name(), created)))
        .send();
    match work.cloud.write(Action::DeleteServerlessCache, call).await {
        Err(error) if error.kind != Refusal::Absent => Err(error.into()),
        _ => Ok(work.working("deleting")),
    }
}

pub async fn modify(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let group = work.group(SCHEMA);
    if group == ADOPT.verb {
        work.tag_adopted().await?;
        return Ok(work.working("the tags are being set"));
    }
    let set = &work.set;
    let text = |name: &str| set.get(name).and_then(Value::as_text).map(str::to_owned);
    let call = work.cloud.cache.modify_serverless_cache().serverless_cache_name(work.name());
    let call = match group {
        "limits" => call.cache_usage_limits(limits_of(work)?),
        "security-groups" => {
            let groups = work.group_ids(&work.texts("security_groups")).await?;
            call.set_security_group_ids(Some(groups))
        }
        "users" => match text("user_group").filter(|group| !group.is_empty()) {
            Some(group) => call.user_group_id(group),
            None => call.remove_user_group(true),
        },
        "describe" => call.set_description(text("description")),
        "backups" => call.snapshot_retention_limit(work.number("backup_days")?),
        "backup-time" => call.set_daily_snapshot_time(text("backup_time")),
        _ => call.set_engine(text("engine")).major_engine_version(work.text("engine_version")),
    };
    work.cloud.write(Action::ModifyServerlessCache, call.send()).await?;
    Ok(work.working("the change has begun"))
}
