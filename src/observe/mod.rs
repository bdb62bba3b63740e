//! From live servers to traces and profiles.

pub mod capture;
