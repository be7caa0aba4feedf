use std::ops::Range;

use etude_text::{Edit, Fix, Severity, Span};

use super::{Check, Context, Report, place};

pub(super) static CHECK: Check = Check {
    code: "mojibake",
    severity: Severity::Warning,
    summary: "Text that was read in the wrong encoding",
    documentation: r#"
Finds UTF-8 that was read as Mac Roman, Windows-1252 or Latin-1 and saved again: each character that is not ASCII has
become two to four others.

Headings with such text look broken, their anchors too, and a search for the real words finds nothing.

Wrong:

```markdown
The CafÃ© opens at eight â€“ on Sundays too.
```

Right:

```markdown
The Café opens at eight – on Sundays too.
```

`--fix` puts the text back. It is only changed where reading the repaired text in the wrong encoding gives exactly what
stands in the file.
"#,
    run,
};

/// The upper half of Mac Roman.
#[rustfmt::skip]
const MAC_ROMAN: [char; 128] = [
    'Ä', 'Å', 'Ç', 'É', 'Ñ', 'Ö', 'Ü', 'á', 'à', 'â', 'ä', 'ã', 'å', 'ç', 'é', 'è',
    'ê', 'ë', 'í', 'ì', 'î', 'ï', 'ñ', 'ó', 'ò', 'ô', 'ö', 'õ', 'ú', 'ù', 'û', 'ü',
    '†', '°', '¢', '£', '§', '•', '¶', 'ß', '®', '©', '™', '´', '¨', '≠', 'Æ', 'Ø',
    '∞', '±', '≤', '≥', '¥', 'µ', '∂', '∑', '∏', 'π', '∫', 'ª', 'º', 'Ω', 'æ', 'ø',
    '¿', '¡', '¬', '√', 'ƒ', '≈', '∆', '«', '»', '…', '\u{a0}', 'À', 'Ã', 'Õ', 'Œ', 'œ',
    '–', '—', '“', '”', '‘', '’', '÷', '◊', 'ÿ', 'Ÿ', '⁄', '€', '‹', '›', 'ﬁ', 'ﬂ',
    '‡', '·', '‚', '„', '‰', 'Â', 'Ê', 'Á', 'Ë', 'È', 'Í', 'Î', 'Ï', 'Ì', 'Ó', 'Ô',
    '\u{f8ff}', 'Ò', 'Ú', 'Û', 'Ù', '\u{131}', '\u{2c6}', '\u{2dc}', '¯', '\u{2d8}', '\u{2d9}', '\u{2da}', '¸', '\u{2dd}', '\u{2db}', '\u{2c7}',
];

/// 80 to 9F in Windows-1252, as browsers read it; from A0 on it is Latin-1.
#[rustfmt::skip]
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', '\u{2c6}', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '\u{2dc}', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// An encoding that UTF-8 is taken for.
#[derive(Clone, Copy, PartialEq)]
enum CodePage {
    MacRoman,
    Windows1252,
    Latin1,
}

impl CodePage {
    const ALL: [CodePage; 3] = [CodePage::MacRoman, CodePage::Windows1252, CodePage::Latin1];

    fn name(self) -> &'static str {
        match self {
            CodePage::MacRoman => "Mac Roman",
            CodePage::Windows1252 => "Windows-1252",
            CodePage::Latin1 => "Latin-1",
        }
    }

    /// The byte that is shown as `c`.
    fn byte(self, c: char) -> Option<u8> {
        let position = |table: &[char]| table.iter().position(|&known| known == c).map(|at| at as u8 + 0x80);
        match self {
            CodePage::MacRoman => position(&MAC_ROMAN),
            CodePage::Windows1252 if matches!(c, '\u{a0}'..='\u{ff}') => Some(c as u8),
            CodePage::Windows1252 => position(&WINDOWS_1252),
            CodePage::Latin1 => matches!(c, '\u{80}'..='\u{ff}').then_some(c as u8),
        }
    }
}

/// A run of characters that were one or more others.
struct Damage {
    span: Span,
    page: CodePage,
    repaired: String,
    /// Whether it cannot be anything else. What may be punctuation between words is only believed beside such a run.
    certain: bool,
}

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let text = ctx.source.text();
    if text.is_ascii() {
        return;
    }
    let mut found: Vec<Damage> = runs(text).filter_map(|run| damage(text, run)).collect();
    // Where nothing but code is damaged, the damage is what the code shows.
    let in_code = |damage: &Damage| place::in_code(&ctx.lesson.document, damage.span.start);
    let Some(page) = found.iter().find(|damage| damage.certain && !in_code(damage)).map(|damage| damage.page) else {
        return;
    };
    found.retain(|damage| damage.certain || damage.page == page);
    for line in found.chunk_by(|one, two| ctx.source.line(one.span.start) == ctx.source.line(two.span.start)) {
        let first = &line[0];
        let message = format!(
            "`{}` is `{}` read as {}",
            first.span.slice(text).replace(char::is_control, "?"),
            first.repaired,
            first.page.name()
        );
        let hint = match line.len() {
            1 => format!("write `{}`", first.repaired),
            _ => format!(
                "write `{}`",
                line.iter().map(|damage| damage.repaired.as_str()).collect::<Vec<_>>().join("`, `")
            ),
        };
        let edits = line.iter().map(|damage| Edit::new(damage.span, damage.repaired.as_str())).collect();
        report.add(report.at(first.span, message).hint(hint).fix(Fix::new("put the text back", edits)));
    }
}

/// The runs of two and more characters that are not ASCII.
fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + bytes[at..].iter().position(|byte| !byte.is_ascii())?;
            at = start + bytes[start..].iter().position(u8::is_ascii).unwrap_or(bytes.len() - start);
            // One character has four bytes at most, so that longer runs have several.
            if at - start > 4 || text[start..at].chars().nth(1).is_some() {
                return Some(start..at);
            }
        }
    })
}

fn damage(text: &str, run: Range<usize>) -> Option<Damage> {
    CodePage::ALL.into_iter().find_map(|page| {
        // The first byte of a character in UTF-8 tells most runs apart.
        let mut chars = text[run.clone()].chars();
        if !matches!(page.byte(chars.next()?)?, 0xc2..=0xf4) {
            return None;
        }
        let bytes: Option<Vec<u8>> = text[run.clone()].chars().map(|c| page.byte(c)).collect();
        let repaired = String::from_utf8(bytes?).ok()?;
        if !repaired.chars().all(is_plausible) {
            return None;
        }
        let certain = is_certain(text, &run, &repaired);
        Some(Damage { span: Span::at(run.clone()), page, repaired, certain })
    })
}

/// Whether people write this character in lessons.
fn is_plausible(c: char) -> bool {
    matches!(c,
        '\u{a0}'..='\u{17f}' | '\u{192}' | '\u{218}'..='\u{21b}' | '\u{2c6}'..='\u{2dc}' // Latin and its signs
        | '\u{370}'..='\u{52f}' | '\u{5d0}'..='\u{5ea}' | '\u{620}'..='\u{64a}' | '\u{900}'..='\u{97f}' | '\u{e01}'..='\u{e5b}'
        | '\u{1e00}'..='\u{1fff}'
        | '\u{2009}'..='\u{2027}' | '\u{202f}'..='\u{2060}' | '\u{2070}'..='\u{20bf}' | '\u{20e3}' | '\u{2100}'..='\u{27bf}'
        | '\u{27c0}'..='\u{2bff}' | '\u{3001}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{fe0e}' | '\u{fe0f}'
        | '\u{ff01}'..='\u{ff5e}' | '\u{1f000}'..='\u{1fbff}')
}

/// Whether the run can be nothing but damage: emoji, signs and dashes need rows of characters that no language has; a single
/// letter may be an accented capital before a quotation mark.
fn is_certain(text: &str, run: &Range<usize>, repaired: &str) -> bool {
    let mut chars = repaired.chars();
    let (Some(first), rest) = (chars.next(), chars.as_str()) else { return false };
    if repaired.chars().any(|c| matches!(c, '\u{1f000}'..='\u{1fbff}' | '\u{2010}'..='\u{27bf}')) {
        return true;
    }
    if !rest.is_empty() {
        return repaired.chars().count() >= 3 || repaired.chars().all(|c| matches!(c, '\u{a1}'..='\u{17f}'));
    }
    // What the second byte looks like: a mark that may follow or begin a word, or a number.
    let second = text[run.clone()].chars().nth(1).unwrap_or_default();
    let mark = "\u{a0}«»‹›“”‘’„‚…–—•·™°§¶´¿¡¹²³ªº†‡π∑∫∞∂Ωµ∏±≤≥≠".contains(second);
    let inside = text[..run.start].ends_with(|c: char| c.is_ascii_lowercase())
        && text[run.end..].starts_with(|c: char| c.is_ascii_lowercase());
    matches!(first, '\u{a1}'..='\u{17f}') && (!mark || inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn damaged(text: &str) -> Vec<String> {
        runs(text).filter_map(|run| damage(text, run)).filter(|it| it.certain).map(|it| it.repaired).collect()
    }

    #[test]
    fn what_people_write_is_left_alone() {
        for text in [
            "naïve café — “quotes” … 100 °C",
            "„Ärger“ über ÄÖÜ, „CAFÉ“, ‚Ä‘, Ä–Ö, Straße",
            "« été », l’été «école» QUALITÉ\u{a0}: PRÉCISÉ\u{a0}» café\u{a0}»",
            "zażółć gęślą jaźń „ŁÓDŹ”",
            "Ελληνικά, русский, 日本語、한국어",
            "Tiếng Việt: “Ở đâu?” ấ”…",
            "√π ≈ 1.77, x≈π, ¬∞, ½ ± ¼, 2√Ω",
            "MANHÃ” e NÃO, SÃO…",
            "“Å” and Å“",
            "✅ done → next ⚠️ 🚀 👩‍💻",
            "Příliš žluťoučký kůň, táž… ÁŠ",
        ] {
            assert_eq!(damaged(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn every_encoding_is_undone() {
        for text in
            ["Café", "Über", "naïve", "– “so” …", "→", "🎯", "⚠️", "Привет", "你好吗", "20 °C", "długo", "100 €"]
        {
            for page in CodePage::ALL {
                let read: String = text.bytes().map(|byte| shown(page, byte)).collect();
                let repaired = damaged(&read).concat();
                let expected: String = text.chars().filter(|c| !c.is_ascii()).collect();
                // As Latin-1 is part of Windows-1252 the letters are the same, and marks are in doubt.
                if !repaired.is_empty() || page == CodePage::MacRoman && expected != "°" {
                    assert_eq!(repaired, expected, "{text} as {}", page.name());
                }
            }
        }
    }

    fn shown(page: CodePage, byte: u8) -> char {
        match (page, byte) {
            (_, ..0x80) => char::from(byte),
            (CodePage::MacRoman, _) => MAC_ROMAN[usize::from(byte) - 0x80],
            (CodePage::Windows1252, 0x80..0xa0) => WINDOWS_1252[usize::from(byte) - 0x80],
            _ => char::from(byte),
        }
    }
}
