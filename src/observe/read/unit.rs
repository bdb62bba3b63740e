//! What a unit of a table makes of a value. A unit that nobody knows is never taken as one.

use crate::observe::Metric;
use crate::units::{GIB, KIB, MIB};

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bytes,
    Seconds,
    Share,
    Things,
}

/// A unit that a metric can have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unit {
    /// What a value is to be multiplied with, to bytes, seconds, a share from 0 to 1 or things.
    pub factor: f64,
    /// Seconds of the time that it is counted in: 60 of `count/minute`, none of `count`.
    pub per: Option<f64>,
    kind: Kind,
}

/// The unit of a metric, or why it is none; nothing where the text says nothing, as `None` of `CloudWatch` does.
pub(super) fn of(text: &str, metric: Metric) -> Result<Option<Unit>, String> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let unit = parsed(text).ok_or_else(|| {
        "is a unit that is not known: write bytes, KiB, MiB, GiB, KB, MB, GB, percent, seconds, ms, count, or one of them \
         with /second or /minute"
            .to_owned()
    })?;
    let (kind, timed) = (unit.kind, unit.per.is_some());
    let fits = match metric {
        Metric::Memory | Metric::MemoryLimit => kind == Kind::Bytes && !timed,
        Metric::Inbound | Metric::Outbound => kind == Kind::Bytes,
        Metric::MeanTtl | Metric::Uptime => kind == Kind::Seconds && !timed,
        Metric::MemoryShare | Metric::EngineCpu | Metric::HostCpu => kind == Kind::Share && !timed,
        Metric::TrafficManaged => matches!(kind, Kind::Share | Kind::Things) && !timed,
        // Packets or bytes.
        Metric::AllowanceExceeded => matches!(kind, Kind::Bytes | Kind::Things),
        metric => kind == Kind::Things && (metric.is_rate() || !timed),
    };
    if fits { Ok(Some(unit)) } else { Err(format!("is no unit of {metric}")) }
}

fn parsed(text: &str) -> Option<Unit> {
    let lower = text.to_lowercase();
    // Bits by convention: `Mbps`.
    let bits = match lower.as_str() {
        "bps" => Some(1.0),
        "kbps" => Some(1e3),
        "mbps" => Some(1e6),
        "gbps" => Some(1e9),
        _ => None,
    };
    if let Some(bits) = bits {
        return Some(Unit { factor: bits / 8.0, per: Some(1.0), kind: Kind::Bytes });
    }
    let (base, time) = match text.rsplit_once('/') {
        Some((base, time)) => (base, Some(time)),
        None => match lower.find("per ").and_then(|at| Some((text.get(..at)?, text.get(at + 4..)?))) {
            Some((base, time)) => (base, Some(time)),
            None => (text, None),
        },
    };
    let (factor, kind) = base_of(base.trim())?;
    let per = match time {
        Some(time) => Some(seconds(&time.trim().to_lowercase())?),
        None => None,
    };
    Some(Unit { factor, per, kind })
}

fn base_of(text: &str) -> Option<(f64, Kind)> {
    // Bits or bytes: nobody knows.
    if ["Kb", "Mb", "Gb", "Tb"].contains(&text) {
        return None;
    }
    let lower = text.to_lowercase();
    if let Some(seconds) = seconds(&lower) {
        return Some((seconds, Kind::Seconds));
    }
    Some(match lower.as_str() {
        "b" | "byte" | "bytes" => (1.0, Kind::Bytes),
        "kb" | "kilobyte" | "kilobytes" => (1e3, Kind::Bytes),
        "mb" | "megabyte" | "megabytes" => (1e6, Kind::Bytes),
        "gb" | "gigabyte" | "gigabytes" => (1e9, Kind::Bytes),
        "tb" | "terabyte" | "terabytes" => (1e12, Kind::Bytes),
        "kib" | "kibibyte" | "kibibytes" => (KIB, Kind::Bytes),
        "mib" | "mebibyte" | "mebibytes" => (MIB, Kind::Bytes),
        "gib" | "gibibyte" | "gibibytes" => (GIB, Kind::Bytes),
        "tib" | "tebibyte" | "tebibytes" => (GIB * 1024.0, Kind::Bytes),
        "bit" | "bits" => (1.0 / 8.0, Kind::Bytes),
        "kbit" | "kilobit" | "kilobits" => (1e3 / 8.0, Kind::Bytes),
        "mbit" | "megabit" | "megabits" => (1e6 / 8.0, Kind::Bytes),
        "gbit" | "gigabit" | "gigabits" => (1e9 / 8.0, Kind::Bytes),
        "%" | "percent" | "percentage" | "pct" => (0.01, Kind::Share),
        "share" | "ratio" | "fraction" => (1.0, Kind::Share),
        "" | "1" | "count" | "counts" | "number" | "key" | "keys" | "item" | "items" | "command"
        | "commands" | "cmd" | "cmds" | "op" | "ops" | "operation" | "operations" | "request"
        | "requests" | "req" | "reqs" | "read" | "reads" | "write" | "writes" | "hit" | "hits" | "miss"
        | "misses" | "eviction" | "evictions" | "connection" | "connections" | "client" | "clients"
        | "packet" | "packets" => (1.0, Kind::Things),
        _ => return None,
    })
}

/// The seconds of a unit of time.
fn seconds(lower: &str) -> Option<f64> {
    Some(match lower {
        "us" | "µs" | "μs" | "usec" | "microsecond" | "microseconds" => 1e-6,
        "ms" | "msec" | "millisecond" | "milliseconds" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str, metric: Metric) -> Option<(f64, Option<f64>)> {
        of(text, metric).ok().flatten().map(|unit| (unit.factor, unit.per))
    }

    #[test]
    fn units_are_brought_to_ours() {
        for (text, metric, factor, per) in [
            ("GiB", Metric::Memory, 1_073_741_824.0, None),
            ("mib", Metric::MemoryLimit, 1_048_576.0, None),
            ("KB", Metric::Memory, 1e3, None),
            ("TB", Metric::Memory, 1e12, None),
            ("Terabytes", Metric::Memory, 1e12, None),
            ("TiB", Metric::Memory, 1_099_511_627_776.0, None),
            ("B", Metric::Memory, 1.0, None),
            ("Kilobytes/Second", Metric::Inbound, 1e3, Some(1.0)),
            ("MiB/s", Metric::Outbound, 1_048_576.0, Some(1.0)),
            ("Mbps", Metric::Outbound, 125_000.0, Some(1.0)),
            ("Megabits/Second", Metric::Outbound, 125_000.0, Some(1.0)),
            ("%", Metric::EngineCpu, 0.01, None),
            ("ratio", Metric::MemoryShare, 1.0, None),
            ("Milliseconds", Metric::MeanTtl, 1e-3, None),
            ("µs", Metric::MeanTtl, 1e-6, None),
            ("days", Metric::Uptime, 86_400.0, None),
            ("count/minute", Metric::Reads, 1.0, Some(60.0)),
            ("1/min", Metric::Reads, 1.0, Some(60.0)),
            ("per minute", Metric::Reads, 1.0, Some(60.0)),
            ("ops/s", Metric::Commands, 1.0, Some(1.0)),
            ("requests per hour", Metric::Commands, 1.0, Some(3600.0)),
            ("Count", Metric::Keys, 1.0, None),
        ] {
            assert_eq!(made(text, metric), Some((factor, per)), "{text}");
        }
        assert_eq!(of("None", Metric::Memory), Ok(None));
    }

    #[test]
    fn what_is_not_known_or_measures_something_else_is_refused() {
        for (text, metric) in [
            ("furlongs", Metric::Memory),
            ("GiB/fortnight", Metric::Inbound),
            ("Mb", Metric::Memory),
            ("percent", Metric::Memory),
            ("bytes/second", Metric::Memory),
            ("bytes", Metric::Keys),
            ("percent", Metric::Hits),
            ("count/second", Metric::Keys),
            ("count", Metric::EngineCpu),
            ("count", Metric::MeanTtl),
        ] {
            assert!(of(text, metric).is_err(), "{text} of {metric}");
        }
    }
}
