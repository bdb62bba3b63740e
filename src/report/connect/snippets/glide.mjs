// @valkey/valkey-glide 2.2.1 or later, Node.js 20 or later.
@iam @serverless // Its own iamConfig does not sign for serverless caches (looked at up to 2.5.2), so the token is made here.
@iam @serverless import { Sha256 } from "@aws-crypto/sha256-js";
@iam @serverless import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
@iam @serverless import { SignatureV4 } from "@smithy/signature-v4";
@ca import { readFileSync } from "node:fs";
@single @password import { GlideClient as Client, TimeUnit } from "@valkey/valkey-glide";
@single @nobody import { GlideClient as Client, TimeUnit } from "@valkey/valkey-glide";
@single @iam import { GlideClient as Client, ServiceType, TimeUnit } from "@valkey/valkey-glide";
@cluster @password import { GlideClusterClient as Client, TimeUnit } from "@valkey/valkey-glide";
@cluster @nobody import { GlideClusterClient as Client, TimeUnit } from "@valkey/valkey-glide";
@cluster @iam @nodes import { GlideClusterClient as Client, ServiceType, TimeUnit } from "@valkey/valkey-glide";
@iam @serverless import { GlideClusterClient as Client, TimeUnit } from "@valkey/valkey-glide";
@serverless @TOKEN@

// One client an instance, outside of the handler; it multiplexes one connection a node and is kept.
let client;
const connect = async () =>
  Client.createClient({
    addresses: [{ host: "@HOST@", port: @PORT@ }],
@password     credentials: { username: "@USER@", password: process.env.CACHE_PASSWORD }, // @SECRET@
@iam @nodes     // Signs a token for each new connection by itself; the role needs elasticache:Connect on cache and user.
@iam @nodes     credentials: {
@iam @nodes       username: "@USER@",
@iam @nodes       iamConfig: { clusterName: "@CACHE@", service: ServiceType.Elasticache, region: "@REGION@" },
@iam @nodes     },
@iam @serverless     credentials: { username: "@USER@", password: await token() },
@tls     useTLS: true,
    requestTimeout: 500,
    inflightRequestsLimit: 500,
    connectionBackoff: { numberOfRetries: 3, factor: 50, exponentBase: 2, jitterPercent: 100 },
@serverless     readFrom: "primary", // port 6380 of the same name answers MOVED to what is not read from replicas
    advancedConfiguration: {
      connectionTimeout: @CONNECT@,
@ca       tlsAdvancedConfiguration: { rootCertificates: readFileSync("@CA@") },
    },
  });
const open = () => (client ??= connect().catch((error) => { client = undefined; throw error; }));
@iam @serverless
@iam @serverless // New connections take the last token; open ones sign in again, those of its own checks are cut at 12 hours.
@iam @serverless let renewal, renewed = Date.now();
@iam @serverless async function renew() {
@iam @serverless   if (!client || Date.now() - renewed < 600_000) return renewal;
@iam @serverless   renewed = Date.now();
@iam @serverless   return (renewal = Promise.all([open(), token()]).then(([cache, password]) =>
@iam @serverless     cache.updateConnectionPassword(password).then(() => cache.updateConnectionPassword(password, true)))
@iam @serverless     .catch(() => { renewed = 0; }));
@iam @serverless }
@iam @serverless setInterval(renew, 60_000).unref(); // after a freeze the next request renews

export async function getOrLoad(key, load, ttl = 300) {
  try {
@iam @serverless     await renew();
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
