import asyncio
import unittest

from etude_lab import Lab, task

import crawler

# Where pages lead to. Nobody answers for "gone".
WEB = {
    "home": "Welcome. [[news]] [[maps]] [[home]]",
    "news": "News of the [[tide]]. Back [[home]].",
    "maps": "Maps of the coast: [[tide]], [[gone]], [[news]].",
    "tide": "High at noon. [[home]]",
}


def page(address):
    return WEB.get(address, OSError("no answer from " + address))


def told(failures):
    return {address: str(error) for address, error in failures.items()}


@task(1)
class Scheduling(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()

    def test_waits_for_its_jobs(self):
        """The block of a scheduler ends when all its jobs have."""
        job = self.lab.double("job", takes=2)

        async def scenario():
            async with crawler.Scheduler(2) as scheduler:
                for number in range(5):
                    scheduler.schedule(job, number)
            return len(self.lab.calls)

        seen = self.lab.run(scenario)
        self.assertEqual(seen.result, 5)
        seen.at_most(2, "job")
        seen.took(6)
        seen.nothing_left()

    def test_jobs_of_jobs(self):
        """A job may schedule further jobs, and these are waited for as well."""
        leaf = self.lab.double("leaf", takes=1)

        async def scenario():
            async with crawler.Scheduler(2) as scheduler:

                async def branch(depth):
                    await leaf(depth)
                    if depth:
                        scheduler.schedule(branch, depth - 1)

                scheduler.schedule(branch, 3)

        seen = self.lab.run(scenario)
        seen.came_to_an_end()
        seen.cancelled("leaf", 0)
        seen.began_at("leaf", 0, 1, 2, 3)
        seen.nothing_left()

    def test_failures_are_kept(self):
        """A job that fails does not end the others. Its arguments and its exception are kept."""
        fails = lambda number: OSError("no %d" % number) if number == 2 else None
        job = self.lab.double("job", takes=1, gives=fails)

        async def scenario():
            async with crawler.Scheduler(1) as scheduler:
                for number in (1, 2, 3):
                    scheduler.schedule(job, number)
            return [(arguments, str(error)) for arguments, error in scheduler.failures]

        seen = self.lab.run(scenario)
        self.assertEqual(seen.result, [((2,), "no 2")])
        seen.called("job", 3)

    def test_an_exception_in_the_block(self):
        """An exception in the block ends all jobs, and goes on."""
        job = self.lab.double("job", takes=50)

        async def scenario():
            async with crawler.Scheduler(2) as scheduler:
                for number in range(3):
                    scheduler.schedule(job, number)
                await asyncio.sleep(1)
                raise ValueError("enough")

        seen = self.lab.run(scenario)
        seen.raised(ValueError)
        seen.nothing_left()
        seen.cancelled("job", 2)
        seen.took(1)

    def test_cancelled_from_outside(self):
        """A cancellation ends all jobs, and goes on."""
        lab = Lab(cancel_at=3)
        job = lab.double("job", takes=50)

        async def scenario():
            async with crawler.Scheduler(2) as scheduler:
                for number in range(3):
                    scheduler.schedule(job, number)

        seen = lab.run(scenario)
        seen.passed_on_cancellation()
        seen.nothing_left()
        seen.cancelled("job", 2)


@task(2)
class Crawling(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.fetch = self.lab.double("fetch", takes=2, gives=page)

    def crawled(self, start="home", at_once=3, most=100):
        async def scenario():
            found = await crawler.crawl(self.fetch, start, at_once, most)
            return found.pages, told(found.failures)

        return self.lab.run(scenario)

    def test_every_page_once(self):
        """Pages that are linked to several times are fetched once; what fails is told."""
        seen = self.crawled()
        self.assertEqual(seen.result, (WEB, {"gone": "no answer from gone"}))
        seen.called("fetch", 5)
        seen.took(6)
        seen.nothing_left()

    def test_so_many_at_a_time(self):
        """No more than so many pages are fetched at a time, and as many where there is enough to do."""
        hub = {"hub": " ".join("[[%d]]" % number for number in range(7))}
        self.fetch = self.lab.double("fetch", takes=1, gives=lambda address: hub.get(address, "nothing"))
        seen = self.crawled("hub", at_once=3)
        self.assertEqual(len(seen.result[0]), 8)
        seen.at_most(3, "fetch")

    def test_so_many_in_all(self):
        """At most so many pages are asked for."""
        seen = self.crawled(most=3)
        seen.called("fetch", 3)
        self.assertEqual(set(seen.result[0]), {"home", "news", "maps"})

    def test_a_slow_page_holds_nobody_up(self):
        """What a page leads to is fetched as soon as that page is there."""
        web = {"home": "[[slow]] [[quick]]", "quick": "[[next]]", "next": "[[last]]"}
        self.fetch = self.lab.double("fetch", takes=lambda address: 9 if address == "slow" else 1, gives=lambda address: web.get(address, ""))
        seen = self.crawled()
        self.assertEqual(len(seen.result[0]), 5)
        seen.took(10)
        seen.began_at("fetch", 0, 1, 1, 2, 3)

    def test_nothing_to_start_from(self):
        """Without the first page there is nothing: its exception is raised."""
        self.assertEqual(str(self.crawled("gone").raised(OSError)), "no answer from gone")


@task(3)
class Surveying(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.fetch = self.lab.double("fetch", takes=2, gives=page)

    def surveyed(self, analyse, start="home", workers=2):
        async def scenario():
            found = await crawler.survey(self.fetch, start, 3, 100, analyse, workers)
            return found.found, told(found.failures)

        return self.lab.run(scenario)

    def analyse(self, takes, gives=len):
        return self.lab.double("analyse", takes=takes, gives=gives)

    def test_every_page_is_analysed(self):
        """A result for each page; what could not be fetched is told."""
        seen = self.surveyed(self.analyse(1))
        lengths = {address: len(text) for address, text in WEB.items()}
        self.assertEqual(seen.result, (lengths, {"gone": "no answer from gone"}))
        seen.nothing_left()

    def test_while_others_are_fetched(self):
        """A page is analysed when it is there, by whoever is free."""
        seen = self.surveyed(self.analyse(3))
        seen.came_to_an_end()
        seen.began_at("analyse", 2, 4, 5, 7)
        seen.at_most(2, "analyse")

    def test_an_analysis_fails(self):
        """A failure belongs to its page, and the others are analysed."""
        fails = lambda text: ValueError("no maps") if "Maps" in text else len(text)
        seen = self.surveyed(self.analyse(1, fails))
        found, failures = seen.result
        self.assertEqual(sorted(found), ["home", "news", "tide"])
        self.assertEqual(failures, {"gone": "no answer from gone", "maps": "no maps"})

    def test_a_dead_network(self):
        """If nobody answers, that is an exception, and no survey without pages."""
        seen = self.surveyed(self.analyse(1), start="gone")
        seen.raised(OSError)
        seen.nothing_left()

    def test_cancelled_from_outside(self):
        """Nobody goes on after a cancellation."""
        lab = self.lab = Lab(cancel_at=5)
        self.fetch = lab.double("fetch", takes=2, gives=page)
        seen = self.surveyed(lab.double("analyse", takes=50))
        seen.passed_on_cancellation()
        seen.nothing_left()
        seen.cancelled("analyse", 2)
