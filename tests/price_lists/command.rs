//! `cachefit prices update` and `--prices-from`, as they are run.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::offers::{json_offer, node};

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

fn run(data: &Path, args: &[&str], set: &[(&str, &str)]) -> Run {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_cachefit"))
        .args(args)
        .env("CACHEFIT_DATA_DIR", data)
        .env_remove("CACHEFIT_PRICES")
        .env_remove("GOOGLE_API_KEY")
        .env("NO_COLOR", "1")
        .envs(set.iter().copied())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
}

fn offer(usd: &str) -> String {
    json_offer(&[node("A", "Redis", "NodeUsage:cache.r7g.large", "cache.r7g.large", usd)]).to_string()
}

fn snapshots(data: &Path) -> Vec<String> {
    let entries = fs::read_dir(data.join("prices")).into_iter().flatten();
    entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn an_update_is_written_selected_and_built_upon() {
    let data = tempfile::tempdir().unwrap();
    let at = |name: &str| data.path().join(name).to_string_lossy().into_owned();
    fs::write(at("offer.json"), offer("0.22")).unwrap();
    let update = |extra: &[&str]| {
        run(data.path(), &[&["prices", "update", "--from", &at("offer.json")], extra].concat(), &[])
    };
    let cut = update(&[]);
    assert!(cut.code == 1 && cut.stderr.contains("--part"), "{}", cut.stderr);
    let dry = update(&["--part", "--dry-run"]);
    assert!(dry.code == 0 && snapshots(data.path()).is_empty(), "{}", dry.stderr);
    assert!(
        dry.stdout.contains("--dry-run: nothing was written") && !dry.stdout.contains("jumps"),
        "{}",
        dry.stdout
    );
    let done = update(&["--part"]);
    assert!(done.code == 0 && done.stdout.contains("1 changed"), "{} {}", done.stdout, done.stderr);
    let [name] = &snapshots(data.path())[..] else { panic!() };
    assert!(name.starts_with("2026-11-20-") && name.len() == "2026-11-20-0123456789ab.tsv".len(), "{name}");
    let price = |set: &[(&str, &str)], extra: &[&str]| {
        let shown = run(
            data.path(),
            &[&["prices", "cache.r7g.large", "--service", "elasticache"], extra].concat(),
            set,
        );
        assert_eq!(shown.code, 0, "{}", shown.stderr);
        shown.stdout.contains("0.22 ") && !shown.stdout.contains(" 0.219")
    };
    assert!(!price(&[], &[]));
    assert!(price(&[], &["--prices-from", "latest"]));
    assert!(price(&[("CACHEFIT_PRICES", name)], &[]));
    assert!(!price(&[("CACHEFIT_PRICES", "latest")], &["--prices-from", "embedded"]));
    // What is read next is compared with it.
    let again = update(&["--part"]);
    assert!(again.stdout.contains("0 changed, 1 as before"), "{}", again.stdout);
    let recommended = run(
        data.path(),
        &["recommend", "profiles/web-sessions.yaml", "--format", "json", "--prices-from", "latest"],
        &[],
    );
    assert!(recommended.stdout.contains("\"snapshot\": \"2026-11-20\""), "{}", recommended.stderr);
    let unknown = run(data.path(), &["prices", "cache.r7g.large", "--prices-from", "2020-01-01"], &[]);
    assert!(unknown.code == 1 && unknown.stderr.contains("hint: say `embedded`"), "{}", unknown.stderr);
    // An error is told to who asked for nothing but errors.
    let quiet = ["prices", "cache.r7g.large", "--prices-from", "2020-01-01", "--quiet"];
    assert_eq!(run(data.path(), &quiet, &[]).stderr, unknown.stderr);
}

#[test]
fn a_data_folder_that_cannot_be_read_is_not_one_without_snapshots() {
    let data = tempfile::tempdir().unwrap();
    let latest = || run(data.path(), &["prices", "cache.r7g.large", "--prices-from", "latest"], &[]);
    let none = latest();
    assert!(none.code == 1 && none.stderr.contains("there is no snapshot of prices"), "{}", none.stderr);
    fs::write(data.path().join("prices"), "a file in the place of the folder").unwrap();
    let unreadable = latest();
    assert_eq!(unreadable.code, 1);
    assert!(
        unreadable.stderr.contains("cannot read ") && unreadable.stderr.contains("CACHEFIT_DATA_DIR"),
        "{}",
        unreadable.stderr
    );
}

#[test]
fn what_a_size_costs_with_its_misses_follows_the_prices_in_use() {
    let data = tempfile::tempdir().unwrap();
    let at = |name: &str| data.path().join(name).to_string_lossy().into_owned();
    // Cheaper than any other node, so that it is what is bought.
    let cheap = node("A", "Valkey", "NodeUsage:cache.r7g.large", "cache.r7g.large", "0.001");
    fs::write(at("offer.json"), json_offer(&[cheap]).to_string()).unwrap();
    let update = ["prices", "update", "--from", &at("offer.json"), "--part", "--accept-jumps"];
    let written = run(data.path(), &update, &[]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    let trace: String = (0..200).map(|i| format!("{i},item:{},400,600\n", i % 40)).collect();
    fs::write(at("trace.csv"), format!("time,key,size,ttl\n{trace}")).unwrap();
    let bought = |prices: &str| {
        let args = ["simulate", &at("trace.csv"), "--memory", "2MB", "--policy", "allkeys-lru", "--profile"];
        let more = ["profiles/web-sessions.yaml", "--as-of", "2026-11-22", "--format", "json"];
        let run = run(data.path(), &[&args[..], &more, &["--prices-from", prices]].concat(), &[]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        report["results"][0]["money"]["totals"][0]["shape"].as_str().unwrap().to_owned()
    };
    assert!(!bought("embedded").contains("cache.r7g.large"));
    assert!(bought("latest").contains("cache.r7g.large"), "{}", bought("latest"));
}

#[test]
fn a_jump_stops_the_update_until_somebody_has_looked() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("offer.json");
    fs::write(&file, offer("0.4")).unwrap();
    let file = file.to_string_lossy();
    let stopped = run(data.path(), &["prices", "update", "--from", &file, "--part"], &[]);
    assert_eq!(stopped.code, 3);
    assert!(
        stopped.stdout.contains("Jumps by more than 25 %") && stopped.stdout.contains("+82.6 %"),
        "{}",
        stopped.stdout
    );
    assert!(
        stopped.stderr.contains("--accept-jumps") && snapshots(data.path()).is_empty(),
        "{}",
        stopped.stderr
    );
    let taken = run(
        data.path(),
        &["prices", "update", "--from", &file, "--part", "--accept-jumps", "--format", "json"],
        &[],
    );
    assert!(taken.code == 0 && snapshots(data.path()).len() == 1, "{}", taken.stderr);
    let report: serde_json::Value = serde_json::from_str(&taken.stdout).unwrap();
    assert_eq!(
        (&report["report"], &report["results"]["changes"][0]["jump"]),
        (&"prices-update".into(), &true.into())
    );
}

/// A page of Azure's with a price so many times, which a test changes.
fn azure(times: usize, change: &str, value: serde_json::Value) -> String {
    let mut item = serde_json::json!({
        "currencyCode": "USD", "tierMinimumUnits": 0.0, "retailPrice": 0.0865, "armRegionName": "uksouth",
        "meterName": "C1 Cache Instance", "productName": "Azure Redis Cache Standard", "skuName": "C1",
        "serviceName": "Redis Cache", "unitOfMeasure": "1 Hour", "type": "Consumption", "isPrimaryMeterRegion": true,
    });
    item[change] = value;
    serde_json::json!({ "Items": vec![item; times], "NextPageLink": null, "Count": times }).to_string()
}

#[test]
fn files_without_a_price_say_why_and_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("azure.json").to_string_lossy().into_owned();
    for (change, value, why, next) in [
        ("currencyCode", "EUR", "2 records: it is in EUR, and USD was expected (the first: ", "in USD"),
        ("armRegionName", "", "2 records: the list names no region for it", "with the region"),
        ("serviceName", "Storage", "2 records: another service", "docs/catalog.md"),
        ("unitOfMeasure", "1 Day", "2 records: its unit is `1 Day`", "docs/catalog.md"),
    ] {
        fs::write(&file, azure(2, change, value.into())).unwrap();
        let args = ["prices", "update", "--from", &file, "--fetched", "2026-11-20", "--part"];
        let refused = run(data.path(), &args, &[]);
        assert_eq!(refused.code, 1, "{}", refused.stderr);
        for part in ["no price of the files can be used", why, "hint: ", next] {
            assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
        }
        assert!(snapshots(data.path()).is_empty());
    }
}

#[test]
fn files_of_the_future_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("azure.json").to_string_lossy().into_owned();
    fs::write(&file, azure(1, "retailPrice", 0.0866.into())).unwrap();
    let update =
        |day: &str| run(data.path(), &["prices", "update", "--from", &file, "--fetched", day, "--part"], &[]);
    let refused = update("2099-11-25");
    assert!(refused.code == 1 && refused.stderr.contains("2099-11-25: today is "), "{}", refused.stderr);
    assert!(snapshots(data.path()).is_empty());
    let taken = update("2026-11-20");
    assert!(taken.code == 0 && snapshots(data.path()).len() == 1, "{}", taken.stderr);
}

#[cfg(feature = "net")]
mod fetched {
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;
    use crate::sample;
    use crate::web::{Reply, Web};

    /// The three services on one address, with pages, a busy moment and a key.
    fn lists() -> Web {
        let busy = Mutex::new(true);
        Web::start(move |request| {
            let target = request.target.as_str();
            let page = |skip: usize, host: &str| {
                let mut all: serde_json::Value =
                    serde_json::from_str(&sample("azure_retail_redis_uksouth.json").text).unwrap();
                let items = all["Items"].as_array().unwrap()[skip..skip + 2].to_vec();
                all["Count"] = 2.into();
                all["Items"] = items.into();
                if skip < 4 {
                    all["NextPageLink"] =
                        format!("http://{host}/api/retail/prices?$skip={}", skip + 2).into();
                }
                all
            };
            if target == "/offers/v1.0/aws/AmazonElastiCache/current/region_index.json" {
                let url = "/offers/v1.0/aws/AmazonElastiCache/1/us-east-1/index.json";
                return Reply::json(
                    200,
                    &json!({ "regions": { "us-east-1": { "regionCode": "us-east-1", "currentVersionUrl": url } } }),
                );
            }
            if target.ends_with("/us-east-1/index.json") {
                return Reply { status: 200, headers: vec![], body: offer("0.22") };
            }
            if target == "/offers/v1.0/aws/AmazonEC2/current/region_index.json" {
                let of = |region: &str| {
                    let url = format!("/offers/v1.0/aws/AmazonEC2/1/{region}/index.json");
                    json!({ "regionCode": region, "currentVersionUrl": url })
                };
                let regions = json!({ "eu-west-1": of("eu-west-1"), "us-east-1": of("us-east-1") });
                return Reply::json(200, &json!({ "regions": regions }));
            }
            if target == "/offers/v1.0/aws/AmazonEC2/1/us-east-1/index.csv" {
                return Reply { status: 200, headers: vec![], body: crate::machines::csv() };
            }
            if target.starts_with("/api/retail/prices") {
                if std::mem::take(&mut *busy.lock().unwrap()) {
                    return Reply {
                        status: 429,
                        headers: vec![("retry-after".into(), "0".into())],
                        body: String::new(),
                    };
                }
                let skip = target.split("$skip=").nth(1).map_or(0, |n| n.parse().unwrap());
                assert!(skip > 0 || target.contains("serviceName%20eq%20%27Redis%20Cache%27"), "{target}");
                return Reply::json(200, &page(skip, request.header("host").unwrap()));
            }
            if target.starts_with("/v1/services/") && request.header("x-goog-api-key") == Some("the-key") {
                let mut list: serde_json::Value =
                    serde_json::from_str(&sample("gcp_skus_memorystore_shape_only.json").text).unwrap();
                if target.contains("A2B5") || target.contains("pageToken=two") {
                    list["skus"] = json!([]);
                } else {
                    list["nextPageToken"] = "two".into();
                }
                return Reply::json(200, &list);
            }
            Reply::json(403, &json!({ "error": "no" }))
        })
    }

    #[test]
    fn all_pages_of_all_lists_are_read() {
        let (data, web) = (tempfile::tempdir().unwrap(), lists());
        let set = [
            ("CACHEFIT_AWS_PRICES_URL", web.url.as_str()),
            ("CACHEFIT_AZURE_PRICES_URL", &web.url),
            ("CACHEFIT_GOOGLE_PRICES_URL", &web.url),
            ("GOOGLE_API_KEY", "the-key"),
        ];
        let run = run(data.path(), &["prices", "update", "--part", "--format", "json"], &set);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let lists: Vec<(String, u64, u64)> = report["results"]["lists"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| {
                (
                    l["list"].as_str().unwrap().to_owned(),
                    l["pages"].as_u64().unwrap(),
                    l["prices"].as_u64().unwrap(),
                )
            })
            .collect();
        let expected =
            [("AWS Price List", 1, 1), ("Azure Retail Prices API", 3, 6), ("Cloud Billing Catalog", 3, 1)];
        assert_eq!(lists, expected.map(|(list, pages, prices)| (list.to_owned(), pages, prices)));
    }

    #[test]
    fn servers_of_ones_own_are_fetched_for_the_regions_that_are_named() {
        let (data, web) = (tempfile::tempdir().unwrap(), lists());
        let set = [("CACHEFIT_AWS_PRICES_URL", web.url.as_str())];
        let args = ["prices", "update", "--provider", "aws", "--part", "--format", "json", "--servers"];
        let none = run(data.path(), &args, &set);
        assert!(none.code == 1 && none.stderr.contains("--region"), "{}", none.stderr);
        let run = run(data.path(), &[&args[..], &["--region", "us-east-1"]].concat(), &set);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let list = &report["results"]["lists"][0];
        assert_eq!((&list["pages"], &list["prices"]), (&2.into(), &2.into()), "one node and one machine");
    }

    #[test]
    fn a_refusal_is_told_without_the_key() {
        let (data, web) = (tempfile::tempdir().unwrap(), lists());
        let set = [("CACHEFIT_GOOGLE_PRICES_URL", web.url.as_str()), ("GOOGLE_API_KEY", "another-key")];
        let refused = run(data.path(), &["prices", "update", "--provider", "gcp"], &set);
        assert!(refused.code == 1 && refused.stderr.contains("HTTP status 403"), "{}", refused.stderr);
        assert!(!refused.stderr.contains("another-key"), "{}", refused.stderr);
        let none = run(data.path(), &["prices", "update", "--provider", "gcp"], &set[..1]);
        assert!(none.stderr.contains("GOOGLE_API_KEY is not set"), "{}", none.stderr);
        let set = [("CACHEFIT_AWS_PRICES_URL", "http://prices.example.com")];
        let plain = run(data.path(), &["prices", "update", "--provider", "aws"], &set);
        assert!(plain.code == 1 && plain.stderr.contains("only https"), "{}", plain.stderr);
        let none = run(data.path(), &["prices", "update", "--provider", "upstash"], &[]);
        assert!(none.code == 1 && none.stderr.contains("no price list"), "{}", none.stderr);
    }
}
