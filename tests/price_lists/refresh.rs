//! New prices in place of old ones, and the snapshot file.

use cachefit::catalog::{
    Catalog, Coverage, LeftOut, Paid, PriceKey, PriceRecord, RefreshError, Refreshed, Service, Unit,
};
use cachefit::units::{Commitment, Engine};

use super::offers::{Product, json_offer, node};
use super::{page, take, usd};

const REGION: &str = "us-east-1";

fn records(products: &[Product]) -> Vec<PriceRecord> {
    take(&[page("x", json_offer(products))]).unwrap().records
}

fn part(products: &[Product]) -> Refreshed {
    Catalog::embedded().refreshed(records(products), Coverage::Part).unwrap()
}

fn key(item: &str, engine: Engine) -> PriceKey<'_> {
    let service = Service::ElastiCache;
    PriceKey { service, region: REGION, item, engine: Some(engine), term: Commitment::OnDemand }
}

fn r7g(sku: &str, engine: &str, usd: &str) -> Product {
    node(sku, engine, "NodeUsage:cache.r7g.large", "cache.r7g.large", usd)
}

/// A sentence about a record that was not taken.
fn why(left_out: &[LeftOut]) -> String {
    left_out.iter().map(|l| format!("{}: {}\n", l.what, l.why)).collect()
}

#[test]
fn a_new_price_is_in_the_snapshot_and_everything_else_is_as_before() {
    let refreshed = part(&[r7g("A", "Redis", "0.22")]);
    let catalog = Catalog::from_snapshot(refreshed.snapshot.text.clone()).unwrap();
    let price = catalog.price(&key("cache.r7g.large", Engine::Redis)).unwrap();
    assert_eq!(
        (price.usd, price.as_of, price.source, price.copy),
        (usd("0.22"), "2026-11-20", "AWS Price List", None)
    );
    assert!(price.estimate.is_none() && price.meter == "NodeUsage:cache.r7g.large");
    assert_eq!(catalog.snapshot().date, "2026-11-20");
    let [change] = &refreshed.changes[..] else { panic!("{:?}", refreshed.changes) };
    assert_eq!(
        (change.before, change.after, change.percent),
        (Some(usd("0.219")), Some(usd("0.22")), Some(usd("0.5")))
    );
    assert!(!change.jump);
    // All other prices, with all that is known of them.
    let embedded = Catalog::embedded();
    let mut compared = 0;
    for service in Service::ALL {
        for region in embedded.regions(*service) {
            for node in embedded.node_types(*service) {
                for engine in [Engine::Valkey, Engine::Redis] {
                    for term in Commitment::ALL {
                        let key = PriceKey {
                            service: *service,
                            region,
                            item: node.name,
                            engine: Some(engine),
                            term: *term,
                        };
                        let changed = *service == Service::ElastiCache
                            && (region, node.name, engine) == (REGION, "cache.r7g.large", Engine::Redis);
                        if !(changed && *term == Commitment::OnDemand) {
                            assert_eq!(catalog.price(&key), embedded.price(&key), "{key}");
                            compared += usize::from(embedded.price(&key).is_ok());
                        }
                    }
                }
            }
        }
    }
    assert!(compared > 10_000, "only {compared} prices were compared");
}

#[test]
fn a_whole_list_takes_away_what_it_does_not_have_and_a_cut_one_nothing() {
    let embedded = Catalog::embedded();
    let sold = |node: &&cachefit::catalog::NodeType| embedded.price(&key(node.name, Engine::Valkey)).is_ok();
    let nodes: Vec<&str> =
        embedded.node_types(Service::ElastiCache).iter().filter(sold).map(|n| n.name).collect();
    let list = |names: &[&str]| -> Vec<Product> {
        let both = [(Engine::Valkey, "Valkey"), (Engine::Redis, "Redis")];
        let all = names.iter().flat_map(|name| {
            both.iter().filter_map(move |(engine, word)| {
                let usd = embedded.usd(&key(name, *engine))?.0.to_string();
                Some(node(&format!("{name}{word}"), word, &format!("NodeUsage:{name}"), name, &usd))
            })
        });
        all.collect()
    };
    let whole = embedded.refreshed(records(&list(&nodes)), Coverage::Whole).unwrap();
    assert!(whole.changes.is_empty() && whole.same > 160, "{:?} {}", whole.changes, whole.same);
    let without: Vec<&str> = nodes.iter().copied().filter(|name| !name.starts_with("cache.r7g.")).collect();
    let less = embedded.refreshed(records(&list(&without)), Coverage::Whole).unwrap();
    assert!(!less.changes.is_empty() && less.changes.iter().all(|c| c.after.is_none()), "{:?}", less.changes);
    let catalog = Catalog::from_snapshot(less.snapshot.text).unwrap();
    assert!(catalog.price(&key("cache.r7g.large", Engine::Valkey)).is_err());
    assert!(catalog.price(&key("cache.r6g.large", Engine::Valkey)).is_ok());
    let cut = embedded.refreshed(records(&list(&nodes[..9])), Coverage::Whole).unwrap_err();
    assert!(matches!(cut, RefreshError::Cut { .. }), "{cut}");
    assert!(embedded.refreshed(records(&list(&nodes[..9])), Coverage::Part).unwrap().changes.is_empty());
}

#[test]
fn bargains_and_misprints_are_left_out() {
    // SyncDurability, taken for the node by a list that has two products of one meter.
    let twice =
        part(&[r7g("A", "Valkey", "0.1752"), r7g("B", "Valkey", "0.031608"), r7g("C", "Redis", "0.22")]);
    assert!(
        why(&twice.left_out).contains("2 prices for it, and one was expected"),
        "{}",
        why(&twice.left_out)
    );
    let cheap = part(&[r7g("A", "Valkey", "0.031608"), r7g("C", "Redis", "0.219")]);
    assert!(why(&cheap.left_out).contains("more than 40 % below 0.219"), "{}", why(&cheap.left_out));
    let nothing = part(&[r7g("A", "Valkey", "0.0000000000"), r7g("C", "Redis", "0.219")]);
    assert!(why(&nothing.left_out).contains("0 USD, which is no price"), "{}", why(&nothing.left_out));
    for refreshed in [twice, cheap, nothing] {
        let catalog = Catalog::from_snapshot(refreshed.snapshot.text).unwrap();
        let price = catalog.price(&key("cache.r7g.large", Engine::Valkey)).unwrap();
        assert_eq!(price.usd, usd("0.1752"), "a part leaves what it has no good price for");
    }
    let sizes = [("large", "0.206"), ("xlarge", "0.411"), ("2xlarge", "0.821"), ("16xlarge", "4.6")];
    let family: Vec<Product> = sizes
        .iter()
        .map(|(size, usd)| {
            let name = format!("cache.r6g.{size}");
            node(size, "Redis", &format!("NodeUsage:{name}"), &name, usd)
        })
        .collect();
    let refreshed = part(&family);
    assert_eq!(refreshed.left_out.len(), 1);
    assert!(why(&refreshed.left_out).contains("cache.r6g.16xlarge"), "{}", why(&refreshed.left_out));
}

#[test]
fn jumps_are_marked_and_an_older_list_replaces_nothing() {
    let dear = part(&[r7g("A", "Redis", "0.3")]);
    assert!(dear.changes.iter().all(|c| c.jump) && dear.changes.len() == 1, "{:?}", dear.changes);
    let mut old = records(&[r7g("A", "Redis", "0.22")]);
    old[0].as_of = "2024-01-01".to_owned();
    let refreshed = Catalog::embedded().refreshed(old, Coverage::Part).unwrap();
    assert!(refreshed.changes.is_empty());
    assert!(why(&refreshed.left_out).contains("the list is of 2024-01-01"), "{}", why(&refreshed.left_out));
    let none = Catalog::embedded().refreshed(Vec::new(), Coverage::Part).unwrap_err();
    assert!(matches!(none, RefreshError::Nothing(_)));
}

#[test]
fn a_snapshot_that_was_cut_or_edited_is_not_read() {
    let text = part(&[r7g("A", "Redis", "0.22")]).snapshot.text;
    let error = |text: String| Catalog::from_snapshot(text).err().map(|e| e.to_string()).unwrap_or_default();
    assert_eq!(error(text.clone()), "");
    assert!(error(text.replacen("\t0.22\n", "\t0.02\n", 1)).contains("changed after it was written"));
    assert!(error(text[..text.len() / 2].to_owned()).contains("changed after it was written"));
    for no in ["", "hello", "cachefit prices 2\t2026-11-20\tabc\n"] {
        assert!(error(no.to_owned()).contains("not a snapshot"), "{no}");
    }
    // The same lists make the same bytes.
    assert_eq!(part(&[r7g("B", "Redis", "0.22")]).snapshot.text, text);
}

#[test]
fn an_estimate_follows_the_price_that_it_is_computed_from() {
    let embedded = Catalog::embedded();
    let price = |catalog: &Catalog, service, region, item, term| {
        catalog.price(&PriceKey { service, region, item, engine: None, term }).unwrap()
    };
    let record = |service, item: &str, usd_now: &str| PriceRecord {
        service,
        region: "uksouth".to_owned(),
        item: item.to_owned(),
        engine: None,
        term: Commitment::OnDemand,
        paid: Paid::Rate(usd(usd_now)),
        unit: Unit::NodeHour,
        meter: "of a test".into(),
        source: "Azure Retail Prices API",
        as_of: "2026-11-20".to_owned(),
        discounts: false,
        doubt: None,
        note: None,
    };
    let (classic, managed) = (Service::AzureCacheForRedis, Service::AzureManagedRedis);
    let was = price(embedded, managed, "uksouth", "Balanced_B1", Commitment::OnDemand).usd;
    let records = vec![
        record(classic, "Standard_C3 (node meter)", "0.3372"),
        record(managed, "Balanced_B1", &(was * usd("2")).to_string()),
    ];
    let refreshed = embedded.refreshed(records, Coverage::Part).unwrap();
    let catalog = Catalog::from_snapshot(refreshed.snapshot.text.clone()).unwrap();
    let whole = price(&catalog, classic, "uksouth", "Standard_C3", Commitment::OnDemand);
    assert_eq!((whole.usd, whole.as_of), (usd("0.6744"), "2026-11-20"));
    assert!(whole.estimate.unwrap().starts_with("2 x \"C3 Cache Instance\""), "it is an estimate still");
    // A rule may rest on another rule: reservations of a size on its price, and that on the size with a listed price.
    for (item, term) in [
        ("Balanced_B3", Commitment::OnDemand),
        ("Balanced_B1", Commitment::OneYearNoUpfront),
        ("Balanced_B3", Commitment::OneYearNoUpfront),
        ("Balanced_B3", Commitment::ThreeYearsNoUpfront),
    ] {
        let before = price(embedded, managed, "uksouth", item, term);
        let after = price(&catalog, managed, "uksouth", item, term);
        assert!(before.estimate.is_some() && after.estimate == before.estimate, "{item} {term}");
        assert_eq!(after.usd, (before.usd * usd("2")).normalize(), "{item} {term}");
        assert_eq!(after.as_of, "2026-11-20");
    }
    let derived: Vec<_> = refreshed.changes.iter().filter(|change| change.derived).collect();
    assert!(
        derived.len() >= 5 && derived.iter().all(|change| change.was_estimate && !change.jump),
        "{derived:?}"
    );
    let listed: Vec<_> = refreshed.changes.iter().filter(|change| !change.derived).collect();
    assert_eq!((listed.len(), refreshed.confirmed), (2, 0), "{listed:?}");
    // Where nothing rests on them, nothing changes.
    for region in ["eastus", "centralindia"] {
        let of = |catalog| price(catalog, managed, region, "Balanced_B3", Commitment::OnDemand);
        assert_eq!(of(&catalog), of(embedded), "{region}");
    }
}
