import unittest

from etude_lab import Lab, task

import stations


@task(1)
class MoreReadings(unittest.TestCase):
    def test_any_station(self):
        """`read` with other names and times."""
        for name, seconds in (("harbour", 0), ("summit", 7.5)):
            seen = Lab().run(stations.read, name, seconds)
            self.assertEqual(seen.result, name + " 20.0")
            seen.took(seconds)


@task(3)
class MoreOrder(unittest.TestCase):
    def test_many_stations(self):
        """Many stations, each with an answer and a time of its own."""
        names = ["s%d" % number for number in range(12)]
        # Before anybody has the list of names in their hands.
        expected = [{"station": name, "celsius": float(name[1:])} for name in names]
        lab = Lab()
        fetch = lab.double("fetch", takes=lambda name: int(name[1:]) % 3, gives=lambda name: "%s %s" % (name, name[1:]))
        seen = lab.run(stations.collect, fetch, names)
        self.assertEqual(seen.result, expected)
        seen.ran_sequentially("fetch")
        seen.took(12)

    def test_stations_of_any_iterable(self):
        """Stations may come from anything that can be iterated over."""
        lab = Lab()
        fetch = lab.double("fetch", takes=1, gives=lambda name: name + " 1")
        seen = lab.run(stations.collect, fetch, (name for name in ("a", "b")))
        self.assertEqual([one["station"] for one in seen.result], ["a", "b"])
