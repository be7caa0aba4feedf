use etude_text::{DecodeNote, Severity};

use super::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    code: "not-utf8",
    severity: Severity::Error,
    summary: "Bytes that are no text",
    documentation: r#"
Finds bytes that are not UTF-8, and NUL bytes.

Each of them is shown as `?`, so words are lost, and other tools refuse the whole file. The file was written in another
encoding (Windows-1252, UTF-16), cut in the middle of a character, or is no text at all.

Wrong:

```text
63 61 66 E9        "café" in Windows-1252
```

Right:

```text
63 61 66 C3 A9     "café" in UTF-8
```

Save the file as UTF-8: every editor can, and `iconv -f WINDOWS-1252 -t UTF-8` does it from the command line.
"#,
    run,
};

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    let bytes = ctx.source.bytes();
    // Every other byte of English text in UTF-16 is NUL.
    let utf16 = bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || bytes.iter().take(1000).filter(|&&byte| byte == 0).count() > bytes.len().min(1000) / 4;
    for note in ctx.source.notes() {
        let (span, message) = match *note {
            DecodeNote::NotUtf8 { span, count } => {
                let first = bytes.get(span.start as usize).copied().unwrap_or_default();
                let message = match count {
                    1 => format!("the byte `{first:02X}` is not UTF-8"),
                    _ => format!("{count} bytes are not UTF-8, the first is `{first:02X}`"),
                };
                (span, message)
            }
            DecodeNote::Nul { span, count: 1 } => (span, "a NUL byte is no text".to_owned()),
            DecodeNote::Nul { span, count } => (span, format!("{count} NUL bytes are no text")),
        };
        let hint = match (utf16, note) {
            (true, _) => "the file seems to be UTF-16: save it as UTF-8, or use `iconv -f UTF-16 -t UTF-8`",
            (_, DecodeNote::NotUtf8 { .. }) => "save the file as UTF-8, or use `iconv -f WINDOWS-1252 -t UTF-8`",
            (_, DecodeNote::Nul { .. }) => "remove it",
        };
        report.add(report.at(span, message).hint(hint));
    }
}
