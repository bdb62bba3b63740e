#!/usr/bin/env python3
"""Drives the fake with botocore, whose parsers read every answer: smoke.py ENDPOINT"""

import os
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

os.environ.update(AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="example", AWS_DEFAULT_REGION="us-east-1")
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
SESSION = botocore.session.get_session()
CONFIG = Config(retries={"max_attempts": 1}, proxies={})


def client(service):
    return SESSION.create_client(service, endpoint_url=sys.argv[1], config=CONFIG)


def refused(code, call, **params):
    try:
        call(**params)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise AssertionError(f"{call} should have been refused with {code}")


def settled(call, key, field, **params):
    states = []
    for _ in range(9):
        states.append(call(**params)[key][0][field])
        if states[-1].lower() in ("available", "active"):
            return states
    raise AssertionError(states)


def network():
    ec2, functions = client("ec2"), client("lambda")
    vpc = functions.get_function_configuration(FunctionName="web")["VpcConfig"]
    assert functions.get_function_concurrency(FunctionName="web").get("ReservedConcurrentExecutions") is None
    refused("ResourceNotFoundException", functions.get_function_configuration, FunctionName="nobody")
    subnets = ec2.describe_subnets(SubnetIds=vpc["SubnetIds"])["Subnets"]
    assert {s["AvailabilityZoneId"] for s in subnets} == {"use1-az1", "use1-az4", "use1-az6"}
    assert len(ec2.describe_availability_zones()["AvailabilityZones"]) == 3
    assert ec2.describe_vpcs()["Vpcs"][0]["VpcId"] == vpc["VpcId"]
    ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["RouteTables"][0]
    tags = [{"ResourceType": "security-group", "Tags": [{"Key": "a", "Value": "b&<c>"}]}]
    make = dict(GroupName="cache", Description="for a cache", VpcId=vpc["VpcId"], TagSpecifications=tags)
    group = ec2.create_security_group(**make)["GroupId"]
    refused("InvalidGroup.Duplicate", ec2.create_security_group, **make)
    rule = dict(IpProtocol="tcp", FromPort=6379, ToPort=6379)
    rule["UserIdGroupPairs"] = [{"GroupId": vpc["SecurityGroupIds"][0], "Description": "web"}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    refused("InvalidPermission.Duplicate", ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[rule])
    shown = ec2.describe_security_groups(Filters=[{"Name": "tag:a", "Values": ["b&<c>"]}])["SecurityGroups"]
    assert shown[0]["IpPermissions"][0]["UserIdGroupPairs"][0]["Description"] == "web", shown
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert [r["IsEgress"] for r in rules].count(False) == 1
    ec2.create_tags(Resources=[group], Tags=[{"Key": "c", "Value": "d"}])
    return vpc["SubnetIds"], group


def access(cache):
    secrets = client("secretsmanager")
    password = "correct-horse-battery-staple"
    secrets.create_secret(Name="shop/web", SecretString=password, Tags=[{"Key": "a", "Value": "b"}])
    refused("ResourceExistsException", secrets.create_secret, Name="shop/web", SecretString="another")
    assert secrets.get_secret_value(SecretId="shop/web")["SecretString"] == password
    assert secrets.describe_secret(SecretId="shop/web")["Tags"][0]["Key"] == "a"
    user = dict(UserId="shop-web", UserName="web", Engine="valkey", AccessString="on ~sess:* -@all +@read")
    mode = {"Type": "password", "Passwords": [password]}
    cache.create_user(**user, AuthenticationMode=mode, Tags=[{"Key": "a", "Value": "b"}])
    redis = {**user, "UserId": "redis-web", "Engine": "redis"}
    cache.create_user(**redis, AuthenticationMode=mode)
    refused("UserAlreadyExists", cache.create_user, **user, AuthenticationMode=mode)
    refused("UserNotFound", cache.create_user_group, UserGroupId="shop", Engine="valkey", UserIds=["nobody"])
    refused("DefaultUserRequired", cache.create_user_group, UserGroupId="redis", Engine="redis",
            UserIds=["redis-web"])
    cache.create_user_group(UserGroupId="shop", Engine="valkey", UserIds=["shop-web"])
    refused("InvalidUserGroupState", cache.modify_user_group, UserGroupId="shop", UserIdsToRemove=["shop-web"])
    assert settled(cache.describe_user_groups, "UserGroups", "Status", UserGroupId="shop") == ["creating", "active"]
    cache.modify_user(UserId="shop-web", AccessString="on ~sess:* -@all +@read +@write")
    assert settled(cache.describe_users, "Users", "Status", UserId="shop-web") == ["modifying", "active"]
    assert cache.describe_users(UserId="shop-web")["Users"][0]["AccessString"].endswith("+@write")


def nodes(cache, subnets, security_group):
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="shop", CacheSubnetGroupDescription="x", SubnetIds=subnets)
    cache.create_cache_parameter_group(
        CacheParameterGroupName="shop", CacheParameterGroupFamily="valkey8", Description="x")
    value = [{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}]
    cache.modify_cache_parameter_group(CacheParameterGroupName="shop", ParameterNameValues=value)
    changed = cache.describe_cache_parameters(CacheParameterGroupName="shop", Source="user")["Parameters"]
    assert [p["ParameterValue"] for p in changed] == ["allkeys-lru"]
    assert cache.describe_engine_default_parameters(CacheParameterGroupFamily="valkey8")["EngineDefaults"]["Parameters"]
    make = dict(
        ReplicationGroupId="shop", ReplicationGroupDescription="x", Engine="valkey", EngineVersion="8.1",
        CacheNodeType="cache.r7g.large", NumNodeGroups=2, ReplicasPerNodeGroup=1, AutomaticFailoverEnabled=True,
        MultiAZEnabled=True, CacheSubnetGroupName="shop", TransitEncryptionEnabled=True, UserGroupIds=["shop"],
        SecurityGroupIds=[security_group], SnapshotRetentionLimit=7, Tags=[{"Key": "a", "Value": "b"}])
    refused("InvalidParameterCombination", cache.create_replication_group, **make, CacheParameterGroupName="default.redis7")
    cache.create_replication_group(**make)
    refused("ReplicationGroupAlreadyExists", cache.create_replication_group, **make)
    refused("InvalidReplicationGroupState", cache.increase_replica_count, ReplicationGroupId="shop", NewReplicaCount=2,
            ApplyImmediately=True)
    group = dict(ReplicationGroupId="shop")
    states = settled(cache.describe_replication_groups, "ReplicationGroups", "Status", **group)
    assert states == ["creating", "available"], states
    refused("InvalidCacheClusterState", cache.increase_replica_count, **group, NewReplicaCount=2, ApplyImmediately=True)
    members = cache.describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"]
    assert [m["CacheClusterStatus"] for m in members] == ["available"] * 4
    assert members[0]["CacheClusterId"] == "shop-0001-001" and members[0]["EngineVersion"] == "8.1.0"
    shown = cache.describe_replication_groups(**group)["ReplicationGroups"][0]
    assert [s["Slots"] for s in shown["NodeGroups"]] == ["0-8191", "8192-16383"]
    arn = shown["ARN"]
    assert cache.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "a", "Value": "b"}]
    refused("NoOperationFault", cache.increase_replica_count, **group, NewReplicaCount=1, ApplyImmediately=True)
    cache.increase_replica_count(**group, NewReplicaCount=2, ApplyImmediately=True)
    refused("InvalidReplicationGroupState", cache.add_tags_to_resource, ResourceName=arn, Tags=[{"Key": "c", "Value": "d"}])
    settled(cache.describe_replication_groups, "ReplicationGroups", "Status", **group)
    assert [m["CacheClusterStatus"] for m in cache.describe_cache_clusters()["CacheClusters"]].count("available") == 6
    cache.modify_replication_group_shard_configuration(**group, NodeGroupCount=3, ApplyImmediately=True)
    shown = cache.describe_replication_groups(**group)["ReplicationGroups"][0]
    assert "Resharding" in shown["PendingModifiedValues"], shown
    settled(cache.describe_replication_groups, "ReplicationGroups", "Status", **group)
    cache.describe_cache_clusters()
    cache.modify_replication_group(**group, CacheNodeType="cache.r7g.xlarge")
    settled(cache.describe_replication_groups, "ReplicationGroups", "Status", **group)
    member = cache.describe_cache_clusters(CacheClusterId="shop-0001-001")["CacheClusters"][0]
    assert member["PendingModifiedValues"]["CacheNodeType"] == "cache.r7g.xlarge", member
    refused("InvalidParameterCombination", cache.modify_replication_group, **group, CacheNodeType="cache.r7g.large")
    types = cache.list_allowed_node_type_modifications(**group)
    assert "cache.r7g.xlarge" in types["ScaleUpModifications"]


def around(cache):
    scaling, alarms = client("application-autoscaling"), client("cloudwatch")
    target = dict(ServiceNamespace="elasticache", ResourceId="replication-group/shop",
                  ScalableDimension="elasticache:replication-group:NodeGroups")
    scaling.register_scalable_target(**target, MinCapacity=2, MaxCapacity=5, Tags={"a": "b"})
    tracking = {"TargetValue": 60.0, "PredefinedMetricSpecification": {
        "PredefinedMetricType": "ElastiCachePrimaryEngineCPUUtilization"}}
    scaling.put_scaling_policy(**target, PolicyName="cpu", PolicyType="TargetTrackingScaling",
                               TargetTrackingScalingPolicyConfiguration=tracking)
    scaling.put_scheduled_action(**target, ScheduledActionName="peak", Schedule="cron(0 8 * * ? *)",
                                 ScalableTargetAction={"MinCapacity": 3})
    assert scaling.describe_scalable_targets(ServiceNamespace="elasticache")["ScalableTargets"][0]["MaxCapacity"] == 5
    assert scaling.describe_scaling_policies(ServiceNamespace="elasticache")["ScalingPolicies"][0]["PolicyName"] == "cpu"
    assert len(scaling.describe_scheduled_actions(ServiceNamespace="elasticache")["ScheduledActions"]) == 1
    alarms.put_metric_alarm(
        AlarmName="shop-cpu", MetricName="EngineCPUUtilization", Namespace="AWS/ElastiCache", Statistic="Maximum",
        Dimensions=[{"Name": "CacheClusterId", "Value": "shop-0001-001"}], Period=60, EvaluationPeriods=5,
        DatapointsToAlarm=3, Threshold=90.0, ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching", Tags=[{"Key": "a", "Value": "b"}])
    shown = alarms.describe_alarms(AlarmNamePrefix="shop")["MetricAlarms"][0]
    assert shown["Threshold"] == 90.0 and shown["Dimensions"][0]["Value"] == "shop-0001-001"
    assert alarms.list_tags_for_resource(ResourceARN=shown["AlarmArn"])["Tags"] == [{"Key": "a", "Value": "b"}]
    alarms.delete_alarms(AlarmNames=["shop-cpu"])
    scaling.deregister_scalable_target(**target)
    assert client("sts").get_caller_identity()["Account"] == "111122223333"
    results = client("iam").simulate_principal_policy(
        PolicySourceArn="arn:aws:iam::111122223333:role/web", ActionNames=["elasticache:Connect"])["EvaluationResults"]
    assert results[0]["EvalDecision"] == "allowed"
    assert client("service-quotas").list_service_quotas(ServiceCode="elasticache")["Quotas"][0]["Value"] == 300


def serverless(cache, subnets, group):
    make = dict(ServerlessCacheName="burst", Engine="valkey", MajorEngineVersion="8", SubnetIds=subnets,
                SecurityGroupIds=[group], CacheUsageLimits={"DataStorage": {"Maximum": 5, "Unit": "GB"}})
    cache.create_serverless_cache(**make)
    refused("ServerlessCacheAlreadyExistsFault", cache.create_serverless_cache, **make)
    states = settled(cache.describe_serverless_caches, "ServerlessCaches", "Status", ServerlessCacheName="burst")
    assert states == ["creating", "available"], states
    refused("InvalidParameterCombination", cache.modify_serverless_cache, ServerlessCacheName="burst",
            Description="x", SnapshotRetentionLimit=1)
    cache.modify_serverless_cache(ServerlessCacheName="burst", SnapshotRetentionLimit=1)
    settled(cache.describe_serverless_caches, "ServerlessCaches", "Status", ServerlessCacheName="burst")
    cache.delete_serverless_cache(ServerlessCacheName="burst", FinalSnapshotName="burst-last")
    cache.describe_serverless_caches()
    assert cache.describe_serverless_caches()["ServerlessCaches"] == []
    assert len(cache.describe_serverless_cache_snapshots()["ServerlessCacheSnapshots"]) == 1


def gone(cache, group):
    ec2 = client("ec2")
    refused("InvalidUserGroupState", cache.delete_user_group, UserGroupId="shop")
    cache.describe_cache_clusters()
    cache.delete_replication_group(ReplicationGroupId="shop", FinalSnapshotIdentifier="shop-last")
    refused("CacheSubnetGroupInUse", cache.delete_cache_subnet_group, CacheSubnetGroupName="shop")
    refused("DependencyViolation", ec2.delete_security_group, GroupId=group)
    cache.describe_replication_groups()
    refused("ReplicationGroupNotFoundFault", cache.describe_replication_groups, ReplicationGroupId="shop")
    assert cache.describe_cache_clusters()["CacheClusters"] == []
    cache.delete_user_group(UserGroupId="shop")
    cache.describe_user_groups()
    refused("UserGroupNotFound", cache.describe_user_groups, UserGroupId="shop")
    cache.delete_user(UserId="shop-web")
    cache.delete_cache_subnet_group(CacheSubnetGroupName="shop")
    cache.delete_cache_parameter_group(CacheParameterGroupName="shop")
    refused("CacheParameterGroupNotFound", cache.describe_cache_parameters, CacheParameterGroupName="shop")
    ec2.delete_security_group(GroupId=group)
    client("secretsmanager").delete_secret(SecretId="shop/web", ForceDeleteWithoutRecovery=True)
    assert cache.describe_snapshots()["Snapshots"][0]["SnapshotName"] == "shop-last"


if __name__ == "__main__":
    CACHE = client("elasticache")
    SUBNETS, GROUP = network()
    access(CACHE)
    nodes(CACHE, SUBNETS, GROUP)
    around(CACHE)
    serverless(CACHE, SUBNETS, GROUP)
    gone(CACHE, GROUP)
    print("the fake answers as botocore expects it")
