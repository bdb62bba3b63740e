//! The least rights for what a command does: those of the kinds that a deployment is made of, and what the cloud itself
//! asks for. Each cloud writes them in its own form: a policy, a role, the scope of a key.

pub use super::asked::{Asked, Purpose};
#[cfg(feature = "cloud")]
pub use of_kinds::{document, needed};

#[cfg(feature = "cloud")]
mod of_kinds {
    use std::collections::BTreeSet;

    use super::{Asked, Purpose};
    use crate::provider::cloud::{Cloud, desired_anew};
    use crate::provider::kind::Verb;

    /// Every permission that a command needs: of the verbs of the kinds, and of the cloud itself. Asks nobody for anything.
    pub fn needed<C: Cloud>(asked: &Asked<'_>) -> BTreeSet<&'static str> {
        let parts = desired_anew::<C>(asked.deployment, asked.profile);
        let mut all: BTreeSet<&'static str> = C::permissions(asked).into_iter().collect();
        for kind in C::kinds() {
            let is_part = parts.iter().any(|resource| resource.address.kind == kind.name());
            let holds_data = kind.usual().holds_data;
            let is_needed = |verb: Verb| match verb {
                // What an earlier version of the profile has left is looked for, too.
                Verb::Read => true,
                Verb::Create | Verb::Update => asked.purpose == Purpose::Apply && is_part,
                // A replacement deletes the data, too: for that it takes the rights of `destroy` as well.
                Verb::Delete => match asked.purpose {
                    Purpose::Plan => false,
                    Purpose::Apply => !holds_data,
                    Purpose::Destroy => is_part || !holds_data,
                },
            };
            let verbs = kind.permissions().iter().filter(|(verb, _)| is_needed(*verb));
            all.extend(verbs.flat_map(|(_, permissions)| permissions.iter().copied()));
        }
        all
    }

    /// The document that grants them, as the cloud wants it.
    pub fn document<C: Cloud>(asked: &Asked<'_>) -> String {
        C::grant(asked, &needed::<C>(asked))
    }
}
