//! Profiles, inventories and metrics of the same cache, brought together by its name.

use super::cache::{Cache, Origin};
use super::names::is_named;
use crate::observe::{CacheInfo, Judged, Place};
use crate::profile::Profile;

/// One entry a cache: those with a profile in the order of the profiles, then the others by name and region.
pub fn join(profiles: Vec<(String, Profile)>, infos: Vec<CacheInfo>, judged: Vec<Judged>) -> Vec<Cache> {
    let mut seen: Vec<Cache> = Vec::new();
    for info in infos {
        let (name, origin) = (info.id.clone(), Origin::Seen);
        seen.push(Cache { name, origin, info: Some(info), judged: None });
    }
    for judged in judged {
        let same = |cache: &Cache| cache.judged.is_none() && cache.name.eq_ignore_ascii_case(&judged.cache);
        let known = seen.iter().enumerate().filter(|(_, cache)| same(cache));
        if let Some(at) = judged.place().only_of(known.map(|(at, cache)| (at, place(cache)))) {
            seen[at].judged = Some(judged);
        } else {
            let (name, info) = (judged.cache.clone(), judged.info.clone());
            seen.push(Cache { name, origin: Origin::Seen, info, judged: Some(judged) });
        }
    }
    // Who tells more of its place chooses first: what is left over may be the only one.
    let mut order: Vec<usize> = (0..profiles.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(told(placed(&profiles[*at].1))));
    let mut mine: Vec<Option<Cache>> = profiles.iter().map(|_| None).collect();
    for at in order {
        mine[at] = of_profile(&profiles[at].1, &seen).map(|found| seen.remove(found));
    }
    let mut all = Vec::with_capacity(profiles.len() + seen.len());
    for ((file, profile), mine) in profiles.into_iter().zip(mine) {
        let (info, judged) = mine.map_or((None, None), |cache| (cache.info, cache.judged));
        let name = profile.name.clone();
        all.push(Cache { name, origin: Origin::Profile { file, profile: Box::new(profile) }, info, judged });
    }
    let region = |cache: &Cache| cache.info.as_ref().and_then(|info| info.region.clone());
    seen.sort_by(|a, b| (&a.name, region(a)).cmp(&(&b.name, region(b))));
    all.extend(seen);
    all
}

/// What to know of profiles without a cache, since several could be theirs.
pub fn ambiguous(caches: &[Cache]) -> Vec<String> {
    let seen = || caches.iter().filter(|cache| cache.profile().is_none());
    let alone = caches.iter().filter(|cache| cache.info.is_none() && cache.judged.is_none());
    let text = |cache: &Cache| {
        let profile = cache.profile()?;
        let theirs = seen().filter(|other| {
            is_named(&profile.name, &other.name) && !placed(profile).is_elsewhere(place(other))
        });
        let places: Vec<String> = theirs.map(|other| shown(&other.name, place(other))).collect();
        (places.len() > 1).then(|| {
            format!(
                "the profile {} could be that of {}: placement.provider and placement.region say which one it is",
                profile.name,
                places.join(" or ")
            )
        })
    };
    alone.filter_map(text).collect()
}

fn shown(name: &str, place: Place<'_>) -> String {
    let provider = place.provider.map(|provider| provider.to_string());
    let told: Vec<&str> = provider.as_deref().into_iter().chain(place.region).collect();
    if told.is_empty() { name.to_owned() } else { format!("{name} ({})", told.join(" ")) }
}

/// The cache of a profile: the only one of its name, or the only one from whose name the profile's was made.
fn of_profile(profile: &Profile, seen: &[Cache]) -> Option<usize> {
    let of = |same: fn(&str, &str) -> bool| {
        let named = seen.iter().enumerate().filter(|(_, cache)| same(&profile.name, &cache.name));
        placed(profile).only_of(named.map(|(at, cache)| (at, place(cache))))
    };
    of(str::eq_ignore_ascii_case).or_else(|| of(is_named))
}

/// Where a profile says that its cache runs.
fn placed(profile: &Profile) -> Place<'_> {
    Place {
        provider: profile.placement.provider.as_ref().map(|provider| provider.value),
        region: profile.placement.region.as_ref().map(|region| region.value.as_str()),
    }
}

/// Where a cache was seen.
fn place(cache: &Cache) -> Place<'_> {
    let told = cache.info.as_ref().map(CacheInfo::place).unwrap_or_default();
    let measured = cache.judged.as_ref().map(Judged::place).unwrap_or_default();
    Place { provider: told.provider.or(measured.provider), region: told.region.or(measured.region) }
}

/// How much of its place is told.
fn told(place: Place<'_>) -> usize {
    usize::from(place.provider.is_some()) + usize::from(place.region.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{parse, shipped};
    use crate::units::Provider;

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

    fn placed_at(name: &str, place: &str) -> (String, Profile) {
        let text = shipped()[0].1.replacen("name: ", &format!("name: {name} # "), 1);
        let begin = text.find("placement:").expect("it is placed");
        let end = begin + text[begin..].find("\n\n").expect("the section ends");
        let text = format!("{}placement:\n{place}{}", &text[..begin], &text[end..]);
        (format!("{name}.yaml"), parse(text.as_bytes(), name).unwrap_or_else(|e| panic!("{e}\n{text}")))
    }

    fn seen(id: &str, provider: Provider, region: &str) -> CacheInfo {
        CacheInfo { provider: Some(provider), region: Some(region.into()), ..CacheInfo::named(id) }
    }

    /// The place of the cache that each profile was given.
    fn places(caches: &[Cache]) -> Vec<Option<String>> {
        let own = caches.iter().filter(|cache| cache.profile().is_some());
        own.map(|cache| cache.info.as_ref().and_then(|info| info.region.clone())).collect()
    }

    #[test]
    fn a_cache_of_another_cloud_is_another_cache() {
        let azure = || placed_at("shop", "  provider: azure\n");
        let infos = || vec![seen("shop", Provider::Aws, "us-east-1")];
        assert_eq!(places(&join(vec![azure()], infos(), Vec::new())), [None]);
        let both = || [infos(), vec![seen("shop", Provider::Azure, "uksouth")]].concat();
        assert_eq!(places(&join(vec![azure()], both(), Vec::new())), [Some("uksouth".to_owned())]);
        assert_eq!(join(vec![azure()], both(), Vec::new()).len(), 2);
    }

    #[test]
    fn what_could_be_several_caches_is_none_of_them_and_says_so() {
        let anywhere = || placed_at("shop", "  provider: aws\n");
        let there = || placed_at("shop", "  provider: aws\n  region: eu-west-1\n");
        let infos =
            || vec![seen("shop", Provider::Aws, "us-east-1"), seen("shop", Provider::Aws, "eu-west-1")];
        let alone = join(vec![anywhere()], infos(), Vec::new());
        assert_eq!((places(&alone), alone.len()), (vec![None], 3));
        let told = ambiguous(&alone);
        assert!(told[0].contains("shop (aws eu-west-1) or shop (aws us-east-1)"), "{told:?}");
        // Whoever says where it is leaves the other one.
        let both = join(vec![anywhere(), there()], infos(), Vec::new());
        assert_eq!(places(&both), [Some("us-east-1".to_owned()), Some("eu-west-1".to_owned())]);
        assert!(both.len() == 2 && ambiguous(&both).is_empty());
    }
}
