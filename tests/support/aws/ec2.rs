//! EC2: networks to look at, security groups to make.

use serde_json::{Value, json};

use super::params::{Answer, Params, Refusal, page};
use super::world::{ACCOUNT, REGION, World};

/// A stable id: the same thing has the same id in every run.
fn id(prefix: &str, text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("{prefix}-{hash:016x}")
}

/// Whether a thing passes the filters; `field` gives the values of a filter's name.
pub fn passes(params: &Value, field: impl Fn(&str) -> Vec<String>) -> bool {
    params.items("Filter").iter().all(|filter| {
        let name = filter.text("Name").unwrap_or_default();
        let has = field(&name);
        filter.texts("Value").iter().any(|wanted| match wanted.strip_suffix('*') {
            Some(prefix) => has.iter().any(|value| value.starts_with(prefix)),
            None => has.contains(wanted),
        })
    })
}

fn tags_field(thing: &Value, name: &str) -> Option<Vec<String>> {
    let tags = thing["tagSet"].items("item");
    if name == "tag-key" {
        return Some(tags.iter().filter_map(|t| t.text("key")).collect());
    }
    let key = name.strip_prefix("tag:")?;
    Some(tags.iter().filter(|t| t["key"] == key).filter_map(|t| t.text("value")).collect())
}

/// `vpc-id` is `vpcId`.
pub fn field(thing: &Value, name: &str) -> Vec<String> {
    if let Some(values) = tags_field(thing, name) {
        return values;
    }
    // Groups that the rules of a group name.
    for (filter, rules) in [
        ("ip-permission.group-id", "ipPermissions"),
        ("egress.ip-permission.group-id", "ipPermissionsEgress"),
    ] {
        if name == filter {
            let groups = thing[rules].items("item").iter().flat_map(|rule| rule["groups"].items("item"));
            return groups.filter_map(|group| group.text("groupId")).collect();
        }
    }
    let mut camel = String::new();
    for (index, part) in name.split('-').enumerate() {
        let mut letters = part.chars();
        match letters.next() {
            Some(first) if index > 0 => camel.extend(first.to_uppercase().chain(letters)),
            _ => camel.push_str(part),
        }
    }
    thing.text(&camel).into_iter().collect()
}

fn by_id(params: &Value, list: &str, thing: &Value, name: &str) -> bool {
    let ids = params.texts(list);
    ids.is_empty() || ids.iter().any(|id| thing[name] == id.as_str())
}

fn missing(params: &Value, list: &str, all: &[Value], name: &str, code: &str) -> Result<(), Refusal> {
    match params.texts(list).iter().find(|id| !all.iter().any(|t| t[name] == id.as_str())) {
        Some(id) => Err(Refusal::new(code, format!("The id '{id}' does not exist"))),
        None => Ok(()),
    }
}

pub fn listed(world: &World, params: &Value, all: Vec<Value>, set: &str) -> Value {
    let (all, next) = page(all, params.text("NextToken").as_deref(), world.page);
    json!({ set: {"item": all}, "nextToken": next })
}

fn describe(
    world: &World,
    params: &Value,
    all: &[Value],
    list: &str,
    name: &str,
    set: &str,
    code: &str,
) -> Answer {
    missing(params, list, all, name, code)?;
    let wanted = all.iter().filter(|t| by_id(params, list, t, name) && passes(params, |f| field(t, f)));
    Ok(listed(world, params, wanted.cloned().collect(), set))
}

pub fn describe_vpcs(world: &mut World, params: &Value) -> Answer {
    describe(world, params, &world.vpcs, "VpcId", "vpcId", "vpcSet", "InvalidVpcID.NotFound")
}

pub fn describe_subnets(world: &mut World, params: &Value) -> Answer {
    describe(world, params, &world.subnets, "SubnetId", "subnetId", "subnetSet", "InvalidSubnetID.NotFound")
}

pub fn describe_route_tables(world: &mut World, params: &Value) -> Answer {
    let code = "InvalidRouteTableID.NotFound";
    describe(world, params, &world.route_tables, "RouteTableId", "routeTableId", "routeTableSet", code)
}

pub fn describe_zones(world: &mut World, params: &Value) -> Answer {
    let mut zones: Vec<(Value, Value)> = Vec::new();
    for subnet in &world.subnets {
        let pair = (subnet["availabilityZone"].clone(), subnet["availabilityZoneId"].clone());
        if !zones.contains(&pair) {
            zones.push(pair);
        }
    }
    let all = zones.iter().map(|(name, id)| {
        json!({"zoneName": name, "zoneId": id, "zoneState": "available", "regionName": REGION,
            "optInStatus": "opt-in-not-required", "zoneType": "availability-zone", "groupName": REGION})
    });
    let all: Vec<Value> = all
        .filter(|z| by_id(params, "ZoneName", z, "zoneName") && by_id(params, "ZoneId", z, "zoneId"))
        .collect();
    Ok(json!({"availabilityZoneInfo": {"item": all}}))
}

pub fn describe_interfaces(world: &mut World, params: &Value) -> Answer {
    let of = |interface: &Value, name: &str| match name {
        "group-id" => interface["groupSet"].items("item").iter().filter_map(|g| g.text("groupId")).collect(),
        name => field(interface, name),
    };
    let all = world.interfaces.iter().filter(|i| passes(params, |name| of(i, name)));
    Ok(listed(world, params, all.cloned().collect(), "networkInterfaceSet"))
}

impl World {
    pub fn add_security_group(&mut self, group_id: &str, name: &str, vpc: &str) {
        let group = json!({"groupId": group_id, "groupName": name, "vpcId": vpc, "ownerId": ACCOUNT,
            "groupDescription": name, "securityGroupArn": format!("arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{group_id}"),
            "tagSet": {"item": []}});
        self.security_groups.insert(group_id.to_owned(), group);
        let all = Rule {
            group: group_id,
            egress: true,
            protocol: "-1",
            cidr: Some("0.0.0.0/0"),
            ..Rule::default()
        };
        self.add_rule(&all).unwrap();
    }

    fn add_rule(&mut self, rule: &Rule<'_>) -> Result<Value, String> {
        let key = format!(
            "{}{}{}{:?}{:?}{:?}{:?}{:?}",
            rule.group, rule.egress, rule.protocol, rule.ports, rule.cidr, rule.six, rule.list, rule.source
        );
        let rule_id = id("sgr", &key);
        if self.rules.contains_key(&rule_id) {
            return Err(key);
        }
        let owner = rule.owner.unwrap_or(ACCOUNT);
        let referenced = rule.source.map(|source| json!({"groupId": source, "userId": owner}));
        let shown = json!({"securityGroupRuleId": rule_id, "groupId": rule.group, "groupOwnerId": ACCOUNT,
            "isEgress": rule.egress, "ipProtocol": rule.protocol, "fromPort": rule.ports.map_or(-1, |p| p.0),
            "toPort": rule.ports.map_or(-1, |p| p.1), "cidrIpv4": rule.cidr, "cidrIpv6": rule.six, "prefixListId": rule.list, "referencedGroupInfo": referenced,
            "description": rule.description, "tagSet": {"item": rule.tags}});
        self.rules.insert(rule_id, shown.clone());
        Ok(shown)
    }
}

#[derive(Default)]
struct Rule<'a> {
    group: &'a str,
    egress: bool,
    protocol: &'a str,
    ports: Option<(i64, i64)>,
    cidr: Option<&'a str>,
    six: Option<&'a str>,
    list: Option<&'a str>,
    source: Option<&'a str>,
    /// The account of the source.
    owner: Option<&'a str>,
    description: Option<&'a str>,
    tags: Vec<Value>,
}

/// Tags of a request for one kind of thing.
fn tags(params: &Value, kind: &str) -> Vec<Value> {
    let specifications = params.items("TagSpecification").iter().filter(|s| s["ResourceType"] == kind);
    let tags = specifications.flat_map(|s| s.items("Tag"));
    tags.map(|tag| json!({"key": tag["Key"], "value": tag["Value"]})).collect()
}

/// A group as it is shown, with its rules as permissions.
fn shown(world: &World, group: &Value) -> Value {
    let permissions = |egress: bool| -> Vec<Value> {
        let rules =
            world.rules.values().filter(|r| r["groupId"] == group["groupId"] && r["isEgress"] == egress);
        rules
            .map(|rule| {
                let text = rule.get("description");
                let owner = &rule["referencedGroupInfo"]["userId"];
                let from = rule["referencedGroupInfo"]["groupId"].as_str();
                let groups = from.map(|g| json!({"groupId": g, "userId": owner, "description": text}));
                let range = rule["cidrIpv4"].as_str().map(|c| json!({"cidrIp": c, "description": text}));
                let six = rule["cidrIpv6"].as_str().map(|c| json!({"cidrIpv6": c, "description": text}));
                let list = rule["prefixListId"].as_str().map(|l| json!({"prefixListId": l, "description": text}));
                let port = |name: &str| rule.number(name).filter(|p| *p != -1);
                json!({"ipProtocol": rule["ipProtocol"], "fromPort": port("fromPort"), "toPort": port("toPort"),
                    "groups": {"item": groups.into_iter().collect::<Vec<_>>()},
                    "ipRanges": {"item": range.into_iter().collect::<Vec<_>>()},
                    "ipv6Ranges": {"item": six.into_iter().collect::<Vec<_>>()},
                    "prefixListIds": {"item": list.into_iter().collect::<Vec<_>>()}})
            })
            .collect()
    };
    let mut shown = group.clone();
    shown["ipPermissions"] = json!({"item": permissions(false)});
    shown["ipPermissionsEgress"] = json!({"item": permissions(true)});
    shown
}

pub fn describe_groups(world: &mut World, params: &Value) -> Answer {
    let all: Vec<Value> = world.security_groups.values().map(|g| shown(world, g)).collect();
    describe(world, params, &all, "GroupId", "groupId", "securityGroupInfo", "InvalidGroup.NotFound")
}

pub fn describe_rules(world: &mut World, params: &Value) -> Answer {
    let all: Vec<Value> = world.rules.values().cloned().collect();
    let code = "InvalidSecurityGroupRuleId.NotFound";
    describe(world, params, &all, "SecurityGroupRuleId", "securityGroupRuleId", "securityGroupRuleSet", code)
}

pub fn create_group(world: &mut World, params: &Value) -> Answer {
    let (name, vpc) = (params.need("GroupName")?, params.need("VpcId")?);
    if !world.vpcs.iter().any(|v| v["vpcId"] == vpc.as_str()) {
        return Err(Refusal::new("InvalidVpcID.NotFound", format!("The vpc ID '{vpc}' does not exist")));
    }
    if world.security_groups.values().any(|g| g["groupName"] == name.as_str() && g["vpcId"] == vpc.as_str()) {
        let message = format!("The security group '{name}' already exists for VPC '{vpc}'");
        return Err(Refusal::new("InvalidGroup.Duplicate", message));
    }
    let group_id = id("sg", &format!("{vpc}{name}"));
    world.add_security_group(&group_id, &name, &vpc);
    let tags = tags(params, "security-group");
    let group = world.security_groups.get_mut(&group_id).unwrap();
    group["groupDescription"] = json!(params.need("GroupDescription")?);
    group["tagSet"] = json!({ "item": tags });
    world.created("CreateSecurityGroup", &name);
    Ok(json!({"groupId": group_id, "tagSet": {"item": tags}}))
}

pub fn delete_group(world: &mut World, params: &Value) -> Answer {
    let group_id = params.need("GroupId")?;
    if !world.security_groups.contains_key(&group_id) {
        let message = format!("The security group '{group_id}' does not exist");
        return Err(Refusal::new("InvalidGroup.NotFound", message));
    }
    let referenced = world.rules.values().any(|r| {
        r["referencedGroupInfo"]["groupId"] == group_id.as_str() && r["groupId"] != group_id.as_str()
    });
    let used = world.users_of_security_group(&group_id);
    if used || referenced || world.interface_lag > 0 {
        if !used && !referenced {
            world.interface_lag -= 1;
        }
        world.leaving_go_on();
        let message = format!("resource {group_id} has a dependent object");
        return Err(Refusal::new("DependencyViolation", message));
    }
    let name = world.security_groups[&group_id].text("groupName").unwrap_or_default();
    world.security_groups.remove(&group_id);
    world.rules.retain(|_, rule| rule["groupId"] != group_id.as_str());
    world.deleted("DeleteSecurityGroup", &name);
    Ok(json!({"return": true, "groupId": group_id}))
}

/// Everything that a permission lets in.
fn sources(permission: &Value) -> impl Iterator<Item = &Value> {
    ["Groups", "IpRanges", "Ipv6Ranges", "PrefixListIds"].into_iter().flat_map(|list| permission.items(list))
}

fn authorize(world: &mut World, params: &Value, egress: bool) -> Answer {
    let group = params.need("GroupId")?;
    if !world.security_groups.contains_key(&group) {
        return Err(Refusal::new(
            "InvalidGroup.NotFound",
            format!("The security group '{group}' does not exist"),
        ));
    }
    let mut made = Vec::new();
    for permission in params.items("IpPermissions") {
        let protocol = permission.need("IpProtocol")?;
        let ports = permission.number("FromPort").zip(permission.number("ToPort"));
        for source in sources(permission) {
            let (group_id, owner) = (source.text("GroupId"), source.text("UserId"));
            // What another account has cannot be looked up here.
            let own = owner.as_deref().is_none_or(|owner| owner == ACCOUNT);
            if let Some(id) = group_id.as_ref().filter(|id| own && !world.security_groups.contains_key(*id)) {
                let message = format!("The security group '{id}' does not exist");
                return Err(Refusal::new("InvalidGroup.NotFound", message));
            }
            let rule = Rule {
                group: &group,
                egress,
                protocol: &protocol,
                ports,
                cidr: source["CidrIp"].as_str(),
                six: source["CidrIpv6"].as_str(),
                list: source["PrefixListId"].as_str(),
                source: group_id.as_deref(),
                owner: owner.as_deref(),
                description: source["Description"].as_str(),
                tags: tags(params, "security-group-rule"),
            };
            let added = world.add_rule(&rule).map_err(|_| {
                Refusal::new("InvalidPermission.Duplicate", "the specified rule already exists")
            })?;
            made.push(added);
        }
    }
    world.created(
        if egress { "AuthorizeSecurityGroupEgress" } else { "AuthorizeSecurityGroupIngress" },
        &group,
    );
    Ok(json!({"return": true, "securityGroupRuleSet": {"item": made}}))
}

pub fn authorize_ingress(world: &mut World, params: &Value) -> Answer {
    authorize(world, params, false)
}

pub fn authorize_egress(world: &mut World, params: &Value) -> Answer {
    authorize(world, params, true)
}

pub fn revoke(world: &mut World, params: &Value) -> Answer {
    let group = params.need("GroupId")?;
    let mut ids = params.texts("SecurityGroupRuleId");
    for permission in params.items("IpPermissions") {
        // A group of another account is not found by its id alone.
        let of = |rule: &Value, source: &Value| {
            let group = &rule["referencedGroupInfo"];
            let owner = source.text("UserId").unwrap_or_else(|| ACCOUNT.to_owned());
            let groups = source.has("GroupId")
                && group["groupId"] == source["GroupId"]
                && group["userId"] == owner.as_str();
            groups
                || (source.has("CidrIp") && rule["cidrIpv4"] == source["CidrIp"])
                || (source.has("CidrIpv6") && rule["cidrIpv6"] == source["CidrIpv6"])
                || (source.has("PrefixListId") && rule["prefixListId"] == source["PrefixListId"])
        };
        for source in sources(permission) {
            let port = permission.number("FromPort").unwrap_or(-1);
            let named = |rule: &Value| {
                rule["groupId"] == group.as_str()
                    && port == rule.number("fromPort").unwrap_or(-1)
                    && of(rule, source)
            };
            let found: Vec<String> =
                world.rules.iter().filter(|(_, r)| named(r)).map(|(id, _)| id.clone()).collect();
            // One that is not there, and nothing of the call is done.
            if found.is_empty() {
                return Err(Refusal::new("InvalidPermission.NotFound", "The specified rule does not exist"));
            }
            ids.extend(found);
        }
    }
    if ids.is_empty() || ids.iter().any(|id| !world.rules.contains_key(id)) {
        return Err(Refusal::new("InvalidSecurityGroupRuleId.NotFound", "The rule does not exist"));
    }
    for id in &ids {
        world.rules.remove(id);
        world.deleted("RevokeSecurityGroup", id);
    }
    Ok(json!({"return": true}))
}

fn tagged<'a>(world: &'a mut World, id: &str) -> Result<&'a mut Value, Refusal> {
    let thing = world.security_groups.get_mut(id).or_else(|| world.rules.get_mut(id));
    thing.ok_or_else(|| Refusal::new("InvalidID", format!("The ID '{id}' is not valid")))
}

pub fn create_tags(world: &mut World, params: &Value) -> Answer {
    for id in params.texts("ResourceId") {
        let thing = tagged(world, &id)?;
        let mut tags = thing["tagSet"].items("item").to_vec();
        for tag in params.items("Tag") {
            tags.retain(|t| t["key"] != tag["Key"]);
            tags.push(json!({"key": tag["Key"], "value": tag["Value"]}));
        }
        thing["tagSet"] = json!({ "item": tags });
    }
    Ok(json!({}))
}

pub fn delete_tags(world: &mut World, params: &Value) -> Answer {
    for id in params.texts("ResourceId") {
        let thing = tagged(world, &id)?;
        let mut tags = thing["tagSet"].items("item").to_vec();
        tags.retain(|t| !params.items("Tag").iter().any(|tag| t["key"] == tag["Key"]));
        thing["tagSet"] = json!({ "item": tags });
    }
    Ok(json!({}))
}
