"""A cache that lets in who signs in by IAM, as ElastiCache does, and checks the token by botocore's own signer.

Speaks TLS and as much of the protocol as clients ask for. What takes hours at AWS takes seconds here: a token may be
used for --token seconds, a connection is cut --session seconds after its last sign-in. Writes one JSON object a line
for everything that happens, and takes orders from its input: `cut` (all connections), `cut-writer` (those of the first port).

Kinds: `single`; `cluster`, two shards on two ports, whose slots are swapped by `move`; `serverless`, one shard on two
ports of one name, where the second one, for readers, answers MOVED to who did not send READONLY.
"""

import argparse
import asyncio
import json
import ssl
import sys
import time
from datetime import datetime, timezone
from urllib.parse import parse_qsl, quote

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

HOST = "localhost"
SLOTS = 16384


def refused(token, want):
    """Why the service would not take this token; none if it would."""
    start, _, query = token.partition("/?")
    if start != want.cache:
        return "the token does not start with the name of the cache"
    fields = dict(parse_qsl(query, keep_blank_values=True))
    signature = fields.pop("X-Amz-Signature", None)
    expected = {
        "Action": "connect",
        "User": want.user,
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Expires": "900",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Security-Token": "session+token/of=role",
    }
    if want.kind == "serverless":
        expected["ResourceType"] = "ServerlessCache"
    given = {name: value for name, value in fields.items() if name not in ("X-Amz-Date", "X-Amz-Credential")}
    if given != expected:
        names = sorted(n for n in given.keys() | expected.keys() if given.get(n) != expected.get(n))
        return f"other parameters than asked for: {names}"
    date = fields["X-Amz-Date"]
    scope = f"AKIDEXAMPLE/{date[:8]}/{want.region}/elasticache/aws4_request"
    if fields["X-Amz-Credential"] != scope:
        return "another scope"
    age = time.time() - datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
    # The date has whole seconds.
    if not -1 <= age <= want.token + 1:
        return f"expired: signed {age:.1f} s ago"
    keys = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session+token/of=role")
    signer = SigV4QueryAuth(keys, "elasticache", want.region, expires=900)
    text = "&".join(f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}" for n, v in sorted(fields.items()))
    request = AWSRequest(method="GET", url=f"https://{want.cache}/?{text}")
    request.context["timestamp"] = date
    canonical = signer.canonical_request(request)
    if signer.signature(signer.string_to_sign(request, canonical), request) != signature:
        return "another signature"
    return None


def slot(key):
    start = key.find(b"{")
    end = key.find(b"}", start + 1)
    if start >= 0 and end > start + 1:
        key = key[start + 1 : end]
    crc = 0
    for byte in key:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return crc % SLOTS


def encode(value, three):
    if value is None:
        return b"_\r\n" if three else b"$-1\r\n"
    if isinstance(value, Exception):
        return b"-%s\r\n" % str(value).encode()
    if isinstance(value, int):
        return b":%d\r\n" % value
    if isinstance(value, (bytes, bytearray)):
        return b"$%d\r\n%s\r\n" % (len(value), value)
    if isinstance(value, str):
        return b"+%s\r\n" % value.encode()
    if isinstance(value, dict):
        items = [item for pair in value.items() for item in pair]
        head = b"%%%d\r\n" % len(value) if three else b"*%d\r\n" % len(items)
    else:
        items, head = value, b"*%d\r\n" % len(value)
    return head + b"".join(encode(i.encode() if isinstance(i, str) else i, three) for i in items)


class Cache:
    def __init__(self, want):
        self.want, self.data, self.open, self.ports, self.swapped = want, {}, {}, [], False
        self.count = 0

    def say(self, event, **more):
        print(json.dumps({"event": event, "at": round(time.time(), 3), **more}), flush=True)

    def ranges(self):
        """First and last slot with the ports that serve it, the writer first."""
        if self.want.kind == "serverless":
            return [(0, SLOTS - 1, self.ports)]
        first, second = reversed(self.ports) if self.swapped else self.ports
        return [(0, 8191, [first]), (8192, SLOTS - 1, [second])]

    def node(self, port):
        return f"{port:040x}"

    def topology(self, what):
        if what == "SLOTS":
            return [
                [a, b, *([HOST.encode(), port, self.node(port), []] for port in ports)]
                for a, b, ports in self.ranges()
            ]
        if what == "SHARDS":
            return [
                {
                    "slots": [a, b],
                    "nodes": [
                        {
                            "id": self.node(port), "tls-port": port, "port": port, "ip": HOST, "endpoint": HOST,
                            "hostname": HOST, "role": "replica" if i else "master",
                            "replication-offset": 1, "health": "online",
                        }
                        for i, port in enumerate(ports)
                    ],
                }
                for a, b, ports in self.ranges()
            ]
        if what == "NODES":
            lines = []
            for a, b, ports in self.ranges():
                for i, port in enumerate(ports):
                    role = f"slave {self.node(ports[0])}" if i else "master -"
                    lines.append(f"{self.node(port)} {HOST}:{port}@1 {role} 0 0 1 connected" + ("" if i else f" {a}-{b}"))
            return ("\n".join(lines) + "\n").encode()
        return b"cluster_state:ok\r\ncluster_enabled:1\r\n"

    def moved(self, key, port, readonly):
        if self.want.kind == "single":
            return None
        number = slot(key)
        ports = next(ports for a, b, ports in self.ranges() if a <= number <= b)
        if port == ports[0] or (readonly and port in ports):
            return None
        self.say("moved", port=port)
        return Exception(f"MOVED {number} {HOST}:{ports[0]}")

    async def serve(self, reader, writer):
        port = writer.get_extra_info("sockname")[1]
        self.count += 1
        me, signed, three, readonly = self.count, None, False, False
        self.open[me] = writer
        self.say("open", conn=me, port=port)

        def sign_in(user, token):
            nonlocal signed
            why = "another user" if user != self.want.user else refused(token, self.want)
            self.say("auth", conn=me, port=port, ok=why is None, why=why, again=signed is not None)
            if why is None:
                signed = time.time()
            return why is None

        try:
            while True:
                left = None if signed is None else signed + self.want.session - time.time()
                try:
                    line = await asyncio.wait_for(reader.readline(), left)
                except asyncio.TimeoutError:
                    self.say("session", conn=me, port=port)
                    break
                if not line:
                    break
                words = []
                for _ in range(int(line[1:])):
                    size = int((await reader.readline())[1:])
                    words.append((await reader.readexactly(size + 2))[:-2])
                name = words[0].decode().upper()
                text = [w.decode(errors="replace") for w in words]
                if name == "HELLO":
                    upper = [w.upper() for w in text]
                    fits = "AUTH" not in upper or sign_in(*text[upper.index("AUTH") + 1 :][:2])
                    if not fits:
                        answer = Exception("WRONGPASS invalid username-password pair or user is disabled.")
                    elif signed is None:
                        answer = Exception("NOAUTH HELLO must be called with the client already authenticated")
                    else:
                        three = len(words) > 1 and text[1] == "3"
                        answer = {
                            "server": b"redis", "version": b"7.2.0", "proto": 3 if three else 2, "id": me,
                            "mode": b"standalone" if self.want.kind == "single" else b"cluster",
                            "role": b"master", "modules": [],
                        }
                elif name == "AUTH":
                    wrong = Exception("WRONGPASS invalid username-password pair or user is disabled.")
                    answer = "OK" if len(text) == 3 and sign_in(*text[1:]) else wrong
                elif signed is None:
                    answer = Exception("NOAUTH Authentication required.")
                elif name == "GET":
                    answer = self.moved(words[1], port, readonly) or self.data.get(words[1])
                elif name == "SET":
                    answer = self.moved(words[1], port, False)
                    if answer is None:
                        self.data[words[1]], answer = words[2], "OK"
                elif name == "CLUSTER" and self.want.kind != "single":
                    answer = self.topology(text[1].upper())
                elif name in ("READONLY", "READWRITE"):
                    readonly, answer = name == "READONLY", "OK"
                elif name == "INFO":
                    role = "slave" if self.want.kind == "serverless" and port == self.ports[1] else "master"
                    answer = f"redis_version:7.2.0\r\nrole:{role}\r\nloading:0\r\ncluster_enabled:1\r\n".encode()
                elif name == "PING":
                    answer = words[1] if len(words) > 1 else "PONG"
                elif name == "COMMAND":
                    answer = [
                        [b"get", 2, [b"readonly", b"fast"], 1, 1, 1, [], [], [], []],
                        [b"set", -3, [b"write"], 1, 1, 1, [], [], [], []],
                    ]
                elif name == "CLIENT" and len(text) > 1 and text[1].upper() == "ID":
                    answer = me
                elif name in ("CLIENT", "QUIT"):
                    answer = "OK"
                else:
                    answer = Exception(f"ERR unknown command '{text[0]}'")
                writer.write(encode(answer, three))
                await writer.drain()
                if name == "QUIT":
                    break
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.say("close", conn=me, port=port)
            self.open.pop(me, None)
            writer.transport.abort()


async def main():
    parser = argparse.ArgumentParser()
    for name, kind in [("kind", str), ("cert", str), ("key", str), ("cache", str), ("user", str), ("region", str),
                       ("token", float), ("session", float)]:
        parser.add_argument(f"--{name}", type=kind, required=True)
    cache = Cache(parser.parse_args())
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cache.want.cert, cache.want.key)
    servers = []
    for _ in range(1 if cache.want.kind == "single" else 2):
        server = await asyncio.start_server(cache.serve, "127.0.0.1", 0, ssl=tls)
        servers.append(server)
        cache.ports.append(server.sockets[0].getsockname()[1])
    cache.say("ready", ports=cache.ports)
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        if line.strip() in (b"cut", b"cut-writer"):
            for writer in list(cache.open.values()):
                if line.strip() == b"cut" or writer.get_extra_info("sockname")[1] == cache.ports[0]:
                    writer.transport.abort()
        elif line.strip() == b"move":
            cache.swapped = not cache.swapped
        cache.say(line.decode().strip())


asyncio.run(main())
