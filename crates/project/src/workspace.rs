use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use etude_course::{Config, Course, Lesson};
use etude_text::{Diagnostic, FileId, Source, Sources};
use rayon::prelude::*;

use crate::course_toml::{self, Shelf};
use crate::find::{self, Found, Input};
use crate::upwards::{self, Upwards};
use crate::{Error, natural, read, write};

/// What is to be read.
#[derive(Debug, Default)]
pub struct Request {
    /// Course folders, folders of Markdown, files. With no path and nothing in `stdin`: the current folder.
    pub paths: Vec<PathBuf>,
    /// One Markdown file that came through standard input, as if it lay in the current folder.
    pub stdin: Option<Vec<u8>>,
    /// The `course.toml`, or its folder, that counts instead of those that would be found.
    pub course: Option<PathBuf>,
}

/// Courses that were read together, and the files they were read from.
#[derive(Debug, Default)]
pub struct Workspace {
    pub sources: Sources,
    pub courses: Vec<CourseFolder>,
    /// What is wrong with the `course.toml`s.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be read. Everything else was.
    pub errors: Vec<Error>,
    /// What was passed over in folders, and is worth a word but no failure.
    pub skipped: Vec<Error>,
    /// Where each source lies, by file id; standard input lies nowhere.
    pub(crate) places: Vec<Option<PathBuf>>,
    /// The folders that were asked for, whether or not there is a lesson in them yet.
    pub(crate) folders: Vec<PathBuf>,
    /// The sources as they are on the disk, of those that were changed since.
    on_disk: BTreeMap<FileId, Source>,
}

/// A course and the folder it lies in.
#[derive(Debug)]
pub struct CourseFolder {
    pub root: PathBuf,
    pub course: Course,
    /// Its `course.toml`.
    pub settings: Option<FileId>,
    /// How many lessons were asked for. They come first; the others are only linked to.
    asked: usize,
    /// The folders that were asked for, of which this is the course.
    pub(crate) scopes: Vec<PlannedScope>,
}

impl CourseFolder {
    /// The lessons that were asked for, in their order.
    pub fn lessons(&self) -> &[Lesson] {
        &self.course.lessons[..self.asked]
    }

    /// Whether a file or folder is there, by its path from the root. Nothing above the root is.
    pub fn exists(&self, path: &str) -> bool {
        let inside = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
        inside && self.root.join(path).exists()
    }

    /// A file beside a lesson, by its path from the lesson's folder, for a run to have. `None` if there is none, or none
    /// that is a plain file of this course and of at most `most` bytes.
    pub fn beside(&self, lesson: &Lesson, path: &str, most: u64) -> Option<Vec<u8>> {
        let folder = lesson.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let root = self.root.canonicalize().ok()?;
        // A link may lead anywhere.
        let place = root.join(folder).join(path).canonicalize().ok()?;
        let metadata = place.metadata().ok()?;
        let fine = place.starts_with(&root) && metadata.is_file() && metadata.len() <= most;
        fine.then(|| read::read(&place, path).ok()).flatten()
    }
}

impl Workspace {
    /// Finds and reads what was asked for.
    ///
    /// The error is for a request that makes no sense as a whole; files that cannot be read are in `errors`.
    pub fn read(request: Request) -> Result<Self, Error> {
        let current = std::env::current_dir()
            .and_then(|current| current.canonicalize())
            .map_err(|source| Error::CurrentFolder { source })?;
        let forced = request.course.as_deref().map(Settings::named).transpose()?;
        let mut workspace = Workspace::default();
        let mut paths = request.paths;
        if paths.is_empty() && request.stdin.is_none() {
            let course = request.course.filter(|course| course.is_dir());
            paths.push(course.unwrap_or_else(|| PathBuf::from(".")));
        }
        let mut inputs = Vec::new();
        for path in &paths {
            match Input::locate(path) {
                Ok(input) => inputs.push(input),
                Err(error) => workspace.errors.push(error),
            }
        }
        let mut plan = Plan::new(current, forced);
        plan.inputs(&inputs, &mut workspace.errors);
        if let Some(bytes) = request.stdin {
            plan.stdin(bytes);
        }
        workspace.skipped = std::mem::take(&mut plan.skipped);
        let mut settings = HashMap::new();
        for shelf in plan.shelves {
            workspace.read_shelf(shelf, &mut settings);
        }
        for input in inputs.iter().filter(|input| input.is_folder) {
            workspace.folders.push(input.location.clone());
            if workspace.knows_nothing_of(input) {
                let path =
                    input.show(&input.location).filter(|path| !path.is_empty()).unwrap_or_else(|| ".".to_owned());
                workspace.errors.push(Error::NoLessons { path });
            }
        }
        Ok(workspace)
    }

    fn knows_nothing_of(&self, input: &Input) -> bool {
        let below = |place: &Option<PathBuf>| place.as_ref().is_some_and(|place| place.starts_with(&input.location));
        let read =
            self.courses.iter().flat_map(CourseFolder::lessons).any(|it| below(&self.places[it.file.0 as usize]));
        // Whoever lists lessons that are not there was told so.
        !read && self.errors.is_empty() && self.diagnostics.is_empty()
    }

    /// Adds a file that is no lesson, so that something can be shown of it.
    pub fn add_beside(&mut self, source: Source) -> FileId {
        self.add(source, None)
    }

    fn add(&mut self, source: Source, place: Option<PathBuf>) -> FileId {
        self.places.push(place);
        self.sources.add(source)
    }

    /// Reads the `course.toml` of a course, once however many folders it counts for.
    fn settings(
        &mut self,
        settings: &Settings,
        known: &mut HashMap<PathBuf, (Config, FileId)>,
    ) -> Option<(Config, FileId)> {
        if let Some(known) = known.get(&settings.place) {
            return Some(known.clone());
        }
        let source = match read::read(&settings.place, &settings.shown) {
            Ok(bytes) => Source::decode(settings.shown.as_str(), bytes),
            Err(error) => {
                self.errors.push(error);
                return None;
            }
        };
        let file = self.add(source, Some(settings.place.clone()));
        let mut config = course_toml::read(file, self.sources.get(file), &mut self.diagnostics);
        for (place, shown) in course_toml::stand_ins(&settings.place, &settings.shown) {
            match read::read(&place, &shown) {
                Ok(bytes) => {
                    let file = self.add(Source::decode(shown, bytes), Some(place));
                    course_toml::read_stand_ins(file, self.sources.get(file), &mut config, &mut self.diagnostics);
                }
                Err(error) => self.errors.push(error),
            }
        }
        known.insert(settings.place.clone(), (config.clone(), file));
        Some((config, file))
    }

    fn read_shelf(&mut self, shelf: PlannedCourse, known: &mut HashMap<PathBuf, (Config, FileId)>) {
        let PlannedCourse { root, settings, scopes, mut files } = shelf;
        let read = settings.as_ref().and_then(|settings| self.settings(settings, known));
        let file = read.as_ref().map(|(_, file)| *file);
        let mut paths: Vec<&str> = files.keys().map(String::as_str).collect();
        paths.sort_by(|a, b| natural::compare(a, b));
        // The lists of a `course.toml` somewhere else are about other files.
        let own = settings.as_ref().is_some_and(|settings| settings.place.parent() == Some(&root));
        let (config, order) = match read {
            Some((config, file)) if own && !config.modules.is_empty() => {
                let in_scope = |path: &str| scopes.iter().any(|scope| root.join(path).starts_with(&scope.location));
                let named = files.iter().filter(|(_, file)| file.named).map(|(path, _)| path.as_str()).collect();
                let shelf = Shelf { root: &root, files: paths, named, in_scope: &in_scope };
                let order = course_toml::order(&config, file, &shelf, &mut self.diagnostics);
                (config, order)
            }
            read => {
                let wanted = |path: &&str| !(own && course_toml::is_front_page(path)) || files[*path].named;
                let order = paths.into_iter().filter(wanted).map(str::to_owned).collect();
                (read.map(|(config, _)| config).unwrap_or_default(), order)
            }
        };
        let wanted = order.into_iter().map(|path| {
            // What is listed but was not found is ignored by some rule, or does not end in `.md`.
            let file = files.remove(&path).unwrap_or_else(|| {
                let place = root.join(&path);
                let shown =
                    scopes.iter().find_map(|scope| Some(scope.prefix.join(place.strip_prefix(&scope.location).ok()?)));
                let shown = shown.unwrap_or_else(|| place.clone()).display().to_string();
                PlannedFile { shown, content: Content::At(place), named: false }
            });
            (path, file)
        });
        let wanted: Vec<_> = wanted.collect();
        let mut lessons = self.read_lessons(wanted, true);
        let asked = lessons.len();
        let linked = self.linked(&root, &lessons);
        lessons.extend(self.read_lessons(linked, false));
        self.courses.push(CourseFolder { root, course: Course::new(config, lessons), settings: file, asked, scopes });
    }

    fn read_lessons(&mut self, wanted: Vec<(String, PlannedFile)>, report: bool) -> Vec<Lesson> {
        let read: Vec<_> = wanted
            .into_par_iter()
            .map(|(path, file)| {
                let (bytes, place) = match file.content {
                    Content::At(place) => (read::read(&place, &file.shown)?, Some(place)),
                    Content::Here(bytes) => (bytes, None),
                };
                let source = Source::decode(file.shown, bytes);
                // The id is given below, once it is known which files could be read.
                let lesson = Lesson::read(FileId(0), path, &source);
                Ok((lesson, source, place))
            })
            .collect();
        let mut lessons = Vec::with_capacity(read.len());
        for read in read {
            match read {
                Ok((mut lesson, source, place)) => {
                    lesson.file = self.add(source, place);
                    lessons.push(lesson);
                }
                Err(error) if report => self.errors.push(error),
                Err(_) => {}
            }
        }
        lessons
    }

    /// The lessons that `lessons` link into and that were not asked for themselves.
    fn linked(&self, root: &Path, lessons: &[Lesson]) -> Vec<(String, PlannedFile)> {
        let asked: HashSet<&str> = lessons.iter().map(|lesson| lesson.path.as_str()).collect();
        let targets: BTreeSet<String> = lessons.iter().flat_map(etude_course::anchored).collect();
        let wanted =
            targets.into_iter().filter(|path| !asked.contains(path.as_str()) && find::is_markdown(Path::new(path)));
        wanted
            .map(|path| {
                let file = PlannedFile { shown: path.clone(), content: Content::At(root.join(&path)), named: false };
                (path, file)
            })
            .collect()
    }

    /// Puts new content in the place of some sources, in memory, and reads the lessons in them again.
    pub fn change(&mut self, mut changes: BTreeMap<FileId, Vec<u8>>) {
        let changed: BTreeSet<FileId> = changes.keys().copied().collect();
        let mut sources = Sources::default();
        for (file, source) in self.sources.iter() {
            match changes.remove(&file) {
                Some(bytes) => {
                    self.on_disk.entry(file).or_insert_with(|| source.clone());
                    sources.add(Source::decode(source.path.as_str(), bytes));
                }
                None => {
                    sources.add(source.clone());
                }
            }
        }
        self.sources = sources;
        for folder in &mut self.courses {
            let course = std::mem::take(&mut folder.course);
            let again = |lesson: Lesson| {
                if !changed.contains(&lesson.file) {
                    return lesson;
                }
                Lesson::read(lesson.file, lesson.path, self.sources.get(lesson.file))
            };
            let lessons = course.lessons.into_par_iter().map(again).collect();
            let answers = course.answers;
            folder.course = Course::new(course.config, lessons);
            folder.course.answers = answers;
        }
    }

    /// Writes what was changed, each file as a whole. What cannot be written is as it was before, here as on the disk.
    pub fn save(&mut self) -> Saved {
        let mut saved = Saved::default();
        let mut kept = BTreeMap::new();
        for (file, old) in std::mem::take(&mut self.on_disk) {
            let new = self.sources.get(file);
            let Some(place) = &self.places[file.0 as usize] else { continue };
            if old.bytes() == new.bytes() {
                continue;
            }
            match write::replace(place, &new.path, old.bytes(), new.bytes()) {
                Ok(()) => saved.written.push(file),
                Err(error) => {
                    saved.errors.push(error);
                    kept.insert(file, old.bytes().to_vec());
                }
            }
        }
        if !kept.is_empty() {
            self.change(kept);
            self.on_disk.clear();
        }
        saved
    }
}

/// What came of saving.
#[derive(Debug, Default)]
pub struct Saved {
    pub written: Vec<FileId>,
    pub errors: Vec<Error>,
}

/// A `course.toml` that counts.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) place: PathBuf,
    pub(crate) shown: String,
}

impl Settings {
    /// The one somebody named, by itself or by its folder.
    pub(crate) fn named(given: &Path) -> Result<Self, Error> {
        let mut file = given.to_owned();
        if given.is_dir() {
            file.push(upwards::NAME);
            if !file.exists() {
                return Err(Error::NoCourse { path: given.display().to_string() });
            }
        }
        let input = Input::locate(&file)?;
        Ok(Self { place: input.location, shown: file.display().to_string() })
    }
}

/// What will be read, before anything is.
struct Plan {
    current: PathBuf,
    forced: Option<Settings>,
    upwards: Upwards,
    shelves: Vec<PlannedCourse>,
    by_root: HashMap<PathBuf, usize>,
    /// The files planned so far, whatever path leads to them.
    taken: HashSet<PathBuf>,
    skipped: Vec<Error>,
}

struct PlannedCourse {
    root: PathBuf,
    settings: Option<Settings>,
    /// The folders that were asked for as a whole.
    scopes: Vec<PlannedScope>,
    /// By path from the root.
    files: BTreeMap<String, PlannedFile>,
}

#[derive(Debug)]
pub(crate) struct PlannedScope {
    pub(crate) location: PathBuf,
    /// How its path is shown.
    pub(crate) prefix: PathBuf,
}

struct PlannedFile {
    shown: String,
    content: Content,
    /// Somebody named the file itself.
    named: bool,
}

enum Content {
    At(PathBuf),
    Here(Vec<u8>),
}

impl Plan {
    fn new(current: PathBuf, forced: Option<Settings>) -> Self {
        Self {
            current,
            forced,
            upwards: Upwards::new(),
            shelves: Vec::new(),
            by_root: HashMap::new(),
            taken: HashSet::new(),
            skipped: Vec::new(),
        }
    }

    fn inputs(&mut self, inputs: &[Input], errors: &mut Vec<Error>) {
        // Of two folders one of which holds the other, the outer one is the course.
        let mut folders: Vec<&Path> =
            inputs.iter().filter(|input| input.is_folder).map(|input| input.location.as_path()).collect();
        folders.sort();
        let outermost =
            |folder: &Path| folders.iter().copied().find(|outer| folder.starts_with(outer)).map(Path::to_owned);
        for input in inputs {
            let root = self.course(input.folder()).or_else(|| outermost(input.folder()));
            let root = root.unwrap_or_else(|| input.folder().to_owned());
            if input.is_folder {
                self.folder(input, &root, errors);
            } else {
                let found = Found { location: input.location.clone(), is_link: input.location.is_symlink() };
                self.file(input, &root, found, true);
            }
        }
    }

    /// The folder of the `course.toml` that counts for `folder`, if its lists do too.
    fn course(&mut self, folder: &Path) -> Option<PathBuf> {
        match &self.forced {
            Some(forced) => forced.place.parent().filter(|root| folder.starts_with(root)).map(Path::to_owned),
            None => self.upwards.course(folder),
        }
    }

    fn folder(&mut self, input: &Input, root: &Path, errors: &mut Vec<Error>) {
        let mut listing = find::list(input);
        errors.append(&mut listing.errors);
        self.skipped.append(&mut listing.skipped);
        if self.forced.is_some() {
            listing.courses.clear();
        }
        // A link comes after the files, so that it is left out where it leads to one of them.
        listing.files.sort_by(|a, b| (a.is_link, &a.location).cmp(&(b.is_link, &b.location)));
        listing.courses.sort();
        let shown = |location: &Path| input.show(location).unwrap_or_default();
        for scope in std::iter::once(&input.location).chain(&listing.courses) {
            let root = if listing.courses.contains(scope) { scope } else { root };
            let scope = PlannedScope { location: scope.clone(), prefix: PathBuf::from(shown(scope)) };
            self.shelf(root, input).scopes.push(scope);
        }
        for found in listing.files {
            // Sorted, an inner folder comes behind the ones around it.
            let nested = listing.courses.iter().rev().find(|course| found.location.starts_with(course));
            let root = nested.map_or(root, PathBuf::as_path);
            self.file(input, root, found, false);
        }
    }

    fn file(&mut self, input: &Input, root: &Path, found: Found, named: bool) {
        let location = found.location;
        let Ok(path) = location.strip_prefix(root) else { return };
        let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let path = parts.join("/");
        // Only the last part of a location may be a link.
        let target = if found.is_link { location.canonicalize() } else { Ok(location.clone()) };
        if !self.taken.insert(target.unwrap_or_else(|_| location.clone())) {
            if named && let Some(file) = self.shelf(root, input).files.get_mut(&path) {
                file.named = true;
            }
            return;
        }
        let shown = input.show(&location).unwrap_or_else(|| path.clone());
        let file = PlannedFile { shown, content: Content::At(location), named };
        self.shelf(root, input).files.insert(path, file);
    }

    fn stdin(&mut self, bytes: Vec<u8>) {
        let current = self.current.clone();
        let root = self.course(&current).unwrap_or_else(|| current.clone());
        let path = current.strip_prefix(&root).unwrap_or(Path::new("")).join("<stdin>");
        let path = path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let file = PlannedFile { shown: "<stdin>".to_owned(), content: Content::Here(bytes), named: true };
        self.shelf_shown(&root, None).files.insert(path, file);
    }

    fn shelf(&mut self, root: &Path, input: &Input) -> &mut PlannedCourse {
        let shown = input.show(&root.join(upwards::NAME)).filter(|_| input.is_folder);
        self.shelf_shown(root, shown)
    }

    fn shelf_shown(&mut self, root: &Path, shown: Option<String>) -> &mut PlannedCourse {
        if let Some(&index) = self.by_root.get(root) {
            return &mut self.shelves[index];
        }
        let place = root.join(upwards::NAME);
        let settings = self.forced.clone().or_else(|| {
            let shown = shown.unwrap_or_else(|| find::show_from(&self.current, &place, true));
            place.is_file().then_some(Settings { place, shown })
        });
        self.by_root.insert(root.to_owned(), self.shelves.len());
        self.shelves.push(PlannedCourse {
            root: root.to_owned(),
            settings,
            scopes: Vec::new(),
            files: BTreeMap::new(),
        });
        let index = self.shelves.len() - 1;
        &mut self.shelves[index]
    }
}
