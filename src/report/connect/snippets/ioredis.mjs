@ca import { readFileSync } from "node:fs";
@single import Redis from "ioredis";
@cluster import { Cluster } from "ioredis";

// One client an instance, outside of the handler; it connects with the first command and is kept.
const options = {
@user   username: "@USER@",
@user   password: process.env.CACHE_PASSWORD,
@ca   tls: { ca: readFileSync("@CA@"), servername: "@NAME@" },
@public   tls: { servername: "@NAME@" },
  lazyConnect: true,
  connectTimeout: 1500,
  commandTimeout: 500,
  maxRetriesPerRequest: 1,
  keepAlive: 15000,
  retryStrategy: (n) => Math.random() * Math.min(500, 50 * 2 ** n), // full jitter
};
@single const cache = new Redis({ host: "@HOST@", port: @PORT@, ...options });
@cluster const cache = new Cluster([{ host: "@HOST@", port: @PORT@ }], {
@cluster   dnsLookup: (address, done) => done(null, address), // TLS checks the name, so keep it
@cluster   slotsRefreshTimeout: 2000,
@cluster   redisOptions: options,
@cluster   lazyConnect: true,
@cluster });
cache.on("error", (error) => console.warn("cache", error.message)); // unheard, it ends the process

export async function getOrLoad(key, load, ttl = 300) {
  try {
    const hit = await cache.get(key);
    if (hit !== null) return JSON.parse(hit);
  } catch { /* the cache is optional: go to the source */ }
  const value = (await load()) ?? null; // null is cached, too: what is not there is asked for again
  const seconds = Math.round(ttl * (0.9 + 0.2 * Math.random()));
  cache.set(key, JSON.stringify(value), "EX", seconds).catch(() => {});
  return value;
}

export const close = () => cache.quit(); // in tests
