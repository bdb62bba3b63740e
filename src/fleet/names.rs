//! Names that profiles may have, for caches whose names may be anything.

use std::collections::{BTreeMap, BTreeSet};

use super::cache::Cache;

/// Characters of a profile's name at most.
const LONGEST: usize = 40;
/// Characters of what tells names apart that would be the same.
const SUFFIX: usize = 6;

/// A name for each cache, in the same order: different names stay different, however alike they are as names of profiles.
/// Caches of one name in several regions share it, as their profiles do.
pub fn profile_names(caches: &[Cache]) -> Vec<String> {
    let mut wanted: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for cache in caches {
        wanted.entry(profile_name(&cache.name)).or_default().insert(&cache.name);
    }
    let name = |cache: &Cache| {
        let plain = profile_name(&cache.name);
        let alone = wanted.get(&plain).is_none_or(|all| all.len() == 1);
        // Who has the name already keeps it; the suffix of the others depends on nothing but their own name.
        if alone || plain == cache.name { plain } else { with_suffix(&plain, &cache.name) }
    };
    caches.iter().map(name).collect()
}

/// Whether a profile of this name may be that of a cache: they have one name, or the profile's was made from it.
pub fn is_named(profile: &str, cache: &str) -> bool {
    let plain = profile_name(cache);
    profile.eq_ignore_ascii_case(cache) || profile == plain || profile == with_suffix(&plain, cache)
}

/// A name that a profile may have.
pub fn profile_name(name: &str) -> String {
    let mut text = String::new();
    for c in name.to_ascii_lowercase().chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '-' };
        // Names have no two hyphens in a row, and end in none.
        if c != '-' || !text.ends_with('-') {
            text.push(c);
        }
    }
    let text = text.trim_matches('-');
    let text = if text.starts_with(|c: char| c.is_ascii_lowercase()) {
        text.to_owned()
    } else {
        format!("cache-{text}")
    };
    cut(&text, LONGEST)
}

fn with_suffix(plain: &str, name: &str) -> String {
    // FNV-1a: the same on every machine and in every version.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let suffix: String = format!("{hash:016x}").chars().take(SUFFIX).collect();
    format!("{}-{suffix}", cut(plain, LONGEST - SUFFIX - 1))
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect::<String>().trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::cache::Origin;
    use super::*;

    fn names(of: &[&str]) -> Vec<String> {
        let cache =
            |name: &&str| Cache { name: (*name).to_owned(), origin: Origin::Seen, info: None, judged: None };
        profile_names(&of.iter().map(cache).collect::<Vec<_>>())
    }

    #[test]
    fn names_that_become_alike_are_told_apart() {
        let long = "a-name-of-forty-letters-that-goes-on-and-on";
        let (first, second) = (format!("{long}-one"), format!("{long}-two"));
        let all = names(&["shop", "SHOP", "shop!", &first, &second, "cart"]);
        assert_eq!((all[0].as_str(), all[5].as_str()), ("shop", "cart"));
        let distinct: BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{all:?}");
        assert!(all.iter().all(|name| name.len() <= LONGEST && !name.contains("--")), "{all:?}");
        // In whatever order, and whatever else is there.
        assert_eq!(names(&["shop!", "SHOP"]), [all[2].clone(), all[1].clone()]);
        assert_eq!(names(&["zeta", "zeta"]), ["zeta", "zeta"]);
        for (name, of) in all.iter().zip(["shop", "SHOP", "shop!", &first, &second, "cart"]) {
            assert!(is_named(name, of), "{name} of {of}");
        }
        assert!(!is_named(&all[3], &second) && !is_named("cart", "shop"));
    }
}
