//! What a build leaves out, and how to get it.

use super::error::Failure;

/// A command that this build cannot carry out, because it was made without a feature.
#[cfg_attr(
    all(feature = "aws", feature = "azure", feature = "gcp", feature = "local", feature = "upstash"),
    expect(dead_code, reason = "this build has every feature")
)]
pub fn without(feature: &str, cannot: &str) -> Failure {
    let message =
        format!("this build of cachefit cannot {cannot}: it was made without the feature `{feature}`");
    let hint = if cfg!(windows) && feature == "local" {
        "it needs Linux or macOS: use cachefit there, for example in WSL".to_owned()
    } else {
        format!("the released programs have it; from source: `cargo build --release --features {feature}`")
    };
    Failure::new("feature", message, Some(hint))
}

/// What a build without the clients of AWS says.
#[cfg(not(feature = "aws"))]
pub fn without_aws() -> Failure {
    without("aws", "reach AWS")
}
