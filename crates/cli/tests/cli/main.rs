//! The binary as people meet it: what it prints, where, and how it ends.

#![expect(clippy::disallowed_methods, reason = "tests start the binary they are about")]

mod cache;
mod check;
mod clock;
mod doctor;
mod exercises;
mod explain;
mod find;
mod fix;
mod fixture;
mod formats;
mod grade;
mod import;
mod learn;
mod levels;
mod new;
mod pipes;
mod run;
mod screen;
mod see;
mod show;
mod stand_ins;
mod update;
mod verify;
