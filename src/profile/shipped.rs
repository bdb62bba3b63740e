//! The profiles that come with the tool.

/// Puts the profiles into the binary, so that `init` and the documentation need no files.
macro_rules! profiles {
    ($($name:literal),+) => {
        &[$(($name, include_str!(concat!("../../profiles/", $name, ".yaml"))),)+]
    };
}

/// Real cases, by name.
const SHIPPED: &[(&str, &str)] = profiles!(
    "web-sessions",
    "api-response-cache",
    "product-catalogue",
    "leaderboard",
    "rate-limiter",
    "job-queue",
    "feature-flags",
    "cart",
    "bursty-lambda",
    "two-terabytes",
    "chat",
    "llm-answer-cache"
);

/// The shipped profiles: name and text, in the order in which a newcomer reads them.
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    SHIPPED
}

/// The text of a shipped profile, or without a name a commented profile that explains every key.
pub fn template(name: Option<&str>) -> Option<&'static str> {
    match name {
        None => Some(include_str!("template.yaml")),
        Some(name) => SHIPPED.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text),
    }
}
