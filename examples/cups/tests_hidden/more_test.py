import asyncio
import unittest

import cups
from kettle import brew


class MoreTest(unittest.TestCase):
    def test_nobody(self):
        """Nobody is thirsty."""
        self.assertEqual(list(asyncio.run(cups.brew_all(brew, []))), [])

    def test_many(self):
        """A hundred cups come in their order."""
        # Before anybody has the list of names in their hands.
        expected = [f"cup for {number}" for number in range(100)]
        self.assertEqual(asyncio.run(cups.brew_all(brew, [str(number) for number in range(100)])), expected)
