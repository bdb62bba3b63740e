//! What a person has agreed to: a plan holds for one place and one world, and for the same work. Nothing else refuses it.

use cachefit::apply::{Refusal, is_for, still_holds};
use cachefit::plan::{Effect, Plan, Resource, Scope};

use crate::fake::{Fake, address};
use crate::shared::{apply, deployment, make, root, state};

fn one_server(policy: &str) -> Vec<Resource> {
    vec![Resource::new(address("server", "shop-1")).with("policy", policy)]
}

fn holds(fake: &Fake, read: &Plan) -> Result<(), Refusal> {
    still_holds(read, &make(fake, &read.desired), &state(fake), None)
}

/// D2: two empty places look the same, and a plan is for one of them.
#[test]
fn a_plan_is_refused_in_another_place() {
    let at = |account: &str| {
        let scope = Scope::new(Some(account.into()), Some("eu-central-1".into()));
        Fake { scope, ..Fake::default() }
    };
    let (here, there) = (at("111122223333"), at("444455556666"));
    let plan = Plan::from_json(&make(&here, &deployment("noeviction")).to_json().unwrap()).unwrap();
    assert_eq!(is_for(&plan, &here.scope), Ok(()));
    let refusal = is_for(&plan, &there.scope).unwrap_err().to_string();
    for part in ["account 111122223333, eu-central-1", "account 444455556666, eu-central-1"] {
        assert!(refusal.contains(part), "{refusal}");
    }
    assert_ne!(plan.id(), make(&there, &deployment("noeviction")).id());
}

/// D3: figures of the moment in words are no difference; what is done is, and is named.
#[test]
fn other_words_are_no_difference_and_another_gate_is_named() {
    let (mut fake, root) = (Fake::default(), root());
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    fake.figure = Some(("41% are used".into(), None));
    let plan = make(&fake, &deployment("allkeys-lru"));
    assert!(plan.steps.iter().any(|s| s.proof.as_deref() == Some("41% are used")));
    fake.figure = Some(("43% are used".into(), None));
    assert_eq!(holds(&fake, &plan), Ok(()));
    // The servers have been filled meanwhile: now data would go.
    fake.figure = Some(("97% are used".into(), Some("it holds more than its new limit".into())));
    let refusal = holds(&fake, &plan).unwrap_err();
    assert!(matches!(refusal, Refusal::OtherWork(_)), "{refusal:?}");
    let said = refusal.to_string();
    for part in [
        "local.server.shop-1:set-policy waits for people first: it holds more than its new limit",
        "local.server.shop-2 means data loss, and not no interruption",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains("version of cachefit"), "{said}");
    // Agreed to with the gate, it may be carried out where the gate is not needed any more.
    let plan = make(&fake, &deployment("allkeys-lru"));
    fake.figure = None;
    assert_eq!(holds(&fake, &plan), Ok(()));
}

/// D9: data that goes by a change in place needs a word of its own, unless the step asks about that very loss.
#[test]
fn data_loss_in_place_is_as_dangerous_as_a_deletion() {
    let (mut fake, root) = (Fake::default(), root());
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    let dangerous = |fake: &Fake| make(fake, &deployment("allkeys-lru")).dangerous().count();
    assert_eq!(dangerous(&fake), 0);
    fake.loses.insert("policy".into());
    assert_eq!(dangerous(&fake), 2);
    fake.gated.insert("policy".into());
    assert_eq!(dangerous(&fake), 2, "moving clients is no consent to a loss");
    fake.figure = Some((String::new(), Some("it holds more".into())));
    assert_eq!(dangerous(&fake), 0, "asked by the step itself");
    assert!(Effect::Failover { seconds: 900 } < Effect::Offline { seconds: 1 });
    assert!(Effect::Offline { seconds: 900 } < Effect::DataLoss);
}

/// D10: what others have, what scaling moves, what nobody asked for and words of a state refuse no plan.
#[test]
fn what_a_plan_does_not_rest_on_does_not_refuse_it() {
    let (fake, root) = (Fake::default(), root());
    let desired = |policy: &str| {
        let server = one_server(policy).remove(0);
        vec![server.with("replicas", 1_i64).with("port", 7001_i64).scaling("replicas")]
    };
    assert!(apply(&fake, &root, &desired("noeviction")).complete);
    let server = address("server", "shop-1");
    let plan = make(&fake, &desired("allkeys-lru"));
    fake.put_foreign(Resource::new(address("user", "shop-eu-web")));
    fake.edit(&server, "replicas", "3");
    fake.edit(&server, "notification_topic", "somebody's");
    assert_eq!(holds(&fake, &plan), Ok(()));
    assert!(apply(&fake, &root, &plan.desired).complete, "the count stays where scaling has put it");
    let is = state(&fake).into_iter().find(|o| o.resource.address == server).unwrap();
    assert_eq!(is.resource.attributes["replicas"], "3".into());
    // What it rests on still does.
    let plan = make(&fake, &desired("noeviction"));
    fake.edit(&server, "port", "7002");
    let Err(Refusal::Moved(drift)) = holds(&fake, &plan) else { panic!("it must be refused") };
    assert_eq!((drift.len(), drift[0].what.as_str()), (1, "port"));
}
