use std::ops::Range;

use etude_text::{Severity, Span};

use super::{Check, Context, Report};
use crate::shell::{Command, PowerShellToken, Versions, commands, powershell_tokens, short_options};
use crate::snippet::{Lang, Snippet};

pub(super) static CHECK: Check = Check {
    code: "powershell-trap",
    severity: Severity::Warning,
    summary: "A PowerShell command that does not do what it seems to do",
    documentation: r#"
Finds what looks right in PowerShell and is not:

- parameters of a cmdlet on a program: `curl.exe … -UseBasicParsing` is `-U seBasicParsing`, and asks for a password;
- `curl` and `wget` without `.exe`, which are `Invoke-WebRequest` in Windows PowerShell 5.1;
- `\` at the end of a line, which continues nothing here, and `\"` in double quotes, which ends the text;
- `&&` and `||`, which Windows PowerShell 5.1 does not know;
- `@file` and `&` outside quotes: splatting, and an operator;
- `export` and `source`, which are of other shells.

Readers copy commands. One that was never tried on their platform costs them an hour, and their trust in the lesson.

Wrong:

```powershell
curl -X POST http://127.0.0.1:8000/pots -d @pot.json
```

Right:

```powershell
curl.exe -X POST http://127.0.0.1:8000/pots -d "@pot.json"
```

Write what the message suggests. Traps of one version are left out where the lesson says that it is for the other.
"#,
    run,
};

/// What a trap looks at.
struct Script<'a> {
    code: &'a str,
    tokens: &'a [PowerShellToken],
    commands: &'a [Command],
}

struct Trap {
    /// PowerShell 7 falls into it as well.
    seven: bool,
    find: fn(&Script<'_>) -> Vec<Found>,
}

struct Found {
    range: Range<usize>,
    message: String,
    hint: String,
}

impl Found {
    fn new(range: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { range, message: message.into(), hint: hint.into() }
    }
}

static TRAPS: [Trap; 8] = [
    Trap { seven: true, find: parameters },
    Trap { seven: false, find: aliases },
    Trap { seven: true, find: continuations },
    Trap { seven: true, find: backslashes },
    Trap { seven: false, find: chains },
    Trap { seven: true, find: splatting },
    Trap { seven: true, find: ampersands },
    Trap { seven: true, find: foreign },
];

fn run(ctx: &Context<'_>, report: &mut Report<'_>) {
    for snippet in ctx.lesson.snippets.iter().filter(|snippet| snippet.lang == Lang::PowerShell) {
        let versions = Versions::meant(snippet, ctx.section_text(snippet), ctx.source.text());
        for found in traps(snippet, versions) {
            let span = snippet.source_span(Span::at(found.range));
            report.add(report.at(span, found.message).hint(found.hint));
        }
    }
}

fn traps(snippet: &Snippet, versions: Versions) -> Vec<Found> {
    let (tokens, commands) = (powershell_tokens(&snippet.code), commands(snippet));
    let script = Script { code: &snippet.code, tokens: &tokens, commands: &commands };
    let meant = TRAPS.iter().filter(|trap| trap.seven || versions.windows);
    meant.flat_map(|trap| (trap.find)(&script)).collect()
}

/// Parameters of PowerShell's own web cmdlets.
const PARAMETERS: [&str; 8] =
    ["-usebasicparsing", "-method", "-body", "-headers", "-contenttype", "-uri", "-outfile", "-infile"];

fn parameters(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    // `curl` alone may be the cmdlet that knows them.
    for command in script.commands.iter().filter(|command| command.name().to_lowercase().ends_with("curl.exe")) {
        for word in command.words.iter().filter(|word| PARAMETERS.contains(&word.text.to_lowercase().as_str())) {
            let message = format!("`{}` reads `{}` as `{}`", command.name(), word.text, short_options(&word.text));
            found.push(Found::new(word.range.clone(), message, "leave it out: it belongs to `Invoke-WebRequest`"));
        }
    }
    found
}

fn aliases(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for command in script.commands {
        let Some(name) = command.words.first().filter(|word| matches!(word.text.as_str(), "curl" | "wget")) else {
            continue;
        };
        // Who writes the cmdlet's parameters means the cmdlet.
        if command.words.iter().any(|word| PARAMETERS.contains(&word.text.to_lowercase().as_str())) {
            continue;
        }
        let message = format!("in Windows PowerShell 5.1 `{}` is `Invoke-WebRequest`, with other options", name.text);
        found.push(Found::new(name.range.clone(), message, format!("write `{}.exe`", name.text)));
    }
    found
}

fn continuations(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, _) in script.code.match_indices(" \\\n") {
        let next = script.code[at + 3..].trim_start_matches([' ', '\t']);
        if next.starts_with('-') {
            let hint = "end the line with a backtick, and nothing behind it";
            found.push(Found::new(at + 1..at + 2, "`\\` does not continue a line in PowerShell", hint));
        }
    }
    found
}

fn backslashes(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for token in script.tokens {
        let PowerShellToken::Word(word) = token else { continue };
        let goes_on = script.code[word.range.end..].starts_with(|char: char| char.is_alphanumeric());
        if goes_on && script.code[word.range.clone()].starts_with('"') && word.text.ends_with('\\') {
            let range = word.range.end.saturating_sub(2)..word.range.end;
            found.push(Found::new(
                range,
                "`\\\"` ends the text: PowerShell escapes with a backtick",
                "write `` `\" ``",
            ));
            // The rest of it is read in another way than it was meant.
            break;
        }
    }
    found
}

fn chains(script: &Script<'_>) -> Vec<Found> {
    let operators = script.tokens.iter().filter_map(|token| match token {
        PowerShellToken::Operator(operator @ ("&&" | "||"), range) => Some((operator, range)),
        _ => None,
    });
    let found = operators.map(|(operator, range)| {
        let hint = "write `; if ($?) { … }`, or say that the lesson needs PowerShell 7";
        Found::new(range.clone(), format!("Windows PowerShell 5.1 does not know `{operator}`"), hint)
    });
    found.collect()
}

fn splatting(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for word in script.commands.iter().filter(|command| command.is_curl()).flat_map(|command| &command.words) {
        let written = script.code.get(word.range.clone()).unwrap_or_default();
        if !word.verbatim && is_bare(written) {
            let hint = format!("put it in quotes: `\"{written}\"`");
            found.push(Found::new(word.range.clone(), format!("PowerShell takes `{written}` for splatting"), hint));
        }
    }
    found
}

/// `@name`, but not the here-string `@'`.
fn is_bare(written: &str) -> bool {
    written.strip_prefix('@').is_some_and(|rest| rest.starts_with(|char: char| char.is_alphanumeric() || char == '.'))
}

fn ampersands(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, token) in script.tokens.iter().enumerate() {
        let PowerShellToken::Operator("&", range) = token else { continue };
        let before = index.checked_sub(1).and_then(|index| script.tokens.get(index));
        if let Some(PowerShellToken::Word(word)) = before
            && word.text.contains('?')
            && word.range.end == range.start
        {
            let whole = word.range.start..range.end;
            found.push(Found::new(whole, "outside quotes `&` is not part of an address", "put the address in quotes"));
        }
    }
    found
}

fn foreign(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for name in script.commands.iter().filter_map(|command| command.words.first()) {
        let hint = match name.text.as_str() {
            "export" => "write `$env:NAME = \"value\"`",
            "source" => "run the script: `.venv\\Scripts\\Activate.ps1`",
            _ => continue,
        };
        found.push(Found::new(name.range.clone(), format!("PowerShell has no `{}`", name.text), hint));
    }
    found
}
