//! Writes a synthetic trace to standard output, in libCacheSim's oracleGeneral format or as CSV.
//!
//! `cargo run --release --example zipf_trace -- REQUESTS KEYS EXPONENT [csv] > FILE`
//!
//! Popularity is Zipf, sizes are log-normal around 400 bytes, 2,000 requests come each second.

use std::io::{BufWriter, Write as _};

use cachefit::simulate::mix;

/// From 0 to 1, by number.
fn unit(n: u64) -> f64 {
    (mix(n) >> 11) as f64 / (1_u64 << 53) as f64
}

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let number = |i: usize| args.get(i).and_then(|a| a.parse::<f64>().ok());
    let (Some(requests), Some(keys), Some(exponent)) = (number(1), number(2), number(3)) else {
        return Err(std::io::Error::other("REQUESTS KEYS EXPONENT [csv]"));
    };
    let csv = args.get(4).is_some_and(|a| a == "csv");
    let mut sums = Vec::with_capacity(keys as usize);
    let mut sum = 0.0;
    for rank in 1..=keys as u64 {
        sum += (rank as f64).powf(-exponent);
        sums.push(sum);
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    if csv {
        writeln!(out, "time,key,size")?;
    }
    for i in 0..requests as u64 {
        let key = sums.partition_point(|s| *s < unit(i) * sum) as u64;
        // Box and Muller.
        let normal = (-2.0 * unit(key ^ 1 << 40).max(1e-12).ln()).sqrt()
            * (std::f64::consts::TAU * unit(key ^ 1 << 41)).cos();
        let size = (400.0 * normal.exp()).clamp(1.0, 1e6) as u32;
        let second = (i / 2000) as u32;
        if csv {
            writeln!(out, "{second},{key},{size}")?;
        } else {
            out.write_all(&second.to_le_bytes())?;
            out.write_all(&key.to_le_bytes())?;
            out.write_all(&size.to_le_bytes())?;
            // The next use is not known here.
            out.write_all(&(-1_i64).to_le_bytes())?;
        }
    }
    out.flush()
}
