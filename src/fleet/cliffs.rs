//! Dated changes of what runs that nobody has asked for.

use crate::recommend::{Cliff, CliffKind};

/// Retirement and extended support; what growth and reservations bring is another matter.
pub fn dated(cliffs: Vec<Cliff>) -> Vec<Cliff> {
    let dated = |cliff: &Cliff| matches!(cliff.kind, CliffKind::ExtendedSupport | CliffKind::Retirement);
    cliffs.into_iter().filter(dated).collect()
}
