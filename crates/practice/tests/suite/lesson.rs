//! The lessons of the tests: each a folder with `lesson.md`, perhaps `course.toml`, and files beside.

use std::path::{Path, PathBuf};

use etude_course::{Config, Lesson, parse_config};
use etude_practice::plan::{File, Setting};
use etude_text::{FileId, Source};

pub(crate) struct Folder {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) source: Source,
    pub(crate) lesson: Lesson,
    pub(crate) config: Config,
    pub(crate) beside: Vec<File>,
}

impl Folder {
    pub(crate) fn all() -> Vec<Folder> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lessons");
        let mut paths: Vec<PathBuf> = root.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        assert!(!paths.is_empty());
        paths.into_iter().map(Folder::read).collect()
    }

    fn read(path: PathBuf) -> Folder {
        let source = Source::decode("lesson.md", std::fs::read(path.join("lesson.md")).unwrap());
        let lesson = Lesson::read(FileId(0), "lesson.md", &source);
        let (config, errors) = parse_config(&std::fs::read_to_string(path.join("course.toml")).unwrap_or_default());
        assert_eq!(errors, []);
        let mut beside = Vec::new();
        for entry in path.read_dir().unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name != "lesson.md" && name != "course.toml" && !name.contains(".snap") {
                beside.push(File { content: std::fs::read(path.join(&name)).unwrap(), path: name });
            }
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Folder { name, path, source, lesson, config, beside }
    }

    pub(crate) fn setting(&self) -> Setting<'_> {
        Setting { config: &self.config, source: &self.source, beside: &self.beside, has_input: false }
    }

    pub(crate) fn snapshot(&self, name: &str, shown: &str) {
        Self::snapshot_in(&self.path, name, shown);
    }

    pub(crate) fn snapshot_in(folder: &Path, name: &str, shown: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, shown));
    }
}
