//! What follows from the table and from what is known of an application.

use super::*;
use crate::units::Service;

fn application(commands: &[&str], across: Option<&[&str]>, databases: Option<u32>) -> Application {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Application { commands: owned(commands), across_slots: across.map(owned), databases }
}

fn verdict(application: &Application, place: Place, class: Class) -> Option<Verdict> {
    compatibility(application, place).into_iter().find(|one| one.class == class).map(|one| one.verdict)
}

#[test]
fn what_is_not_named_is_not_judged() {
    for place in Place::ALL {
        assert!(compatibility(&Application::default(), *place).is_empty(), "{place}");
        assert!(compatibility(&application(&["get", "hset"], None, Some(1)), *place).is_empty(), "{place}");
    }
}

#[test]
fn several_databases_run_on_one_server_and_not_in_a_cluster() {
    let of = |databases, place| verdict(&application(&["select"], None, databases), place, Class::Databases);
    assert_eq!(of(Some(3), Place::Cluster), Some(Verdict::DoesNotRun));
    assert_eq!(of(Some(3), Place::Serverless), Some(Verdict::DoesNotRun));
    assert_eq!(of(Some(3), Place::AzureSingle), Some(Verdict::DoesNotRun));
    assert_eq!(of(Some(3), Place::ElastiCacheSingle), Some(Verdict::Runs));
    // SELECT 0 is allowed everywhere, and nobody knows of others.
    assert_eq!(of(Some(1), Place::Serverless), Some(Verdict::Runs));
    assert_eq!(of(None, Place::Serverless), Some(Verdict::Depends));
    assert_eq!(of(Some(3), Place::Upstash), Some(Verdict::DoesNotRun));
    assert_eq!(of(Some(3), Place::ValkeySingle), Some(Verdict::Runs));
    assert_eq!(of(Some(3), Place::RedisSingle), Some(Verdict::Runs));
    // Databases without SELECT: commandstats had been reset.
    let reset = application(&[], None, Some(2));
    assert_eq!(verdict(&reset, Place::Cluster, Class::Databases), Some(Verdict::DoesNotRun));
}

#[test]
fn slots_decide_where_they_are_known() {
    let of = |across, place| verdict(&application(&["mget"], across, None), place, Class::MultiKey);
    assert_eq!(of(None, Place::Cluster), Some(Verdict::Depends));
    assert_eq!(of(Some(&[]), Place::Cluster), Some(Verdict::Runs));
    assert_eq!(of(Some(&["mget"]), Place::Cluster), Some(Verdict::DoesNotRun));
    assert_eq!(of(Some(&["mget"]), Place::Single), Some(Verdict::Runs));
    assert_eq!(of(Some(&["mget"]), Place::AzureEnterprise), Some(Verdict::Runs));
    assert_eq!(of(Some(&["mget", "sinter"]), Place::AzureEnterprise), Some(Verdict::DoesNotRun));
    // DEL of several keys is of no class by itself.
    let deleting = application(&[], Some(&["del"]), None);
    assert_eq!(verdict(&deleting, Place::ElastiCacheCluster, Class::MultiKey), Some(Verdict::DoesNotRun));
}

#[test]
fn some_commands_of_a_class_are_not_as_the_others() {
    let of = |commands: &[&str], across, place, class| {
        let all = compatibility(&application(commands, across, None), place);
        let one = all.into_iter().find(|one| one.class == class).unwrap();
        (one.verdict, one.names())
    };
    let messages = &["psubscribe", "publish", "subscribe"];
    let (verdict, names) = of(messages, None, Place::Serverless, Class::PubSub);
    assert_eq!((verdict, names.as_str()), (Verdict::DoesNotRun, "PSUBSCRIBE"));
    assert_eq!(of(&messages[1..], None, Place::Serverless, Class::PubSub).0, Verdict::Runs);
    assert_eq!(of(messages, None, Place::ElastiCacheCluster, Class::PubSub).0, Verdict::Runs);
    // What nobody tells of a command is no excuse for what a cluster refuses.
    let watched = &["exec", "multi", "watch"];
    let of = |across| of(watched, across, Place::Serverless, Class::Transactions).0;
    assert_eq!(of(Some(&[][..])), Verdict::Unknown);
    assert_eq!(of(Some(&["exec"][..])), Verdict::DoesNotRun);
}

#[test]
fn a_service_of_memorystore_is_not_as_the_next() {
    let json = |place| verdict(&application(&["json.get"], None, None), place, Class::Json);
    let of = |service, cluster| json(Place::of(service, cluster, None));
    assert_eq!(of(Service::MemorystoreValkey, true), Some(Verdict::Depends));
    assert_eq!(of(Service::MemorystoreValkey, false), Some(Verdict::Depends));
    assert_eq!(of(Service::MemorystoreRedis, false), Some(Verdict::Unknown));
    assert_eq!(of(Service::MemorystoreRedisCluster, true), Some(Verdict::Unknown));
}

#[test]
fn one_more_command_never_makes_more_run() {
    let names = [
        "mget",
        "select",
        "eval",
        "fcall",
        "blpop",
        "multi",
        "publish",
        "json.get",
        "ft.search",
        "ts.add",
        "watch",
        "swapdb",
        "psubscribe",
    ];
    for place in Place::ALL {
        for databases in [None, Some(1), Some(4)] {
            for across in [None, Some(&[][..]), Some(&["mget", "eval"][..])] {
                for count in 1..=names.len() {
                    let fewer = refused(&application(&names[..count - 1], across, databases), *place);
                    let more = refused(&application(&names[..count], across, databases), *place);
                    let classes = |all: &[Compatibility]| all.iter().map(|one| one.class).collect::<Vec<_>>();
                    let (fewer, more) = (classes(&fewer), classes(&more));
                    assert!(fewer.iter().all(|class| more.contains(class)), "{place}: {fewer:?} {more:?}");
                }
            }
        }
    }
}

#[test]
fn whatever_is_refused_says_why_and_who_says_so() {
    let all = application(&["select", "mget", "ft.search"], Some(&["mget"]), Some(2));
    for place in Place::ALL {
        for one in refused(&all, *place) {
            assert!(one.why.len() > 10 && one.source.is_some() && !one.names().is_empty(), "{one:?}");
        }
    }
}
