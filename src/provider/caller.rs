//! A function that calls the cache.

use crate::profile::FunctionKind;

/// A function that calls the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What runs it.
    pub kind: FunctionKind,
    /// Its name as its provider knows it: a Lambda function's may be its ARN, a function app's `GROUP/NAME` or its whole id.
    pub name: String,
    /// Its region, where it is not the cache's.
    pub region: Option<String>,
}
