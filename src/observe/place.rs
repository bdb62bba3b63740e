//! Where a cache runs, as far as a source tells it: what keeps two of one name apart.

use crate::units::Provider;

/// A provider and a region; none where it is not told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place<'a> {
    /// Who runs it.
    pub provider: Option<Provider>,
    /// The provider's name of the region.
    pub region: Option<&'a str>,
}

impl Place<'_> {
    /// Whether what both tell differs: then two of one name are two.
    pub fn is_elsewhere(self, other: Self) -> bool {
        fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
            one.zip(other).is_some_and(|(one, other)| one != other)
        }
        differ(self.provider, other.provider) || differ(self.region, other.region)
    }

    /// The only one of some places that can be this one: the same, or else one that tells nothing else. None where several
    /// can be: which of them it is nobody knows.
    pub fn only_of<'b>(self, all: impl Iterator<Item = (usize, Place<'b>)>) -> Option<usize> {
        let can_be: Vec<(usize, Place<'b>)> = all.filter(|(_, other)| !self.is_elsewhere(*other)).collect();
        let same: Vec<usize> = can_be.iter().filter(|(_, other)| self == *other).map(|(at, _)| *at).collect();
        match (same.as_slice(), can_be.as_slice()) {
            ([one], _) | ([], [(one, _)]) => Some(*one),
            _ => None,
        }
    }
}

/// Who runs what a monitoring system of its own watches, by the source of a series.
pub fn watched(source: &str) -> Option<Provider> {
    const MONITORS: [(&str, Provider); 6] = [
        ("CloudWatch ", Provider::Aws),
        ("Azure Monitor ", Provider::Azure),
        ("Cloud Monitoring ", Provider::Gcp),
        ("Upstash ", Provider::Upstash),
        ("Datadog aws.elasticache.", Provider::Aws),
        ("Datadog azure.cache_redis", Provider::Azure),
    ];
    MONITORS.iter().find(|(monitor, _)| source.starts_with(monitor)).map(|(_, provider)| *provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_no_other_place_and_what_fits_twice_fits_nowhere() {
        let place = |provider, region| Place { provider, region };
        let (aws, azure) = (Some(Provider::Aws), Some(Provider::Azure));
        let nowhere = Place::default();
        let us = place(aws, Some("us-east-1"));
        let eu = place(aws, Some("eu-west-1"));
        assert!(!nowhere.is_elsewhere(us) && !us.is_elsewhere(place(aws, None)));
        assert!(us.is_elsewhere(eu) && us.is_elsewhere(place(azure, None)));
        let only = |one: Place<'_>, all: &[Place<'_>]| one.only_of(all.iter().copied().enumerate());
        assert_eq!(only(us, &[eu, us]), Some(1));
        assert_eq!(only(nowhere, &[us]), Some(0));
        assert_eq!(only(nowhere, &[us, eu]), None);
        assert_eq!(only(nowhere, &[us, nowhere, eu]), Some(1));
        assert_eq!(only(place(azure, None), &[us, eu]), None);
        assert_eq!(only(us, &[nowhere, eu]), Some(0));
    }
}
