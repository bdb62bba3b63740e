//! Sizes of Managed Redis, and which of them a cache can take.

use serde_json::{Value, json};

/// Sizes by the number in their name, in GB as the service says them.
const SIZES: [(u32, f64); 17] = [
    (0, 0.5),
    (1, 1.0),
    (3, 3.0),
    (5, 6.0),
    (10, 12.0),
    (20, 24.0),
    (50, 60.0),
    (100, 120.0),
    (150, 180.0),
    (250, 240.0),
    (350, 360.0),
    (500, 480.0),
    (700, 720.0),
    (1000, 960.0),
    (1500, 1440.0),
    (2000, 1920.0),
    (4500, 4500.0),
];

const FAMILIES: [(&str, &[u32]); 4] = [
    ("Balanced_B", &[0, 1, 3, 5, 10, 20, 50, 100, 150, 250, 350, 500, 700, 1000]),
    ("MemoryOptimized_M", &[10, 20, 50, 100, 150, 250, 350, 500, 700, 1000, 1500, 2000]),
    ("ComputeOptimized_X", &[3, 5, 10, 20, 50, 100, 150, 250, 350, 500, 700]),
    ("FlashOptimized_A", &[250, 500, 700, 1000, 1500, 2000, 4500]),
];

/// A size's family and its GB; none for what is no size of Managed Redis.
pub fn size(name: &str) -> Option<(&'static str, f64)> {
    let (family, sizes) = FAMILIES.iter().find(|(family, _)| name.starts_with(family))?;
    let number: u32 = name.strip_prefix(family)?.parse().ok()?;
    sizes.contains(&number).then_some(())?;
    SIZES.iter().find(|(n, _)| *n == number).map(|(_, gb)| (*family, *gb))
}

/// Sizes that a cache can take: all that are not smaller, smaller ones of its own family with a layout that goes into each
/// other, never between memory and Flash, and without clustering up to 25 GB.
pub fn for_scaling(current: &str, used_gb: f64, is_clustered: bool) -> Vec<(String, f64)> {
    let Some((family, now)) = size(current) else { return Vec::new() };
    let is_flash = family.starts_with("Flash");
    let mut all = Vec::new();
    for (other, sizes) in FAMILIES {
        for number in sizes {
            let name = format!("{other}{number}");
            let gb = size(&name).map_or(0.0, |(_, gb)| gb);
            let shrinks = gb < now;
            let fits = !shrinks || (other == family && gb * 5.0 >= now && used_gb < gb * 0.8);
            if name != current
                && other.starts_with("Flash") == is_flash
                && fits
                && (is_clustered || gb <= 25.0)
            {
                all.push((name, gb));
            }
        }
    }
    all
}

pub fn listed(all: &[(String, f64)]) -> Value {
    let skus: Vec<Value> = all.iter().map(|(name, gb)| json!({"name": name, "sizeInGB": gb})).collect();
    json!({ "skus": skus })
}
