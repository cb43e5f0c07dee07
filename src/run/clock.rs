//! Clocks: time zones as tables of offsets, and the hours in which messages may go out.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::lead::{DAY, Instant};
use super::trace::Holding;
use crate::plan::{Quiet, SendingHours};
use crate::text::Date;

/// The rules of all zones repeat every 400 years, whose days are whole weeks.
const CYCLE: i64 = 146_097 * DAY;
/// 1900-01-01 and 2500-01-01: what lies between is in the table, what comes later is moved into it.
const TABLE: (Instant, Instant) = (-2_208_988_800, 16_725_225_600);

/// A time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// From when on which offset from UTC holds, in seconds; the first holds since ever.
    offsets: Vec<(Instant, i64)>,
}

impl Zone {
    /// The zone of an IANA name, from the data that the program carries; `None` when there is none. Its table is made when it is
    /// first asked for, and kept.
    pub fn named(name: &str) -> Option<Arc<Self>> {
        static KNOWN: RwLock<BTreeMap<String, Arc<Zone>>> = RwLock::new(BTreeMap::new());
        if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Some(Arc::clone(known));
        }
        let zone = TimeZone::get(name).ok()?;
        let made = Arc::new(Self::of(&zone)?);
        // Other spellings of a name would let leads' data fill the memory.
        if zone.iana_name() == Some(name) {
            KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::clone(&made));
        }
        Some(made)
    }

    fn of(zone: &TimeZone) -> Option<Self> {
        let start = Timestamp::from_second(TABLE.0).ok()?;
        let mut offsets = vec![(Instant::MIN, i64::from(zone.to_offset(start).seconds()))];
        for change in zone.following(start).take_while(|change| change.timestamp().as_second() < TABLE.1) {
            let offset = i64::from(change.offset().seconds());
            if offsets.last().is_none_or(|(_, last)| *last != offset) {
                offsets.push((change.timestamp().as_second(), offset));
            }
        }
        Some(Self { offsets })
    }

    /// UTC.
    pub fn utc() -> Self {
        Self { offsets: vec![(Instant::MIN, 0)] }
    }

    /// The offset in force at `at`, since when, and until when.
    fn period(&self, at: Instant) -> (i64, Instant, Instant) {
        let moved = if at >= TABLE.1 { (at - TABLE.1) / CYCLE * CYCLE + CYCLE } else { 0 };
        let place = self.offsets.partition_point(|(start, _)| *start <= at - moved).saturating_sub(1);
        let (start, offset) = self.offsets.get(place).copied().unwrap_or((Instant::MIN, 0));
        let end = self.offsets.get(place + 1).map_or(Instant::MAX, |(start, _)| start + moved);
        (offset, start.saturating_add(moved), end)
    }

    /// What a clock on the wall shows, as seconds since 1970-01-01 00:00 on that clock.
    pub fn local(&self, at: Instant) -> i64 {
        at + self.period(at).0
    }

    /// The instant at which a clock on the wall shows `local` seconds since 1970-01-01 00:00: the first of two; a time
    /// that is skipped is moved forward by the gap.
    pub fn instant(&self, local: i64) -> Instant {
        // Whatever the offset, the instant lies within a day of `local`.
        let before = self.period(local - DAY).0;
        let candidate = local - before;
        let (offset, start, _) = self.period(candidate);
        if offset == before {
            return candidate;
        }
        let later = local - offset;
        // Between the clock's change and the time shown: the change is behind, unless the time was skipped.
        if later >= start { later } else { candidate }
    }
}

/// Seconds of a day, `2026-08-01`, as its first instant in UTC.
pub fn day_start(date: Date) -> Option<Instant> {
    let date = date.to_string();
    let day: jiff::civil::Date = date.parse().ok()?;
    let epoch = jiff::civil::date(1970, 1, 1);
    Some(i64::from(day.since(epoch).ok()?.get_days()) * DAY)
}

/// The first instant in UTC of a day written `2026-08-01`.
pub fn day(text: &str) -> Option<Instant> {
    day_start(Date::parse(text)?)
}

/// Reads `2026-12-01T09:00` or a date as seconds on a wall clock.
pub fn wall_clock(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let mut parts = time.split(':');
    let (hours, minutes): (i64, i64) = (number(parts.next()?)?, number(parts.next()?)?);
    let seconds = parts.next().map_or(Some(0), number)?;
    (parts.next().is_none() && hours < 24 && minutes < 60 && seconds < 60)
        .then_some(())
        .and_then(|()| Some(day(date)? + hours * 3_600 + minutes * 60 + seconds))
}

fn number(text: &str) -> Option<i64> {
    (text.len() <= 2 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// The day in UTC that holds an instant.
pub fn day_of(at: Instant) -> Option<Date> {
    Date::parse(show(at).split(' ').next()?)
}

/// Writes seconds on a wall clock as `2026-12-01 09:00`, with seconds where they are not 0.
pub fn show(local: i64) -> String {
    let days = i32::try_from(local.div_euclid(DAY)).unwrap_or(0);
    let rest = local.rem_euclid(DAY);
    let date = jiff::civil::date(1970, 1, 1).checked_add(days.days()).unwrap_or(jiff::civil::Date::MAX);
    let (hours, minutes, seconds) = (rest / 3_600, rest / 60 % 60, rest % 60);
    if seconds == 0 { format!("{date} {hours:02}:{minutes:02}") } else { format!("{date} {hours:02}:{minutes:02}:{seconds:02}") }
}

/// Writes an instant as `2026-12-01T09:00:00Z`.
pub fn show_utc(at: Instant) -> String {
    let text = show(at);
    let (date, time) = text.split_once(' ').unwrap_or((&text, ""));
    if time.len() == 5 { format!("{date}T{time}:00Z") } else { format!("{date}T{time}Z") }
}

/// Reads an instant: `2026-12-01T09:00:00Z` or with an offset is exact; `2026-12-01 09:00` and a date are of `zone`.
pub fn read_instant(text: &str, zone: &Zone) -> Option<Instant> {
    if let Some(local) = wall_clock(text) {
        return Some(zone.instant(local));
    }
    let stamp: Timestamp = text.parse().ok()?;
    // Fractions are dropped: an instant is a whole second.
    Some(stamp.as_second() - i64::from(stamp.subsec_nanosecond() < 0))
}

/// The day of the week of a wall clock: 1 for Monday to 7 for Sunday.
pub fn weekday(local: i64) -> u8 {
    // 1970-01-01 was a Thursday.
    u8::try_from((local.div_euclid(DAY) + 3).rem_euclid(7) + 1).unwrap_or(1)
}

/// The wall clock of a moment that the plan holds.
pub fn moment(text: &str, zone: &Zone) -> Option<Instant> {
    wall_clock(text).map(|local| zone.instant(local))
}

/// When messages may go out, by the lead's own clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// Quiet from and to, in seconds of the day.
    quiet: Option<(i64, i64)>,
    /// Days, and from and to in seconds of the day.
    sending: Option<(Vec<u8>, i64, i64)>,
    /// The seconds of the day at which something can change, rising, the first 0.
    edges: Vec<i64>,
}

impl Hours {
    /// Quiet hours of the policy with the sending hours of a program.
    pub fn new(quiet: Option<&Quiet>, sending: Option<&SendingHours>) -> Self {
        let quiet = quiet.map(|quiet| (i64::from(quiet.from_minute) * 60, i64::from(quiet.to_minute) * 60));
        let sending = sending.map(|hours| {
            let (from, to) = (hours.from_minute.map_or(0, i64::from), hours.to_minute.map_or(1_440, i64::from));
            (hours.days.clone(), from * 60, to * 60)
        });
        let mut edges = vec![0];
        edges.extend(quiet.iter().flat_map(|(from, to)| [*from, *to]));
        edges.extend(sending.iter().flat_map(|(_, from, to)| [*from, *to]));
        edges.retain(|edge| *edge < DAY);
        edges.sort_unstable();
        edges.dedup();
        Self { quiet, sending, edges }
    }

    /// Whether they are never closed.
    pub fn always_open(&self) -> bool {
        self.quiet.is_none() && self.sending.is_none()
    }

    /// Why nothing goes out at `local` on the wall clock, if so.
    fn closed(&self, local: i64) -> Option<Holding> {
        let second = local.rem_euclid(DAY);
        if let Some((from, to)) = self.quiet
            && if from <= to { from <= second && second < to } else { second >= from || second < to }
        {
            return Some(Holding::Quiet);
        }
        let (days, from, to) = self.sending.as_ref()?;
        (!days.contains(&weekday(local)) || second < *from || second >= *to).then_some(Holding::SendingHours)
    }

    /// Why nothing goes out at `at`, if so.
    pub fn closed_at(&self, zone: &Zone, at: Instant) -> Option<Holding> {
        if self.always_open() { None } else { self.closed(zone.local(at)) }
    }

    /// The next instant after `at` at which a clock passes an edge or is changed.
    fn edge_after(&self, zone: &Zone, at: Instant) -> Instant {
        let (offset, _, end) = zone.period(at);
        let local = at + offset;
        let (day, second) = (local.div_euclid(DAY) * DAY, local.rem_euclid(DAY));
        let next = self.edges.iter().find(|edge| **edge > second).map_or(day + DAY, |edge| day + edge);
        end.min(next - offset)
    }

    /// The latest instant at or before `at` at which a clock passed an edge or was changed.
    fn edge_before(&self, zone: &Zone, at: Instant) -> Instant {
        let (offset, start, _) = zone.period(at);
        let local = at + offset;
        let (day, second) = (local.div_euclid(DAY) * DAY, local.rem_euclid(DAY));
        let last = self.edges.iter().rev().find(|edge| **edge <= second).map_or(day, |edge| day + edge);
        start.max(last - offset)
    }

    /// The first instant from `at` on, and before `end`, at which messages may go out.
    pub fn opens(&self, zone: &Zone, mut at: Instant, end: Instant) -> Option<Instant> {
        // Weeks repeat: what has not opened for two of them does not open.
        let end = end.min(at.saturating_add(15 * DAY));
        while at < end {
            if self.closed_at(zone, at).is_none() {
                return Some(at);
            }
            at = self.edge_after(zone, at);
        }
        None
    }

    /// When the opening that holds `at` began, if that was after `start`.
    pub fn opened(&self, zone: &Zone, mut at: Instant, start: Instant) -> Option<Instant> {
        if self.always_open() {
            return None;
        }
        loop {
            let edge = self.edge_before(zone, at);
            if edge <= start {
                return None;
            }
            if self.closed_at(zone, edge - 1).is_some() {
                return Some(edge);
            }
            at = edge - 1;
        }
    }

    /// How many seconds it stays open from `at` on, at most `most`.
    pub fn open_for(&self, zone: &Zone, at: Instant, most: i64) -> i64 {
        let mut end = at;
        while end < at + most {
            end = self.edge_after(zone, end);
            if end >= at + most || self.closed_at(zone, end).is_some() {
                return (end - at).min(most);
            }
        }
        most
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]
mod tests {
    use super::*;

    #[test]
    fn wall_clocks_and_instants() {
        let zone = Zone::named("America/Chicago").unwrap();
        let at = read_instant("2026-07-01T12:00:00Z", &zone).unwrap();
        assert_eq!(show(zone.local(at)), "2026-07-01 07:00");
        assert_eq!(zone.instant(zone.local(at)), at);
        // Skipped at the beginning of summer time, twice at its end.
        let skipped = zone.instant(wall_clock("2026-03-08 02:30").unwrap());
        assert_eq!(show(zone.local(skipped)), "2026-03-08 03:30");
        let twice = zone.instant(wall_clock("2026-11-01 01:30").unwrap());
        assert_eq!(show_utc(twice), "2026-11-01T06:30:00Z");
        // Every local time agrees with the library that the zones come from.
        let known = TimeZone::get("Europe/London").unwrap();
        let london = Zone::named("Europe/London").unwrap();
        for hour in 0..(24 * 800) {
            let local = day_start(Date::parse("2025-01-01").unwrap()).unwrap() + hour * 3_600 + 1_740;
            let expected =
                known.to_ambiguous_zoned(TimeZone::UTC.to_datetime(Timestamp::from_second(local).unwrap())).compatible().unwrap().timestamp().as_second();
            assert_eq!(london.instant(local), expected, "{}", show(local));
        }
        // Far in the future the rules go on.
        let far = Zone::named("America/Chicago").unwrap();
        let at = read_instant("2926-07-01T12:00:00Z", &far).unwrap();
        assert_eq!(show(far.local(at)), "2926-07-01 07:00");
    }

    #[test]
    fn hours_open_and_close() {
        let quiet = Quiet { from_minute: 20 * 60, to_minute: 8 * 60 };
        let zone = Zone::utc();
        let hours = Hours::new(Some(&quiet), None);
        let at = |text: &str| read_instant(text, &Zone::utc()).unwrap();
        assert_eq!(hours.closed_at(&zone, at("2026-01-05 20:00")), Some(Holding::Quiet));
        assert_eq!(hours.closed_at(&zone, at("2026-01-05 19:59")), None);
        assert_eq!(hours.opens(&zone, at("2026-01-05 21:00"), Instant::MAX), Some(at("2026-01-06 08:00")));
        assert_eq!(hours.opened(&zone, at("2026-01-06 09:00"), at("2026-01-05 21:00")), Some(at("2026-01-06 08:00")));
        assert_eq!(hours.opened(&zone, at("2026-01-06 09:00"), at("2026-01-06 08:30")), None);
        assert_eq!(hours.open_for(&zone, at("2026-01-06 19:50"), 3_600), 600);
        let office = SendingHours { days: vec![1, 2, 3, 4, 5], from_minute: Some(540), to_minute: Some(1_020) };
        let hours = Hours::new(Some(&quiet), Some(&office));
        // From Friday evening to Monday morning.
        assert_eq!(hours.opens(&zone, at("2026-01-09 18:00"), Instant::MAX), Some(at("2026-01-12 09:00")));
        assert_eq!(hours.closed_at(&zone, at("2026-01-10 12:00")), Some(Holding::SendingHours));
        let never = SendingHours { days: vec![1], from_minute: Some(21 * 60), to_minute: Some(22 * 60) };
        assert_eq!(Hours::new(Some(&quiet), Some(&never)).opens(&zone, at("2026-01-05 12:00"), at("2026-01-12 12:00")), None);
    }

    #[test]
    fn weekdays() {
        assert_eq!(weekday(0), 4);
        assert_eq!(weekday(wall_clock("2026-11-22").unwrap()), 7);
    }
}
