#!/usr/bin/env python3
"""Drives the fake with Microsoft's own clients, which read every answer: client.py URL PART..."""

import sys
import time

from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.redis import RedisManagementClient
from azure.mgmt.redisenterprise import RedisEnterpriseManagementClient

URL, PARTS = sys.argv[1], sys.argv[2:]
SUBSCRIPTION = "11111111-2222-4333-8444-555555555555"
GROUP = "shop-rg"
USER = "99999999-2222-4333-8444-555555555555"
TOKEN = "the-token-of-the-caller"


class Credential:
    def get_token(self, *_, **__):
        return AccessToken(TOKEN, int(time.time()) + 3600)


class Bearer(SansIOHTTPPolicy):
    """Their own policy refuses plain HTTP."""

    def on_request(self, request):
        request.http_request.headers["Authorization"] = "Bearer " + TOKEN


OPTIONS = dict(base_url=URL, authentication_policy=Bearer(), polling_interval=0, retry_total=0)
MANAGED = RedisEnterpriseManagementClient(Credential(), SUBSCRIPTION, **OPTIONS)
CLASSIC = RedisManagementClient(Credential(), SUBSCRIPTION, **OPTIONS)


def refused(code, call, *args, **kwargs):
    try:
        result = call(*args, **kwargs)
        if hasattr(result, "result"):
            result.result()
    except HttpResponseError as error:
        assert error.error and error.error.code == code, error
        return str(error)
    raise AssertionError(f"{call} should have been refused with {code}")


def running(get, state="resource_state", wanted="Running"):
    seen = []
    for _ in range(9):
        seen.append(getattr(get(), state))
        if seen[-1] == wanted:
            return seen
    raise AssertionError(seen)


def cluster(name="shop", size="Balanced_B3"):
    body = {"location": "eastus", "sku": {"name": size}, "tags": {"team": "shop"},
            "properties": {"publicNetworkAccess": "Disabled", "highAvailability": "Enabled", "minimumTlsVersion": "1.2"}}
    made = MANAGED.redis_enterprise.begin_create(GROUP, name, body).result()
    assert made.host_name == f"{name}.eastus.redis.azure.net" and made.location == "East US", made
    return running(lambda: MANAGED.redis_enterprise.get(GROUP, name))


def database(name="shop"):
    body = {"properties": {"clientProtocol": "Encrypted", "clusteringPolicy": "OSSCluster", "evictionPolicy": "AllKeysLRU",
                           "accessKeysAuthentication": "Disabled", "port": 10000}}
    MANAGED.databases.begin_create(GROUP, name, "default", body).result()
    running(lambda: MANAGED.databases.get(GROUP, name, "default"))


def managed():
    clusters, databases = MANAGED.redis_enterprise, MANAGED.databases
    # The operation is done before the cluster runs.
    states = cluster()
    assert states[0] != "Running", states
    database()
    shown = databases.get(GROUP, "shop", "default")
    assert shown.eviction_policy == "AllKeysLRU" and shown.redis_version == "7.4" and shown.persistence is None, shown
    MANAGED.access_policy_assignment.begin_create_update(
        GROUP, "shop", "default", "web", {"properties": {"accessPolicyName": "default", "user": {"objectId": USER}}}
    ).result()
    running(lambda: MANAGED.access_policy_assignment.get(GROUP, "shop", "default", "web"), "provisioning_state", "Succeeded")
    assert [a.name for a in MANAGED.access_policy_assignment.list(GROUP, "shop", "default")] == ["web"]
    skus = clusters.list_skus_for_scaling(GROUP, "shop").skus
    assert any(s.name == "Balanced_B5" and s.size_in_gb == 6 for s in skus), skus
    clusters.begin_update(GROUP, "shop", {"sku": {"name": "Balanced_B5"}}).result()
    running(lambda: clusters.get(GROUP, "shop"))
    assert clusters.get(GROUP, "shop").sku.name == "Balanced_B5"
    clusters.begin_update(GROUP, "shop", {"tags": {"team": "other"}}).result()
    running(lambda: clusters.get(GROUP, "shop"))
    assert clusters.get(GROUP, "shop").tags == {"team": "other"}
    databases.begin_update(GROUP, "shop", "default", {"properties": {
        "evictionPolicy": "NoEviction", "persistence": {"rdbEnabled": True, "rdbFrequency": "6h"}}}).result()
    running(lambda: databases.get(GROUP, "shop", "default"))
    assert databases.get(GROUP, "shop", "default").persistence.rdb_frequency == "6h"
    databases.begin_update(GROUP, "shop", "default", {"properties": {"accessKeysAuthentication": "Enabled"}}).result()
    running(lambda: databases.get(GROUP, "shop", "default"))
    assert databases.list_keys(GROUP, "shop", "default").primary_key.endswith("=")
    links = list(MANAGED.private_link_resources.list_by_cluster(GROUP, "shop"))
    assert links[0].required_zone_names == ["privatelink.redis.azure.net"], links
    assert list(MANAGED.private_endpoint_connections.list(GROUP, "shop")) == []
    for name in ("a1", "a2", "a3"):
        cluster(name)
    # More than one page.
    assert [c.name for c in clusters.list_by_resource_group(GROUP)] == ["a1", "a2", "a3", "shop"]
    assert len(list(clusters.list())) == 4
    assert [d.name for d in databases.list_by_cluster(GROUP, "shop")] == ["default"]
    MANAGED.access_policy_assignment.begin_delete(GROUP, "shop", "default", "web").result()
    gone(MANAGED.access_policy_assignment.get, GROUP, "shop", "default", "web")
    assert list(MANAGED.access_policy_assignment.list(GROUP, "shop", "default")) == []
    databases.begin_delete(GROUP, "shop", "default").result()
    gone(databases.get, GROUP, "shop", "default")
    for name in ("a1", "a2", "a3", "shop"):
        clusters.begin_delete(GROUP, name).result()
        gone(clusters.get, GROUP, name)


def gone(get, *args):
    for _ in range(9):
        try:
            get(*args)
        except ResourceNotFoundError:
            return
    raise AssertionError(args)


def classic():
    caches = CLASSIC.redis
    CLASSIC.redis.check_name_availability({"type": "Microsoft.Cache/Redis", "name": "shop"})
    body = {"location": "eastus", "properties": {"sku": {"name": "Premium", "family": "P", "capacity": 1},
            "redisConfiguration": {"aad-enabled": "true", "maxmemory-policy": "volatile-lru"}}}
    made = caches.begin_create(GROUP, "shop", body).result()
    assert made.sku.family == "P" and made.id.endswith("Microsoft.Cache/Redis/shop"), made
    running(lambda: caches.get(GROUP, "shop"), "provisioning_state", "Succeeded")
    shown = caches.get(GROUP, "shop")
    # The default is not shown, and the service adds settings of its own.
    assert shown.redis_configuration.maxmemory_policy is None and shown.redis_configuration.maxclients, shown
    assert shown.access_keys is None and shown.ssl_port == 6380, shown
    caches.begin_update(GROUP, "shop", {"properties": {"redisConfiguration": {"maxmemory-policy": "allkeys-lfu"}}}).result()
    running(lambda: caches.get(GROUP, "shop"), "provisioning_state", "Succeeded")
    assert caches.get(GROUP, "shop").redis_configuration.maxmemory_policy == "allkeys-lfu"
    caches.begin_update(GROUP, "shop", {"properties": {"sku": {"name": "Premium", "family": "P", "capacity": 2}}}).result()
    running(lambda: caches.get(GROUP, "shop"), "provisioning_state", "Succeeded")
    assert caches.get(GROUP, "shop").sku.capacity == 2
    assert caches.list_keys(GROUP, "shop").primary_key.endswith("=")
    CLASSIC.access_policy.begin_create_update(GROUP, "shop", "readers", {"properties": {"permissions": "+@read ~app:*"}}).result()
    running(lambda: CLASSIC.access_policy.get(GROUP, "shop", "readers"), "provisioning_state", "Succeeded")
    CLASSIC.access_policy_assignment.begin_create_update(GROUP, "shop", "web", {"properties": {
        "objectId": USER, "objectIdAlias": "web", "accessPolicyName": "readers"}}).result()
    running(lambda: CLASSIC.access_policy_assignment.get(GROUP, "shop", "web"), "provisioning_state", "Succeeded")
    names = [p.name for p in CLASSIC.access_policy.list(GROUP, "shop")]
    assert names == ["Data Contributor", "Data Owner", "Data Reader", "readers"], names
    CLASSIC.firewall_rules.create_or_update(GROUP, "shop", "office", {"properties": {"startIP": "203.0.113.1", "endIP": "203.0.113.9"}})
    assert [r.start_ip for r in CLASSIC.firewall_rules.list(GROUP, "shop")] == ["203.0.113.1"]
    CLASSIC.firewall_rules.delete(GROUP, "shop", "office")
    CLASSIC.access_policy_assignment.begin_delete(GROUP, "shop", "web").result()
    gone(CLASSIC.access_policy_assignment.get, GROUP, "shop", "web")
    CLASSIC.access_policy.begin_delete(GROUP, "shop", "readers").result()
    gone(CLASSIC.access_policy.get, GROUP, "shop", "readers")
    assert [c.name for c in caches.list_by_subscription()] == ["shop"]
    caches.begin_delete(GROUP, "shop").result()
    gone(caches.get, GROUP, "shop")


def refusals():
    clusters = MANAGED.redis_enterprise
    where = {"location": "eastus", "properties": {"publicNetworkAccess": "Enabled"}}
    retired = refused("BadRequest", clusters.begin_create, GROUP, "old", {**where, "sku": {"name": "Enterprise_E10", "capacity": 2}})
    assert "no longer supported" in retired, retired
    create = CLASSIC.redis.begin_create
    body = {"location": "eastus", "properties": {"sku": {"name": "Basic", "family": "C", "capacity": 0}}}
    assert "Azure Managed Redis" in refused("BadRequest", create, GROUP, "old", body)
    clusters.begin_create(GROUP, "shop", {**where, "sku": {"name": "Balanced_B3"}}, polling=False)
    busy = refused("Conflict", MANAGED.databases.begin_create, GROUP, "shop", "default", {"properties": {}})
    assert "busy" in busy, busy
    running(lambda: clusters.get(GROUP, "shop"))
    database()
    refused("BadRequest", MANAGED.databases.list_keys, GROUP, "shop", "default")
    refused("BadRequest", clusters.begin_update, GROUP, "shop", {"properties": {"highAvailability": "Disabled"}})
    refused("BadRequest", clusters.begin_update, GROUP, "shop", {"sku": {"name": "FlashOptimized_A250"}})
    refused("BadRequest", MANAGED.databases.begin_update, GROUP, "shop", "default",
            {"properties": {"clusteringPolicy": "EnterpriseCluster"}})
    refused("BadRequest", MANAGED.databases.begin_create, GROUP, "shop", "other", {"properties": {}})


def drift():
    """Somebody changes a deployment by hand: client.py URL drift NAME WHAT."""
    name, what = PARTS[1], PARTS[2]
    if what == "policy":
        MANAGED.databases.begin_update(GROUP, name, "default", {"properties": {"evictionPolicy": "NoEviction"}}).result()
        running(lambda: MANAGED.databases.get(GROUP, name, "default"))
        return
    if what == "assignment":
        first = next(iter(MANAGED.access_policy_assignment.list(GROUP, name, "default")))
        MANAGED.access_policy_assignment.begin_delete(GROUP, name, "default", first.name).result()
        gone(MANAGED.access_policy_assignment.get, GROUP, name, "default", first.name)
        return
    tags = dict(MANAGED.redis_enterprise.get(GROUP, name).tags or {})
    body = {
        "size": {"sku": {"name": "Balanced_B50"}},
        "tag": {"tags": {**tags, "team": "somebody else"}},
        "network": {"properties": {"publicNetworkAccess": "Enabled"}},
    }[what]
    MANAGED.redis_enterprise.begin_update(GROUP, name, body).result()
    running(lambda: MANAGED.redis_enterprise.get(GROUP, name))


{"managed": managed, "classic": classic, "refusals": refusals, "drift": drift}[PARTS[0]]()
