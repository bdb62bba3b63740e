//! Chance that is the same in every run.

/// `SplitMix64`.
pub(super) struct Random(u64);

impl Random {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1, without 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.share() * n as f64) as usize
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> Exponential {
        Exponential(1.0 - self.share())
    }

    /// The mean of so many exponential numbers, kept off 0.
    pub fn mean_of_exponentials(&mut self, of: usize) -> f64 {
        // The sum of some logarithms is that of the product, as long as that does not come near 0.
        let (mut sum, mut product) = (0.0, 1.0);
        for i in 1..=of {
            product *= 1.0 - self.share();
            if i % 16 == 0 || i == of {
                sum -= f64::ln(product);
                product = 1.0;
            }
        }
        (sum / of.max(1) as f64).max(0.2)
    }

    /// Normal with mean 0 and deviation 1.
    pub fn normal(&mut self) -> f64 {
        // Twelve uniform numbers: the ends beyond six deviations do not matter here.
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

/// An exponential number that is not computed yet: its logarithm takes longer than all else of a draw.
pub(super) struct Exponential(f64);

impl Exponential {
    pub fn value(&self) -> f64 {
        -self.0.ln()
    }

    /// Never less than the value, and at most 0.07 more: the chord of the logarithm between two powers of two.
    pub fn at_most(&self) -> f64 {
        let bits = self.0.to_bits();
        let exponent = (bits >> 52) as f64 - 1023.0;
        let fraction = (bits & ((1 << 52) - 1)) as f64 / (1_u64 << 52) as f64;
        std::f64::consts::LN_2 * (1e-9 - exponent - fraction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_exponential_number_is_at_most_is_hardly_more_than_it_is() {
        let mut random = Random::new(1);
        let ends = [Exponential(1.0), Exponential(f64::EPSILON / 2.0), Exponential(0.5)];
        for one in ends.into_iter().chain((0..100_000).map(|_| random.exponential())) {
            let beyond = one.at_most() - one.value();
            assert!((0.0..0.07).contains(&beyond), "{}: {beyond}", one.0);
        }
    }

    #[test]
    fn the_mean_of_many_is_near_one_and_that_of_one_is_its_value() {
        for many in [10_000, 10_007] {
            let mean = Random::new(7).mean_of_exponentials(many);
            let one_by_one = {
                let mut random = Random::new(7);
                (0..many).map(|_| random.exponential().value()).sum::<f64>() / many as f64
            };
            assert!((mean - one_by_one).abs() < 1e-9 && (mean - 1.0).abs() < 0.05, "{mean} {one_by_one}");
        }
        let one = Random::new(9).exponential().value();
        assert!((Random::new(9).mean_of_exponentials(1) - one.max(0.2)).abs() < 1e-12);
    }
}
