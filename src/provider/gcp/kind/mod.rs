//! The kinds of resources, each in a file: its attributes, how it is read, made, changed and deleted.

pub mod acl_policy;
pub mod alert_policy;
pub mod cache;
pub mod classic;
pub mod connection_policy;
pub mod iam_binding;
pub mod token_user;
