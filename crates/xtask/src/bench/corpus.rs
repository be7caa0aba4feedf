//! A course for measuring: many lessons such as people write them, the same bytes every time.

mod words;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use words::{BODIES, FACTS, QUESTIONS, ROUTES, TOPICS, VERBS};

/// Lessons stand in folders of this many.
const PER_MODULE: usize = 50;

pub(super) struct Corpus {
    lessons: Vec<Lesson>,
}

pub(super) struct Lesson {
    /// From the root of the course.
    pub(super) path: String,
    pub(super) title: String,
    pub(super) text: String,
}

impl Corpus {
    pub(super) fn new(count: usize) -> Self {
        Self { lessons: (0..count).map(|number| lesson(number, count)).collect() }
    }

    pub(super) fn lessons(&self) -> &[Lesson] {
        &self.lessons
    }

    pub(super) fn bytes(&self) -> usize {
        self.lessons.iter().map(|lesson| lesson.text.len()).sum()
    }

    pub(super) fn snippets(&self) -> usize {
        let fences =
            |lesson: &Lesson| lesson.text.lines().filter(|line| line.trim_start().starts_with("```")).count() / 2;
        self.lessons.iter().map(fences).sum()
    }

    /// Writes the lessons and a `course.toml` that puts them in order.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let mut course = "title = \"Benchmark\"\npython = \"3.12\"\npackages = [\"httpx\", \"fastapi\"]\n".to_owned();
        for (number, module) in self.lessons.chunks(PER_MODULE).enumerate() {
            let paths: Vec<String> = module.iter().map(|lesson| format!("  \"{}\",\n", lesson.path)).collect();
            write!(course, "\n[[module]]\ntitle = \"Module {}\"\nlessons = [\n{}]\n", number + 1, paths.concat())?;
        }
        fs::create_dir_all(folder)?;
        fs::write(folder.join("course.toml"), course)?;
        for lesson in &self.lessons {
            let path = folder.join(&lesson.path);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(&path, &lesson.text).with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        Ok(())
    }
}

fn path(number: usize) -> String {
    format!("module-{:02}/{:04}-{}.md", number / PER_MODULE + 1, number + 1, TOPICS[number % TOPICS.len()].0)
}

fn title(number: usize) -> String {
    format!("Lesson {}: {}", number + 1, TOPICS[number % TOPICS.len()].1)
}

/// The path of a lesson as another lesson has to write it.
fn link(number: usize) -> String {
    format!("../{}", path(number))
}

/// A small generator of numbers (SplitMix64), so that lessons differ and yet are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Sentences that follow each other.
    fn prose(&mut self, sentences: usize) -> String {
        let start = self.below(FACTS.len());
        (0..sentences).map(|step| FACTS[(start + step * 7) % FACTS.len()]).collect::<Vec<_>>().join(" ")
    }
}

fn lesson(number: usize, count: usize) -> Lesson {
    let mut dice = Dice(number as u64);
    let (_, topic) = TOPICS[number % TOPICS.len()];
    let mut text = format!("---\ntitle: \"{}\"\nminutes: 25\n---\n\n# {}\n\n", title(number), title(number));
    text += &format!("{}\n\nThis lesson needs Python 3.11+ and about half an hour.\n\n", dice.prose(3));
    text += &goals(&mut dice, topic);
    text += &first_program(&mut dice);
    text += &together(&mut dice);
    text += &in_the_shell(&mut dice, number);
    text += &service(&mut dice);
    text += &test_it(&mut dice);
    text += &look_back(&mut dice, number, count);
    Lesson { path: path(number), title: title(number), text }
}

fn goals(dice: &mut Dice, topic: &str) -> String {
    let lower = topic.to_lowercase();
    let verbs = [dice.pick(VERBS), dice.pick(VERBS)];
    format!(
        "## What you will learn\n\n- what **{lower}** are for, and when to leave them alone\n- how to {} a coroutine\n- \
         why you should {} before you measure\n\n> {}\n\n",
        verbs[0],
        verbs[1],
        dice.prose(1),
    )
}

/// A script with its output in a fence of its own.
fn first_program(dice: &mut Dice) -> String {
    let (name, body) = dice.pick(BODIES);
    let seconds = 1 + dice.below(4);
    let items = 2 + dice.below(5);
    let output: String = (0..items).map(|item| format!("{name} {item} done\n")).collect();
    format!(
        "## A first program\n\n{}\n\n```python title={name}_one.py\nimport asyncio\n\n\nasync def {name}(item: int) -> \
         int:\n    {body}\n    await asyncio.sleep({seconds})\n    print(f\"{name} {{item}} done\")\n    return item * 2\n\n\n\
         async def main() -> None:\n    for item in range({items}):\n        await {name}(item)\n\n\nasyncio.run(main())\n\
         ```\n\nRun it as `python {name}_one.py`. It takes ~{}s total, because each call waits for the one before \
         it.\n\n```output\n{output}```\n\n",
        dice.prose(3),
        seconds * items,
    )
}

/// The same, concurrently, in two steps of a list, with `#>` lines.
fn together(dice: &mut Dice) -> String {
    let (name, body) = dice.pick(BODIES);
    let count = 2 + dice.below(6);
    let results: Vec<String> = (0..count).map(|item| (item * item).to_string()).collect();
    format!(
        "## Waiting together\n\n{}\n\n1. Give every piece of work a task of its own:\n\n   ```python\n   import asyncio\n\n\n   \
         async def {name}(item: int) -> int:\n       {body}\n       await asyncio.sleep(1)\n       return item * item\n\n\n   \
         async def main() -> None:\n       results = await asyncio.gather(*({name}(item) for item in range({count})))\n       \
         print(results)\n       #> [{}]\n\n\n   asyncio.run(main())\n   ```\n\n2. Let a group look after them, so that none is \
         forgotten when another one fails:\n\n   ```python title={name}_group.py\n   import asyncio\n\n\n   async def \
         main() -> None:\n       async with asyncio.TaskGroup() as group:\n           tasks = \
         [group.create_task(asyncio.sleep(1, item)) for item in range({count})]\n       print(sum(task.result() for task in \
         tasks))\n       #> {}\n\n\n   asyncio.run(main())\n   ```\n\n| way | calls | seconds |\n| --- | ---: | ---: |\n| one by \
         one | {count} | {count} |\n| together | {count} | 1 |\n\n",
        dice.prose(2),
        results.join(", "),
        (0..count).sum::<usize>(),
    )
}

/// A terminal session, and the output of an interpreter.
fn in_the_shell(dice: &mut Dice, number: usize) -> String {
    let value = 10 + dice.below(80);
    format!(
        "## At the prompt\n\n{} Make a folder of its own for it:\n\n```bash\nmkdir lesson-{} && cd lesson-{}\npython -m venv \
         .venv\n. .venv/bin/activate\npip install httpx fastapi\n```\n\nThe interpreter itself can tell what a call gives back:\n\n\
         ```python\n>>> import asyncio\n>>> async def answer():\n...     return {value}\n...\n>>> answer\n<function answer at \
         0x7f0000000000>\n>>> asyncio.run(answer())\n{value}\n```\n\n",
        dice.prose(2),
        number + 1,
        number + 1,
    )
}

/// A server app, a request and its response.
fn service(dice: &mut Dice) -> String {
    let route = dice.pick(ROUTES);
    let value = dice.below(1_000);
    format!(
        "## A small service\n\n{}\n\n```python title=app_{route}.py\nimport asyncio\n\nfrom fastapi import FastAPI\n\napp = \
         FastAPI()\n\n\n@app.get(\"/{route}\")\nasync def {route}() -> dict[str, int]:\n    await asyncio.sleep(0.1)\n    return \
         {{\"{route}\": {value}}}\n```\n\nAsk it for the value from another terminal:\n\n```bash\ncurl \
         http://127.0.0.1:8000/{route}\n```\n\nResponse:\n\n```json\n{{\"{route}\": {value}}}\n```\n\n",
        dice.prose(2),
    )
}

fn test_it(dice: &mut Dice) -> String {
    let (name, _) = dice.pick(BODIES);
    let delay = 1 + dice.below(9);
    format!(
        "## Prove it\n\n{}\n\n```python title=test_{name}.py\nimport asyncio\n\n\nasync def {name}(delay: float) -> float:\n    \
         await asyncio.sleep(delay)\n    return delay\n\n\ndef test_{name}_gives_its_delay() -> None:\n    assert \
         asyncio.run({name}(0.{delay})) == 0.{delay}\n\n\ndef test_{name}_can_be_cancelled() -> None:\n    async def main() -> \
         None:\n        task = asyncio.create_task({name}(60))\n        await asyncio.sleep(0)\n        assert task.cancel()\n\n    \
         asyncio.run(main())\n```\n\n",
        dice.prose(2),
    )
}

fn look_back(dice: &mut Dice, number: usize, count: usize) -> String {
    let question = dice.pick(QUESTIONS);
    let mut text =
        format!("## Looking back\n\n{}\n\n- [ ] {question}\n- [ ] Explain the table above.\n\n", dice.prose(2));
    if number > 0 {
        text += &format!("Before this: [{}]({}#looking-back).", title(number - 1), link(number - 1));
        text += if number + 1 < count { " " } else { "\n" };
    }
    if number + 1 < count {
        text += &format!("Next: [{}]({}).\n", title(number + 1), link(number + 1));
    }
    text += "\nMore about tasks is in [the manual][tasks].\n\n[tasks]: https://docs.python.org/3/library/asyncio-task.html\n";
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corpus_is_the_same_every_time() {
        let texts = |count| Corpus::new(count).lessons.into_iter().map(|lesson| lesson.text).collect::<Vec<_>>();
        assert_eq!(texts(60), texts(60));
        assert_ne!(texts(60)[0], texts(60)[50]);
    }

    #[test]
    fn each_lesson_has_ten_snippets_and_about_five_kilobytes() {
        let corpus = Corpus::new(200);
        assert_eq!(corpus.snippets(), 2_000);
        let mean = corpus.bytes() / 200;
        assert!((4_500..5_500).contains(&mean), "{mean} bytes in a lesson");
    }

    #[test]
    fn links_lead_to_lessons() {
        let corpus = Corpus::new(120);
        for lesson in corpus.lessons() {
            for target in lesson.text.split("](../").skip(1) {
                let target = target.split([')', '#']).next().expect("the end of a link");
                assert!(corpus.lessons().iter().any(|other| other.path == target), "{} leads to {target}", lesson.path);
            }
        }
    }
}
