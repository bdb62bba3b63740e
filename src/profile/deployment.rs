//! `deployment`: what is already decided.

use super::checks;
use super::decode::{Cx, Given, record};
use super::scalar::Term;
use crate::deployment::Pin;
use crate::units::{Count, Engine, Policy, Service, Sourced};

record! {
    /// What is already decided; written by `cachefit recommend --pin`. All of it may be left out.
    DeploymentDoc, "deployment" {
        /// The service, by its name in `cachefit prices`. Default: free.
        optional service: Given<Service>,
        /// The engine. Default: free.
        optional engine: Given<Engine>,
        /// The engine's version. Default: free.
        optional version: Given<String>,
        /// The node type, plan or size. Default: free.
        optional node_type: Given<String>,
        /// Shards. Default: free.
        optional shards: Given<Count>,
        /// Replicas of each shard. Default: free.
        optional replicas: Given<Count>,
        /// The eviction policy. Default: free.
        optional eviction_policy: Given<Policy>,
        /// How the capacity is paid for. Default: free.
        optional commitment: Given<Term>,
        /// What the choice was made for: the constraint with the least to spare; written by `cachefit recommend --pin`, and
        /// `cachefit observe` says when metrics no longer bear it out. Default: not known.
        optional reason: Given<String>,
        /// Whether a cache of the profile's name that runs already, and is not managed by cachefit, is taken over by the
        /// next apply; written by `cachefit import`. Default: false.
        optional adopt: Given<bool>,
    }
}

impl DeploymentDoc {
    /// Checks the record.
    pub fn lower(self, cx: &mut Cx) -> Pin {
        checks::at_least_one(cx, self.shards.as_ref(), "the number of shards");
        checks::require(cx, self.shards.as_ref(), |v| v.0 <= 500.0, "no service has more than 500 shards");
        checks::require(
            cx,
            self.replicas.as_ref(),
            |v| v.0 <= 5.0,
            "no service has more than 5 replicas of a shard",
        );
        Pin {
            service: self.service.map(Given::sourced),
            engine: self.engine.map(Given::sourced),
            version: self.version.map(Given::sourced),
            node_type: self.node_type.map(Given::sourced),
            shards: self.shards.map(whole),
            replicas: self.replicas.map(whole),
            eviction_policy: self.eviction_policy.map(Given::sourced),
            commitment: self.commitment.map(|c| c.map(|term| term.0).sourced()),
            reason: self.reason.map(|reason| reason.value),
            adopt: self.adopt.is_some_and(|adopt| adopt.value),
        }
    }
}

/// A count that is far below the largest `u32`.
fn whole(count: Given<Count>) -> Sourced<u32> {
    count.map(|count| count.0 as u32).sourced()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::profile::write::decided;
    use crate::units::{Commitment, Source};

    const LEAST: &str = "name: a\ndataset: [{ keys: a, type: string, count: 1, value_size: 1B }]\n\
                         traffic: { peak: { reads: 1/s, writes: 1/s } }\n";

    fn known<T: Clone + std::fmt::Debug + 'static>(
        all: &[T],
    ) -> impl Strategy<Value = Option<Sourced<T>>> + use<T> {
        let source = Source::Declared { path: String::new(), line: 0 };
        proptest::option::of(
            select(all.to_vec()).prop_map(move |value| Sourced { value, source: source.clone() }),
        )
    }

    fn pin() -> impl Strategy<Value = Pin> {
        let texts =
            || known(&["8.1", "7", "cache.r7g.large", "Standard C1", "a: #b", "true"].map(str::to_owned));
        let counts = |least| known(&[least, 2, 5]);
        let reason =
            proptest::option::of(select(["memory", "engine CPU", "a: #b"].map(str::to_owned).to_vec()));
        (
            (known(Service::ALL), known(Engine::ALL), texts(), texts()),
            (counts(1), counts(0), known(Policy::ALL), known(Commitment::ALL), reason, any::<bool>()),
        )
            .prop_map(
                |(
                    (service, engine, version, node_type),
                    (shards, replicas, eviction_policy, commitment, reason, adopt),
                )| {
                    Pin {
                        service,
                        engine,
                        version,
                        node_type,
                        shards,
                        replicas,
                        eviction_policy,
                        commitment,
                        reason,
                        adopt,
                    }
                },
            )
    }

    /// Every value of a pin, without where it is from.
    fn values(pin: &Pin) -> String {
        fn value<T: std::fmt::Debug>(of: Option<&Sourced<T>>) -> String {
            format!("{:?} ", of.map(|of| &of.value))
        }
        let Pin {
            service,
            engine,
            version,
            node_type,
            shards,
            replicas,
            eviction_policy,
            commitment,
            reason,
            adopt,
        } = pin;
        value(service.as_ref())
            + &value(engine.as_ref())
            + &value(version.as_ref())
            + &value(node_type.as_ref())
            + &value(shards.as_ref())
            + &value(replicas.as_ref())
            + &value(eviction_policy.as_ref())
            + &value(commitment.as_ref())
            + &format!("{reason:?} ")
            + &adopt.to_string()
    }

    proptest! {
        #[test]
        fn a_pin_that_is_written_is_read_as_it_was(first in pin(), second in pin()) {
            let written = |pin: &Pin, text: &str| {
                let text = decided(pin).write_into(text).unwrap();
                let read = crate::profile::parse(text.as_bytes(), "t").unwrap_or_else(|e| panic!("{e}\n{text}"));
                (text, read.pin)
            };
            let (text, read) = written(&first, LEAST);
            prop_assert_eq!(values(&read), values(&first), "{}", text);
            // Over another pin: all that it decided is gone, but for the wish to take a cache over.
            let (text, read) = written(&second, &text);
            let adopt = first.adopt || second.adopt;
            prop_assert_eq!(values(&read), values(&Pin { adopt, ..second }), "{}", text);
        }
    }

    #[test]
    fn every_key_of_the_section_is_written() {
        let source = Source::Declared { path: String::new(), line: 0 };
        let some = |value: &str| Some(Sourced { value: value.to_owned(), source: source.clone() });
        let pin = Pin { version: some("8.1"), node_type: some("x"), adopt: true, ..Pin::default() };
        let text = decided(&pin).text();
        let taken_away = decided(&Pin::default()).write_into(&text).unwrap();
        assert_eq!(text, "deployment:\n  version: \"8.1\"\n  node_type: x\n  adopt: true\n");
        assert_eq!(taken_away, "deployment:\n  adopt: true\n");
    }
}
