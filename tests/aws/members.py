"""Prints the output members of ElastiCache's resources, as the service's own model names them."""

import json

import botocore.session
from botocore import xform_name

SHAPES = [
    "Authentication",
    "CacheCluster",
    "DataStorage",
    "ECPUPerSecond",
    "GlobalReplicationGroupInfo",
    "LogDeliveryConfiguration",
    "NodeGroup",
    "NodeGroupMember",
    "PendingModifiedValues",
    "ReplicationGroup",
    "ReplicationGroupPendingModifiedValues",
    "ServerlessCache",
    "User",
    "UserGroup",
    "UserGroupPendingChanges",
]

model = botocore.session.get_session().get_service_model("elasticache")
print(json.dumps({shape: [xform_name(name) for name in model.shape_for(shape).members] for shape in SHAPES}))
