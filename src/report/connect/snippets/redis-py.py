@password # redis (redis-py) 6.0 or later.
@nobody # redis (redis-py) 6.0 or later.
@iam # redis (redis-py) 6.0 or later, developer-toolkit-elasticache (by AWS) 1.1 or later; Python 3.10 or later.
@cluster import functools
import json
@password import os
import random
@iam import time

import redis
@iam from developer_toolkit_elasticache import ElastiCacheIAMAuthTokenProvider
@iam from redis.auth.token import SimpleToken
from redis.backoff import FullJitterBackoff
@iam from redis.credentials import StreamingCredentialProvider
from redis.retry import Retry

@iam
@iam class Iam(StreamingCredentialProvider):
@iam     """Signs a token of 15 minutes for each new connection. The role needs elasticache:Connect on cache and user."""
@iam
@iam @nodes     signer = ElastiCacheIAMAuthTokenProvider(replication_group_id="@CACHE@", user_id="@USER@", region="@REGION@")
@iam @serverless     signer = ElastiCacheIAMAuthTokenProvider(serverless_cache_name="@CACHE@", user_id="@USER@", region="@REGION@")
@iam     listeners, renewed = set(), time.time()
@iam
@iam     def get_credentials(self):
@iam         return self.signer.user_id, self.signer.get_token()
@iam
@iam     def on_next(self, listener):
@iam         self.listeners.add(listener)
@iam
@iam     def on_error(self, listener):
@iam         pass
@iam
@iam     def is_streaming(self):
@iam         return True
@iam
@iam     def renew(self):  # ElastiCache cuts a connection 12 hours after it signed in: open ones sign in again before
@iam         if time.time() - self.renewed > 11 * 3600:
@iam             self.renewed = time.time()
@iam             token = SimpleToken(self.signer.get_token(), -1, 0, {"oid": self.signer.user_id})
@iam             for listener in list(self.listeners):
@iam                 listener(token)
@iam
@iam
@iam iam = Iam()
# One client an instance, outside of the handler; never shared across a fork.
options = dict(
@password     username="@USER@",
@password     password=os.environ["CACHE_PASSWORD"],  # @SECRET@
@iam     credential_provider=iam,
@tls     ssl=True,
@ca     ssl_ca_certs="@CA@",
@tls     ssl_check_hostname=True,
    socket_connect_timeout=@CONNECT_S@,
    socket_timeout=1.0,
    socket_keepalive=True,
    health_check_interval=30,  # a frozen instance wakes up with a dead socket
    max_connections=2,
    decode_responses=True,
    retry=Retry(FullJitterBackoff(cap=0.5, base=0.05), 1),
)
@single cache = redis.Redis(host="@HOST@", port=@PORT@, **options)
@cluster
@cluster
@cluster @functools.cache
@cluster def cache():  # a cluster's client connects when it is made: not while the module is loaded
@cluster     return redis.RedisCluster(
@cluster         host="@HOST@",
@cluster         port=@PORT@,
@cluster         dynamic_startup_nodes=False,  # the map of slots is read again by the endpoint's name
@cluster         reinitialize_steps=1,  # at once when a slot has moved
@serverless         # No load_balancing_strategy: port 6380 answers MOVED to what is not read from replicas.
@cluster         **options,
@cluster     )


def get_or_load(key, load, ttl=300):
    try:
@iam         iam.renew()
@single         hit = cache.get(key)
@cluster         hit = cache().get(key)
        if hit is not None:
            return json.loads(hit)
    except Exception:  # the cache is optional: go to the source
        pass
    value = load()  # None is cached, too
    try:
@single         cache.set(key, json.dumps(value), ex=round(ttl * random.uniform(0.9, 1.1)))
@cluster         cache().set(key, json.dumps(value), ex=round(ttl * random.uniform(0.9, 1.1)))
    except Exception:
        pass
    return value


def close():  # in tests
@single     cache.close()
@cluster     cache().close()
