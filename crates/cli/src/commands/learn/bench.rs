//! Where the learner's files are run: a thread with a warm sandbox, so that who saves need not wait.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use etude_course::{Config, Exercise as Written, Files};
use etude_sandbox::{Clock, Job, Outcome, Profile, RelativePath, Transcript};

use super::state::{Checked, Event, Ran};
use crate::arguments::Color;
use crate::commands::run::seen::{Seen, Texts};
use crate::commands::run::told;
use crate::grading::{self, Graded, Grader, Ready};
use crate::harmless::Harmless;
use crate::printer::Printer;

/// How long the next request waits for one that is under way.
const PATIENCE: Duration = Duration::from_secs(1);

/// Something to be done with the files as they were when it was asked for.
pub(super) struct Request {
    pub(super) task: Task,
    pub(super) part: usize,
    pub(super) files: Files,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Check,
    Run,
}

pub(super) struct Bench {
    requests: Option<Sender<Request>>,
    pub(super) events: Receiver<Event>,
    thread: Option<JoinHandle<()>>,
    at_work: Arc<Mutex<AtWork>>,
}

/// What the thread is at.
#[derive(Default)]
struct AtWork {
    grader: Option<Arc<Grader>>,
    /// Since when it has been at one request.
    since: Option<Instant>,
}

impl Bench {
    /// Starts at once: by the time that somebody has read a page it is warm.
    pub(super) fn start(written: Vec<Option<Written>>, config: Config) -> Self {
        let (requests, asked) = mpsc::channel();
        let (tell, events) = mpsc::channel();
        let at_work = Arc::new(Mutex::new(AtWork::default()));
        let thread = std::thread::spawn({
            let at_work = Arc::clone(&at_work);
            move || work(Worker::start(written, config), &asked, &tell, &at_work)
        });
        Self { requests: Some(requests), events, thread: Some(thread), at_work }
    }

    pub(super) fn ask(&self, request: Request) {
        self.hurry();
        if let Some(requests) = &self.requests {
            // The thread ends only with us.
            let _ = requests.send(request);
        }
    }

    /// Files that were mended need not wait for the end of the loop that was in them.
    pub(super) fn hurry(&self) {
        self.interrupt(PATIENCE);
    }

    /// Ends what has been going on for so long.
    fn interrupt(&self, patience: Duration) {
        let at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(grader), Some(since)) = (&at_work.grader, at_work.since)
            && since.elapsed() >= patience
        {
            grader.sandbox().interrupt();
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.requests = None;
        self.interrupt(Duration::ZERO);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(mut worker: anyhow::Result<Worker>, asked: &Receiver<Request>, tell: &Sender<Event>, at_work: &Mutex<AtWork>) {
    let note = |worker: &anyhow::Result<Worker>, since| {
        let grader = worker.as_ref().ok().map(|worker| Arc::clone(&worker.grader));
        *at_work.lock().unwrap_or_else(PoisonError::into_inner) = AtWork { grader, since };
    };
    let mut waiting = VecDeque::new();
    while let Some(request) = next(asked, &mut waiting) {
        let Request { task, part, files } = request;
        let is_outdated = waiting.iter().any(|it: &Request| it.task == task && it.part == part);
        note(&worker, Some(Instant::now()));
        let event = match (task, &mut worker) {
            // Nobody waits for the verdict on files that have been saved again since.
            (Task::Check, _) if is_outdated => Event::Outdated(part),
            (Task::Check, Ok(worker)) => Event::Checked(part, said(worker.check(part, &files))),
            (Task::Run, Ok(worker)) => Event::Ran(part, said(worker.run(part, &files))),
            (Task::Check, Err(error)) => Event::Checked(part, Err(format!("{error:#}"))),
            (Task::Run, Err(error)) => Event::Ran(part, Err(format!("{error:#}"))),
        };
        note(&worker, None);
        let is_interrupted = worker.as_ref().is_ok_and(|worker| worker.grader.sandbox().is_interrupted());
        let event = match event {
            Event::Checked(part, _) if is_interrupted => Event::Outdated(part),
            event => event,
        };
        if tell.send(event).is_err() {
            break;
        }
        if is_interrupted {
            worker = worker.and_then(Worker::again);
        }
    }
}

/// The next request; what has been asked for besides is put into `waiting`.
fn next(asked: &Receiver<Request>, waiting: &mut VecDeque<Request>) -> Option<Request> {
    if waiting.is_empty() {
        waiting.push_back(asked.recv().ok()?);
    }
    waiting.extend(asked.try_iter());
    waiting.pop_front()
}

fn said<T>(done: anyhow::Result<T>) -> Result<T, String> {
    done.map_err(|error| format!("{error:#}"))
}

struct Worker {
    grader: Arc<Grader>,
    written: Vec<Option<Written>>,
    config: Config,
    /// By part.
    known: BTreeMap<usize, Ready>,
    /// The page is not to be written over.
    silent: Printer,
}

impl Worker {
    fn start(written: Vec<Option<Written>>, config: Config) -> anyhow::Result<Self> {
        let silent = Printer::new(Color::Auto, true);
        let grader = Arc::new(Grader::start(&silent)?);
        Ok(Self { grader, written, config, known: BTreeMap::new(), silent })
    }

    /// With a sandbox that nobody has interrupted.
    fn again(self) -> anyhow::Result<Self> {
        Ok(Self { grader: Arc::new(Grader::start(&self.silent)?), ..self })
    }

    fn written(&self, part: usize) -> anyhow::Result<&Written> {
        self.written[part].as_ref().context("this is no exercise")
    }

    fn know(&mut self, part: usize) -> anyhow::Result<()> {
        if self.known.contains_key(&part) {
            return Ok(());
        }
        let written = self.written(part)?;
        let ready = self.grader.ready(written, &self.config, &self.silent)?;
        self.known.insert(part, ready);
        Ok(())
    }

    fn check(&mut self, part: usize, files: &Files) -> anyhow::Result<Checked> {
        self.know(part)?;
        let written = self.written(part)?;
        let files = written.placed(files).unwrap_or_default();
        let Graded { verdict, seen, .. } = self.grader.graded(&self.known[&part], written, &files)?;
        let Seen { timeline, findings } = seen;
        let is_attempt = files != written.starter;
        let timeline = verdict.events.is_some().then_some(timeline);
        Ok(Checked { verdict, findings, timeline, is_attempt })
    }

    fn run(&self, part: usize, files: &Files) -> anyhow::Result<Ran> {
        let written = self.written(part)?;
        let file = written.written().find(|path| path.ends_with(".py")).context("there is no Python file to run")?;
        let source = files.get(file).with_context(|| format!("`{file}` is not there"))?;
        let environment = grading::with(written, &self.config)?.environment(&self.silent)?;
        let mut job = Job::python(environment, RelativePath::new(file)?, source.clone());
        let beside = written.files.iter().filter(|(path, _)| !files.contains_key(*path));
        for (path, content) in files.iter().chain(beside).filter(|(path, _)| *path != file) {
            job.files.push((RelativePath::new(path.as_str())?, content.clone()));
        }
        (job.clock, job.trace) = (Clock::Virtual, true);
        let transcript = loop {
            let transcript = self.grader.sandbox().run(&job, &mut |_| ())?;
            match transcript.needs {
                Some(needs) if needs > job.profile && needs < Profile::Shell => job.profile = needs,
                _ => break transcript,
            }
        };
        let Seen { timeline, findings } = seen(transcript.events.as_deref(), transcript.outcome, files);
        Ok(Ran {
            file: file.to_owned(),
            output: output(&transcript),
            end: told(&transcript),
            is_fine: transcript.outcome == Outcome::Ok,
            findings,
            timeline,
        })
    }
}

fn seen(events: Option<&[u8]>, outcome: Outcome, files: &Files) -> Seen {
    let texts = Texts::of_files(files.iter().map(|(path, content)| (path.as_str(), content)));
    Seen::in_events(events, outcome, None, &texts)
}

/// What the program wrote, made fit for a page.
fn output(transcript: &Transcript) -> String {
    let mut harmless = Harmless::new(false);
    let mut text: String = transcript.writes.iter().map(|write| harmless.feed(&write.bytes)).collect();
    text.push_str(&harmless.end());
    text
}
