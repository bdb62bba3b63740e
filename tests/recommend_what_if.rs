//! What would change a choice, and what a known day does to its bill: never a figure that nobody could pay.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use cachefit::catalog::{Catalog, Service};
use cachefit::profile::{Profile, parse};
use cachefit::recommend::{CHEAPER, Change, Options, Recommendation, RegionChoice, recommend};
use cachefit::report::{Explained, Markdown, Report as _, Table};
use cachefit::units::{Commitment, Figure, Provider, Usd};

fn with(text: &str, providers: Option<Vec<Provider>>) -> Recommendation {
    let profile: Profile =
        parse(text.as_bytes(), "x.yaml").unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let options = Options {
        providers,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all: false,
    };
    recommend(&profile, "x.yaml", Catalog::embedded(), &options).unwrap()
}

fn answer(text: &str) -> Recommendation {
    with(text, None)
}

fn cache(placement: &str, count: &str, rest: &str) -> String {
    format!(
        "name: x\nplacement: {{ {placement}, worker_connections: 100 }}\n\
         dataset: [{{ keys: \"c:*\", type: string, count: {count}, value_size: 600B, ttl: 1d }}]\n\
         traffic: {{ peak: {{ reads: 10k/s, writes: 1k/s }} }}\n{rest}"
    )
}

const AWS: &str = "provider: aws, region: us-east-1";

fn changes<'a>(r: &'a Recommendation, what: &str) -> Vec<&'a Change> {
    r.changes.iter().filter(|change| change.what == what).collect()
}

fn screen(r: Recommendation) -> String {
    let text = Table { color: false }.render(&[r][..]).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn total(r: &Recommendation) -> Usd {
    *r.choice.as_ref().unwrap().cost.total.known().unwrap()
}

#[test]
fn no_term_is_advised_that_outlasts_the_service() {
    let classic = "requirements: { allow_retiring: true }\n\
                   deployment: { service: azure-cache-for-redis, node_type: Premium_P2 }\n";
    let r = answer(&cache("provider: azure, region: eastus", "3M", classic));
    let terms = changes(&r, "commitment");
    let three = terms.iter().find(|c| c.text.starts_with("3y")).unwrap();
    assert!(three.monthly.is_none() && three.text.contains("retired on 2028-09-30"), "{}", three.text);
    let one = terms.iter().find(|c| c.text.starts_with("1y")).unwrap();
    assert!(one.monthly.unwrap() < Usd::ZERO, "{}", one.text);
    assert!(screen(r).contains("Azure Cache for Redis is retired on 2028-09-30"));
    let asked = classic.replace("allow_retiring: true", "allow_retiring: true, commitment: 3y");
    let r = answer(&cache("provider: azure, region: eastus", "3M", &asked));
    let notes = r.choice.unwrap().cost.notes;
    assert!(notes.iter().any(|note| note.contains("2029-11-22")), "{notes:?}");
}

#[test]
fn a_surcharge_with_a_date_is_on_the_first_screen() {
    let redis = |version: &str| {
        let pin = "deployment: { service: elasticache, engine: redis, node_type: cache.r6g.large, shards: 1, replicas: 1";
        screen(answer(&cache(AWS, "3M", &format!("{pin}, version: \"{version}\" }}\n"))))
    };
    let text = redis("6.2");
    assert!(text.contains("from 2027-02-01 on by 240.90 USD a month"), "{text}");
    assert!(redis("5.0.6").contains("from 2028-02-01 on"));
    assert!(!redis("7.1").contains("Dearer from"));
}

#[test]
fn what_a_price_stands_in_for_is_not_known_at_both_ends() {
    let nodes = "deployment: { service: elasticache }\n";
    let r = answer(&cache("provider: aws, region: ap-east-2", "2M..10M", nodes));
    let ends = r.ends.clone().unwrap();
    assert_eq!((ends.low, ends.high), (None, None));
    let narrows = ends.narrows_most.unwrap();
    assert_eq!((narrows.input.as_str(), narrows.low, narrows.high), ("dataset[0].count", None, None));
    let explained = Explained { color: false }.render(&[r.clone()][..]).unwrap();
    let text = screen(r);
    assert!(text.contains("over the declared ranges is not known"), "{text}");
    assert!(explained.contains("an amount that is not"), "{explained}");
}

#[test]
fn both_ends_are_bills_of_today() {
    let growth = "growth: { rate: 10% per month, horizon: 12 months }\n";
    let r = answer(&cache(AWS, "2M..10M", &format!("{growth}deployment: {{ service: elasticache }}\n")));
    // At the high end one buys what one buys for the range, and the traffic is the same.
    let ends = r.ends.clone().unwrap();
    assert_eq!(ends.high, Some(total(&r)));
    assert!(ends.estimate, "traffic between zones is");
    let text = screen(r);
    assert!(text.contains("Over the declared ranges today's bill is ~"), "{text}");
}

#[test]
fn without_a_price_of_its_nodes_a_shape_costs_what_is_not_known() {
    // r8g is not sold at a known price in eu-west-1 with a known one of r7g.
    let functions = "provider: aws, region: eu-west-1, functions: [{ lambda: a, peak_concurrency: 100 }]";
    let r =
        answer(&cache(functions, "8M", "deployment: { service: elasticache, node_type: cache.r7g.large }\n"));
    let newer = changes(&r, "newer generation");
    assert!(
        newer[0].text.contains("an amount that is not known (no price for 2 x cache.r8g.large"),
        "{newer:?}"
    );
    assert!(newer[0].monthly.is_none());
}

#[test]
fn a_break_even_holds_where_it_is_said_to_be() {
    let of = |factor: f64| {
        format!(
            "name: b\nplacement: {{ provider: aws, region: us-east-1 }}\n\
             dataset: [{{ keys: a, type: string, count: {:.0}, value_size: 500B, ttl: 1h }}]\n\
             traffic: {{ peak: {{ reads: {:.0}/s, writes: {:.0}/s }} }}\n",
            5e5 * factor,
            150.0 * factor,
            30.0 * factor
        )
    };
    let r = answer(&of(1.0));
    assert_eq!(r.choice.as_ref().unwrap().deployment.service, Service::ElastiCacheServerless);
    let text = &changes(&r, "nodes")[0].text;
    let percent = text.split_once("; at ").and_then(|(_, rest)| rest.split_once('%')).unwrap().0;
    let there = |service: &str| {
        let factor = percent.parse::<f64>().unwrap() / 100.0;
        total(&answer(&(of(factor) + &format!("deployment: {{ service: {service} }}\n"))))
    };
    let (nodes, serverless) = (there("elasticache"), there("elasticache-serverless"));
    assert!(nodes < serverless, "{text}: {nodes} against {serverless}");
    assert!(
        text.contains(&format!("{nodes} USD for ")) && text.contains(&format!("{serverless} USD")),
        "{text}"
    );
}

#[test]
fn what_is_cheaper_and_ranks_lower_is_named_with_its_reasons() {
    let text = "name: fz\nenvironment: production\nplacement: { worker_connections: 5000, zones: 1 }\n\
                dataset: [{ keys: \"k:*\", role: cache, ttl: 1h, type: string, count: 38063242, value_size: 702B }]\n\
                requirements: { availability: multi-az }\nsecurity: { tls: required }\n\
                traffic: { peak: { reads: 237/s, writes: 712/s }, shape: flat }\n";
    let r = with(text, Some(vec![Provider::Aws]));
    let found = changes(&r, CHEAPER);
    assert!(found[0].text.contains("2 x cache.r6gd.xlarge") && found[0].text.contains('%'), "{found:?}");
    assert!(found[0].monthly.unwrap() < Usd::ZERO);
    assert!(screen(r).contains("cheaper, but ranked lower (-"));
    let cheapest = answer(&cache(AWS, "3M", ""));
    for change in changes(&cheapest, CHEAPER) {
        assert!(change.monthly.unwrap() < Usd::ZERO, "{change:?}");
    }
}

#[test]
fn what_is_due_at_the_start_is_what_the_bill_says() {
    let text = |term: &str| {
        let pin = "deployment: { service: elasticache, node_type: cache.r8g.large, shards: 3, replicas: 1";
        cache(AWS, "10M", &format!("{pin}{term} }}\n"))
    };
    let bill = answer(&text(", commitment: 3y-all-upfront")).choice.unwrap().cost;
    let due = bill.lines[0].upfront.unwrap();
    let said = answer(&text(""));
    let said = &changes(&said, "commitment").into_iter().find(|c| c.text.starts_with("3y")).unwrap().text;
    assert!(
        said.contains(&format!("all of it, ~{due} USD")) || said.contains(&format!("all of it, {due} USD")),
        "{said}"
    );
}

/// Azure's reservations cost the same however they are paid; Google sells none upfront, and the table says so.
#[test]
fn terms_of_other_clouds_are_priced_or_named() {
    let of = |term: &str| {
        let text = cache(AWS, "30M", &format!("requirements: {{ commitment: {term} }}\n"));
        with(&text, Some(vec![Provider::Aws, Provider::Azure, Provider::Gcp]))
    };
    let (at_once, monthly) = (of("3y-all-upfront"), of("3y"));
    let by = |r: &Recommendation, provider| {
        r.alternatives.iter().find(|c| c.deployment.provider() == provider).unwrap().clone()
    };
    let (azure, same) = (by(&at_once, Provider::Azure), by(&monthly, Provider::Azure));
    assert_eq!(azure.deployment.commitment, Commitment::ThreeYearsAllUpfront);
    assert_eq!(azure.cost.total, same.cost.total);
    let (line, term) = (&azure.cost.lines[0], Usd(36.into()));
    let (due, month) = (line.upfront.unwrap(), *line.amount.known().unwrap());
    assert!((due.0 - month.0 * term.0).abs() < 1.into(), "{due} for 36 months of {month}");
    let google = by(&at_once, Provider::Gcp);
    assert_eq!(google.deployment.commitment, Commitment::OnDemand);
    let note = google.cost.notes.iter().find(|note| note.contains("3y-all-upfront is asked for")).unwrap();
    assert!(note.contains("3y-no-upfront"), "{note}");
    let table = |r: Recommendation| Markdown.render(&[r][..]).unwrap();
    let text = table(at_once);
    assert!(text.contains("valkey, on-demand |") && text.contains("redis, 3y-all-upfront |"), "{text}");
    assert!(!table(of("on-demand")).contains("valkey, on-demand |"), "one term for all needs no word");
}

#[test]
fn google_bills_traffic_between_zones_by_the_gib() {
    let functions = "functions: [{ cloud_run: a, peak_concurrency: 10 }]";
    let r = answer(&cache(&format!("provider: gcp, region: us-central1, {functions}"), "3M", ""));
    let lines = &r.choice.unwrap().cost.lines;
    let zones = lines.iter().find(|line| line.what == "traffic between zones").unwrap();
    assert!(zones.formula.contains(" GiB, "), "{}", zones.formula);
    let Figure::Known(rate) = &zones.rate else { panic!("{zones:?}") };
    assert!(rate.unit.contains("GiB"), "{}", rate.unit);
}
