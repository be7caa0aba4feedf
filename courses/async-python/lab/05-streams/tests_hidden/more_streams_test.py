import unittest

from etude_lab import Lab, task

import streams


async def collected(source):
    return [item async for item in source]


class MoreStreams(unittest.TestCase):
    @task(1)
    def test_other_numbers(self):
        """Ranges of all kinds."""
        for bounds in ((0, 1), (-3, 4, 3), (10, -10, -7), (5, 1), (2, 9, 7)):
            self.assertEqual(Lab().run(collected, streams.ticks(*bounds)).result, list(range(*bounds)))

    @task(4)
    def test_a_pipeline(self):
        """All stages one behind the other, over a source without end."""
        lab = Lab()

        async def endless():
            number = 0
            while True:
                number += 1
                lab.note(number)
                yield number

        def wanted(number):
            return number % 5 < 2

        async def scenario():
            return await collected(streams.batches(streams.only(streams.first(endless(), 14), wanted), 2))

        seen = lab.run(scenario)
        self.assertEqual(seen.result, [[1, 5], [6, 10], [11]])
        self.assertEqual(len(seen.events), 14)
