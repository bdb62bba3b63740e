//! The hash slot of a key, and which arguments of a command are keys.

use crate::simulate::MonitorCommand;

/// Slots of a cluster.
const SLOTS: u16 = 16_384;

/// The slot of a key: of what stands in its first braces, if anything does (the cluster specification).
pub(super) fn slot(key: &[u8]) -> u16 {
    let tag = key.iter().position(|byte| *byte == b'{').and_then(|open| {
        let rest = &key[open + 1..];
        let close = rest.iter().position(|byte| *byte == b'}')?;
        (close > 0).then(|| &rest[..close])
    });
    crc16(tag.unwrap_or(key)) % SLOTS
}

/// CRC16 of XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

/// Where keys stand.
enum Keys {
    /// From this argument on, to so many before the end, every so many.
    From { first: usize, but: usize, step: usize },
    /// The first two arguments.
    Two,
    /// As many as the argument at `count` says, behind it; with the first argument, too, if that is a key.
    Counted { count: usize, first: bool },
}

fn place(name: &str) -> Option<Keys> {
    Some(match name {
        "mget" | "del" | "unlink" | "exists" | "touch" | "watch" | "sinter" | "sunion" | "sdiff"
        | "sinterstore" | "sunionstore" | "sdiffstore" | "pfmerge" | "pfcount" => {
            Keys::From { first: 1, but: 0, step: 1 }
        }
        "mset" | "msetnx" => Keys::From { first: 1, but: 0, step: 2 },
        "bitop" => Keys::From { first: 2, but: 0, step: 1 },
        "blpop" | "brpop" | "bzpopmax" | "bzpopmin" => Keys::From { first: 1, but: 1, step: 1 },
        "rename" | "renamenx" | "copy" | "rpoplpush" | "lmove" | "blmove" | "brpoplpush" | "smove"
        | "lcs" | "geosearchstore" | "zrangestore" => Keys::Two,
        "sintercard" | "lmpop" | "zmpop" | "zinter" | "zunion" | "zdiff" | "zintercard" => {
            Keys::Counted { count: 1, first: false }
        }
        "eval" | "eval_ro" | "evalsha" | "evalsha_ro" | "fcall" | "fcall_ro" | "blmpop" | "bzmpop" => {
            Keys::Counted { count: 2, first: false }
        }
        "zinterstore" | "zunionstore" | "zdiffstore" => Keys::Counted { count: 2, first: true },
        _ => return None,
    })
}

/// The keys of a command that may name several; nothing of others.
pub(super) fn keys<'a>(name: &str, command: &'a MonitorCommand<'_>) -> Vec<&'a [u8]> {
    let Some(place) = place(name) else { return Vec::new() };
    let all = command.arguments();
    let number = |i: usize| std::str::from_utf8(command.argument(i)?).ok()?.parse::<usize>().ok();
    let at = |i: usize| command.argument(i);
    match place {
        Keys::From { first, but, step } => {
            (first..all.saturating_sub(but)).step_by(step).filter_map(at).collect()
        }
        Keys::Two => [1, 2].into_iter().filter_map(at).collect(),
        Keys::Counted { count, first } => {
            let end = number(count).unwrap_or(0).saturating_add(count + 1).min(all);
            let first = first.then_some(1).into_iter();
            first.chain(count + 1..end).filter_map(at).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_the_specification() {
        // CLUSTER KEYSLOT of a server.
        for (key, expected) in [("123456789", 12_739), ("foo", 12_182), ("bar", 5_061), ("", 0)] {
            assert_eq!(slot(key.as_bytes()), expected, "{key}");
        }
        for (key, same) in
            [("{user1000}.following", "user1000"), ("foo{}{bar}", "foo{}{bar}"), ("foo{{bar}}zap", "{bar")]
        {
            assert_eq!(slot(key.as_bytes()), crc16(same.as_bytes()) % SLOTS, "{key}");
        }
    }
}
