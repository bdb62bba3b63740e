//! The fake's own ways: faults, paging, states.
