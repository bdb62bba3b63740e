//! Times in the shapes that exports have.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::units::DAY;

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size.
pub(super) fn of_number(value: f64) -> Option<i64> {
    let seconds = match value.abs() {
        v if v < 1e11 => value,
        v if v < 1e14 => value / 1e3,
        v if v < 1e17 => value / 1e6,
        v if v < 1e20 => value / 1e9,
        _ => return None,
    };
    seconds.is_finite().then_some(seconds.floor() as i64)
}

/// RFC 3339, the same without a zone (UTC), a number as text, or what Upstash writes:
/// `2025-08-31 15:12:52.799480932 +0000 UTC`.
pub(super) fn of_text(text: &str) -> Option<i64> {
    if let Some(time) = of_utc(text.as_bytes()) {
        return Some(time);
    }
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return of_number(number);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_second());
    }
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    let (civil, zone) = match text.rsplit_once(' ') {
        Some((civil, zone)) if zone.starts_with(['+', '-']) => (civil, zone),
        _ => (text, "+0000"),
    };
    let civil: DateTime = civil.trim_end_matches('Z').replacen('/', "-", 2).parse().ok()?;
    let minutes = zone_minutes(zone)?;
    let utc = civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    Some(utc - minutes * 60)
}

/// `2025-08-31T15:12:52Z`, with `+00:00` for the `Z`: what large exports consist of, read without a library. What it
/// does not know is left to that.
fn of_utc(text: &[u8]) -> Option<i64> {
    let (time, zone) = text.split_at_checked(19)?;
    if !matches!(zone, b"Z" | b"+00:00") || (time[4], time[7], time[10]) != (b'-', b'-', b'T') {
        return None;
    }
    let number = |from: usize, to: usize| {
        let digits = time.get(from..to)?;
        digits.iter().try_fold(0_i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    let plain = (1..=last).contains(&day) && hour < 24 && minute < 60 && second < 60;
    if !plain || (time[13], time[16]) != (b':', b':') {
        return None;
    }
    // Years that begin in March have their leap day at the end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469;
    Some(days * DAY + hour * 3600 + minute * 60 + second)
}

/// `+0130` or `+01:30`.
fn zone_minutes(zone: &str) -> Option<i64> {
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = (digits.get(..2)?, digits.get(2..4)?);
    Some(sign * (hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?))
}

/// `PT5M`, `P1D`, `PT1H`: a length of ISO 8601, in seconds.
pub(super) fn period(text: &str) -> Option<u32> {
    let span: jiff::Span = text.trim().parse().ok()?;
    let seconds = span.total((jiff::Unit::Second, jiff::SpanRelativeTo::days_are_24_hours())).ok()?;
    (1.0..1e9).contains(&seconds).then_some(seconds as u32)
}

/// A text as messages show it.
pub(super) fn clip(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_says_what_the_library_says() {
        for year in [1970, 1999, 2000, 2015, 2024, 2025, 2100] {
            for (month, day) in (1..=13).flat_map(|month| (0..=32).map(move |day| (month, day))) {
                for rest in ["00:00:00Z", "23:59:59+00:00"] {
                    let text = format!("{year}-{month:02}-{day:02}T{rest}");
                    let library = text.parse::<Timestamp>().ok().map(Timestamp::as_second);
                    assert_eq!(of_utc(text.as_bytes()), library, "{text}");
                }
            }
        }
        for text in ["2025-08-01T24:00:00Z", "2025-8-01T00:00:00ZZ", "2025-08-01T00:00:00", "é"] {
            assert_eq!(of_utc(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn all_shapes_of_one_moment_are_one_time() {
        let at = Some(1_756_653_172);
        for text in [
            "2025-08-31T15:12:52Z",
            "2025-08-31T17:12:52+02:00",
            "2025-08-31 15:12:52.799480932 +0000 UTC",
            "2025-08-31 15:12:52.79 +0000 UTC",
            "2025-08-31 15:12:52",
            "2025/08/31 15:12:52",
            "1756653172",
            "1756653172000",
            "1756653172.799",
        ] {
            assert_eq!(of_text(text), at, "{text}");
        }
        for text in ["", "yesterday", "NaN", "1e300", "2025-13-01T00:00:00Z", "+"] {
            assert_eq!(of_text(text), None, "{text}");
        }
        assert_eq!((period("PT5M"), period("P1D"), period("5 minutes ago")), (Some(300), Some(86_400), None));
    }
}
