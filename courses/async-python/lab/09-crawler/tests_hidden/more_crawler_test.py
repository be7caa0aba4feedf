import unittest

from etude_lab import Lab, task

import crawler


def town(address):
    """A web in which each page leads to three others, some of them known already; some pages are broken."""
    number = int(address)
    if number % 11 == 10:
        return OSError(address)
    return " ".join("[[%d]]" % ((number * 3 + step) % 40) for step in (1, 2, 3))


class MoreCrawls(unittest.TestCase):
    @task(2)
    def test_a_larger_web(self):
        """Forty pages, some of them broken."""
        lab = Lab()
        fetch = lab.double("fetch", takes=lambda address: 1 + int(address) % 3, gives=town)

        async def scenario():
            found = await crawler.crawl(fetch, "0", 4, 100)
            return len(found.pages), len(found.failures)

        seen = lab.run(scenario)
        asked = [call.arguments[0] for call in seen.of("fetch")]
        self.assertEqual(len(asked), len(set(asked)))
        self.assertEqual(seen.result, (sum(int(one) % 11 != 10 for one in asked), sum(int(one) % 11 == 10 for one in asked)))
        self.assertEqual(sum(seen.result), 40)
        seen.at_most(4, "fetch")

    @task(3)
    def test_a_survey_of_it(self):
        """All of it with slow analyses."""
        lab = Lab()
        fetch = lab.double("fetch", takes=1, gives=town)
        analyse = lab.double("analyse", takes=2, gives=lambda text: text.count("[["))

        async def scenario():
            found = await crawler.survey(fetch, "0", 4, 20, analyse, 3)
            return set(found.found.values()), len(found.found) + len(found.failures)

        seen = lab.run(scenario)
        self.assertEqual(seen.result, ({3}, 20))
        seen.at_most(3, "analyse")
        seen.nothing_left()
