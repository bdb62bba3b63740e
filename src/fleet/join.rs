//! Profiles, inventories and metrics of the same cache, brought together by its name.

use super::cache::{Cache, Origin};
use super::names::is_named;
use crate::observe::{CacheInfo, Judged};
use crate::profile::Profile;

/// One entry a cache: those with a profile in the order of the profiles, then the others by name and region.
pub fn join(profiles: Vec<(String, Profile)>, infos: Vec<CacheInfo>, judged: Vec<Judged>) -> Vec<Cache> {
    let mut seen: Vec<Cache> = Vec::new();
    for info in infos {
        let (name, origin) = (info.id.clone(), Origin::Seen);
        seen.push(Cache { name, origin, info: Some(info), judged: None });
    }
    for judged in judged {
        let same = |cache: &&mut Cache| cache.judged.is_none() && is_of(cache, &judged);
        if let Some(cache) = seen.iter_mut().find(same) {
            cache.judged = Some(judged);
        } else {
            let (name, info) = (judged.cache.clone(), judged.info.clone());
            seen.push(Cache { name, origin: Origin::Seen, info, judged: Some(judged) });
        }
    }
    let mut all = Vec::with_capacity(profiles.len() + seen.len());
    for (file, profile) in profiles {
        let of = |same: fn(&str, &str) -> bool| {
            seen.iter().position(|cache| same(&profile.name, &cache.name) && is_same_place(&profile, cache))
        };
        let mine = of(str::eq_ignore_ascii_case).or_else(|| of(is_named));
        let (info, judged) = mine.map(|at| seen.remove(at)).map_or((None, None), |c| (c.info, c.judged));
        let name = profile.name.clone();
        all.push(Cache { name, origin: Origin::Profile { file, profile: Box::new(profile) }, info, judged });
    }
    let region = |cache: &Cache| cache.info.as_ref().and_then(|info| info.region.clone());
    seen.sort_by(|a, b| (&a.name, region(a)).cmp(&(&b.name, region(b))));
    all.extend(seen);
    all
}

/// Whether metrics are those of a cache of an inventory.
fn is_of(cache: &Cache, judged: &Judged) -> bool {
    let region = |info: Option<&CacheInfo>| info.and_then(|info| info.region.clone());
    let (theirs, ours) = (region(judged.info.as_ref()), region(cache.info.as_ref()));
    cache.name.eq_ignore_ascii_case(&judged.cache) && (theirs.is_none() || theirs == ours)
}

/// Whether both are in one region, as far as both name it.
fn is_same_place(profile: &Profile, cache: &Cache) -> bool {
    let named = profile.placement.region.as_ref().map(|region| region.value.as_str());
    let there = cache.info.as_ref().and_then(|info| info.region.as_deref());
    named.zip(there).is_none_or(|(named, there)| named == there)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{parse, shipped};

    #[test]
    fn a_cache_is_one_however_many_files_tell_of_it() {
        let profile = |name: &str| {
            let text = shipped()[0].1.replacen("name: ", &format!("name: {name} # "), 1);
            (format!("{name}.yaml"), parse(text.as_bytes(), name).unwrap_or_else(|e| panic!("{e}")))
        };
        let info = |id: &str, region: &str| CacheInfo { region: Some(region.into()), ..CacheInfo::named(id) };
        let infos = vec![info("zeta", "us-east-1"), CacheInfo::named("shop"), info("zeta", "eu-west-1")];
        let all = join(vec![profile("shop"), profile("cart")], infos, Vec::new());
        let names: Vec<(&str, bool)> = all.iter().map(|c| (c.name.as_str(), c.info.is_some())).collect();
        assert_eq!(names, [("shop", true), ("cart", false), ("zeta", true), ("zeta", true)]);
        let regions: Vec<_> =
            all.iter().filter(|c| c.name == "zeta").map(|c| c.info.clone().unwrap().region).collect();
        assert_eq!(regions, [Some("eu-west-1".to_owned()), Some("us-east-1".to_owned())]);
    }
}
