use etude_text::Severity;

use super::Check;

pub(super) static CHECK: Check = Check {
    code: "unused-ignore",
    severity: Severity::Note,
    summary: "A comment that silences nothing",
    documentation: r#"
Finds `<!-- etude: ignore … -->` and `<!-- etude: ignore-file … -->` comments that name a check which has nothing to say
there, or no check at all.

Such a comment is left over from a fault that was mended, or it is misspelt and the fault it was to silence is still
reported. Either way it will hide the next fault of that kind, which nobody has looked at.

`ignore` is for the next block: a paragraph, a list, a table, a fence, or a heading with its own section up to the next
heading. `ignore-file` is for the whole file. Both take one code or several.

Wrong:

```markdown
<!-- etude: ignore dead-links -->
See [the appendix](appendix.md).
```

Right:

```markdown
<!-- etude: ignore dead-link -->
See [the appendix](appendix.md), which is made later.
```

Remove the comment, or spell the code as `etude explain` lists it. `--fix` removes what silences nothing.
"#,
    // Only whoever silences knows what was silenced: `silence::apply` reports this.
    run: |_, _| {},
};
