import unittest

from etude_lab import Lab, task

import pages


class MorePages(unittest.TestCase):
    @task(2)
    def test_both_limits(self):
        """Twelve pages under both limits."""
        lab = Lab()
        fetch = lab.double("fetch", takes=3, gives=str.upper)

        async def scenario():
            found = await pages.fetch_all(fetch, "abcdefghijkl", 4, pages.Limiter(0.5))
            return [page.text for page in found.values()]

        seen = lab.run(scenario)
        self.assertEqual(seen.result, list("ABCDEFGHIJKL"))
        seen.at_most(4, "fetch")
        starts = [call.began for call in seen.of("fetch")]
        self.assertTrue(all(later - sooner > 0.45 for sooner, later in zip(starts, starts[1:])))
        seen.took(10.5)

    @task(2)
    def test_nothing_to_fetch(self):
        """No addresses."""

        async def scenario():
            return await pages.fetch_all(None, [], 4, pages.Limiter(1))

        self.assertEqual(Lab().run(scenario).result, {})
