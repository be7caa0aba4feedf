//! What a `course.toml` asks for and cannot be had. It is said there, unless it is nobody's fault, and keeps no other
//! course from being run.

use std::ops::Range;

use etude_course::Config;
use etude_course::checks::packages::{normalise, required};
use etude_project::{COURSE_TOML, CourseFolder};
use etude_sandbox::environment::{Error, NotARequirement, NotAVersion};
use etude_text::{Diagnostic, Sources, Span};

/// Why the snippets of a course were not run.
pub(super) struct Unmet {
    error: anyhow::Error,
    /// `None` where the world is to blame, and not the course.
    place: Option<Place>,
}

enum Place {
    Python,
    /// All together.
    Packages,
    /// As it is listed.
    Package(String),
}

impl Unmet {
    /// The error itself, where it is no fault of the course's.
    pub(super) fn of(error: anyhow::Error, config: &Config) -> anyhow::Result<Self> {
        let listed = |wanted: &str| {
            let name = |text: &str| required(text).map(normalise);
            let mut all = config.packages.iter().flatten();
            Place::Package(all.find(|it| *it == wanted || name(it) == name(wanted)).map_or(wanted, |it| it).to_owned())
        };
        if matches!(error.downcast_ref(), Some(Error::Unreachable { .. })) {
            return Ok(Self { error, place: None });
        }
        let place = match error.downcast_ref::<Error>() {
            Some(Error::NotInstalled { .. } | Error::TooOld { .. }) if config.python.is_some() => Some(Place::Python),
            Some(Error::NoSuchPackage { package, .. }) => Some(listed(package)),
            Some(Error::NoSuchVersion { requirement, .. } | Error::NoWheel { requirement, .. }) => {
                Some(listed(requirement))
            }
            Some(Error::Conflict { .. }) => Some(Place::Packages),
            _ if error.is::<NotAVersion>() => Some(Place::Python),
            _ => error.downcast_ref::<NotARequirement>().map(|error| Place::Package(error.text.clone())),
        };
        match place {
            Some(_) => Ok(Self { error, place }),
            None => Err(error),
        }
    }

    fn message(&self) -> String {
        self.error.to_string().replace(":\n", ": ").replace('\n', "; ")
    }

    /// Why nobody knows what the snippets do.
    pub(super) fn reason(&self) -> String {
        let way = self.hint().filter(|_| self.place.is_none()).map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("its course cannot be run: {}{way}", self.message())
    }

    fn hint(&self) -> Option<String> {
        self.error.downcast_ref::<Error>().and_then(Error::hint)
    }

    /// The error itself, where no `course.toml` says it: it came with the command line.
    pub(super) fn diagnostic(self, folder: &CourseFolder, sources: &Sources) -> anyhow::Result<Option<Diagnostic>> {
        let Some(wrong) = &self.place else { return Ok(None) };
        let place = |file| wrong.within(sources.get(file).text()).map(Span::at);
        let Some((file, span)) = folder.settings.and_then(|file| Some((file, place(file)?))) else {
            return Err(self.error);
        };
        let diagnostic = Diagnostic::new(COURSE_TOML.code, COURSE_TOML.severity, file, span, self.message());
        Ok(Some(diagnostic.hint(self.hint().unwrap_or_else(|| "correct it, or take it out".to_owned()))))
    }
}

impl Place {
    fn within(&self, text: &str) -> Option<Range<usize>> {
        let field = |name: &str| {
            let mut at = 0;
            text.split_inclusive('\n').find_map(|line| {
                let start = at;
                at += line.len();
                let rest = line.trim_start().strip_prefix(name)?;
                rest.trim_start().starts_with('=').then(|| start..start + line.trim_end().len())
            })
        };
        match self {
            Place::Python => field("python"),
            Place::Packages => field("packages"),
            Place::Package(package) => {
                let mut quoted = ['"', '\''].into_iter().map(|quote| format!("{quote}{package}{quote}"));
                quoted.find_map(|quoted| text.find(&quoted).map(|at| at..at + quoted.len()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found() {
        let text = "title = \"Tea\"\npython = \"3.1\"\npackages = [\n  \"httpx\",\n  'no-tea>=1',\n]\n";
        let check = |place: Place, expected: &str| {
            assert_eq!(place.within(text).map(|range| &text[range]), Some(expected));
        };
        check(Place::Python, "python = \"3.1\"");
        check(Place::Packages, "packages = [");
        check(Place::Package("no-tea>=1".to_owned()), "'no-tea>=1'");
        assert_eq!(Place::Package("tea".to_owned()).within(text), None);
    }
}
