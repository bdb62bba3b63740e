//! Access strings: from a profile's permissions, and compared by what they mean, because the service may rewrite them.

use crate::profile::User;
pub use crate::provider::access::normal;
use crate::provider::access::rules;

/// The access string of the user that keeps everybody out who gives no name.
pub const NOBODY: &str = "off -@all";

/// The rules of a user.
pub fn access(user: &User) -> String {
    normal(&rules(user).join(" "))
}

/// What the service refuses in an access string.
pub fn refused(access: &str) -> Option<String> {
    let forbidden = ["reset", "nopass", "resetpass"];
    access.split_whitespace().find_map(|word| {
        let bad = forbidden.contains(&word) || word.starts_with(['>', '<', '#', '!']);
        bad.then(|| format!("`{word}` may not stand in an access string"))
    })
}
