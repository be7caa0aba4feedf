use std::io;

use super::excerpt::drawable;
use super::region::Region;
use crate::{Diagnostic, Severity, Sources};

/// Writes workflow commands, which GitHub shows as annotations in the lines of a pull request.
///
/// `line` and `col` are inclusive there and so is `endLine`; columns are dropped by GitHub where a span covers several
/// lines, so they are left out.
pub fn github(out: &mut dyn io::Write, sources: &Sources, diagnostics: &[Diagnostic]) -> io::Result<()> {
    for diagnostic in diagnostics {
        let source = sources.get(diagnostic.file);
        let region = Region::shown(source, drawable(source, diagnostic.span));
        let command = match diagnostic.severity {
            Severity::Note => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(
            out,
            "::{command} file={},line={},endLine={}",
            property(&source.path),
            region.start.line,
            region.end.line
        )?;
        if region.start.line == region.end.line {
            write!(out, ",col={},endColumn={}", region.start.column, region.end.column)?;
        }
        write!(out, ",title={}::{}", property(diagnostic.code), data(&diagnostic.message))?;
        if let Some(hint) = &diagnostic.hint {
            write!(out, "%0Ahint: {}", data(hint))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Escapes the text after `::`, where a line end would end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property, where a colon or comma would end it too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_keeps_what_ends_a_property() {
        assert_eq!(data("50%: a, b\r\nc"), "50%25: a, b%0D%0Ac");
    }

    #[test]
    fn a_property_escapes_its_separators() {
        assert_eq!(property("a:b,c%d\n"), "a%3Ab%2Cc%25d%0A");
    }
}
