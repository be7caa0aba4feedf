//! Text of a source, made fit to stand in somebody's terminal.

use unicode_width::UnicodeWidthChar;

/// How many columns a tab takes: rustc's choice, which keeps carets true wherever the line is cut.
const TAB: &str = "    ";

/// What to show for a character.
///
/// Control characters could move the cursor or recolour the screen, marks of direction could show a line in another
/// order than Python reads it, and invisible ones would hide what a diagnostic is about: all get a visible stand-in of
/// known width. Joiners and variation selectors are dropped, because terminals disagree on the width of what they join.
pub fn push_visible(out: &mut String, c: char) {
    match c {
        '\t' => out.push_str(TAB),
        '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + c as u32)),
        '\u{7f}' => out.push('␡'),
        '\u{80}'..='\u{9f}' => out.push('\u{fffd}'),
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => out.push('\u{fffd}'),
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' => out.push('\u{fffd}'),
        '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => out.push('\u{fffd}'),
        '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
        '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => {}
        _ => out.push(c),
    }
}

/// `text` with every character made visible; line ends become `\n`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in crate::unix_lines(text).split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        line.chars().for_each(|c| push_visible(&mut out, c));
    }
    out
}

/// The columns a character takes once it has been made visible.
pub(crate) fn visible_width(c: char) -> usize {
    let mut shown = String::new();
    push_visible(&mut shown, c);
    width(&shown)
}

/// The columns of text that is visible already. Counted by character, as the carets below it are.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(1)).sum()
}
