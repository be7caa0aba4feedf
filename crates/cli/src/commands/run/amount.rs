//! Times and sizes as people write them.

use std::time::Duration;

/// `10s`, `500ms`, `2m`, `1h`, `1.5`; without a unit it is seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let scale = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => f64::NAN,
    };
    let seconds = number.parse::<f64>().unwrap_or(f64::NAN) * scale;
    if (0.001..=86_400.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("write a time such as `10s`, `500ms` or `2m`".to_owned())
    }
}

/// `512M`, `1G`, `64KiB`; without a unit it is bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let scale: u64 = match unit.to_ascii_lowercase().trim_end_matches('b').trim_end_matches('i') {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        _ => 0,
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(scale));
    bytes.filter(|bytes| (1..1 << 44).contains(bytes)).ok_or_else(|| "write a size such as `512M` or `1G`".to_owned())
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|char: char| char.is_alphabetic()).unwrap_or(text.len());
    (text[..end].trim_end(), &text[end..])
}

/// `34 ms`, `1.2 s`, `3 min 20 s`, `1 h 5 min`
pub(super) fn show_time(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1000 => format!("{millis} ms"),
        1000..60_000 => format!("{:.1} s", time.as_secs_f64()),
        60_000..3_600_000 => format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60),
        _ => format!("{} h {} min", time.as_secs() / 3600, time.as_secs() / 60 % 60),
    }
}

/// `21 MB`
pub(super) fn show_memory(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

/// As an option takes it: `10s`, `500ms`.
pub(super) fn time_option(time: Duration) -> String {
    match time.as_millis() {
        millis if millis % 1000 == 0 => format!("{}s", millis / 1000),
        millis => format!("{millis}ms"),
    }
}

/// As an option takes it: `512M`, `64K`.
pub(super) fn size_option(bytes: u64) -> String {
    match bytes {
        _ if bytes.is_multiple_of(1 << 30) => format!("{}G", bytes >> 30),
        _ if bytes.is_multiple_of(1 << 20) => format!("{}M", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{}K", bytes >> 10),
        _ => bytes.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_shown() {
        for (text, millis) in [("10s", 10_000), ("500ms", 500), ("1.5", 1500), ("2 m", 120_000), ("1h", 3_600_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
            assert_eq!(duration(&time_option(Duration::from_millis(millis))), Ok(Duration::from_millis(millis)));
        }
        for text in ["", "s", "0", "-1s", "25h", "inf", "nan", "1e9"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_read_and_shown() {
        for (text, bytes) in
            [("512M", 512 << 20), ("1g", 1 << 30), ("64KiB", 64 << 10), ("100", 100), ("2 MB", 2 << 20)]
        {
            assert_eq!(size(text), Ok(bytes), "{text}");
            assert_eq!(size(&size_option(bytes)), Ok(bytes));
        }
        for text in ["", "M", "0", "-1", "1T", "1.5G", "99999999999G"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
