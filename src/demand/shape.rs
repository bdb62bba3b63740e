//! The run of a day: how much of the peak the average hour carries.

use crate::profile::DayShape;

/// Working hours in one region: quiet nights, ten full hours.
const OFFICE_HOURS: [f64; 24] = [
    0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.3, 0.2,
    0.2, 0.1, 0.1,
];

/// People at home: a low morning, five full hours.
const EVENING: [f64; 24] = [
    0.4, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.4, 0.4, 0.4, 0.4, 0.5, 0.7, 1.0, 1.0, 1.0,
    1.0, 1.0, 0.7,
];

/// The weight of each hour from midnight; the largest is the peak.
pub fn hourly(shape: DayShape) -> [f64; 24] {
    match shape {
        DayShape::Flat => [1.0; 24],
        DayShape::OfficeHours => OFFICE_HOURS,
        DayShape::Evening => EVENING,
        DayShape::Weights(weights) => weights,
    }
}

/// The average hour as a share of the busiest, from 0 to 1.
pub fn mean_of_peak(shape: DayShape) -> f64 {
    let weights = hourly(shape);
    let busiest = weights.iter().copied().fold(0.0, f64::max);
    if busiest > 0.0 { weights.iter().sum::<f64>() / 24.0 / busiest } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_day_is_all_peak() {
        assert_eq!(mean_of_peak(DayShape::Flat), 1.0);
    }

    #[test]
    fn scaling_the_weights_changes_nothing() {
        let mut weights = OFFICE_HOURS;
        let before = mean_of_peak(DayShape::Weights(weights));
        for w in &mut weights {
            *w *= 7.0;
        }
        assert!((mean_of_peak(DayShape::Weights(weights)) - before).abs() < 1e-12);
    }
}
