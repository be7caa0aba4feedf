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
    let mut files = vec![settings.shown.clone()];
    let mut config = course_toml::read(FileId(0), &source, &mut diagnostics);
    for (number, (place, shown)) in course_toml::stand_ins(&settings.place, &settings.shown).into_iter().enumerate() {
        let source = Source::decode(shown.as_str(), read::read(&place, &shown)?);
        files.push(shown);
        course_toml::read_stand_ins(FileId(number as u32 + 1), &source, &mut config, &mut diagnostics);
    }
    match diagnostics.into_iter().find(|diagnostic| diagnostic.severity == Severity::Error) {
        Some(wrong) => Err(Error::Settings { path: files.swap_remove(wrong.file.0 as usize), message: wrong.message }),
        None => Ok(Some(config)),
    }
}
