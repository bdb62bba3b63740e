//! What is to be run, in terms that every cloud shares: one configuration, and the part of one that is decided already.

mod configuration;
mod pin;
mod topology;

pub use configuration::Configuration;
pub use pin::Pin;
pub use topology::Topology;
