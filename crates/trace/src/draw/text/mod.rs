//! A timeline for a terminal: one line a lane, in block characters or in plain ASCII.

mod marks;

use etude_text::render::visible;

use super::cells::{Crowd, cells};
use super::describe;
use super::rows::{Row, rows};
use super::scale::{Scale, moment};
use crate::findings::Finding;
use crate::timeline::{Lane, SegmentKind, Timeline};
use crate::trace::Micros;
use crate::wording::duration;
use marks::{Mark, end};

/// What the reader's terminal can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    pub width: usize,
    /// Block characters; else ASCII only.
    pub unicode: bool,
    /// Escape sequences for colours.
    pub colors: bool,
}

impl Default for Terminal {
    fn default() -> Self {
        Self { width: 80, unicode: true, colors: false }
    }
}

/// More rows than this share some.
const ROWS: usize = 40;
const NARROWEST: usize = 40;
/// The widest column of names.
const NAMES: usize = 24;
/// How an end is told behind the bar.
const ENDS: usize = 2;

/// Draws a timeline, with a line end after each line. Lanes that a finding is about are marked with a `!`.
pub fn text(timeline: &Timeline, findings: &[Finding], terminal: Terminal) -> String {
    let scale = Scale::new(timeline);
    let rows = rows(timeline, findings, ROWS);
    let width = terminal.width.max(NARROWEST);
    let labels: Vec<String> = rows.iter().map(|row| label(timeline, findings, row)).collect();
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let names = longest.min(NAMES).min(width / 3);
    let columns = width - names - 1 - ENDS;
    let mut painter = Painter { timeline, scale: &scale, terminal, columns, used: Vec::new(), crowds: false };
    let mut out = format!("{}{}\n", " ".repeat(names + 1), painter.axis());
    for (row, label) in rows.iter().zip(&labels) {
        let bar = painter.row(row);
        out.push_str(&format!("{:<names$} {bar}\n", clip(label, names, terminal.unicode)));
    }
    out.push_str(&painter.legend(width));
    out
}

fn label(timeline: &Timeline, findings: &[Finding], row: &Row) -> String {
    let indent = "  ".repeat(row.depth.min(4));
    match row.lanes[..] {
        [index] => {
            let lane = &timeline.lanes[index];
            let told = findings.iter().any(|finding| finding.tasks.contains(&lane.id));
            format!("{indent}{}{}", visible(&lane.label), if told { " !" } else { "" })
        }
        _ => format!("{indent}{}", visible(&row.label)),
    }
}

fn clip(text: &str, most: usize, unicode: bool) -> String {
    let text: String = if unicode {
        text.to_owned()
    } else {
        text.chars()
            .map(|character| match character {
                '×' => 'x',
                _ if character.is_ascii() => character,
                _ => '?',
            })
            .collect()
    };
    if text.chars().count() <= most {
        return text;
    }
    text.chars().take(most - 1).chain([if unicode { '…' } else { '~' }]).collect()
}

struct Painter<'a> {
    timeline: &'a Timeline,
    scale: &'a Scale,
    terminal: Terminal,
    columns: usize,
    used: Vec<Mark>,
    /// Some row is of many lanes.
    crowds: bool,
}

impl Painter<'_> {
    fn column(&self, time: Micros) -> usize {
        ((self.scale.place(time) * self.columns as f64) as usize).min(self.columns - 1)
    }

    /// Round moments, each with its first figure in its column.
    fn axis(&self) -> String {
        let mut line = vec![' '; self.columns + ENDS];
        let mut free = 0;
        let step = self.scale.step(12.0 / self.columns as f64);
        for time in self.scale.ticks(step).into_iter().filter(|time| *time <= self.timeline.end) {
            let (column, text) = (self.column(time), ascii(&moment(time), self.terminal.unicode));
            if column >= free && column + text.chars().count() <= line.len() {
                free = column + text.chars().count() + 1;
                line.splice(column..free - 1, text.chars());
            }
        }
        line.into_iter().collect::<String>().trim_end().to_owned()
    }

    fn row(&mut self, row: &Row) -> String {
        match row.lanes[..] {
            [index] => self.lane(&self.timeline.lanes[index]),
            _ => self.crowd(row),
        }
    }

    fn lane(&mut self, lane: &Lane) -> String {
        let last = self.column(self.scale.until(self.timeline, lane, lane.end.unwrap_or(self.timeline.end)));
        let kinds = cells(lane, self.scale, self.columns);
        let mut marks: Vec<Mark> = kinds.iter().map(|kind| kind.map_or(Mark::Empty, Mark::of)).collect();
        if lane.is_stuck(self.timeline) {
            let known = marks.iter().rposition(|mark| *mark != Mark::Empty);
            let open = known.map_or(0, |known| known + 1);
            marks[open..=last].fill(Mark::Waiting);
        }
        let mut text: Vec<char> = Vec::new();
        self.cut(&mut marks);
        text.extend(marks.iter().map(|mark| mark.glyph(self.terminal.unicode)));
        self.write_names(lane, &marks, &mut text);
        let mut painted = self.paint(&marks, &text[..=last]);
        if let Some(end) = end(lane) {
            self.used.push(end);
            painted.push_str(&self.colored(end, &end.glyph(self.terminal.unicode).to_string()));
        }
        self.used.extend(&marks[..=last]);
        painted
    }

    /// Marks where time is left out.
    fn cut(&self, marks: &mut [Mark]) {
        for piece in self.scale.breaks() {
            let middle = ((piece.start + piece.end) / 2.0 * self.columns as f64) as usize;
            if let Some(mark) = marks.get_mut(middle).filter(|mark| **mark != Mark::Empty) {
                *mark = Mark::Break;
            }
        }
    }

    /// What is waited for, written into the stretches that have room.
    fn write_names(&self, lane: &Lane, marks: &[Mark], text: &mut [char]) {
        for segment in &lane.segments {
            let name = match segment.kind {
                SegmentKind::Waiting(_) => describe::waiting_for(self.timeline, segment),
                SegmentKind::Holding => segment.call.as_deref().unwrap_or_default().to_owned(),
                SegmentKind::Running | SegmentKind::Ready => continue,
            };
            let name = format!(" {} ", ascii(&visible(&name), self.terminal.unicode));
            let until = self.scale.until(self.timeline, lane, segment.end);
            let (start, end) = (self.column(segment.start), self.column(until));
            let mark = Mark::of(segment.kind);
            let (start, end) = (
                (start..=end).find(|&column| marks[column] == mark).unwrap_or(end),
                (start..=end).rev().find(|&column| marks[column] == mark).unwrap_or(start),
            );
            let length = name.chars().count();
            if name.trim().is_empty() || end < start || end - start + 1 < length + 2 {
                continue;
            }
            let from = start + (end - start + 1 - length) / 2;
            if marks[from..from + length].iter().all(|there| *there == mark) {
                text[from..from + length].iter_mut().zip(name.chars()).for_each(|(place, letter)| *place = letter);
            }
        }
    }

    /// How many of many do something, in eighths.
    fn crowd(&mut self, row: &Row) -> String {
        self.crowds = true;
        let lanes = || row.lanes.iter().map(|&index| &self.timeline.lanes[index]);
        let crowd = Crowd::of(lanes(), self.scale, self.columns);
        let most = crowd.most().max(1.0);
        let marks: Vec<Mark> = (0..self.columns)
            .map(|column| match () {
                () if crowd.holding[column] => Mark::Holding,
                () if crowd.running[column] > 0.0 => Mark::Running,
                () if crowd.ready[column] > 0.0 => Mark::Ready,
                () if crowd.waiting[column] > 0.0 => Mark::Waiting,
                () => Mark::Empty,
            })
            .collect();
        let steps: Vec<char> = if self.terminal.unicode { "▁▂▃▄▅▆▇█" } else { "123456789" }.chars().collect();
        let text: Vec<char> = (0..self.columns)
            .map(|column| {
                let there = crowd.running[column] + crowd.ready[column] + crowd.waiting[column];
                let step = (there / most * steps.len() as f64).ceil() as usize;
                if there <= 0.0 { ' ' } else { steps[step.clamp(1, steps.len()) - 1] }
            })
            .collect();
        let last = text.iter().rposition(|character| *character != ' ').map_or(0, |last| last + 1);
        self.paint(&marks, &text[..last])
    }

    fn paint(&self, marks: &[Mark], text: &[char]) -> String {
        let mut painted = String::new();
        let mut at = 0;
        while at < text.len() {
            let run = marks[at..text.len()].iter().take_while(|mark| **mark == marks[at]).count();
            let piece: String = text[at..at + run].iter().collect();
            painted.push_str(&if marks[at] == Mark::Empty { piece } else { self.colored(marks[at], &piece) });
            at += run;
        }
        painted
    }

    fn colored(&self, mark: Mark, text: &str) -> String {
        if self.terminal.colors { format!("\u{1b}[{}m{text}\u{1b}[0m", mark.color()) } else { text.to_owned() }
    }

    fn legend(&self, width: usize) -> String {
        let unicode = self.terminal.unicode;
        let mut items: Vec<String> = Mark::ALL
            .iter()
            .filter(|mark| self.used.contains(mark))
            .map(|mark| format!("{} {}", mark.glyph(unicode), mark.meaning()))
            .collect();
        if self.crowds {
            items.push(format!("{} how many of them", if unicode { "▁█" } else { "1-9" }));
        }
        for piece in self.scale.breaks() {
            items.push(ascii(&format!("left out: {}", duration(piece.to - piece.from)), unicode));
        }
        let mut out = String::new();
        let mut line = String::new();
        for item in items {
            if !line.is_empty() && line.chars().count() + 3 + item.chars().count() > width {
                out.push_str(&format!("{}\n", std::mem::take(&mut line)));
            }
            let gap = if line.is_empty() { "" } else { "   " };
            line.push_str(&format!("{gap}{item}"));
        }
        out + &line + "\n"
    }
}

fn ascii(text: &str, unicode: bool) -> String {
    if unicode {
        text.to_owned()
    } else {
        text.replace('µ', "u").replace(|character: char| !character.is_ascii(), "?")
    }
}
