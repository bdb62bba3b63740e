@ca import { readFileSync } from "node:fs";
@single import { createClient } from "redis";
@cluster import { createCluster } from "redis";

// One client an instance, outside of the handler; it connects once and is kept.
const socket = {
  tls: true,
@ca   ca: readFileSync("@CA@"),
  servername: "@NAME@",
  connectTimeout: 1500,
  socketTimeout: 5000,
  keepAlive: true,
  reconnectStrategy: (n) => Math.random() * Math.min(500, 50 * 2 ** n), // full jitter
};
@user const login = { username: "@USER@", password: process.env.CACHE_PASSWORD };
@nobody const login = {};
@single const cache = createClient({ ...login, socket: { host: "@HOST@", port: @PORT@, ...socket }, disableOfflineQueue: true });
@cluster const cache = createCluster({ rootNodes: [{ url: "rediss://@HOST@:@PORT@" }], defaults: { ...login, socket } });
cache.on("error", (error) => console.warn("cache", error.message)); // unheard, it ends the process
let connected;
const ready = () => (connected ??= cache.connect().catch((error) => { connected = undefined; throw error; }));
const within = (promise, ms) =>
  Promise.race([promise, new Promise((_, no) => setTimeout(no, ms, new Error("cache time-out")).unref())]);

export async function getOrLoad(key, load, ttl = 300) {
  try {
    await within(ready(), 1500);
    const hit = await within(cache.get(key), 500);
    if (hit !== null) return JSON.parse(hit);
  } catch { /* the cache is optional: go to the source */ }
  const value = (await load()) ?? null; // null is cached, too
  const seconds = Math.round(ttl * (0.9 + 0.2 * Math.random()));
  cache.set(key, JSON.stringify(value), { EX: seconds }).catch(() => {});
  return value;
}

export const close = () => cache.close(); // in tests
