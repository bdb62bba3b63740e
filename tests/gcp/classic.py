"""Google's own client for the classic Memorystore for Redis: create, read, list, patch, delete, and what is refused.

Run against the fake of this repository and against drongo, a fake by others: what both know must be answered alike. The
answers that count are printed, a line each, so that the two can be compared."""

import sys

import requests
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import redis_v1 as redis
from google.cloud.redis_v1.services.cloud_redis.transports.rest import CloudRedisRestTransport

url = sys.argv[1]
parent = "projects/shop-prod/locations/us-central1"
name = f"{parent}/instances/shop"
client = redis.CloudRedisClient(transport=CloudRedisRestTransport(host=url, credentials=AnonymousCredentials()))


def settled(begun):
    for _ in range(20):
        shown = requests.get(f"{url}/v1/{begun.operation.name}", timeout=10).json()
        if shown.get("done"):
            return
    raise SystemExit(f"{begun.operation.name} is never done")


def say(what, shown):
    print(what, shown.state.name, shown.tier.name, shown.memory_size_gb, shown.redis_version,
          dict(sorted(shown.redis_configs.items())), dict(sorted(shown.labels.items())), bool(shown.host))


wanted = redis.Instance(
    tier=redis.Instance.Tier.STANDARD_HA,
    memory_size_gb=5,
    redis_version="REDIS_7_2",
    redis_configs={"maxmemory-policy": "allkeys-lru"},
    labels={"team": "shop"},
    auth_enabled=True,
)
settled(client.create_instance(parent=parent, instance_id="shop", instance=wanted))
say("made", client.get_instance(name=name))
print("listed", [one.name for one in client.list_instances(parent=parent)])
try:
    client.create_instance(parent=parent, instance_id="shop", instance=wanted)
    raise SystemExit("a second create was taken")
except exceptions.Conflict:
    print("a second create is refused")
larger = redis.Instance(name=name, memory_size_gb=6)
settled(client.update_instance(instance=larger, update_mask={"paths": ["memory_size_gb"]}))
say("larger", client.get_instance(name=name))
settled(client.delete_instance(name=name))
try:
    client.get_instance(name=name)
    raise SystemExit("it is still there")
except exceptions.NotFound:
    print("gone")
