//! The program against a fake of Azure Resource Manager.

#![allow(clippy::unwrap_used, reason = "tests")]
