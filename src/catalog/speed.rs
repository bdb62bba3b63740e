//! How fast the engine thread of a node family is against that of another, as far as vendors publish it.

use serde::Serialize;

use super::NodeType;

/// A family's commands a second on one engine thread, against those of Graviton2.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Speed {
    /// Processor, for people.
    pub processor: &'static str,
    /// Times the commands of Graviton2.
    pub factor: f64,
    /// Who says so.
    pub why: &'static str,
}

const GRAVITON_2: Speed = Speed { processor: "Graviton2", factor: 1.0, why: "the reference" };
const GRAVITON_3: Speed = Speed {
    processor: "Graviton3",
    factor: 1.28,
    why: "AWS: up to +28% requests and -21% p99 against Graviton2",
};
const GRAVITON_4: Speed = Speed {
    processor: "Graviton4",
    factor: 1.28,
    why: "taken as Graviton3: the +47% of AWS's migration adviser stands in no documentation",
};

/// Families with a published relation.
const FAMILIES: &[(&str, Speed)] = &[
    ("t4g", GRAVITON_2),
    ("m6g", GRAVITON_2),
    ("r6g", GRAVITON_2),
    ("r6gd", GRAVITON_2),
    ("c6g", GRAVITON_2),
    ("m7g", GRAVITON_3),
    ("r7g", GRAVITON_3),
    ("c7g", GRAVITON_3),
    ("c7gn", GRAVITON_3),
    ("m8g", GRAVITON_4),
    ("r8g", GRAVITON_4),
    ("c8g", GRAVITON_4),
    ("c8gn", GRAVITON_4),
];

impl NodeType {
    /// The published relation of its family; none where there is none.
    pub fn speed(&self) -> Option<Speed> {
        FAMILIES.iter().find(|(family, _)| *family == self.family).map(|(_, speed)| *speed)
    }
}
