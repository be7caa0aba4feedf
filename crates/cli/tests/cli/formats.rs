use std::collections::BTreeSet;

use etude_testing::TempFolder;
use insta::assert_snapshot;
use serde_json::Value;

use crate::fixture::{Etude, TRACKED};

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn set<const N: usize>(keys: [&'static str; N]) -> BTreeSet<&'static str> {
    BTreeSet::from(keys)
}

fn parse(folder: &TempFolder, arguments: &str) -> Value {
    let output = folder.command(arguments).output().expect("etude runs");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn check_keeps_its_contract() {
    let folder = TempFolder::new().file("tea.md", TRACKED);
    let report = parse(&folder, "check --no-run --json");
    let contract = ["files", "snippets", "claims", "wall_ms", "virtual_ms", "diagnostics", "errors"];
    assert_eq!(keys(&report), contract.into_iter().chain(["works", "verdicts", "exercises"]).collect());
    assert_eq!(keys(&report["claims"]), set(["total", "true", "false", "undecided"]));
    let further = ["end_line", "end_column", "fixable"];
    let contract = ["code", "severity", "file", "line", "column", "message", "hint"];
    assert_eq!(keys(&report["diagnostics"][0]), contract.into_iter().chain(further).collect());
    assert!(report["wall_ms"].is_u64());
    assert_eq!(report["files"], 1);
    assert_snapshot!(folder.etude("check --no-run --json"), @r#"
    exit 1
    --- stdout
    {
      "files": 1,
      "snippets": 0,
      "claims": {
        "total": 1,
        "true": 0,
        "false": 0,
        "undecided": 1
      },
      "wall_ms": …,
      "virtual_ms": 0,
      "works": {
        "total": 0,
        "true": 0,
        "false": 0,
        "undecided": 0
      },
      "verdicts": [],
      "exercises": [],
      "diagnostics": [
        {
          "code": "tracking-parameter",
          "severity": "warning",
          "file": "tea.md",
          "line": 3,
          "column": 34,
          "end_line": 3,
          "end_column": 46,
          "message": "the parameter `utm_source` only tracks readers",
          "hint": "remove it from the address: the page is the same without it",
          "fixable": true
        }
      ],
      "errors": []
    }
    "#);
}

#[test]
fn show_keeps_its_contract() {
    let lesson = "---\ntitle: T\n---\n# Tea\n\n```python title=a.py elapsed=1s\nprint(x)\n```\n\n\"<prompt>more</prompt>\"\n\n[x](y.md)\n";
    let folder = TempFolder::new().file("tea.md", lesson);
    let report = parse(&folder, "show --json tea.md");
    assert_eq!(keys(&report), set(["files"]));
    let file = &report["files"][0];
    let expected = set(["path", "title", "front_matter", "headings", "snippets", "claims", "prompts"]);
    assert_eq!(keys(file), expected);
    assert_eq!(keys(&file["headings"][0]), set(["level", "text", "slug", "line"]));
    let snippet = &file["snippets"][0];
    let contract = [
        "index",
        "lang",
        "kind",
        "line_start",
        "line_end",
        "indent",
        "title",
        "id",
        "session",
        "needs",
        "provides",
        "code",
        "claims",
    ];
    assert_eq!(keys(snippet), contract.into_iter().chain(["pair", "attributes", "flags"]).collect());
    assert_eq!((&snippet["index"], &snippet["line_start"], &snippet["line_end"]), (&0.into(), &6.into(), &8.into()));
    let contract = ["kind", "text", "line", "inferred"];
    let claim = contract.into_iter().chain(["found", "scope", "seconds"]).collect();
    assert_eq!(keys(&snippet["claims"][0]), claim);
    assert_eq!(keys(&file["claims"][0]), claim);
    assert_eq!(keys(&file["prompts"][0]), set(["line", "form", "text"]));
    assert_snapshot!(folder.etude("show --json tea.md"), @r#"
    exit 0
    --- stdout
    {
      "files": [
        {
          "path": "tea.md",
          "title": "T",
          "front_matter": [
            "title"
          ],
          "headings": [
            {
              "level": 1,
              "text": "Tea",
              "slug": "tea",
              "line": 4
            }
          ],
          "snippets": [
            {
              "index": 0,
              "lang": "python",
              "kind": "fragment",
              "line_start": 6,
              "line_end": 8,
              "indent": 0,
              "title": "a.py",
              "id": "tea.md#tea:1",
              "session": null,
              "pair": null,
              "attributes": {
                "elapsed": "1s",
                "title": "a.py"
              },
              "flags": [],
              "needs": [
                "x"
              ],
              "provides": [],
              "code": "print(x)\n",
              "claims": [
                {
                  "kind": "elapsed",
                  "text": "1s",
                  "line": 6,
                  "inferred": false,
                  "found": "attribute",
                  "scope": "total",
                  "seconds": 1.0
                }
              ]
            }
          ],
          "claims": [
            {
              "kind": "link",
              "text": "y.md",
              "line": 12,
              "inferred": false,
              "found": "link",
              "scope": null,
              "seconds": null
            }
          ],
          "prompts": [
            {
              "line": 10,
              "form": "block",
              "text": "more"
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn github_gets_commands() {
    let folder = TempFolder::new().file("tea.md", TRACKED);
    assert_snapshot!(folder.etude("check --no-run --github"), @"
    exit 1
    --- stdout
    ::warning file=tea.md,line=3,endLine=3,col=34,endColumn=46,title=tracking-parameter::the parameter `utm_source` only tracks readers%0Ahint: remove it from the address: the page is the same without it
    --- stderr
    1 file, 0 snippets, 1 claim: 0 true, 0 false, 1 undecided; 1 warning (… ms)
    ");
}

#[test]
fn sarif_names_its_rules() {
    let folder = TempFolder::new().file("tea.md", TRACKED);
    let log = parse(&folder, "check --no-run --sarif");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "tracking-parameter");
    let rule = result["ruleIndex"].as_u64().expect("an index") as usize;
    assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], "tracking-parameter");
}

#[test]
fn only_one_format_at_a_time() {
    assert_snapshot!(TempFolder::new().etude("check --no-run --json --sarif"), @"
    exit 2
    --- stderr
    error: the argument '--json' cannot be used with '--sarif'

    Usage: etude check --no-run --json [PATH]...

    For more information, try '--help'.
    ");
}

#[test]
fn what_could_not_be_read_is_in_the_json() {
    let folder = TempFolder::new().file("tea.md", TRACKED);
    let report = parse(&folder, "check --no-run --json teas.md");
    assert_snapshot!(report["errors"], @r#"
    [{"file":"teas.md","hint":"did you mean `tea.md`?","message":"there is no `teas.md`"}]
    "#);
    assert_eq!(parse(&folder, "check --no-run --json tea.md")["errors"], serde_json::json!([]));
}

#[test]
fn the_help_in_sarif_begins_with_words() {
    let folder = TempFolder::new().file("tea.md", TRACKED);
    let log = parse(&folder, "check --no-run --sarif");
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules") {
        let help = rule["help"]["text"].as_str().expect("a text");
        assert_eq!(help, help.trim());
    }
}
