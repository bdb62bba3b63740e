//! One database.

use serde_json::{Value, json};

use super::plans::Plan;

#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are the API's")]
pub struct Database {
    pub id: String,
    pub name: String,
    pub serial: u32,
    /// Unix seconds.
    pub created: i64,
    pub platform: String,
    pub region: String,
    pub read_regions: Vec<String>,
    pub plan: Plan,
    pub budget: i64,
    pub eviction: bool,
    pub tls: bool,
    pub auto_upgrade: bool,
    pub prod_pack: bool,
    pub daily_backup: bool,
    pub allowed: Vec<String>,
    pub backups: Vec<Value>,
    pub password: String,
    /// Credential Protection: no answer has a password any more.
    pub protected: bool,
    /// `active`, `suspended` or `passive`.
    pub state: String,
    /// What is being done to it, for so many looks.
    pub modifying: (&'static str, u32),
    /// Whether it was made by a call, not by somebody else.
    pub is_ours: bool,
}

impl Database {
    /// Somebody looks.
    pub fn look(&mut self) {
        self.modifying.1 = self.modifying.1.saturating_sub(1);
    }

    pub fn is_busy(&self) -> bool {
        self.modifying.1 > 0
    }

    fn members(&self) -> Vec<&String> {
        std::iter::once(&self.region).chain(&self.read_regions).collect()
    }

    /// As it is shown; `paid` stands for a plan by the command where the account is of the old sort.
    pub fn shown(&self, old_names: bool, whole_hosts: bool, credentials: bool) -> Value {
        let slug = format!("calm-lizard-{:05}", self.serial);
        let kind = if old_names && self.plan.name == "payg" { "paid" } else { self.plan.shown };
        let mut shown = json!({
            "database_id": self.id, "database_name": self.name, "region": "global", "port": 6379,
            "creation_time": self.created, "state": self.state,
            "endpoint": if whole_hosts { format!("{slug}.upstash.io") } else { slug }, "tls": self.tls,
            "type": kind, "budget": self.budget, "primary_region": self.region,
            "primary_members": [self.region], "all_members": self.members(), "read_regions": self.read_regions,
            "eviction": self.eviction, "db_eviction": self.eviction, "auto_upgrade": self.auto_upgrade,
            "modifying_state": if self.is_busy() { self.modifying.0 } else { "" },
            "customer_id": super::EMAIL, "daily_backup_enabled": self.daily_backup,
            "prod_pack_enabled": self.prod_pack, "allowed_ip_ranges": self.allowed,
            "db_acl_enabled": (self.plan.name != "free").to_string(), "db_acl_default_user_status": "true",
            "prometheus_enabled": self.prod_pack.to_string(),
            "securityAddons": {"ipWhitelisting": !self.allowed.is_empty(), "vpcPeering": false,
                "privateLink": false, "tlsMutualAuth": false, "encryptionAtRest": self.prod_pack},
        });
        let fields = shown.as_object_mut().unwrap();
        fields.extend(self.limits().as_object().unwrap().clone());
        if credentials && !self.protected {
            let secrets = [
                ("password", self.password.clone()),
                ("rest_token", format!("AX-{}", self.password)),
                ("read_only_rest_token", format!("AR-{}", self.password)),
            ];
            shown.as_object_mut().unwrap().extend(secrets.map(|(name, v)| (name.to_owned(), v.into())));
        }
        shown
    }

    fn limits(&self) -> Value {
        json!({
            "db_max_clients": 10_000, "db_max_request_size": self.plan.request,
            "db_disk_threshold": self.plan.data, "db_max_entry_size": self.plan.record,
            "db_memory_threshold": self.plan.data / 32, "db_max_commands_per_second": self.plan.commands,
            "db_request_limit": 8_024_278_031_528_736_858_i64, "consistent": false, "db_resource_size": "L",
            "db_type": "pebble", "db_conn_idle_timeout": 21_600_000_000_000_i64, "db_lua_timeout": 250_000_000,
            "db_lua_credits_per_min": 10_000_000_000_i64, "db_store_max_idle": 900_000_000_000_i64,
            "db_max_loads_per_sec": 1_000_000, "last_plan_upgrade_time": 0, "replicas": 5,
        })
    }

    /// Everything but what differs from run to run.
    pub fn summary(&self) -> Value {
        let mut shown = self.shown(false, false, false);
        let fields = shown.as_object_mut().unwrap();
        for different in ["database_id", "creation_time", "endpoint", "modifying_state"] {
            fields.shift_remove(different);
        }
        shown
    }
}
