//! The kinds of resources of Upstash, one a file.

pub mod acl_user;
pub mod database;
