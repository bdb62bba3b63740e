// @upstash/redis 1.35 or later, Node.js 20 or later, or a runtime at the edge: commands over HTTPS, with no connection to keep.
import { Redis } from "@upstash/redis";

const cache = new Redis({
  url: "@REST@",
  token: process.env.UPSTASH_REDIS_REST_TOKEN, // cachefit connect @PROFILE@ --user rest-token --format env --reveal
  signal: () => AbortSignal.timeout(500),
  retry: { retries: 1, backoff: (n) => Math.random() * Math.min(500, 50 * 2 ** n) }, // full jitter
  automaticDeserialization: false,
  enableTelemetry: false,
});

export async function getOrLoad(key, load, ttl = 300) {
  try {
    const hit = await cache.get(key);
    if (hit !== null) return JSON.parse(hit);
  } catch { /* the cache is optional: go to the source */ }
  const value = (await load()) ?? null; // null is cached, too: what is not there is asked for again
  const seconds = Math.round(ttl * (0.9 + 0.2 * Math.random()));
  await cache.set(key, JSON.stringify(value), { ex: seconds }).catch(() => {}); // a function may be frozen once it answers
  return value;
}
