//! Maintenance windows: `sun:05:00-sun:06:00`, in UTC.

/// The next opening after a moment, with its date: `Sunday 2026-11-29 05:00 UTC`.
pub fn next(window: &str, now: jiff::Timestamp) -> Option<String> {
    let (day, rest) = window.split_once(':')?;
    let (time, _) = rest.split_once('-')?;
    let (hour, minute) = time.split_once(':')?;
    let wanted = DAYS.iter().position(|(short, _)| *short == day.to_ascii_lowercase())?;
    let now = now.to_zoned(jiff::tz::TimeZone::UTC);
    let today = usize::try_from(now.weekday().to_monday_zero_offset()).ok()?;
    let opens = now.date().at(hour.parse().ok()?, minute.parse().ok()?, 0, 0);
    let mut ahead = (wanted + 7 - today) % 7;
    if ahead == 0 && opens <= now.datetime() {
        ahead = 7;
    }
    let date = now.date().checked_add(jiff::Span::new().days(i64::try_from(ahead).ok()?)).ok()?;
    Some(format!("{} {date} {time} UTC", DAYS[wanted].1))
}

const DAYS: [(&str, &str); 7] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_next_window_has_a_date() {
        let now = "2026-11-23T04:30:00Z".parse().unwrap();
        let next = |window: &str| super::next(window, now).unwrap();
        assert_eq!(next("mon:05:00-mon:06:00"), "Monday 2026-11-23 05:00 UTC");
        assert_eq!(next("mon:04:00-mon:05:00"), "Monday 2026-11-30 04:00 UTC");
        assert_eq!(next("sun:23:00-mon:01:30"), "Sunday 2026-11-29 23:00 UTC");
        assert_eq!(super::next("whenever", now), None);
    }
}
