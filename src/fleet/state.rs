//! What a cache is in, from its metrics and from how its present shape compares with the best one.

use super::network::UNKNOWN;
use crate::observe::{Judged, StateName};
use crate::units::{Usd, terms};

terms!(
    /// What a cache is in.
    FleetState, "a state such as oversized, undersized, fits, idle or unknown" {
        /// Its metrics ask for more than it has.
        Undersized = "undersized",
        /// A limit was reached: the demand is at least what was seen.
        Censored = "censored",
        /// Something smaller or cheaper holds what its metrics ask for.
        Oversized = "oversized",
        /// Nobody uses it.
        Idle = "idle",
        /// It fits.
        Fits = "fits",
        /// It is too young to tell.
        Warming = "warming",
        /// A profile of something that is not known to run.
        Planned = "planned",
        /// Metrics are missing or do not say enough.
        Unknown = "unknown",
    }
);

/// How the present shape compares with the demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Whether the present shape holds the demand; none if its shape is not known.
    pub current_fits: Option<bool>,
    /// Whether the best shape is another one; none if no shape that is for sale is known to hold the demand.
    pub differs: Option<bool>,
    /// Dollars a month that the best shape saves; none if one of the prices is not known.
    pub saves: Option<Usd>,
    /// What the present shape has too little of.
    pub short_of: Vec<String>,
    /// Whether the size of values is known, from which traffic and network follow.
    pub sizes_are_known: bool,
}

/// The state and why. Without metrics it is unknown, whatever a shape may look like: what is unknown never makes a cache
/// smaller and never retires one. `no_demand` says why metrics that were given tell no demand.
pub fn state(
    judged: Option<&Judged>,
    runs: bool,
    compared: &Compared,
    no_demand: Option<String>,
) -> (FleetState, String) {
    match by_metrics(judged, runs, compared) {
        (FleetState::Unknown, why) => (FleetState::Unknown, no_demand.unwrap_or(why)),
        (FleetState::Undersized, _) if !compared.short_of.is_empty() => {
            (FleetState::Undersized, compared.short_of.join("; "))
        }
        (FleetState::Oversized, _) if !compared.sizes_are_known => {
            (FleetState::Unknown, format!("{UNKNOWN}, nor whether a smaller network is enough"))
        }
        other => other,
    }
}

fn by_metrics(judged: Option<&Judged>, runs: bool, compared: &Compared) -> (FleetState, String) {
    let Some(judged) = judged else {
        return if runs {
            (FleetState::Unknown, "no metric of it was read".to_owned())
        } else {
            (FleetState::Planned, "the profile pins no shape, and nothing says that it runs".to_owned())
        };
    };
    let why = |name: StateName| judged.states.iter().find(|s| s.name == name).map(|s| s.why.clone());
    let lacks =
        [StateName::Censored, StateName::Stale, StateName::Warming, StateName::Sparse, StateName::Incomplete];
    let says_enough = judged.may_shrink() && !lacks.iter().any(|name| judged.is(*name));
    // What nobody uses is not made larger either.
    if let Some(why) = why(StateName::Idle).filter(|_| says_enough) {
        return (FleetState::Idle, why);
    }
    if let Some(why) = why(StateName::Stale) {
        return (FleetState::Unknown, why);
    }
    // What was seen is a lower bound at worst: if even that does not fit, more data changes nothing.
    if compared.current_fits == Some(false) && !judged.figures.is_empty() {
        return (FleetState::Undersized, "its metrics ask for more than its shape holds".to_owned());
    }
    if let Some(why) = why(StateName::Censored) {
        return (FleetState::Censored, why);
    }
    if let Some(why) = why(StateName::Warming) {
        return (FleetState::Warming, why);
    }
    if let Some(why) = why(StateName::Sparse).or_else(|| why(StateName::Incomplete)) {
        return (FleetState::Unknown, why);
    }
    if why(StateName::Idle).is_some() {
        return (FleetState::Unknown, format!("it looks idle, but {}", judged.no_shrinking.join("; ")));
    }
    match (compared.current_fits, compared.differs) {
        (None, _) => (FleetState::Unknown, "its present shape is not known".to_owned()),
        (Some(_), None) => (
            FleetState::Unknown,
            "it holds its demand, and nothing that is sold in its region is known to hold it as well: there is nothing to \
             compare it with"
                .to_owned(),
        ),
        (Some(_), Some(false)) => (FleetState::Fits, "nothing cheaper holds its demand".to_owned()),
        (Some(_), Some(true)) => match compared.saves {
            Some(saves) if saves < LEAST => {
                (FleetState::Fits, "nothing is cheaper by a dollar a month".to_owned())
            }
            Some(_) if judged.may_shrink() => {
                (FleetState::Oversized, "something cheaper holds what its metrics ask for".to_owned())
            }
            Some(_) => (FleetState::Unknown, judged.no_shrinking.join("; ")),
            None => (FleetState::Unknown, "a price that the comparison needs is not known".to_owned()),
        },
    }
}

/// Dollars a month below which nobody changes a cache.
const LEAST: Usd = Usd(rust_decimal::Decimal::ONE);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{State, Window};

    fn judged(states: &[StateName], no_shrinking: &[&str]) -> Judged {
        let state = |name: &StateName| State { name: *name, why: name.to_string() };
        Judged {
            cache: "a".into(),
            info: None,
            nodes: Vec::new(),
            shards: 1,
            window: Window::default(),
            states: states.iter().map(state).collect(),
            figures: Vec::new(),
            no_shrinking: no_shrinking.iter().map(|s| (*s).to_owned()).collect(),
            caveats: Vec::new(),
        }
    }

    fn cheaper() -> Compared {
        Compared {
            current_fits: Some(true),
            differs: Some(true),
            saves: Some(Usd(100.into())),
            short_of: Vec::new(),
            sizes_are_known: true,
        }
    }

    #[test]
    fn what_is_unknown_is_never_made_smaller_and_never_retired() {
        let safe = |judged: Option<&Judged>| {
            let (state, why) = state(judged, true, &cheaper(), None);
            assert!(!why.is_empty());
            !matches!(state, FleetState::Oversized | FleetState::Idle)
        };
        assert!(safe(None));
        let lacks = [
            StateName::Censored,
            StateName::Stale,
            StateName::Warming,
            StateName::Sparse,
            StateName::Incomplete,
        ];
        for name in lacks {
            // Even if it looks idle beside.
            assert!(safe(Some(&judged(&[name], &[]))), "{name}");
            assert!(safe(Some(&judged(&[StateName::Idle, name], &[]))), "{name}");
        }
        assert!(safe(Some(&judged(&[], &["60 points"]))));
        assert!(safe(Some(&judged(&[StateName::Idle], &["60 points"]))));
    }

    #[test]
    fn why_says_what_it_is_short_of_and_why_no_demand_is_told() {
        let short =
            Compared { current_fits: Some(false), short_of: vec!["memory: 2 of 1".into()], ..cheaper() };
        let mut seen = judged(&[], &[]);
        seen.figures = vec![crate::observe::JudgedFigure {
            metric: crate::observe::Metric::Memory,
            most: 1.0,
            most_at: 0,
            median: 1.0,
            mean: 1.0,
            next_peak: crate::units::Interval::exact(1.0),
            bound: crate::observe::Bound::Interval,
            confidence: crate::observe::Confidence::High,
            statistic: crate::observe::Statistic::Maximum,
            step: None,
            source: String::new(),
            points: 1,
            coverage: 1.0,
        }];
        assert_eq!(state(Some(&seen), true, &short, None), (FleetState::Undersized, "memory: 2 of 1".into()));
        let why = || Some("its metrics do not tell the commands".to_owned());
        assert_eq!(state(None, true, &cheaper(), why()), (FleetState::Unknown, why().unwrap()));
        assert_eq!(state(None, false, &cheaper(), why()).0, FleetState::Planned);
    }

    #[test]
    fn metrics_that_say_enough_decide() {
        let of = |states: &[StateName], compared: Compared| {
            state(Some(&judged(states, &[])), true, &compared, None).0
        };
        assert_eq!(of(&[], cheaper()), FleetState::Oversized);
        assert_eq!(of(&[StateName::Idle], cheaper()), FleetState::Idle);
        // What nobody uses is not made larger, however full it is.
        let full = Compared { current_fits: Some(false), ..cheaper() };
        assert_eq!(of(&[StateName::Idle], full), FleetState::Idle);
        assert_eq!(of(&[], Compared { differs: Some(false), ..cheaper() }), FleetState::Fits);
        assert_eq!(of(&[], Compared { differs: None, ..cheaper() }), FleetState::Unknown);
        let cents = Compared { saves: Some(Usd("0.99".parse().unwrap())), ..cheaper() };
        assert_eq!(of(&[], cents), FleetState::Fits);
        assert_eq!(of(&[], Compared { saves: None, ..cheaper() }), FleetState::Unknown);
        assert_eq!(of(&[], Compared { current_fits: None, ..cheaper() }), FleetState::Unknown);
        assert_eq!(of(&[], Compared { sizes_are_known: false, ..cheaper() }), FleetState::Unknown);
    }
}
