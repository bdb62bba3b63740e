//! Clients of every language against servers: the code that `connect` writes is run.
