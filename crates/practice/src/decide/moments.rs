//! Dates and times of day that one run prints: each is another in every run, and what lies between two of them is not.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::Pattern;
use super::matching::{How, Parting, is_gap, trimmed};

static MOMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?-u:\b)(?P<hours>[0-9]{1,2}):(?P<minutes>[0-9]{2}):(?P<seconds>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?(?-u:\b)",
    )
    .expect("a valid expression")
});

const DAY: f64 = 86_400.0;

/// The time of day of a line that has one, in seconds, and the last digit of it that is shown.
fn moment(line: &str) -> Option<(f64, f64)> {
    let mut all = MOMENT.captures_iter(line);
    let (Some(found), None) = (all.next(), all.next()) else { return None };
    let number = |name: &str| found[name].parse::<f64>().ok();
    let whole = (number("hours")? * 60.0 + number("minutes")?) * 60.0 + number("seconds")?;
    let (part, unit) = match found.name("part") {
        Some(part) => {
            let unit = 0.1_f64.powi(part.len() as i32);
            (part.as_str().parse::<f64>().ok()? * unit, unit)
        }
        None => (0.0, 1.0),
    };
    Some((whole + part, unit))
}

/// From one time of day to a later one, which may be that of the next day.
fn between(from: f64, to: f64) -> f64 {
    (to - from).rem_euclid(DAY)
}

/// Where two lines are further apart than is stated, or nearer, among lines that are as stated otherwise.
pub(super) fn parting(parts: &[String], stdout: &str, stderr: &str, how: How) -> Option<Parting> {
    if how.unordered || !how.varies.moments || parts.iter().any(|part| is_gap(part)) {
        return None;
    }
    let streams = [trimmed(stdout), trimmed(stderr)];
    let mut at = [0, 0];
    let mut last: Option<((f64, f64), (f64, f64))> = None;
    for (index, part) in parts.iter().enumerate() {
        let Some(stated) = moment(part) else { continue };
        let pattern = Pattern::new(part.trim_end(), true, how.varies)?;
        let (stream, line) = (0..2).find_map(|stream| {
            let found = (at[stream]..streams[stream].len()).find(|line| pattern.fits(streams[stream][*line]))?;
            Some((stream, found))
        })?;
        at[stream] = line + 1;
        let printed = moment(streams[stream][line])?;
        if let Some((stated_before, printed_before)) = last.replace((stated, printed)) {
            let apart = [between(stated_before.0, stated.0), between(printed_before.0, printed.0)];
            let unit = stated.1.max(printed.1).max(stated_before.1);
            if !same(apart, unit) {
                return Some(Parting::Apart { index, stated: apart[0], printed: apart[1] });
            }
        }
    }
    None
}

/// A machine may be slower than ours, or its network: only what a program waits for is never over sooner.
fn same([stated, printed]: [f64; 2], unit: f64) -> bool {
    let rough = unit + (printed.max(stated) * 0.1).max(0.15);
    // One that runs backwards is of two clocks, or in an order of its own.
    if stated > DAY / 2.0 || printed > DAY / 2.0 {
        return true;
    }
    let waits = printed >= 0.5;
    printed - stated <= rough && !(waits && stated > printed * 1.5 + 2.0 * rough)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::varies::Varies;

    #[test]
    fn what_lies_between_two_moments_is_the_same_in_every_run() {
        let check = |stated: [&str; 2], printed: &str, expected| {
            let how = How { unordered: false, varies: Varies::ALL };
            let found = parting(&stated.map(str::to_owned), printed, "", how);
            assert_eq!(found.is_none(), expected, "{stated:?} {printed}");
        };
        check(["10:00:00 pour", "10:00:03 drink"], "23:59:58 pour\n00:00:01 drink\n", true);
        check(["10:00:00 pour", "10:00:01 drink"], "23:59:58 pour\n00:00:01 drink\n", false);
        check(["10:00:00 pour", "10:00:09 drink"], "23:59:58 pour\n00:00:01 drink\n", false);
        check(["10:00:00 pour", "10:00:01 drink"], "08:00:00 pour\n08:00:02 drink\n", true);
        check(["10:00:00,104 pour", "10:00:01,106 drink"], "08:00:00,000 pour\n08:00:02,001 drink\n", false);
        // A slower machine.
        check(["10:00:00,104 pour", "10:00:01,106 drink"], "08:00:00,000 pour\n08:00:00,010 drink\n", true);
    }
}
