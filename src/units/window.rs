//! Times of the day and the week at which a provider may do its own work, and the zone that hours are meant in.

use std::fmt;

use super::text::{FromText, TextError, clip, nearest};

const MINUTES: u32 = 24 * 60;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A part of every day, of an hour at least, in UTC: `01:00-02:30`. It may run over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayWindow {
    from: u32,
    length: u32,
}

/// A part of every week: `sun 03:00-05:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeekWindow {
    day: usize,
    time: DayWindow,
}

impl DayWindow {
    /// So many minutes from a minute of the day on.
    pub fn new(from: u32, length: u32) -> Self {
        Self { from: from % MINUTES, length }
    }

    /// The hour and minute at which it opens.
    pub fn opens(self) -> String {
        clock(self.from)
    }
}

impl WeekWindow {
    /// A time on a day, counted from Monday.
    pub fn new(day: usize, time: DayWindow) -> Self {
        Self { day: day % 7, time }
    }

    /// The days on which it opens and closes: `("sun", "mon")`.
    pub fn days(self) -> (&'static str, &'static str) {
        let over_midnight = usize::from(self.time.from + self.time.length >= MINUTES);
        (DAYS[self.day], DAYS[(self.day + over_midnight) % 7])
    }

    /// The time of the day.
    pub fn time(self) -> DayWindow {
        self.time
    }
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute % MINUTES / 60, minute % 60)
}

impl fmt::Display for DayWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", clock(self.from), clock(self.from + self.length))
    }
}

impl fmt::Display for WeekWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", DAYS[self.day], self.time)
    }
}

impl FromText for DayWindow {
    const EXPECTED: &'static str = "a time of the day in UTC such as 01:00-02:00";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let unreadable =
            || TextError::new(format!("expected {}, found `{}`", Self::EXPECTED, clip(text.trim())));
        let (from, to) = text.split_once('-').ok_or_else(unreadable)?;
        let (from, to) = (minute(from).ok_or_else(unreadable)?, minute(to).ok_or_else(unreadable)?);
        let length = (to + MINUTES - from) % MINUTES;
        if length < 60 {
            let wider = Self::new(from, 60);
            return Err(TextError::new("a window is an hour long at least").suggest(wider.to_string()));
        }
        Ok(Self::new(from, length))
    }
}

/// `03:00` as minutes from midnight.
fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two = |part: &str, most: u32| -> Option<u32> {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse().ok().filter(|n| digits && *n <= most)
    };
    Some(two(hour, 23)? * 60 + two(minute, 59)?)
}

impl FromText for WeekWindow {
    const EXPECTED: &'static str = "a time of the week in UTC such as sun 03:00-05:00";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let error = || TextError::new(format!("expected {}, found `{}`", Self::EXPECTED, clip(text.trim())));
        let (day, time) = text.trim().split_once(' ').ok_or_else(error)?;
        let Some(index) = DAYS.iter().position(|known| *known == day) else {
            // Names in full or in capitals are meant well.
            let start: String = day.to_lowercase().chars().take(3).collect();
            let known = nearest(&start, DAYS.into_iter());
            return Err(known.map_or_else(error, |known| error().suggest(format!("{known} {}", time.trim()))));
        };
        let time = DayWindow::from_text(time).map_err(|inner| match inner.suggestion {
            Some(time) => TextError::new(inner.message).suggest(format!("{day} {time}")),
            None => error(),
        })?;
        Ok(Self { day: index, time })
    }
}

/// A time zone by its name in the IANA database: `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZone(jiff::tz::TimeZone);

impl TimeZone {
    /// The zone in which nothing is ever moved.
    pub fn utc() -> Self {
        Self(jiff::tz::TimeZone::UTC)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Minutes that its clocks are ahead of UTC in January and in July of a year.
    pub fn minutes_ahead(&self, year: i16) -> [i32; 2] {
        [1, 7].map(|month| {
            let noon = jiff::civil::date(year, month, 1).at(12, 0, 0, 0);
            let instant = self.0.to_ambiguous_timestamp(noon).compatible();
            instant.map_or(0, |instant| self.0.to_offset(instant).seconds() / 60)
        })
    }
}

impl FromText for TimeZone {
    const EXPECTED: &'static str = "a time zone of the IANA database such as Europe/Berlin, or UTC";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        let database = jiff::tz::db();
        match database.get(text) {
            Ok(zone) if zone.iana_name() == Some(text) => Ok(Self(zone)),
            Ok(zone) => {
                let error = TextError::new(format!("expected {}", Self::EXPECTED));
                Err(match zone.iana_name() {
                    Some(name) => error.suggest(name),
                    None => error,
                })
            }
            Err(_) => {
                let names: Vec<String> = database.available().map(|name| name.as_str().to_owned()).collect();
                let error = TextError::new(format!("expected {}, found `{}`", Self::EXPECTED, clip(text)));
                let near = nearest(text, names.iter().map(String::as_str));
                Err(near.map_or_else(|| error.clone(), |name| error.clone().suggest(name)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_as_they_are_shown() {
        for text in ["sun 03:00-05:00", "mon 23:30-01:00", "fri 00:00-23:59"] {
            assert_eq!(WeekWindow::from_text(text).unwrap().to_string(), text);
        }
        assert_eq!(DayWindow::from_text(" 1:00 - 2:30 ").unwrap().to_string(), "01:00-02:30");
        assert_eq!(WeekWindow::from_text("sun 23:00-00:00").unwrap().days(), ("sun", "mon"));
        assert_eq!(WeekWindow::from_text("sun 22:00-23:00").unwrap().days(), ("sun", "sun"));
    }

    #[test]
    fn what_is_no_window_names_the_nearest_one() {
        let suggestion = |text: &str| WeekWindow::from_text(text).unwrap_err().suggestion;
        assert_eq!(suggestion("Sunday 03:00-05:00").as_deref(), Some("sun 03:00-05:00"));
        assert_eq!(suggestion("sun 03:00-03:30").as_deref(), Some("sun 03:00-04:00"));
        for wrong in ["", "03:00-05:00", "sun 25:00-26:00", "sun 03:00", "sun 3-5", "sun 03:00-+5:00"] {
            assert_eq!(suggestion(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn zones_come_by_their_names() {
        let zone = |text: &str| TimeZone::from_text(text);
        assert_eq!(zone("Europe/Berlin").unwrap().minutes_ahead(2026), [60, 120]);
        assert_eq!(zone("America/New_York").unwrap().minutes_ahead(2026), [-300, -240]);
        assert_eq!(zone("Asia/Kolkata").unwrap().minutes_ahead(2026), [330, 330]);
        assert_eq!(zone("UTC").unwrap().name(), "UTC");
        assert_eq!(zone("europe/berlin").unwrap_err().suggestion.as_deref(), Some("Europe/Berlin"));
        assert_eq!(zone("Europe/Belrin").unwrap_err().suggestion.as_deref(), Some("Europe/Berlin"));
        assert_eq!(zone("Middle/Earth").unwrap_err().suggestion, None);
    }
}
