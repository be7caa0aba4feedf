import asyncio
import unittest

from etude_lab import Lab, task

import stations


def line(station):
    return station + " 21.5"


@task(1)
class Reading(unittest.TestCase):
    def test_it_waits(self):
        """`read` takes the time it is told."""
        seen = Lab().run(stations.read, "north", 3)
        self.assertEqual(seen.result, "north 20.0")
        seen.never_blocked()
        seen.took(3)

    def test_others_go_on(self):
        """While one coroutine waits, another one can run."""

        async def both():
            return await asyncio.gather(stations.read("north", 2), stations.read("south", 2))

        seen = Lab().run(both)
        self.assertEqual(seen.result, ["north 20.0", "south 20.0"])
        seen.never_blocked()
        seen.took(2)


@task(2)
class Parsing(unittest.TestCase):
    def test_a_line(self):
        """A line has a station and a temperature."""
        self.assertEqual(stations.parse("north 21.5"), {"station": "north", "celsius": 21.5})
        self.assertEqual(stations.parse("south  -3"), {"station": "south", "celsius": -3.0})

    def test_what_is_no_line(self):
        """Anything else is a `ValueError`."""
        for bad in ("", "north", "north warm", "north 1 2"):
            with self.subTest(line=bad), self.assertRaises(ValueError):
                stations.parse(bad)


@task(3)
class Ordered(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()

    def test_one_after_the_other(self):
        """The next station is asked when the one before has answered."""
        fetch = self.lab.double("fetch", takes=2, gives=line)
        seen = self.lab.run(stations.collect, fetch, ["north", "east", "south"])
        readings = [{"station": name, "celsius": 21.5} for name in ("north", "east", "south")]
        self.assertEqual(seen.result, readings)
        seen.ran_sequentially("fetch")
        seen.began_at("fetch", 0, 2, 4)
        seen.took(6)

    def test_a_failure_ends_it(self):
        """What `fetch` raises leaves `collect`, and nobody else is asked."""
        fails = lambda station: OSError("no answer") if station == "east" else line(station)
        fetch = self.lab.double("fetch", takes=1, gives=fails)
        seen = self.lab.run(stations.collect, fetch, ["north", "east", "south"])
        seen.raised(OSError)
        seen.called("fetch", 2)

    def test_a_line_that_is_none(self):
        """What `parse` raises leaves `collect` as well."""
        fetch = self.lab.double("fetch", takes=1, gives="??")
        seen = self.lab.run(stations.collect, fetch, ["north"])
        seen.raised(ValueError)

    def test_no_stations(self):
        """Nobody to ask: an empty list."""
        seen = self.lab.run(stations.collect, self.lab.double("fetch"), [])
        self.assertEqual(seen.result, [])


@task(4)
class Timed(unittest.TestCase):
    def test_it_measures_the_waiting(self):
        """The time of what is awaited counts, and its result is passed on."""
        lab = Lab()
        fetch = lab.double("fetch", takes=4, gives="north 21.5")

        async def measured():
            return await stations.timed(fetch("north"))

        result, seconds = lab.run(measured).result
        self.assertEqual(result, "north 21.5")
        self.assertAlmostEqual(seconds, 4, delta=0.1)

    def test_two_measured_at_once(self):
        """Two measurements do not disturb each other."""

        async def measured():
            return await asyncio.gather(stations.timed(asyncio.sleep(5, "slow")), stations.timed(asyncio.sleep(1, "quick")))

        (slow, slow_seconds), (quick, quick_seconds) = Lab().run(measured).result
        self.assertEqual((slow, quick), ("slow", "quick"))
        self.assertAlmostEqual(slow_seconds, 5, delta=0.1)
        self.assertAlmostEqual(quick_seconds, 1, delta=0.1)

    def test_a_failure_is_passed_on(self):
        """What was awaited may raise."""
        lab = Lab()
        fetch = lab.double("fetch", takes=1, gives=OSError("no answer"))

        async def measured():
            return await stations.timed(fetch("north"))

        lab.run(measured).raised(OSError)
