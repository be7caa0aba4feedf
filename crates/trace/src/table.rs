//! Table entries: what the numbers in records stand for.

use serde_json::Value;

use crate::trace::{Frame, Id, Object, Site, ThreadKind, Trace};

/// As the guest bounds them. More than that is not from our guest.
const MAX_TEXTS: usize = 20_000;
const MAX_OBJECTS: usize = 100_000;
const MAX_MEMBERS: usize = 500;
/// Members of all groups, and frames of all chains: what a small table could otherwise multiply.
const MAX_PARTS: usize = 2_000_000;
const MAX_FRAMES: usize = 40;
const MAX_PATH: usize = 500;
const MAX_TEXT: usize = 200;
const MAX_NAME: usize = 100;
const MAX_INFO: usize = 32;

/// How much has been read of what is bounded in sum.
#[derive(Default)]
pub(crate) struct Counts {
    parts: usize,
}

impl Counts {
    fn take(&mut self, parts: usize) -> Option<()> {
        self.parts += parts;
        (self.parts <= MAX_PARTS).then_some(())
    }
}

/// The version, if that is what the entry tells.
pub(crate) fn version(entry: &Value) -> Option<i64> {
    match entry.as_array()?.as_slice() {
        [kind, version] if kind == "v" => version.as_i64(),
        _ => None,
    }
}

/// Adds one entry to the trace. `None` if it makes no sense or is beyond the bounds.
pub(crate) fn read(entry: &Value, trace: &mut Trace, counts: &mut Counts) -> Option<()> {
    let [kind, fields @ ..] = entry.as_array()?.as_slice() else { return None };
    match (kind.as_str()?, fields) {
        ("v", [_]) => {}
        ("z", [time]) => {
            time.as_i64()?;
            trace.complete = true;
        }
        ("x", [op, count]) => {
            op.as_i64()?;
            trace.dropped = trace.dropped.saturating_add(count.as_u64()?);
        }
        ("i", [key, value]) => {
            let key = text(key, MAX_NAME)?;
            room(trace.info.len(), trace.info.contains_key(&key), MAX_INFO)?;
            trace.info.insert(key, text(value, MAX_PATH)?);
        }
        ("s", [number, value]) => {
            let number = small(number)?;
            room(trace.strings.len(), trace.strings.contains_key(&number), MAX_TEXTS)?;
            trace.strings.insert(number, text(value, MAX_TEXT)?);
        }
        ("l", [number, file, line, function, first_line]) => {
            let number = small(number)?;
            room(trace.sites.len(), trace.sites.contains_key(&number), MAX_TEXTS)?;
            let site = Site {
                file: text(file, MAX_PATH)?,
                line: u32::try_from(line.as_u64()?).ok()?,
                function: text(function, MAX_NAME)?,
                first_line: u32::try_from(first_line.as_u64()?).ok()?,
            };
            trace.sites.insert(number, site);
        }
        ("c", [number, frames]) => {
            let number = small(number)?;
            room(trace.chains.len(), trace.chains.contains_key(&number), MAX_TEXTS)?;
            let frames: Option<Vec<Frame>> = frames.as_array()?.iter().take(MAX_FRAMES).map(frame).collect();
            let frames = frames?;
            counts.take(frames.len())?;
            trace.chains.insert(number, frames);
        }
        (kind, [id, fields @ ..]) => {
            let id = Id(small(id)?);
            room(trace.objects.len(), trace.objects.contains_key(&id), 7 * MAX_OBJECTS)?;
            let object = object(kind, fields, counts)?;
            trace.objects.insert(id, object);
        }
        _ => return None,
    }
    Some(())
}

fn object(kind: &str, fields: &[Value], counts: &mut Counts) -> Option<Object> {
    Some(match (kind, fields) {
        ("e", [class, thread]) => {
            text(class, MAX_NAME)?;
            small(thread)?;
            Object::Loop
        }
        ("t", [name, coroutine, site, user]) => Object::Task {
            name: text(name, MAX_NAME)?,
            coroutine: small(coroutine)?,
            site: small(site)?,
            user: user.as_i64()? != 0,
        },
        ("h", [name, kind]) => Object::Thread {
            name: text(name, MAX_NAME)?,
            kind: match kind.as_str()? {
                "main" => ThreadKind::Main,
                "pool" => ThreadKind::Pool,
                "library" => ThreadKind::Library,
                _ => ThreadKind::Plain,
            },
        },
        ("p", [command, kind]) => Object::Process { command: text(command, MAX_TEXT)?, kind: text(kind, MAX_NAME)? },
        ("j", [function, site, pool]) => {
            Object::Job { function: small(function)?, site: small(site)?, pool: Id(small(pool)?) }
        }
        ("r", [class, size, site]) => {
            Object::Resource { class: text(class, MAX_NAME)?, size: size.as_i64()?, site: small(site)? }
        }
        ("g", [kind, members, total]) => {
            let members: Option<Vec<Id>> =
                members.as_array()?.iter().take(MAX_MEMBERS).map(|id| small(id).map(Id)).collect();
            let members = members?;
            counts.take(members.len())?;
            Object::Group { kind: text(kind, MAX_NAME)?, members, total: usize::try_from(total.as_u64()?).ok()? }
        }
        _ => return None,
    })
}

fn room(taken: usize, replaces: bool, most: usize) -> Option<()> {
    (replaces || taken < most).then_some(())
}

fn small(value: &Value) -> Option<i32> {
    i32::try_from(value.as_i64()?).ok().filter(|&number| number >= 0)
}

fn frame(value: &Value) -> Option<Frame> {
    match value.as_array()?.as_slice() {
        [site, instruction] => Some(Frame { site: small(site)?, instruction: small(instruction)? }),
        _ => None,
    }
}

/// Cut to what the contract allows. Control characters would have effects of their own where this is shown.
fn text(value: &Value, most: usize) -> Option<String> {
    let cut = value.as_str()?.chars().take(most);
    Some(cut.map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect())
}
