use std::path::Path;

use etude_course::Config;
use etude_text::{FileId, Severity, Source};

use crate::program::current_folder;
use crate::upwards::{self, Upwards};
use crate::workspace::Settings;
use crate::{Error, course_toml, find, read};

/// What the `course.toml` says that counts for `folder`: the one somebody named, or the nearest upwards. One with
/// errors is refused, since what it asks for is not known.
pub fn course_settings(folder: &Path, named: Option<&Path>) -> Result<Option<Config>, Error> {
    let settings = match named {
        Some(named) => Settings::named(named)?,
        None => {
            let Some(root) = Upwards::new().course(folder) else { return Ok(None) };
            let place = root.join(upwards::NAME);
            let shown = find::show_from(&current_folder()?, &place, true);
            Settings { place, shown }
        }
    };
    let source = Source::decode(settings.shown.as_str(), read::read(&settings.place, &settings.shown)?);
    let mut diagnostics = Vec::new();
    let config = course_toml::read(FileId(0), &source, &mut diagnostics);
    match diagnostics.into_iter().find(|diagnostic| diagnostic.severity == Severity::Error) {
        Some(wrong) => Err(Error::Settings { path: settings.shown, message: wrong.message }),
        None => Ok(Some(config)),
    }
}
