//! The words of a profile: enums with one spelling each.

use crate::units::terms;

terms!(
    /// The kind of environment.
    Environment, "an environment: production, staging or development" {
        /// Real users.
        Production = "production",
        /// A rehearsal of production.
        Staging = "staging",
        /// For developers.
        Development = "development",
    }
);

terms!(
    /// What a function runs on.
    FunctionKind, "a function platform: lambda, function_app, cloud_run or cloud_function" {
        /// AWS Lambda.
        Lambda = "lambda",
        /// Azure Functions.
        FunctionApp = "function_app",
        /// Google Cloud Run.
        CloudRun = "cloud_run",
        /// Google Cloud Functions.
        CloudFunction = "cloud_function",
    }
);

terms!(
    /// How values are serialized.
    Format, "a format: json, binary, compressed or text" {
        /// JSON text.
        Json = "json",
        /// A compact binary form: `MessagePack`, CBOR, Protocol Buffers.
        Binary = "binary",
        /// Already compressed.
        Compressed = "compressed",
        /// Plain text or numbers.
        Text = "text",
    }
);

terms!(
    /// May the data be lost?
    Role, "a role: cache, state or queue" {
        /// A copy: losing it costs a miss.
        Cache = "cache",
        /// The only copy.
        State = "state",
        /// Work that waits.
        Queue = "queue",
    }
);

terms!(
    /// What a read takes.
    Reads, "what a read takes: whole or element" {
        /// All of the value.
        Whole = "whole",
        /// One field, item, member or entry.
        Element = "element",
    }
);

terms!(
    /// Whether values are text or whole numbers, which are stored in less space.
    Content, "the kind of values: text or integer" {
        /// Anything.
        Text = "text",
        /// Decimal integers of up to 64 bits.
        Integer = "integer",
    }
);

terms!(
    /// Whether the scores of a sorted set are whole numbers.
    Scores, "the kind of scores: whole or decimal" {
        /// 1, 2, 3.
        Whole = "whole",
        /// 1.5, 2.25.
        Decimal = "decimal",
    }
);

terms!(
    /// How the favourites change.
    Pattern, "an access pattern: stable, moving or scans" {
        /// The same keys for hours.
        Stable = "stable",
        /// New favourites within minutes.
        Moving = "moving",
        /// Scans and keys that are asked for once pass through.
        Scans = "scans",
    }
);

terms!(
    /// What must survive the loss of a zone.
    Availability, "an availability: single or multi-az" {
        /// One node a shard.
        Single = "single",
        /// A replica in another zone.
        MultiAz = "multi-az",
    }
);

terms!(
    /// How clients see the shards of a cache.
    Clustering, "a clustering: none, oss or enterprise" {
        /// One shard: any client.
        None = "none",
        /// Clients speak the cluster protocol.
        Oss = "oss",
        /// One endpoint hides the shards.
        Enterprise = "enterprise",
    }
);

terms!(
    /// What the network path must be.
    Network, "a network: private or any" {
        /// Reachable from a private network only.
        Private = "private",
        /// A public endpoint is acceptable.
        Any = "any",
    }
);

terms!(
    /// How a user proves who it is.
    Auth, "a way to sign in: iam or password" {
        /// The cloud's identity.
        Iam = "iam",
        /// A generated password.
        Password = "password",
    }
);

terms!(
    /// What a user may do.
    Permission, "a permission: read, write, pubsub, script or admin" {
        /// Commands that read.
        Read = "read",
        /// Commands that write.
        Write = "write",
        /// Publish and subscribe.
        PubSub = "pubsub",
        /// Scripts and functions.
        Script = "script",
        /// Configuration and administration.
        Admin = "admin",
    }
);
