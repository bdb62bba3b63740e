//! What each operation does.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::backups;
use super::database::Database;
use super::plans;
use super::wire::{Answer, Call, Refusal};
use super::world::{Account, EMAIL, KEY, World};

pub fn refuse(status: u16, message: impl Into<String>) -> Refusal {
    Refusal { status, message: message.into(), is_object: false }
}

fn wrong(message: impl Into<String>) -> Refusal {
    refuse(400, message)
}

pub fn ok() -> Answer {
    Ok(json!("OK"))
}

/// Carries out a call.
pub fn perform(world: &mut World, call: &Call) -> Answer {
    if let Account::Marketplace(status) = world.account {
        return Err(refuse(status, "marketplace accounts cannot use the developer api"));
    }
    if call.authorization != super::wire::basic(EMAIL, KEY) {
        return Err(refuse(401, "Unauthorized"));
    }
    match call.operation {
        "listDatabases" => {
            world.databases.values_mut().for_each(Database::look);
            Ok(world.databases.values().map(|database| shown(world, database, true)).collect())
        }
        "createDatabase" => create(world, &call.body),
        "moveToTeam" => {
            let id = text(&call.body, "database_id")?;
            text(&call.body, "team_id")?;
            world.databases.remove(&id).map(|_| json!("OK")).ok_or_else(|| refuse(404, "database not found"))
        }
        _ if !world.databases.contains_key(&call.id) => Err(refuse(404, "database not found")),
        "getDatabase" => {
            let database = world.databases.get_mut(&call.id).unwrap();
            database.look();
            Ok(shown(world, &world.databases[&call.id], !call.hides_credentials))
        }
        "getDatabaseStats" => Ok(backups::stats()),
        "listBackup" => Ok(world.databases[&call.id].backups.clone().into()),
        _ if world.databases[&call.id].is_busy() => Err(wrong("database is in modifying state")),
        "deleteDatabase" => {
            let gone = world.databases.remove(&call.id).unwrap();
            world.made.retain(|(_, name)| *name != gone.name);
            ok()
        }
        _ => change(world, call),
    }
}

pub fn shown(world: &World, database: &Database, credentials: bool) -> Value {
    let mut shown = database.shown(world.old_names, world.whole_hosts, credentials);
    if let Some(port) = world.data.as_ref().and_then(|data| data.tls_port) {
        shown["endpoint"] = json!("127.0.0.1");
        shown["port"] = json!(port);
    }
    shown
}

fn text(body: &Value, name: &str) -> Result<String, Refusal> {
    let text = body[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    text.ok_or_else(|| wrong(format!("{name} is required")))
}

fn texts(body: &Value, name: &str) -> Vec<String> {
    let all = body[name].as_array().into_iter().flatten();
    all.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

fn plan(name: &str) -> Result<plans::Plan, Refusal> {
    plans::find(name).ok_or_else(|| wrong(format!("invalid plan {name}")))
}

fn read_regions(regions: &[String], primary: &str, plan: plans::Plan) -> Result<(), Refusal> {
    if let Some(bad) = regions.iter().find(|r| !plans::READ_REGIONS.contains(&r.as_str()) || *r == primary) {
        return Err(wrong(format!("invalid read region {bad}")));
    }
    match regions {
        [_, _, ..] if plan.name == "free" => Err(wrong("free databases can have one read region")),
        [_, ..] if !plans::is_at("aws", primary) => {
            Err(wrong("read regions are not available on this platform"))
        }
        _ => Ok(()),
    }
}

fn create(world: &mut World, body: &Value) -> Answer {
    let (name, platform) = (text(body, "database_name")?, text(body, "platform")?);
    let region = text(body, "primary_region")?;
    let plan = plan(body["plan"].as_str().unwrap_or("payg"))?;
    let regions = texts(body, "read_regions");
    if !plans::is_at(&platform, &region) {
        return Err(wrong(format!("invalid region {region} for platform {platform}")));
    }
    read_regions(&regions, &region, plan)?;
    if world.databases.len() >= world.most {
        return Err(wrong(format!("maximum number of databases reached: {}", world.most)));
    }
    if plan.name == "free" && world.databases.values().any(|database| database.plan.name == "free") {
        return Err(wrong("free plan is limited to one database"));
    }
    let (dropped, looks) = (world.dropped.clone(), world.create);
    let keeps = |field: &str| !dropped.contains(field);
    let made = world.add(&name, plan.name);
    (made.platform, made.region, made.is_ours) = (platform, region, true);
    made.modifying = ("creating", looks);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    made.created = i64::try_from(now.as_secs()).unwrap();
    if keeps("read_regions") {
        made.read_regions = regions;
    }
    made.eviction = body["eviction"] == true && keeps("eviction");
    made.tls = body["tls"] != false;
    made.budget = body["budget"].as_i64().unwrap_or(made.budget);
    let id = made.id.clone();
    world.made.push(("createDatabase".to_owned(), name));
    Ok(shown(world, &world.databases[&id], true))
}

/// Sets one switch; an error where it is set already.
fn switch(flag: &mut bool, on: bool, what: &str, keeps: bool) -> Answer {
    if *flag == on {
        return Err(wrong(format!("{what} is already {}", if on { "enabled" } else { "disabled" })));
    }
    if keeps {
        *flag = on;
    }
    ok()
}

fn change(world: &mut World, call: &Call) -> Answer {
    let (looks, dropped) = (world.change, world.dropped.clone());
    let keeps = |field: &str| !dropped.contains(field);
    let serial = world.next();
    let database = world.databases.get_mut(&call.id).unwrap();
    let free = database.plan.name == "free";
    let paid = |what: &str| {
        if free { Err(wrong(format!("{what} is not available for free databases"))) } else { Ok(()) }
    };
    let on = call.operation.starts_with("enable");
    match call.operation {
        "renameDatabase" => {
            database.name = text(&call.body, "name")?;
            Ok(shown(world, &world.databases[&call.id], true))
        }
        "resetPassword" => {
            database.password = format!("Rs{serial:04}abcdef0123456789abcdef");
            let secret = (format!("database {} since {serial}", call.id), database.password.clone());
            world.secrets.push(secret);
            Ok(shown(world, &world.databases[&call.id], true))
        }
        "enableTls" => {
            switch(&mut database.tls, true, "tls", true)?;
            Ok(shown(world, &world.databases[&call.id], true))
        }
        "enableEviction" | "disableEviction" => {
            switch(&mut database.eviction, on, "eviction", keeps("eviction"))
        }
        "enableAutoUpgrade" | "disableAutoUpgrade" => {
            switch(&mut database.auto_upgrade, on, "auto upgrade", keeps("auto_upgrade"))
        }
        "enableDailyBackup" | "disableDailyBackup" => {
            paid("daily backup")?;
            switch(&mut database.daily_backup, on, "daily backup", keeps("daily_backup"))
        }
        "enableProdPack" | "disableProdPack" => {
            paid("prod pack")?;
            switch(&mut database.prod_pack, on, "prod pack", keeps("prod_pack"))
        }
        "changePlan" => {
            let plan = plan(&text(&call.body, "plan_name")?)?;
            if keeps("plan_name") {
                database.plan = plan;
            }
            database.auto_upgrade = call.body["auto_upgrade"].as_bool().unwrap_or(database.auto_upgrade);
            let pack = call.body["prod_pack_enabled"].as_bool().unwrap_or(database.prod_pack);
            if pack && plan.name == "free" {
                return Err(wrong("prod pack is not available for free databases"));
            }
            database.prod_pack = if keeps("prod_pack") { pack } else { database.prod_pack };
            database.modifying = ("plan-change", looks);
            ok()
        }
        "updateBudget" => {
            let budget = call.body["budget"].as_i64().filter(|usd| *usd > 0);
            database.budget = budget.ok_or_else(|| wrong("budget must be positive"))?;
            ok()
        }
        "updateRegions" => {
            let regions = texts(&call.body, "read_regions");
            read_regions(&regions, &database.region, database.plan)?;
            if keeps("read_regions") {
                database.read_regions = regions;
            }
            database.modifying = ("region-update", looks);
            ok()
        }
        "updateAllowlist" => {
            paid("ip allow list")?;
            let ranges = texts(&call.body, "allowed_ips");
            if let Some(bad) = ranges.iter().find(|range| !is_range(range)) {
                return Err(wrong(format!("invalid ip range {bad}")));
            }
            if keeps("allowed_ips") {
                database.allowed = ranges;
            }
            ok()
        }
        _ => backups::change(database, call, serial),
    }
}

fn is_range(text: &str) -> bool {
    let (ip, bits) = text.split_once('/').unwrap_or((text, "32"));
    ip.parse::<Ipv4Addr>().is_ok() && bits.parse::<u8>().is_ok_and(|bits| bits <= 32)
}
