use super::visible::{visible, width};

/// `text` made visible and broken at spaces into lines of at most `columns`. A longer word gets a line of its own:
/// paths and code are worth more whole than straight at the margin.
pub fn wrap(text: &str, columns: usize) -> String {
    visible(text).split('\n').map(|line| wrap_line(line, columns)).collect::<Vec<_>>().join("\n")
}

fn wrap_line(line: &str, columns: usize) -> String {
    // A line as it should read: broken it would no longer be code.
    if line.starts_with("+ ") {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len() + 8);
    let mut used = 0;
    for word in line.split(' ') {
        let wide = width(word);
        if used > 0 && used + 1 + wide > columns {
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            used = 0;
        } else if !out.is_empty() {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += wide;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, columns: usize, expected: &str) {
        assert_eq!(wrap(text, columns), expected);
    }

    #[test]
    fn lines_break_at_spaces_and_keep_their_own_breaks() {
        check("one two three", 7, "one two\nthree");
        check("one two three", 13, "one two three");
        check("one\ntwo three", 7, "one\ntwo\nthree");
        check("", 7, "");
    }

    #[test]
    fn a_word_longer_than_the_line_stays_whole() {
        check("see a/very/long/path now", 6, "see\na/very/long/path\nnow");
    }

    #[test]
    fn lines_of_code_stay_whole() {
        check("write this:\n+ await asyncio.sleep(1)", 10, "write\nthis:\n+ await asyncio.sleep(1)");
    }

    #[test]
    fn wide_characters_count_as_two_columns() {
        check("日本 日本 日本", 9, "日本 日本\n日本");
    }

    #[test]
    fn what_could_harm_a_terminal_is_made_visible() {
        check("\u{1b}[31mred\u{202e}", 80, "␛[31mred\u{fffd}");
    }
}
