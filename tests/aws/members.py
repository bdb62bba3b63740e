"""Prints the output members of ElastiCache's resources, as the service's own model names them."""

import json

import botocore.session
from botocore import xform_name

SHAPES = ["CacheCluster", "ReplicationGroup", "ServerlessCache", "User", "UserGroup"]

model = botocore.session.get_session().get_service_model("elasticache")
print(json.dumps({shape: [xform_name(name) for name in model.shape_for(shape).members] for shape in SHAPES}))
