//! Zones, local clocks, and the hours in which messages go out.

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use nurture::plan::{Quiet, SendingHours};
use nurture::run::lead::{DAY, Instant};

/// The day written `2026-08-01`.
pub fn day(text: &str) -> civil::Date {
    let parts: Vec<i16> = text.split('-').map(|part| part.parse().unwrap()).collect();
    civil::date(parts[0], parts[1] as i8, parts[2] as i8)
}

/// "A date is its first instant in UTC."
pub fn first_instant_utc(text: &str) -> Instant {
    day(text).duration_since(civil::date(1970, 1, 1)).as_secs()
}

/// A local time in a zone: "a local time that a clock change skips is moved forward by the gap; one that comes twice is
/// the first".
pub fn local_to_instant(zone: &TimeZone, local: civil::DateTime) -> Instant {
    zone.to_ambiguous_timestamp(local).compatible().unwrap().as_second()
}

/// A moment written `2026-12-01T09:00`, in a zone.
pub fn moment(zone: &TimeZone, text: &str) -> Instant {
    let (date, time) = text.split_once('T').unwrap();
    let (hour, minute) = time.split_once(':').unwrap();
    local_to_instant(zone, day(date).at(hour.parse().unwrap(), minute.parse().unwrap(), 0, 0))
}

/// The first instant of a day in a zone.
pub fn day_begins(zone: &TimeZone, day: civil::Date) -> Instant {
    local_to_instant(zone, day.at(0, 0, 0, 0))
}

/// The lead's own clock: the zone that it shows from each instant on. The first begins at `Instant::MIN`.
pub struct Clock {
    pub zones: Vec<(Instant, TimeZone)>,
}

impl Clock {
    /// Day of the week (1 for Monday) and minute after midnight at `x`, as far as can be told at `now`: what becomes of
    /// the zone after `now` nobody knows.
    fn local(&self, x: Instant, now: Instant) -> (u8, u16) {
        let (_, zone) = self.zones.iter().rev().find(|(since, _)| *since <= x.min(now)).unwrap();
        let offset = zone.to_offset(Timestamp::from_second(x).unwrap()).seconds();
        let local = x + i64::from(offset);
        // 1970-01-01 was a Thursday.
        let weekday = (local.div_euclid(DAY) + 3).rem_euclid(7) + 1;
        (weekday as u8, (local.rem_euclid(DAY) / 60) as u16)
    }

    /// The first instant after `x` at which hours may open or close: offsets from UTC are whole minutes.
    fn boundary_after(&self, x: Instant) -> Instant {
        let minute = (x.div_euclid(60) + 1) * 60;
        self.zones.iter().map(|(since, _)| *since).filter(|since| *since > x && *since < minute).min().unwrap_or(minute)
    }

    /// The last instant up to `x` at which hours may open or close.
    fn boundary_up_to(&self, x: Instant) -> Instant {
        let minute = x.div_euclid(60) * 60;
        self.zones.iter().map(|(since, _)| *since).filter(|since| *since <= x && *since > minute).max().unwrap_or(minute)
    }
}

/// The hours of a program's messages, as told at `now`.
pub struct Hours<'a> {
    pub clock: &'a Clock,
    pub quiet: Option<&'a Quiet>,
    pub send_on: Option<&'a SendingHours>,
    pub now: Instant,
}

impl Hours<'_> {
    /// "Quiet hours (`[from, to)` by the lead's own clock)".
    pub fn quiet(&self, x: Instant) -> bool {
        let Some(quiet) = self.quiet else { return false };
        let (_, minute) = self.clock.local(x, self.now);
        let (from, to) = (quiet.from_minute, quiet.to_minute);
        if from < to { from <= minute && minute < to } else { minute >= from || minute < to }
    }

    /// "Outside `send on` of its program".
    pub fn outside(&self, x: Instant) -> bool {
        let Some(send_on) = self.send_on else { return false };
        let (weekday, minute) = self.clock.local(x, self.now);
        !send_on.days.contains(&weekday) || send_on.from_minute.is_some_and(|from| minute < from) || send_on.to_minute.is_some_and(|to| minute >= to)
    }

    pub fn open(&self, x: Instant) -> bool {
        !self.quiet(x) && !self.outside(x)
    }

    /// When the hours that are open at `x` were opened, if that was later than `since`.
    pub fn opened(&self, x: Instant, since: Instant) -> Option<Instant> {
        if self.quiet.is_none() && self.send_on.is_none() {
            return None;
        }
        let mut begin = self.clock.boundary_up_to(x);
        while begin > since {
            if !self.open(begin - 1) {
                return Some(begin);
            }
            begin = self.clock.boundary_up_to(begin - 1);
        }
        None
    }

    /// `min(3600, length of this opening)` of the opening that begins at `opened`.
    pub fn length(&self, opened: Instant) -> i64 {
        let mut x = opened;
        loop {
            x = self.clock.boundary_after(x);
            if x - opened >= 3_600 {
                return 3_600;
            }
            if !self.open(x) {
                return x - opened;
            }
        }
    }

    /// The first instant in `(x, limit)` at which the hours open.
    pub fn next_opening(&self, x: Instant, limit: Instant) -> Option<Instant> {
        if self.quiet.is_none() && self.send_on.is_none() {
            return None;
        }
        let mut was_open = self.open(x);
        let mut x = self.clock.boundary_after(x);
        while x < limit {
            let open = self.open(x);
            if open && !was_open {
                return Some(x);
            }
            was_open = open;
            x = self.clock.boundary_after(x);
        }
        None
    }
}
