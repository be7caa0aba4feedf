//! mdBook on the Markdown of a corpus.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::corpus::Corpus;

/// Makes a book of the corpus in `folder`: the same files, with the two that mdBook wants besides.
///
/// The search index is left out, since nothing on our side does the like of it: without it mdBook is faster.
pub(super) fn make_book(corpus: &Corpus, folder: &Path) -> Result<PathBuf> {
    let source = folder.join("src");
    for lesson in corpus.lessons() {
        let path = source.join(&lesson.path);
        fs::create_dir_all(path.parent().unwrap_or(&source))?;
        fs::write(&path, &lesson.text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let chapters: String =
        corpus.lessons().iter().map(|lesson| format!("- [{}]({})\n", lesson.title, lesson.path)).collect();
    fs::write(source.join("SUMMARY.md"), format!("# Summary\n\n{chapters}"))?;
    let settings = "[book]\ntitle = \"Benchmark\"\n\n[output.html.search]\nenable = false\n";
    fs::write(folder.join("book.toml"), settings)?;
    Ok(folder.to_owned())
}
