//! `cachefit import`

use crate::cli::Exit;
use crate::cli::args::ImportArgs;
use crate::cli::error::Failure;
use crate::cli::printer::Printer;

/// Without the clients of AWS there is nothing to import from.
#[cfg(not(feature = "aws"))]
pub fn run(_: &Printer, _: &ImportArgs) -> Result<Exit, Failure> {
    Err(crate::cli::features::without_aws())
}

#[cfg(feature = "aws")]
pub use of_aws::run;

#[cfg(feature = "aws")]
mod of_aws {
    use jiff::Timestamp;

    use super::{Exit, Failure, ImportArgs, Printer};
    use crate::cli::inputs::{self, Input};
    use crate::cli::output;
    use crate::profile::{edit, parse};
    use crate::provider::aws::{Aws, Imported, Opening};

    /// Reads the cache, writes the profile.
    pub fn run(printer: &Printer, args: &ImportArgs) -> Result<Exit, Failure> {
        let there = args.profile.exists().then(|| inputs::profile(printer, &args.profile)).transpose()?;
        let name = args.id.to_ascii_lowercase();
        if let Some(input) = there.as_ref().filter(|input| input.profile.name != name) {
            let message = format!("{} is named {}, the cache {name}", input.file, input.profile.name);
            let hint =
                format!("a cache is found by the profile's name: set `name: {name}`, or write a new profile");
            return Err(Failure::new("import", message, Some(hint)));
        }
        let of_profile =
            there.as_ref().and_then(|i| i.profile.placement.region.as_ref()).map(|r| r.value.clone());
        let region = args.region.clone().or(of_profile).unwrap_or_else(|| "us-east-1".to_owned());
        let aws = Aws::open(Opening {
            profile: name.clone(),
            region: region.clone(),
            functions: None,
            subnet_group: None,
            password_users: Vec::new(),
            adopt: true,
            tags: std::collections::BTreeMap::new(),
            restore: None,
            final_snapshot: true,
            now: Timestamp::now(),
        })?;
        let Some(cache) = aws.import()? else {
            let hint =
                "`aws elasticache describe-replication-groups` and `describe-serverless-caches` list them"
                    .to_owned();
            return Err(Failure::new("import", format!("there is no cache {name} in {region}"), Some(hint)));
        };
        let section = section(&cache);
        let text = match &there {
            Some(input) => edit::replace(&std::fs::read_to_string(&args.profile)?, &section, KEYS)
                .ok_or_else(|| uneditable(input, &section))?,
            None => profile(&name, &region, &cache) + &section,
        };
        if let Err(errors) = parse(text.as_bytes(), &args.profile.to_string_lossy()) {
            return Err(Failure::Profiles(vec![errors]));
        }
        output::replace(&args.profile, &text)?;
        printer.note(&format!(
            "wrote {}; `cachefit plan {0}` shows what an apply would change, tags first",
            args.profile.display()
        ));
        if there.is_none() && !(cache.measures_data() && cache.measures_traffic()) {
            printer.note("the metrics of the last 14 days do not say it all: its comments say which figures are made up");
        }
        Ok(Exit::Done)
    }

    /// What `section` may write. How a cache is paid for cannot be read from it.
    const KEYS: &[&str] =
        &["service", "engine", "version", "node_type", "shards", "replicas", "eviction_policy", "adopt"];

    /// The pin, with the wish to take it over.
    fn section(cache: &Imported) -> String {
        let pin = &cache.pin;
        let mut text = "deployment:\n".to_owned();
        let mut put = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                text.push_str(&format!("  {key}: {value}\n"));
            }
        };
        put("service", pin.service.as_ref().map(|v| v.value.clone()));
        put("engine", pin.engine.as_ref().map(|v| v.value.to_string()));
        put("version", pin.version.as_ref().map(|v| format!("\"{}\"", v.value)));
        put("node_type", pin.node_type.as_ref().map(|v| v.value.clone()));
        put("shards", pin.shards.as_ref().map(|v| v.value.0.to_string()));
        put("replicas", pin.replicas.as_ref().map(|v| v.value.0.to_string()));
        put("eviction_policy", pin.eviction_policy.as_ref().map(|v| v.value.to_string()));
        put("adopt", (!cache.managed).then(|| "true".to_owned()));
        text
    }

    /// The time to live of the keys, and where it is from. A cache that evicts only keys with one has some.
    fn time_to_live(cache: &Imported) -> (Option<String>, &'static str) {
        const MOST: f64 = 0.5;
        let policy = cache.pin.eviction_policy.as_ref().map(|p| p.value);
        // A serverless cache has this policy, whatever is asked for.
        let only_volatile = policy.is_none_or(crate::units::Policy::is_volatile);
        let mean = cache.ttl_seconds.map(|seconds| format!("{:.0}s", seconds.ceil()));
        match (cache.volatile, mean) {
            (Some(share), Some(mean)) if share >= MOST => {
                (Some(mean), "most keys have a time to live, of which this is the mean (DB0AverageTTL)")
            }
            (Some(share), None) if share >= MOST => (
                Some("1d".to_owned()),
                "most keys have a time to live (CurrVolatileItems); how long is made up",
            ),
            (Some(_), _) => (None, "most keys have no time to live (CurrVolatileItems)"),
            (None, _) if only_volatile => (
                Some("1d".to_owned()),
                "made up: only keys with a time to live are evicted, so some have one",
            ),
            (None, _) => (None, "whether keys have a time to live is in no metric"),
        }
    }

    /// Everything before the pin. Sizes of single keys are in no metric: the mean is.
    fn profile(name: &str, region: &str, cache: &Imported) -> String {
        let keys = cache.keys.unwrap_or(100_000.0).max(1.0).round();
        let mean =
            cache.bytes.map_or(1024.0, |bytes| (bytes / keys - 150.0).clamp(1.0, 512.0 * 1024.0 * 1024.0));
        let rate = |rate: Option<f64>| format!("{:.0}/s", rate.unwrap_or(100.0).max(1.0).ceil());
        let availability = if cache.multi_az { "multi-az" } else { "single" };
        let tls = if cache.tls { "required" } else { "off" };
        let source = |known: bool, what: &str| {
            if known {
                format!("from the metrics of the last 14 days; {what}")
            } else {
                "made up, at least in part: the metrics of the last 14 days do not say it all".to_owned()
            }
        };
        let data = source(cache.measures_data(), "sizes are means, types and times to live are in no metric");
        let (ttl, about_ttl) = time_to_live(cache);
        let ttl = ttl
            .map_or_else(|| format!("    # {about_ttl}\n"), |ttl| format!("    ttl: {ttl}  # {about_ttl}\n"));
        let (data_minimum, work_minimum) = cache.minimum;
        let minimum = if cache.minimum == (0, 0) {
            String::new()
        } else {
            format!("  minimum: {{ data: {data_minimum}GB, work: {work_minimum}/s }}\n")
        };
        let traffic = source(cache.measures_traffic(), "the mean of the busiest hour");
        format!(
            "# Written by `cachefit import` from the cache {name}.\n\
             name: {name}\n\
             environment: production\n\n\
             placement:\n  provider: aws\n  region: {region}\n  # functions: name those that call the cache\n\n\
             # {data}\n\
             dataset:\n  - keys: \"*\"\n    type: string\n    count: {keys}\n    value_size: {mean:.0}B\n{ttl}\n\
             # {traffic}\n\
             traffic:\n  peak: {{ reads: {}, writes: {} }}\n\n\
             requirements:\n  availability: {availability}\n  backup_retention: {}\n{minimum}\n\
             security:\n  tls: {tls}\n\n",
            rate(cache.reads),
            rate(cache.writes),
            if cache.backup_days > 0 { format!("{}d", cache.backup_days) } else { "none".to_owned() },
        )
    }

    fn uneditable(input: &Input, section: &str) -> Failure {
        let hint = format!("put this into it yourself:\n{section}");
        let message = format!("{} is written in a way that cannot be edited", input.file);
        Failure::new("import", message, Some(hint))
    }
}
