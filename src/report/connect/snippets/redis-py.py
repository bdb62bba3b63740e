@user import json, os, random
@nobody import json, random

import redis
from redis.backoff import FullJitterBackoff
from redis.retry import Retry

# One client an instance, outside of the handler; never shared across a fork.
options = dict(
@user     username="@USER@",
@user     password=os.environ["CACHE_PASSWORD"],
    ssl=True,
@ca     ssl_ca_certs="@CA@",
    ssl_check_hostname=True,
    socket_connect_timeout=1.5,
    socket_timeout=1.0,
    socket_keepalive=True,
    health_check_interval=30,  # a frozen instance wakes up with a dead socket
    max_connections=2,
    decode_responses=True,
    retry=Retry(FullJitterBackoff(cap=0.5, base=0.05), 1),
)
@single cache = redis.Redis(host="@HOST@", port=@PORT@, retry_on_timeout=True, **options)
@cluster cache = redis.RedisCluster(host="@HOST@", port=@PORT@, **options)


def get_or_load(key, load, ttl=300):
    try:
        hit = cache.get(key)
        if hit is not None:
            return json.loads(hit)
    except redis.RedisError:
        pass  # the cache is optional: go to the source
    value = load()  # None is cached, too
    try:
        cache.set(key, json.dumps(value), ex=round(ttl * random.uniform(0.9, 1.1)))
    except redis.RedisError:
        pass
    return value


def close():  # in tests
    cache.close()
