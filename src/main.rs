//! The command line of cachefit.

fn main() {}
