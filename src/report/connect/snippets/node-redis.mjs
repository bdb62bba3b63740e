// redis (node-redis) 5.6 or later, Node.js 20 or later.
@iam import { Sha256 } from "@aws-crypto/sha256-js";
@iam import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
@iam import { SignatureV4 } from "@smithy/signature-v4";
@ca import { readFileSync } from "node:fs";
@single import { createClient } from "redis";
@cluster import { createCluster } from "redis";
@TOKEN@

// One client an instance, outside of the handler; it connects once and is kept.
const socket = {
@tls   tls: true,
@ca   ca: readFileSync("@CA@"),
@ca   servername: "@NAME@",
  connectTimeout: @CONNECT@,
  socketTimeout: 5000,
  keepAlive: true,
  reconnectStrategy: (n) => Math.random() * Math.min(500, 50 * 2 ** n), // full jitter
};
@password const login = { username: "@USER@", password: process.env.CACHE_PASSWORD }; // @SECRET@
@nobody const login = {};
@iam const credentials = async () => ({ username: "@USER@", password: await token() });
@iam const login = { credentialsProvider: { type: "async-credentials-provider", credentials } }; // at each new connection
@single const cache = createClient({ ...login, socket: { host: "@HOST@", port: @PORT@, ...socket }, disableOfflineQueue: true });
@cluster const cache = createCluster({ // the map of slots is read again when one has moved
@cluster   rootNodes: [{ socket: { host: "@HOST@", port: @PORT@, ...socket } }],
@cluster   defaults: { ...login, socket },
@serverless   useReplicas: false, // port 6380 of the same name answers MOVED to what is not read from replicas
@cluster });
cache.on("error", (error) => console.warn("cache", error.message)); // unheard, it ends the process
let connected;
const ready = () => (connected ??= cache.connect().catch((error) => { connected = undefined; throw error; }));
const within = (promise, ms) =>
  Promise.race([promise, new Promise((_, no) => setTimeout(no, ms, new Error("cache time-out")).unref())]);
@iam
@iam // ElastiCache cuts a connection 12 hours after it signed in: open ones sign in again before.
@iam setInterval(async () => {
@iam   try {
@iam @single     await cache.auth(await credentials());
@iam @cluster     for (const node of cache.masters) await (await node.client)?.auth(await credentials());
@iam   } catch { /* what could not is cut, and comes back with a new token */ }
@iam }, 11 * 3_600_000).unref();

export async function getOrLoad(key, load, ttl = 300) {
  try {
    await within(ready(), @CONNECT@);
    const hit = await within(cache.get(key), 500);
    if (hit !== null) return JSON.parse(hit);
  } catch { /* the cache is optional: go to the source */ }
  const value = (await load()) ?? null; // null is cached, too
  const seconds = Math.round(ttl * (0.9 + 0.2 * Math.random()));
  cache.set(key, JSON.stringify(value), { EX: seconds }).catch(() => {});
  return value;
}

export const close = () => cache.close(); // in tests
