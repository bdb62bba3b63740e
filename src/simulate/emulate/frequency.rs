//! The LFU word: 16 bits of minutes and a logarithmic counter of eight bits.

use super::random::Random;

/// Counter of a new key.
const FIRST: u32 = 5;
/// `lfu-log-factor`.
const LOG_FACTOR: f64 = 10.0;
/// `lfu-decay-time`, minutes for one step down.
const DECAY_MINUTES: u32 = 1;

/// The word of a new key.
pub fn new(minutes: u32) -> u32 {
    (minutes & 0xffff) << 8 | FIRST
}

/// The counter after decay.
pub fn decayed(word: u32, minutes: u32) -> u32 {
    let elapsed = (minutes & 0xffff).wrapping_sub(word >> 8) & 0xffff;
    (word & 0xff).saturating_sub(elapsed / DECAY_MINUTES)
}

/// The word after one access.
pub fn touched(word: u32, minutes: u32, random: &mut Random) -> u32 {
    let mut counter = decayed(word, minutes);
    let above = f64::from(counter.saturating_sub(FIRST));
    if counter < 255 && random.unit() * (above * LOG_FACTOR + 1.0) < 1.0 {
        counter += 1;
    }
    (minutes & 0xffff) << 8 | counter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_the_documentation_says() {
        let mean = |hits: u32| {
            let runs = 40;
            let total: u32 = (0..runs)
                .map(|seed| {
                    let mut random = Random::new(seed);
                    (0..hits).fold(new(7), |word, _| touched(word, 7, &mut random)) & 0xff
                })
                .sum();
            f64::from(total) / runs as f64
        };
        assert!((8.0..12.0).contains(&mean(100)), "{}", mean(100));
        assert!((16.0..21.0).contains(&mean(1000)), "{}", mean(1000));
        assert!((135.0..155.0).contains(&mean(100_000)), "{}", mean(100_000));
    }

    #[test]
    fn decays_by_minutes_also_when_they_wrap() {
        assert_eq!(decayed(new(65_535), 2), 2);
        assert_eq!(decayed(new(10), 100), 0);
    }
}
