//! Bytecode, prepared: runs have a read-only root and cannot keep what they compile.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::Error;
use super::host::Host;
use super::interpreter::Interpreter;
use super::lock::sha256;
use super::making::{Making, Progress};
use super::prepare::SITE_INSIDE;
use super::store::Store;
use super::tree;

/// Modules of every Python since 3.8 that most programs import. Where these have bytecode the rest has: installers
/// compile the whole library or, as in slim container images, delete all of it.
const SAMPLE: [&str; 6] = ["os", "json/decoder", "asyncio/events", "dataclasses", "unittest/case", "email/message"];

/// Compiles the packages in `site`.
pub(super) fn compile_site(interpreter: &Interpreter, making: &mut Making<'_>) -> Result<(), Error> {
    let mut compile = making.command(&interpreter.executable);
    // Unchecked: nothing can change in a read-only folder, and importing then saves a look at each source.
    compile.args(["-I", "-S", "-B", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]);
    compile.arg("-d").arg(SITE_INSIDE).arg(making.site());
    run(compile, interpreter, making)
}

/// Without `-j`: its worker processes need a socket, whose path in our temporary folder is longer than sockets have.
fn run(compile: Command, interpreter: &Interpreter, making: &mut Making<'_>) -> Result<(), Error> {
    let finished = making.run(compile, &interpreter.executable, |_, _| ())?;
    if let Some(cause) = making.common_cause(&finished.printed) {
        return Err(cause);
    }
    // Some packages ship files for other versions of Python, which do not compile and are never imported.
    let files_only = finished.printed.contains_any(&["*** Error compiling"])
        && !finished.printed.lines().any(|line| line.starts_with("Traceback "));
    if finished.success || files_only {
        Ok(())
    } else {
        Err(Error::ToolFailed { tool: "compileall", detail: finished.printed.detail() })
    }
}

/// Whether the standard library of `interpreter` has bytecode that it will accept.
pub(super) fn stdlib_has_bytecode(interpreter: &Interpreter) -> bool {
    SAMPLE.iter().all(|module| {
        let source = interpreter.stdlib.join(format!("{module}.py"));
        let (folder, name) = module.rsplit_once('/').unwrap_or((".", module));
        let compiled =
            interpreter.stdlib.join(folder).join("__pycache__").join(format!("{name}.{}.pyc", interpreter.cache_tag));
        is_current(&source, &compiled, &interpreter.magic).unwrap_or(false)
    })
}

/// A `.pyc` begins with a magic number, flags, and the source's time and size, or its hash (PEP 552).
fn is_current(source: &Path, compiled: &Path, magic: &[u8]) -> io::Result<bool> {
    let mut header = [0; 16];
    File::open(compiled)?.read_exact(&mut header)?;
    let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let source = source.metadata()?;
    // Both fields hold the lowest 32 bits.
    let same = |field: u32, value: i128| i128::from(field) == value & 0xffff_ffff;
    let hashed = word(4) & 1 != 0;
    Ok(header[..4] == *magic
        && (hashed || same(word(8), source.mtime().into()) && same(word(12), source.size().into())))
}

/// A `pycache_prefix` tree with the bytecode of the standard library, and of the environment of that key and site
/// folder: once a prefix is set, Python looks nowhere else.
pub(super) fn prefix(
    host: &Host,
    store: &Store,
    interpreter: &Interpreter,
    environment: Option<(&str, &Path)>,
    progress: &mut dyn FnMut(Progress),
) -> Result<PathBuf, Error> {
    let id = identity(interpreter);
    let trees = store.pycache().join(&id);
    let wanted = trees.join(environment.map_or(STDLIB, |(key, _)| key));
    if wanted.is_dir() {
        return Ok(wanted);
    }
    let guard = format!("pycache-{id}");
    let _guard = store.guard(&guard, || progress(Progress::Waiting))?;
    fs::create_dir_all(&trees).map_err(Error::disk("create", &trees))?;
    let stdlib = trees.join(STDLIB);
    if !stdlib.is_dir() {
        let mut making = Making::start(host, store.building(&guard), interpreter.version, progress)?;
        making.tell(Progress::Compiling);
        compile_stdlib(interpreter, &mut making)?;
        publish(&making.result(), &stdlib).map_err(Error::disk("write", &stdlib))?;
    }
    if let Some((_, site)) = environment
        && !wanted.is_dir()
    {
        let making = Making::start(host, store.building(&guard), interpreter.version, progress)?;
        let tree = making.result();
        let join = || -> io::Result<()> {
            link_tree(&stdlib, &tree)?;
            link_site(site, site, &tree)?;
            link_site(site, Path::new(SITE_INSIDE), &tree)?;
            publish(&tree, &wanted)
        };
        join().map_err(Error::disk("write", &wanted))?;
    }
    Ok(wanted)
}

const STDLIB: &str = "stdlib";

/// The standard library whose bytecode it is, at its place: a prefix tree repeats the whole path.
fn identity(interpreter: &Interpreter) -> String {
    let Interpreter { stdlib, version, magic, cache_tag, .. } = interpreter;
    let changed = stdlib.join("os.py").metadata().map(|meta| (meta.mtime(), meta.ino())).unwrap_or_default();
    sha256(format!("{}\n{version} {cache_tag} {magic:?} {changed:?}", stdlib.display()).as_bytes())[..32].to_owned()
}

fn compile_stdlib(interpreter: &Interpreter, making: &mut Making<'_>) -> Result<(), Error> {
    let mut prefix = OsString::from("pycache_prefix=");
    prefix.push(making.result());
    let mut compile = making.command(&interpreter.executable);
    compile.args(["-I", "-S", "-B", "-X"]).arg(prefix);
    compile.args(["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]);
    // Large, and not what programs import.
    compile.args(["-x", r"/(test|tests|idle_test|idlelib|lib2to3|turtledemo|site-packages|dist-packages)/"]);
    compile.arg(&interpreter.stdlib);
    run(compile, interpreter, making)
}

fn publish(tree: &Path, place: &Path) -> io::Result<()> {
    tree::make_read_only(tree)?;
    // A folder that moves to another one is written to: its `..` changes.
    fs::set_permissions(tree, Permissions::from_mode(0o755))?;
    tree::sync(tree)?;
    fs::rename(tree, place)
}

fn link_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            link_tree(&entry.path(), &place)?;
        } else {
            link(&entry.path(), &place)?;
        }
    }
    Ok(())
}

/// `SITE/pkg/__pycache__/x.cpython-312.pyc` is looked for at `TREE/SITE/pkg/x.cpython-312.pyc`, where SITE is the path
/// by which the program knows it.
fn link_site(site: &Path, known_as: &Path, tree: &Path) -> io::Result<()> {
    tree::walk(site, &mut |entry| {
        let path = entry.path();
        let package = path.parent().filter(|folder| folder.ends_with("__pycache__")).and_then(Path::parent);
        let Some(package) = package else { return Ok(()) };
        let inner = package.strip_prefix(site).unwrap_or(package);
        let folder = tree.join(known_as.strip_prefix("/").unwrap_or(known_as)).join(inner);
        fs::create_dir_all(&folder)?;
        link(&path, &folder.join(entry.file_name()))
    })
}

/// Some file systems have no hard links, and some count them.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(|_| ()))
}
