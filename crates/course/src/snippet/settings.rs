//! What a fence says of the run: `timeout=5s`, `clock=real`.

use std::time::Duration;

use super::Snippet;

/// What `clock=` may be.
pub const CLOCKS: [&str; 3] = ["virtual", "steady", "real"];

impl Snippet {
    /// How long it may run, where the fence says so.
    pub fn timeout(&self) -> Option<Duration> {
        self.attribute("timeout").and_then(duration)
    }
}

/// `5s`, `500ms`, `2min`, `3`.
fn duration(text: &str) -> Option<Duration> {
    let end = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let factor = match text[end..].trim() {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "min" | "m" => 60.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * factor).ok().filter(|duration| !duration.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let check = |text, millis: Option<u64>| assert_eq!(duration(text), millis.map(Duration::from_millis), "{text}");
        check("5s", Some(5000));
        check("500ms", Some(500));
        check("2min", Some(120_000));
        check("0.5", Some(500));
        check("0", None);
        check("abc", None);
        check("5 weeks", None);
    }
}
