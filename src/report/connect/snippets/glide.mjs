@ca import { readFileSync } from "node:fs";
@single import { GlideClient as Client, TimeUnit } from "@valkey/valkey-glide";
@cluster import { GlideClusterClient as Client, TimeUnit } from "@valkey/valkey-glide";

// One client an instance, outside of the handler; it multiplexes one connection a node and is kept.
let client;
const open = () =>
  (client ??= Client.createClient({
    addresses: [{ host: "@HOST@", port: @PORT@ }],
@user     credentials: { username: "@USER@", password: process.env.CACHE_PASSWORD },
    useTLS: true,
    requestTimeout: 500,
    inflightRequestsLimit: 500,
    connectionBackoff: { numberOfRetries: 3, factor: 50, exponentBase: 2, jitterPercent: 100 },
    advancedConfiguration: {
      connectionTimeout: 1500,
@ca       tlsAdvancedConfiguration: { rootCertificates: readFileSync("@CA@") },
    },
  }).catch((error) => { client = undefined; throw error; }));

export async function getOrLoad(key, load, ttl = 300) {
  try {
    const hit = await (await open()).get(key);
    if (hit !== null) return JSON.parse(hit.toString());
  } catch { /* the cache is optional: go to the source */ }
  const value = (await load()) ?? null; // null is cached, too
  const count = Math.round(ttl * (0.9 + 0.2 * Math.random()));
  open()
    .then((cache) => cache.set(key, JSON.stringify(value), { expiry: { type: TimeUnit.Seconds, count } }))
    .catch(() => {});
  return value;
}

export const close = async () => (await open()).close(); // in tests
