"""Google's own client against the fake: create, read, list, patch, delete, and what is refused."""

import sys

import requests
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import memorystore_v1 as memorystore
from google.cloud.memorystore_v1.services.memorystore.transports.rest import MemorystoreRestTransport

url = sys.argv[1]
project, region = "shop-prod", "us-central1"
parent = f"projects/{project}/locations/{region}"
network = f"projects/{project}/global/networks/main"


def operation_settled(name):
    for _ in range(20):
        shown = requests.get(f"{url}/memorystore/v1/{name}", timeout=10).json()
        if shown.get("done"):
            return shown
    raise SystemExit(f"{name} is never done")


# The client's paths have no prefix: the fake takes it from the host.
transport = MemorystoreRestTransport(host=url + "/memorystore", credentials=AnonymousCredentials())
client = memorystore.MemorystoreClient(transport=transport)

policies = f"{url}/networkconnectivity/v1/{parent}/serviceConnectionPolicies"
body = {"network": network, "serviceClass": "gcp-memorystore",
        "pscConfig": {"subnetworks": [f"projects/{project}/regions/{region}/subnetworks/apps"]}}
assert requests.post(policies, params={"serviceConnectionPolicyId": "main"}, json=body, timeout=10).ok
for _ in range(3):
    requests.get(policies, timeout=10)

connection = memorystore.PscAutoConnection(project_id=project, network=network)
instance = memorystore.Instance(
    node_type=memorystore.Instance.NodeType.STANDARD_SMALL,
    shard_count=2,
    replica_count=1,
    mode=memorystore.Instance.Mode.CLUSTER,
    authorization_mode=memorystore.Instance.AuthorizationMode.IAM_AUTH,
    transit_encryption_mode=memorystore.Instance.TransitEncryptionMode.SERVER_AUTHENTICATION,
    engine_configs={"maxmemory-policy": "allkeys-lru"},
    endpoints=[memorystore.Instance.InstanceEndpoint(
        connections=[memorystore.Instance.ConnectionDetail(psc_auto_connection=connection)])],
)
begun = client.create_instance(parent=parent, instance=instance, instance_id="shop")
operation_settled(begun.operation.name)

shown = client.get_instance(name=f"{parent}/instances/shop")
assert shown.state == memorystore.Instance.State.ACTIVE, shown
assert (shown.shard_count, shown.replica_count) == (2, 1), shown
assert len(shown.endpoints[0].connections) == 2, shown
assert [i.name for i in client.list_instances(parent=parent)] == [shown.name]

try:
    client.create_instance(parent=parent, instance=instance, instance_id="shop")
    raise SystemExit("a second create was taken")
except exceptions.Conflict:
    pass

two = memorystore.Instance(name=shown.name, shard_count=3, replica_count=2)
try:
    client.update_instance(instance=two, update_mask={"paths": ["shard_count", "replica_count"]})
    raise SystemExit("two fields were taken")
except exceptions.BadRequest as error:
    assert "exactly 1 update_mask field" in str(error), error
begun = client.update_instance(instance=two, update_mask={"paths": ["shard_count"]})
operation_settled(begun.operation.name)
shown = client.get_instance(name=shown.name)
assert (shown.shard_count, shown.replica_count) == (3, 1), shown

ca = client.get_certificate_authority(name=shown.name)
assert ca.managed_server_ca.ca_certs[0].certificates[0].startswith("-----BEGIN"), ca

begun = client.delete_instance(name=shown.name)
operation_settled(begun.operation.name)
try:
    client.get_instance(name=shown.name)
    raise SystemExit("it is still there")
except exceptions.NotFound:
    pass
print("all done")
