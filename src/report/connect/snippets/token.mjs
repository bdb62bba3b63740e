@iam
@iam // A token of IAM is signed here, without a call, and lets in for 15 minutes. The role needs elasticache:Connect
@iam // on the cache and on the user. Also: npm install @aws-sdk/credential-providers @smithy/signature-v4 @aws-crypto/sha256-js
@iam const signer = new SignatureV4({
@iam   service: "elasticache", region: "@REGION@", credentials: fromNodeProviderChain(), sha256: Sha256,
@iam });
@iam async function token() {
@iam @nodes   const query = { Action: "connect", User: "@USER@" };
@iam @serverless   const query = { Action: "connect", User: "@USER@", ResourceType: "ServerlessCache" };
@iam   const request = { method: "GET", protocol: "https:", hostname: "@CACHE@", path: "/", headers: { host: "@CACHE@" }, query };
@iam   const signed = await signer.presign(request, { expiresIn: 900 });
@iam   return `@CACHE@/?${new URLSearchParams(signed.query)}`;
@iam }
