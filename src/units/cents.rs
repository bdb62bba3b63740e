//! Amounts in cents that add up: what is exact is rounded only where people read it.

use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use super::Usd;

/// The amounts in cents and their sum in cents, which is the exact sum rounded once. An amount is rounded to one of the
/// two cents around it; the largest remainders are rounded up, so that a reader's own sum agrees.
pub fn cents(exact: &[Usd]) -> (Vec<Usd>, Usd) {
    let cent = Decimal::new(1, 2);
    let sum = exact.iter().copied().sum::<Usd>().to_cents();
    let floor = |usd: &Usd| usd.0.round_dp_with_strategy(2, RoundingStrategy::ToNegativeInfinity);
    let mut shown: Vec<Decimal> = exact.iter().map(floor).collect();
    let missing = ((sum.0 - shown.iter().sum::<Decimal>()) / cent).to_usize().unwrap_or(0);
    let mut order: Vec<usize> = (0..exact.len()).collect();
    let remainder = |i: &usize| exact[*i].0 - floor(&exact[*i]);
    order.sort_by(|a, b| remainder(b).cmp(&remainder(a)).then_with(|| a.cmp(b)));
    for index in order.into_iter().take(missing) {
        shown[index] += cent;
    }
    (shown.into_iter().map(|usd| Usd(usd).to_cents()).collect(), sum)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_thirds_of_a_cent_are_a_cent() {
        let third = Usd(Decimal::new(333_333, 8));
        let (shown, sum) = cents(&[third, third, Usd(Decimal::new(333_334, 8))]);
        assert_eq!(sum.to_string(), "0.01");
        assert_eq!(shown.iter().map(ToString::to_string).collect::<Vec<_>>(), ["0.00", "0.00", "0.01"]);
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(cents(&[]), (vec![], Usd::ZERO.to_cents()));
    }

    proptest! {
        #[test]
        fn lines_add_up_and_are_off_by_less_than_a_cent(
            exact in prop::collection::vec((-10_000_000_i64..10_000_000_000, 0_u32..9), 0..40)
        ) {
            let exact: Vec<Usd> = exact.into_iter().map(|(n, scale)| Usd(Decimal::new(n, scale))).collect();
            let (shown, sum) = cents(&exact);
            prop_assert_eq!(shown.iter().copied().sum::<Usd>().to_cents(), sum);
            prop_assert_eq!(exact.iter().copied().sum::<Usd>().to_cents(), sum);
            for (shown, exact) in shown.iter().zip(&exact) {
                prop_assert!((shown.0 - exact.0).abs() < Decimal::new(1, 2));
                prop_assert_eq!(shown.to_cents(), *shown);
            }
        }
    }
}
