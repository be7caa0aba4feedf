//! The work folder after a run: sent to the supervisor, or emptied where it is not a file system of its own.
//!
//! It is all the learner's doing, so every name is opened relative to the folder's descriptor and never through a link;
//! only plain files and folders count, to a bounded depth and number.

use crate::packets;
use crate::sys;
use crate::wire::{CHUNK, Writer, tag};
use std::ffi::{CStr, CString};

const MAX_DEPTH: usize = 32;
const MAX_ENTRIES: usize = 20_000;
const MAX_ROUNDS: usize = 10_000;

/// Sends every regular file below `root`, then the end mark. Names that are no text are left out: written as text, two
/// of them could be the same.
pub fn send(socket: i32, root: i32) {
    let mut left = MAX_ENTRIES;
    visit(root, "", 0, &mut left, &mut |dir, name, path, stat| {
        if stat.mode & sys::S_IFMT == sys::S_IFREG && !path.contains('\u{fffd}') {
            send_file(socket, dir, name, path);
        }
    });
    packets::send(socket, &Writer::new(tag::END).finish(), None);
}

/// Removes everything below `root`, however deep: what lies too deep to be held open is moved up and met again.
pub fn empty(root: i32) {
    for round in 0..MAX_ROUNDS {
        // Each round sees a bounded number of names in each folder, so it may leave some of a large one.
        let (mut moved, mut removed) = (0, 0);
        let mut left = usize::MAX;
        visit(root, "", 0, &mut left, &mut |dir, name, _, stat| {
            let flags = if stat.mode & sys::S_IFMT == sys::S_IFDIR { sys::AT_REMOVEDIR } else { 0 };
            // SAFETY: live descriptors and terminated names without a slash.
            unsafe {
                if sys::unlinkat(dir, name.as_ptr(), flags) == 0 {
                    removed += 1;
                } else if dir != root {
                    let up = crate::init::text(&format!(".deep-{round}-{moved}"));
                    moved += 1;
                    sys::renameat(dir, name.as_ptr(), root, up.as_ptr());
                }
            }
        });
        if moved == 0 && removed == 0 {
            return;
        }
    }
}

type Visitor<'a> = dyn FnMut(i32, &CStr, &str, &sys::stat) + 'a;

/// Calls `each` for every entry, the content of a folder before the folder itself.
fn visit(dir: i32, prefix: &str, depth: usize, left: &mut usize, each: &mut Visitor) {
    for name in names(dir) {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let mut stat = sys::stat::default();
        // SAFETY: a live descriptor, a terminated name, a structure of glibc's layout.
        if unsafe { sys::fstatat(dir, name.as_ptr(), &mut stat, sys::AT_SYMLINK_NOFOLLOW) } != 0 {
            continue;
        }
        let path = format!("{prefix}{}", name.to_string_lossy());
        if stat.mode & sys::S_IFMT == sys::S_IFDIR && depth < MAX_DEPTH {
            let flags = sys::O_RDONLY | sys::O_DIRECTORY | sys::O_NOFOLLOW | sys::O_CLOEXEC;
            // SAFETY: a live descriptor and a terminated name; the new descriptor is closed below. Nobody but us is left
            // who could put a link in the folder's place, and its owner may have closed it to everyone.
            let inner = unsafe {
                sys::fchmodat(dir, name.as_ptr(), 0o700, 0);
                sys::openat(dir, name.as_ptr(), flags)
            };
            if inner >= 0 {
                visit(inner, &format!("{path}/"), depth + 1, left, each);
                // SAFETY: opened above.
                unsafe { sys::close(inner) };
            }
        }
        each(dir, &name, &path, &stat);
    }
}

fn names(dir: i32) -> Vec<CString> {
    let mut out = Vec::new();
    let flags = sys::O_RDONLY | sys::O_DIRECTORY | sys::O_CLOEXEC;
    // SAFETY: `fdopendir` takes over a descriptor of our own; `readdir` results are used before the next call.
    unsafe {
        let stream = sys::fdopendir(sys::openat(dir, c".".as_ptr(), flags));
        if stream.is_null() {
            return out;
        }
        loop {
            let entry = sys::readdir(stream);
            if entry.is_null() || out.len() >= MAX_ENTRIES {
                break;
            }
            let name = CStr::from_ptr((*entry).name.as_ptr());
            if name != c"." && name != c".." {
                out.push(name.to_owned());
            }
        }
        sys::closedir(stream);
    }
    out.sort();
    out
}

fn send_file(socket: i32, dir: i32, name: &CStr, path: &str) {
    let flags = sys::O_RDONLY | sys::O_NOFOLLOW | sys::O_NONBLOCK | sys::O_CLOEXEC;
    // SAFETY: a live descriptor and a terminated name; the new descriptor is closed below.
    let file = unsafe { sys::openat(dir, name.as_ptr(), flags) };
    if file < 0 {
        return;
    }
    packets::send(socket, Writer::new(tag::FILE).text(path).finish().as_slice(), None);
    let mut chunk = vec![0u8; CHUNK];
    loop {
        // SAFETY: the buffer is live and `CHUNK` bytes long.
        let count = unsafe { sys::read(file, chunk.as_mut_ptr().cast(), CHUNK) };
        if count <= 0 || !packets::send(socket, &Writer::new(tag::DATA).bytes(&chunk[..count as usize]).finish(), None)
        {
            break;
        }
    }
    // SAFETY: opened above.
    unsafe { sys::close(file) };
}
