//! Limits that many keys share.

use super::decode::{Cx, Given, Problem};
use super::error::Code;
use crate::units::{Bytes, Count, Range};

/// The longest key, value or element that the engines accept.
const MAX_STRING: f64 = 512.0 * 1024.0 * 1024.0;

/// Reports a value that is not `ok`.
pub(super) fn require<T>(cx: &mut Cx, given: Option<&Given<T>>, ok: impl Fn(&T) -> bool, message: &str) {
    if let Some(given) = given.filter(|g| !ok(&g.value)) {
        cx.report(Problem::at(Code::BadValue, &given.spot, message));
    }
}

/// A count that may be zero at its lower end only.
pub(super) fn some(cx: &mut Cx, given: Option<&Given<Range<Count>>>, what: &str) {
    require(cx, given, |v| v.high.0 >= 1.0, &format!("{what} must be at least 1"));
}

/// A single count of at least one.
pub(super) fn at_least_one(cx: &mut Cx, given: Option<&Given<Count>>, what: &str) {
    require(cx, given, |v| v.0 >= 1.0, &format!("{what} must be at least 1"));
}

/// A size that the engines accept.
pub(super) fn storable(cx: &mut Cx, given: Option<&Given<Range<Bytes>>>) {
    let message = "Redis and Valkey accept at most 512 MiB in one piece";
    require(cx, given, |v| v.high.0 <= MAX_STRING, message);
}
