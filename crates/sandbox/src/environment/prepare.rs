//! Makes an environment, or finds the one that was made before.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::bytecode;
use super::error::Error;
use super::host::Host;
use super::imports::{Provided, UnknownImport, suggest};
use super::interpreter::Interpreter;
use super::lock::{Lock, sha256};
use super::making::{Making, Progress};
use super::pip::Pip;
use super::requirement::Requirement;
use super::store::{Manifest, Package, Ready, Store, key};
use super::tree;
use super::uv::Uv;
use super::version::Version;

/// Where runs find the packages. The same on every machine: programs print paths, in tracebacks above all.
pub(super) const SITE_INSIDE: &str = "/packages";
/// Where runs find the tree of bytecode, if there is one.
const PYCACHE_INSIDE: &str = "/pycache";

/// An interpreter with packages. While any copy of it is held, `remove` leaves its folder alone. Equal ones share warm
/// interpreters.
#[derive(Debug, Clone)]
pub struct Environment {
    pub interpreter: Interpreter,
    /// The folder to put on `sys.path`; none where no package was asked for.
    pub site: Option<PathBuf>,
    pub packages: Vec<Package>,
    /// The same for environments in which programs behave the same: of the exact Python, versions and hashes.
    pub digest: String,
    /// What `sys.pycache_prefix` must be, where the standard library came without bytecode.
    pub pycache_prefix: Option<PathBuf>,
    provided: Arc<Provided>,
    warm: Arc<[String]>,
    own: Arc<[(String, String)]>,
    fixed_hashes: bool,
    _lease: Option<Arc<fs::File>>,
}

impl Environment {
    /// Also imports these modules of the packages beforehand, so that runs need not. They run in the warm interpreter,
    /// so only what all runs of the environment trust belongs there. Without namespaces none is imported beforehand.
    pub fn warming(self, modules: &[&str]) -> Self {
        Self { warm: modules.iter().map(|name| (*name).to_owned()).collect(), ..self }
    }

    /// Also makes these modules, by name and source, before the first run. Every run can import them.
    pub fn with_modules(self, own: &[(&str, &str)]) -> Self {
        Self { own: own.iter().map(|(name, source)| ((*name).to_owned(), (*source).to_owned())).collect(), ..self }
    }

    /// Text has the same hash in all runs, so that sets come in the same order.
    pub fn with_fixed_hashes(self) -> Self {
        Self { fixed_hashes: true, ..self }
    }

    /// For tests in which nothing is run.
    #[cfg(test)]
    pub(crate) fn of_nothing() -> Self {
        Self {
            interpreter: super::find::tests::interpreter((3, 12, 1), "/no/python"),
            site: None,
            packages: Vec::new(),
            digest: String::new(),
            pycache_prefix: None,
            provided: Arc::default(),
            warm: Arc::default(),
            own: Arc::default(),
            fixed_hashes: false,
            _lease: None,
        }
    }

    pub fn version(&self) -> Version {
        self.interpreter.version
    }

    pub(crate) fn warm(&self) -> &[String] {
        &self.warm
    }

    pub(crate) fn has_fixed_hashes(&self) -> bool {
        self.fixed_hashes
    }

    pub(crate) fn own(&self) -> &[(String, String)] {
        &self.own
    }

    /// The folders runs need besides the interpreter, each with its place in their root.
    pub(crate) fn folders(&self) -> impl Iterator<Item = (&Path, &'static str)> {
        let pycache = self.pycache_prefix.as_deref().map(|tree| (tree, PYCACHE_INSIDE));
        self.site.as_deref().map(|site| (site, SITE_INSIDE)).into_iter().chain(pycache)
    }

    pub(crate) fn search_path(&self) -> String {
        let own = self.interpreter.executable.parent().unwrap_or(Path::new("/usr/bin"));
        format!("{}:/usr/local/bin:/usr/bin:/bin", own.display())
    }

    /// What decides how a run behaves; the rest follows from it.
    fn identity(&self) -> impl Eq + Hash + '_ {
        let Self { interpreter, site, pycache_prefix, digest, warm, own, fixed_hashes, .. } = self;
        let place = (&interpreter.executable, interpreter.version, site.as_deref(), pycache_prefix.as_deref());
        (place, digest, warm, own, fixed_hashes)
    }

    /// The package that `import` comes from; none for the standard library's and for unknown ones.
    pub fn provides(&self, import: &str) -> Option<&str> {
        self.provided.by(import)
    }

    /// Those of `imports` that nothing here provides. `local` tells of a top-level name whether it lies beside the
    /// program.
    pub fn unknown_imports(&self, imports: &[&str], local: &dyn Fn(&str) -> bool) -> Vec<UnknownImport> {
        let unknown = |import: &&&str| {
            let top = import.split('.').next().unwrap_or(import);
            !self.interpreter.is_stdlib(top) && !local(top) && self.provides(import).is_none()
        };
        imports.iter().filter(unknown).map(|import| suggest(import)).collect()
    }
}

impl PartialEq for Environment {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Environment {}

impl Hash for Environment {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

/// The environment of `interpreter` with `requirements`. Made once; from then on this starts no process and needs
/// no network. Nothing of the packages is executed.
pub fn prepare(
    host: &Host,
    cache: &Path,
    interpreter: &Interpreter,
    requirements: &[Requirement],
    progress: &mut dyn FnMut(Progress),
) -> Result<Environment, Error> {
    let store = Store::of(cache)?;
    let wishes: BTreeSet<Requirement> = requirements.iter().cloned().collect();
    let key = key(interpreter, &wishes);
    let ready = match (wishes.is_empty(), store.open(&key)) {
        (true, _) => None,
        (false, Some(ready)) => Some(ready),
        (false, None) => Some(make(host, &store, &key, interpreter, &wishes, progress)?),
    };
    let site = ready.as_ref().map(|ready| ready.folder.join("site"));
    let pycache_prefix = if bytecode::stdlib_has_bytecode(interpreter) {
        None
    } else {
        let environment = site.as_deref().map(|site| (&*key, site));
        Some(bytecode::prefix(host, &store, interpreter, environment, progress)?)
    };
    let digest = digest(interpreter, ready.as_ref().map(|ready| &*ready.manifest.lock_digest));
    let (packages, provided, lease) = match ready {
        Some(Ready { manifest, lease, .. }) => (manifest.packages, manifest.provided, Some(Arc::new(lease))),
        None => (Vec::new(), Provided::default(), None),
    };
    Ok(Environment {
        interpreter: interpreter.clone(),
        site,
        packages,
        digest,
        pycache_prefix,
        provided: Arc::new(provided),
        warm: Arc::default(),
        own: Arc::default(),
        fixed_hashes: false,
        _lease: lease,
    })
}

/// What [`prepare`] would make or find, in one word: the file that the interpreter is, and the locked packages. Nothing is
/// started or made for it. `None` while it is not known which versions the packages will have.
pub fn fingerprint(cache: &Path, interpreter: &Interpreter, requirements: &[Requirement]) -> Option<String> {
    let wishes: BTreeSet<Requirement> = requirements.iter().cloned().collect();
    let lock =
        if wishes.is_empty() { None } else { Some(Store::of(cache).ok()?.lock(&key(interpreter, &wishes))?.digest()) };
    let executable = &interpreter.executable;
    let file = executable.metadata().ok()?;
    let identity = (file.mtime(), file.mtime_nsec(), file.len(), file.ino());
    let digest = digest(interpreter, lock.as_deref());
    Some(sha256(format!("{digest}\n{}\n{identity:?}", executable.display()).as_bytes()))
}

fn digest(interpreter: &Interpreter, lock: Option<&str>) -> String {
    let Interpreter { implementation, version, abi, platform, .. } = interpreter;
    sha256(format!("{implementation} {version}\n{abi}\n{platform}\n{}\n", lock.unwrap_or("no packages")).as_bytes())
}

fn make(
    host: &Host,
    store: &Store,
    key: &str,
    interpreter: &Interpreter,
    wishes: &BTreeSet<Requirement>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Ready, Error> {
    let start = Instant::now();
    let _guard = store.guard(key, || progress(Progress::Waiting))?;
    // Who had the guard before us may have made it.
    if let Some(ready) = store.open(key) {
        return Ok(ready);
    }
    let mut making = Making::start(host, store.building(key), interpreter.version, progress)?;
    let lock = install(host, store.lock(key), interpreter, wishes, &mut making).map_err(|error| match error {
        Error::NotWhatWasLocked { detail, .. } => Error::NotWhatWasLocked { lock: store.lock_file(key), detail },
        other => other,
    })?;
    making.tell(Progress::Compiling);
    bytecode::compile_site(interpreter, &mut making)?;
    let site = making.site();
    let finish = || -> io::Result<_> { Ok((Provided::read(&site)?, tree::make_read_only(&site)?)) };
    let (provided, bytes) = finish().map_err(Error::disk("write", &site))?;
    let manifest = Manifest {
        python: format!("{}.{}", interpreter.version.major, interpreter.version.minor),
        requirements: wishes.iter().map(ToString::to_string).collect(),
        packages: lock
            .packages
            .iter()
            .map(|locked| Package { name: locked.name.clone(), version: locked.version.clone() })
            .collect(),
        provided,
        lock_digest: lock.digest(),
        bytes,
    };
    store.publish(key, &making.result(), &manifest, &lock)?;
    making.tell(Progress::Done { packages: manifest.packages.len(), bytes, seconds: start.elapsed().as_secs_f64() });
    store.open(key).ok_or_else(|| {
        let gone = io::Error::new(io::ErrorKind::NotFound, "it was made, and is not there");
        Error::Disk { action: "open", path: store.folder(key), source: gone }
    })
}

enum Installer {
    Uv(Uv),
    Pip(Pip),
}

/// Fills the site folder, with the versions of `lock` where there is one.
fn install(
    host: &Host,
    lock: Option<Lock>,
    interpreter: &Interpreter,
    wishes: &BTreeSet<Requirement>,
    making: &mut Making<'_>,
) -> Result<Lock, Error> {
    let installer = match Uv::on(host, interpreter) {
        Some(uv) => Installer::Uv(uv),
        None => Installer::Pip(Pip::of(interpreter, making)?),
    };
    let (lock, resolved_before) = match lock {
        Some(lock) => (lock, true),
        None => {
            making.tell(Progress::Resolving);
            let lock = match &installer {
                Installer::Uv(uv) => uv.resolve(wishes, making)?,
                Installer::Pip(pip) => pip.resolve(wishes, making)?,
            };
            (lock, false)
        }
    };
    let site = making.site();
    fs::create_dir(&site).map_err(Error::disk("create", &site))?;
    // Markers may leave nothing of what was asked for.
    if lock.packages.is_empty() {
        return Ok(lock);
    }
    let file = making.work().join("lock.txt");
    fs::write(&file, lock.to_string()).map_err(Error::disk("write", &file))?;
    match installer {
        Installer::Uv(uv) => {
            making.tell(Progress::Installing);
            uv.install(&file, making)?;
        }
        Installer::Pip(pip) => {
            // Resolving has brought the wheels already.
            if resolved_before {
                pip.fetch(&file, making)?;
            }
            making.tell(Progress::Installing);
            pip.install(making)?;
        }
    }
    Ok(lock)
}
