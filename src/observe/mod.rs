//! From live servers to traces and profiles.

#[cfg(feature = "local")]
pub mod capture;
