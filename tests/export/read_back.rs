//! What is exported and read back is what the plan wants, attribute by attribute.

use cachefit::deployment::Configuration;
use cachefit::export::Target;
use cachefit::plan::{Address, Resource};
use cachefit::profile::Profile;
use cachefit::units::Provider;
use serde_json::{Value, json};

use super::{aws, checked, chosen, resources, written, written_of};

/// A replication group with its parameters, a user and an alarm, as a plan for AWS has them.
#[cfg_attr(feature = "aws", allow(dead_code, reason = "a build with AWS asks its provider"))]
pub fn planned(deployment: &Configuration, profile: &Profile) -> Vec<Resource> {
    if deployment.provider() != Provider::Aws {
        return Vec::new();
    }
    let of = |kind: &str, name: &str| Resource::new(Address::new(Provider::Aws, kind, name));
    let policy = deployment.eviction_policy.as_str();
    vec![
        of("parameter_group", "shop-valkey8")
            .with("family", "valkey8")
            .with("maxmemory-policy", policy)
            .with("reserved-memory-percent", "25"),
        of("user", "shop-app")
            .with("user_name", "app")
            .with("access", "on ~app:* +@read +@write")
            .with("password", cachefit::plan::Value::secret("cachefit/shop/app")),
        of("user_group", "shop"),
        of("replication_group", &profile.name)
            .with("description", "cache of shop {{resolve:ssm:x}} ${y}")
            .with("engine", deployment.engine.as_str())
            .with("engine_version", deployment.version.as_str())
            .with("node_type", deployment.node_type.clone().unwrap_or_default())
            .with("cluster_mode", "enabled")
            .with("shards", deployment.shards)
            .with("replicas", deployment.replicas)
            .with("automatic_failover", true)
            .with("multi_az", true)
            .with("tls", "required")
            .with("at_rest_encryption", true)
            .with("data_tiering", false)
            .with("backup_days", 7_i64)
            .with("backup_window", "03:00-04:00")
            .with("maintenance_window", "sun:05:00-sun:06:00"),
        of("alarms", "shop")
            .with("memory", "DatabaseMemoryUsagePercentage Maximum over 60 s above 85, 3 of 5 points"),
    ]
}

/// What the template engine of Helm makes of a text that has no template but escapes.
pub fn as_template(text: &str) -> String {
    let plain = text.replace("{{`{{`}}", "\u{0}");
    assert!(!plain.contains("{{"), "a template would run: {text}");
    plain.replace('\u{0}', "{{")
}

/// A template of CloudFormation as data, its joins resolved. What else refers to something stays an object.
pub fn cloudformation(text: &str) -> Value {
    fn resolved(value: Value) -> Value {
        match value {
            Value::Object(all) => match all.get("Fn::Join").and_then(Value::as_array) {
                Some(join) => {
                    let parts = join[1].as_array().unwrap();
                    assert_eq!(join[0], "");
                    // A brace that stands alone is no dynamic reference.
                    let parts = parts.iter().map(|part| part.as_str().unwrap());
                    let joined: String = parts.inspect(|part| assert!(!part.contains("{{"))).collect();
                    joined.into()
                }
                None if all.contains_key("Fn::Sub") => Value::Object(all),
                None => all.into_iter().map(|(name, value)| (name, resolved(value))).collect(),
            },
            Value::Array(all) => all.into_iter().map(resolved).collect(),
            Value::String(text) => {
                assert!(!text.contains("{{"), "it would be resolved: {text}");
                Value::String(text)
            }
            other => other,
        }
    }
    resolved(serde_yaml::from_str(text).unwrap())
}

/// Terraform as data: keys and texts without their quotes.
fn terraform(text: &str) -> Value {
    fn unquoted(text: &str) -> String {
        match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(inner) => {
                let inner = inner.replace("$${", "${").replace("%%{", "%{");
                serde_json::from_str(&format!("\"{inner}\"")).unwrap_or(inner)
            }
            None => text.to_owned(),
        }
    }
    fn plain(value: Value) -> Value {
        match value {
            Value::Object(all) => {
                all.into_iter().map(|(name, value)| (unquoted(&name), plain(value))).collect()
            }
            Value::Array(all) => all.into_iter().map(plain).collect(),
            Value::String(text) => Value::String(unquoted(&text)),
            other => other,
        }
    }
    plain(serde_json::from_str(&checked("hcl2tojson", &[], text, "main.tf")).unwrap())
}

/// All resources of a type in Terraform.
fn of_type<'v>(file: &'v Value, kind: &str) -> Vec<&'v Value> {
    let all = file["resource"].as_array().unwrap().iter().filter_map(|resource| resource.get(kind));
    all.flat_map(|named| named.as_object().unwrap().values()).collect()
}

/// Attribute of the plan, of Terraform, and of CloudFormation.
const GROUP: [(&str, &str, &str); 11] = [
    ("engine", "engine", "Engine"),
    ("engine_version", "engine_version", "EngineVersion"),
    ("node_type", "node_type", "CacheNodeType"),
    ("shards", "num_node_groups", "NumNodeGroups"),
    ("replicas", "replicas_per_node_group", "ReplicasPerNodeGroup"),
    ("automatic_failover", "automatic_failover_enabled", "AutomaticFailoverEnabled"),
    ("multi_az", "multi_az_enabled", "MultiAZEnabled"),
    ("at_rest_encryption", "at_rest_encryption_enabled", "AtRestEncryptionEnabled"),
    ("backup_days", "snapshot_retention_limit", "SnapshotRetentionLimit"),
    ("maintenance_window", "maintenance_window", "PreferredMaintenanceWindow"),
    ("description", "description", "ReplicationGroupDescription"),
];

#[test]
fn terraform_and_cloudformation_read_back_as_the_plan() {
    let profile = aws("it's ${x} {{y}} %{z}", "app:*");
    let deployment = chosen(&profile);
    let resources = resources(&deployment, &profile);
    let plan = |kind: &str| resources.iter().find(|r| r.address.kind == kind).unwrap();
    let wanted = |resource: &Resource, name: &str| resource.attributes.get(name).map(|value| json!(value));
    let hcl = terraform(&written_of(&profile, &deployment, &resources, Target::Terraform));
    let stack = cloudformation(&written_of(&profile, &deployment, &resources, Target::CloudFormation));
    let group = of_type(&hcl, "aws_elasticache_replication_group")[0];
    let cache = &stack["Resources"]["Cache"]["Properties"];
    let cluster = wanted(plan("replication_group"), "cluster_mode") == Some("enabled".into());
    for (name, attribute, property) in GROUP {
        if !cluster && ["shards", "replicas"].contains(&name) {
            continue;
        }
        let Some(wanted) = wanted(plan("replication_group"), name).filter(|v| *v != "") else { continue };
        assert_eq!(group[attribute], wanted, "Terraform's {attribute}");
        assert_eq!(cache[property], wanted, "CloudFormation's {property}");
    }
    if !cluster {
        let nodes = wanted(plan("replication_group"), "replicas").unwrap().as_i64().unwrap() + 1;
        assert_eq!(
            (&group["num_cache_clusters"], &cache["NumCacheClusters"]),
            (&json!(nodes), &json!(nodes))
        );
    }
    assert_eq!(
        (&group["transit_encryption_enabled"], &cache["TransitEncryptionEnabled"]),
        (&json!(true), &json!(true))
    );
    let parameters = of_type(&hcl, "aws_elasticache_parameter_group")[0]["parameter"].as_array().unwrap();
    let properties = stack["Resources"]["ParameterGroup"]["Properties"]["Properties"].as_object().unwrap();
    assert_eq!(parameters.len(), properties.len());
    for parameter in parameters {
        assert_eq!(properties[parameter["name"].as_str().unwrap()], parameter["value"]);
    }
    assert_eq!(properties["maxmemory-policy"], deployment.eviction_policy.as_str());
    let user = resources
        .iter()
        .find(|r| r.attributes.get("user_name").is_some_and(|n| n.as_text() == Some("app")))
        .unwrap();
    let of_name = |all: Vec<&Value>, name: &str, of: &str| -> Value {
        all.into_iter().find(|user| user[name] == "app").unwrap()[of].clone()
    };
    let users: Vec<&Value> = stack["Resources"]
        .as_object()
        .unwrap()
        .values()
        .filter(|r| r["Type"] == "AWS::ElastiCache::User")
        .map(|r| &r["Properties"])
        .collect();
    let access = wanted(user, "access").unwrap();
    assert_eq!(of_name(of_type(&hcl, "aws_elasticache_user"), "user_name", "access_string"), access);
    assert_eq!(of_name(users, "UserName", "AccessString"), access);
    assert_eq!(group["tags"]["note"], "it's ${x} {{y}} %{z}");
}

/// The words of a server's command, as the shell of its container splits them.
fn words(command: &str) -> Vec<String> {
    let command = command.replace("exec valkey-server", "printf '%s\\n'").replace("$$", "$");
    let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn compose_reads_back_as_the_deployment() {
    let profile = aws("ours", "it's:*");
    let deployment = chosen(&profile);
    let file: Value = serde_yaml::from_str(&written_of(&profile, &deployment, &[], Target::Compose)).unwrap();
    let services = file["services"].as_object().unwrap();
    assert_eq!(services.len() as u32, deployment.nodes(), "a container a node");
    for (name, service) in services {
        assert_eq!(service["image"], format!("valkey/valkey:{}", deployment.version));
        let words = words(service["command"][2].as_str().unwrap());
        let after = |option: &str| words.iter().position(|w| w == option).map(|at| words[at + 1].as_str());
        assert_eq!(
            after("--maxmemory"),
            Some(deployment.max_memory.to_string().as_str()),
            "{name}: {words:?}"
        );
        assert_eq!(after("--maxmemory-policy"), Some(deployment.eviction_policy.as_str()));
        assert_eq!(after("--tls-port"), deployment.tls.then_some("6379"));
        assert_eq!(after("--replicaof"), (name != "cache").then_some("cache"));
        assert_eq!(after("--user"), Some("app"));
        assert!(words.iter().any(|word| word == "~it's:*"), "{words:?}");
    }
}

#[test]
fn azure_is_public_where_a_plan_makes_it_public_and_has_tls() {
    let pin = "deployment:\n  service: azure-managed-redis\n";
    for (network, public) in [("private", "Disabled"), ("any", "Enabled")] {
        let profile = super::profile("azure", "eastus", &format!("  network: {network}\n{pin}"), "ours", "*");
        let hcl = terraform(&written(&profile, Target::Terraform));
        let cache = of_type(&hcl, "azurerm_managed_redis")[0];
        assert_eq!(cache["public_network_access"], public, "{cache}");
        let database = &cache["default_database"][0];
        assert_eq!(database["client_protocol"], "Encrypted");
        assert_eq!(database["access_keys_authentication_enabled"], false);
        // Before it the resource has no such attribute.
        assert_eq!(hcl["terraform"][0]["required_providers"][0]["azurerm"]["version"], ">= 4.53");
        let bicep = written(&profile, Target::Bicep);
        for line in [
            &format!("publicNetworkAccess: '{public}'"),
            "clientProtocol: 'Encrypted'",
            "minimumTlsVersion: '1.2'",
        ] {
            assert!(bicep.contains(line), "{line}: {bicep}");
        }
    }
}
