@single // ioredis 5.3 or later, Node.js 20 or later.
@cluster // ioredis 6.0 or later: earlier ones stay on a connection whose slots have moved. Node.js 20 or later.
@iam import { Sha256 } from "@aws-crypto/sha256-js";
@iam import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
@iam import { SignatureV4 } from "@smithy/signature-v4";
@ca import { readFileSync } from "node:fs";
@single import Redis from "ioredis";
@cluster import { Cluster } from "ioredis";
@TOKEN@

const retry = (n) => Math.random() * Math.min(500, 50 * 2 ** n); // full jitter
// One client an instance, outside of the handler; it connects with the first command and is kept.
const options = {
@user   username: "@USER@",
@password   password: process.env.CACHE_PASSWORD, // @SECRET@
@ca   tls: { ca: readFileSync("@CA@"), servername: "@NAME@" },
@public   tls: {},
@single   lazyConnect: true,
@single   retryStrategy: retry,
  connectTimeout: @CONNECT@,
  commandTimeout: 500,
  maxRetriesPerRequest: 1,
  keepAlive: 15000,
};
@single const cache = new Redis({ host: "@HOST@", port: @PORT@, ...options });
@cluster const cache = new Cluster([{ host: "@HOST@", port: @PORT@ }], {
@cluster   dnsLookup: (address, done) => done(null, address), // TLS checks the name, so keep it
@cluster   slotsRefreshTimeout: @CONNECT@,
@cluster   slotsRefreshInterval: 60000, // and at once when a slot has moved
@serverless   scaleReads: "master", // port 6380 of the same name answers MOVED to what is not read from replicas
@cluster   enableReadyCheck: false, // it asks for CLUSTER INFO, which a user need not be allowed
@cluster   enableOfflineQueue: false, // while no node can be reached, go to the source at once
@cluster   clusterRetryStrategy: retry,
@cluster   clusterNodeRetryStrategy: retry, // a lost node is dialled again; else its commands go to any other node
@cluster   redisOptions: options,
@cluster   lazyConnect: true,
@cluster });
cache.on("error", (error) => console.warn("cache", error.message)); // unheard, it ends the process
@iam
@iam // ioredis knows no credential provider: new connections take the token from their options, open ones sign in again.
@iam @cluster cache.on("+node", (node) => { node.options.password = options.password; }); // before it is dialled
@iam let renewal, renewed = 0;
@iam async function sign() {
@iam   const password = await token();
@iam @single   const nodes = [cache];
@iam @cluster   options.password = password;
@iam @cluster   const nodes = cache.nodes();
@iam   for (const node of nodes) {
@iam     node.options.password = password;
@iam     if (node.status === "ready") node.auth("@USER@", password).catch(() => {});
@iam   }
@iam }
@iam function renew() {
@iam   if (Date.now() - renewed < 600_000) return renewal;
@iam   renewed = Date.now();
@iam   return (renewal = sign().catch((error) => { renewed = 0; throw error; }));
@iam }
@iam setInterval(() => renew().catch(() => {}), 60_000).unref(); // after a freeze the next request renews
@cluster
@cluster let connected;
@cluster const pause = (ms) => new Promise((done) => setTimeout(done, ms).unref());
@cluster const ready = () => (connected ??= Promise.race([cache.connect().catch(() => {}), pause(@CONNECT@)]));

export async function getOrLoad(key, load, ttl = 300) {
  try {
@iam     await renew();
@cluster     await ready(); // waits the first time only
    const hit = await cache.get(key);
    if (hit !== null) return JSON.parse(hit);
  } catch { /* the cache is optional: go to the source */ }
  const value = (await load()) ?? null; // null is cached, too: what is not there is asked for again
  const seconds = Math.round(ttl * (0.9 + 0.2 * Math.random()));
  cache.set(key, JSON.stringify(value), "EX", seconds).catch(() => {});
  return value;
}

export const close = () => cache.quit(); // in tests
