//! Windows of AWS: `sun:05:00-sun:06:00` for work on the nodes, `03:00-04:00` for backups, in UTC. Those that the profile
//! does not name lie in the quiet hours of its traffic, where it has any.

use crate::demand::hourly;
use crate::profile::{DayShape, Profile};
use crate::units::{DayWindow, WeekWindow};

/// The year whose rules for summer time count: most zones have not changed theirs for decades.
const YEAR: i16 = 2026;
/// Quiet hours that are looked for: one for backups, then two for work on the nodes.
const QUIET: i32 = 3;
/// Among hours that are as quiet, those nearest to this one, at home.
const NIGHT: i32 = 2;
const SUNDAY: i32 = 6;

/// The maintenance window of a profile; none if AWS is to choose.
pub fn maintenance(profile: &Profile) -> Option<String> {
    let declared = profile.requirements.maintenance_window.as_ref().map(|w| w.value);
    let window = declared.or_else(|| Some(quiet(profile)?.0))?;
    let (opens, closes) = window.days();
    let time = window.time().to_string();
    let (from, to) = time.split_once('-')?;
    Some(format!("{opens}:{from}-{closes}:{to}"))
}

/// The time of the backups of a profile; none if AWS is to choose.
pub fn backups(profile: &Profile) -> Option<DayWindow> {
    let declared = profile.requirements.backup_window.as_ref().map(|w| w.value);
    declared.or_else(|| Some(quiet(profile)?.1))
}

/// The quietest hours of a Sunday for work on the nodes, and those before it for backups; the same in summer and winter.
fn quiet(profile: &Profile) -> Option<(WeekWindow, DayWindow)> {
    let shape = profile.traffic.shape.value;
    if shape == DayShape::Flat {
        return None;
    }
    let weights = hourly(shape);
    let ahead = profile.traffic.time_zone.value.minutes_ahead(YEAR);
    let at_home = |utc: i32, ahead: i32| (utc * 60 + ahead).div_euclid(60);
    let load = |utc: i32| -> f64 {
        let hours = (0..=QUIET).flat_map(|hour| ahead.map(|ahead| at_home(utc + hour, ahead).rem_euclid(24)));
        // A zone that is ahead by half an hour touches one more hour; in others that one counts, too, as a margin.
        hours.map(|hour| weights[hour as usize]).sum()
    };
    let from_night = |utc: i32| {
        let distance = (at_home(utc, ahead[0]) - NIGHT).rem_euclid(24);
        distance.min(24 - distance)
    };
    let best =
        (0..24).min_by(|a, b| load(*a).total_cmp(&load(*b)).then(from_night(*a).cmp(&from_night(*b))))?;
    let opens = best + 1;
    // Where it is Sunday at that hour, it may be another day in UTC.
    let day = SUNDAY - at_home(opens, ahead[0]).div_euclid(24) + opens.div_euclid(24);
    let time = |hour: i32, hours: u32| DayWindow::new(hour.rem_euclid(24) as u32 * 60, hours * 60);
    let work = WeekWindow::new(day.rem_euclid(7) as usize, time(opens, (QUIET - 1) as u32));
    Some((work, time(best, 1)))
}

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
    use super::*;

    fn profile(traffic: &str, requirements: &str) -> Profile {
        let text = format!(
            "name: shop\ndataset: [{{keys: \"a:*\", type: string, count: 10, value_size: 1KB}}]\n\
             traffic: {{peak: {{reads: 10/s, writes: 1/s}}, {traffic}}}\nrequirements: {{{requirements}}}\n"
        );
        crate::profile::parse(text.as_bytes(), "shop.yaml").unwrap()
    }

    #[test]
    fn windows_lie_in_quiet_hours_at_home() {
        for (traffic, work, saved) in [
            ("shape: office-hours", "sun:03:00-sun:05:00", "02:00-03:00"),
            ("shape: office-hours, time_zone: America/New_York", "sun:07:00-sun:09:00", "06:00-07:00"),
            ("shape: office-hours, time_zone: Asia/Tokyo", "sat:18:00-sat:20:00", "17:00-18:00"),
        ] {
            let profile = profile(traffic, "");
            assert_eq!(maintenance(&profile).as_deref(), Some(work), "{traffic}");
            assert_eq!(backups(&profile).unwrap().to_string(), saved, "{traffic}");
        }
    }

    #[test]
    fn a_declared_window_wins_and_a_flat_day_has_none() {
        let declared =
            profile("shape: evening", "maintenance_window: mon 23:00-01:00, backup_window: 04:30-06:00");
        assert_eq!(maintenance(&declared).as_deref(), Some("mon:23:00-tue:01:00"));
        assert_eq!(backups(&declared).unwrap().to_string(), "04:30-06:00");
        assert_eq!(maintenance(&profile("shape: flat", "")), None);
        assert_eq!(backups(&profile("shape: flat", "")), None);
    }

    #[test]
    fn the_busiest_hour_is_never_chosen() {
        for busy in 0..24_i32 {
            let mut weights = ["1"; 24];
            weights[busy as usize] = "9";
            for zone in ["UTC", "Asia/Kolkata", "America/Los_Angeles"] {
                let profile = profile(&format!("shape: [{}], time_zone: {zone}", weights.join(", ")), "");
                for ahead in profile.traffic.time_zone.value.minutes_ahead(YEAR) {
                    let start = minutes(&backups(&profile).unwrap().opens());
                    let hours = (0..180).map(|m| (start + m + ahead).rem_euclid(1440) / 60);
                    assert!(hours.into_iter().all(|hour| hour != busy), "{busy} {zone}");
                }
            }
        }
    }

    fn minutes(clock: &str) -> i32 {
        let (hour, minute) = clock.split_once(':').unwrap();
        hour.parse::<i32>().unwrap() * 60 + minute.parse::<i32>().unwrap()
    }

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
