//! Backups by hand, and statistics.

use serde_json::{Value, json};

use super::EMAIL;
use super::database::Database;
use super::operations::{ok, refuse};
use super::wire::{Answer, Call};

pub fn change(database: &mut Database, call: &Call, serial: u32) -> Answer {
    let find = |id: &str| database.backups.iter().position(|backup| backup["backup_id"] == id);
    let missing = || refuse(404, "backup not found");
    match call.operation {
        "createBackup" => {
            let name = call.body["name"].as_str().filter(|name| !name.is_empty());
            let name = name.ok_or_else(|| refuse(400, "name is required"))?;
            let backup = json!({"database_id": database.id, "customer_id": EMAIL, "name": name,
                "backup_id": format!("{serial:08x}-c567-1239-b23e-449ead33a62e"), "creation_time": 1_757_000_716,
                "state": "completed", "backup_size": 0, "daily_backup": "false", "hourly_backup": "false",
                "internal_backup_tag": ""});
            database.backups.push(backup);
            ok()
        }
        "deleteBackup" => {
            let place = find(&call.backup).ok_or_else(missing)?;
            database.backups.remove(place);
            ok()
        }
        "restoreBackup" => {
            find(call.body["backup_id"].as_str().unwrap_or_default()).ok_or_else(missing)?;
            ok()
        }
        other => Err(refuse(404, format!("no operation {other}"))),
    }
}

/// Two minutes in which little happened. Times are written as Go writes them.
pub fn stats() -> Value {
    let time = |ago: i64| {
        let at = jiff::Timestamp::from_second(crate::cloud::figures::now() - ago).unwrap();
        format!("{}.799480932 +0000 UTC", at.strftime("%Y-%m-%d %H:%M:%S"))
    };
    let times = [time(120), time(60)];
    let series = |values: [f64; 2]| -> Value {
        times.iter().zip(values).map(|(x, y)| json!({"x": x, "y": y})).collect()
    };
    json!({
        "connection_count": series([3.0, 4.0]), "keyspace": series([1000.0, 1010.0]),
        "throughput": series([20.0, 25.0]), "diskusage": series([2e6, 2e6]), "hits": series([90.0, 180.0]),
        "misses": series([10.0, 20.0]), "read": series([100.0, 200.0]), "write": series([50.0, 100.0]),
        "latencymean": series([0.4, 0.5]), "latency_99": series([0.9, 1.0]),
        "daily_net_commands": 150, "daily_read_requests": 100, "daily_write_requests": 50,
        "total_monthly_requests": 4500, "total_monthly_read_requests": 3000, "total_monthly_write_requests": 1500,
        "total_monthly_bandwidth": 50_000_000, "total_monthly_storage": 2_000_000, "current_storage": 2_000_000,
        "total_monthly_billing": 0.45, "days": ["Friday", "Saturday"],
        "command_counts": [{"metric_identifier": "GET", "data_points": series([100.0, 200.0])}],
    })
}
