import unittest

from prices import shown, total


class MorePricesTest(unittest.TestCase):
    def test_round_sums(self):
        """Sums without cents are shown with two noughts."""
        self.assertEqual(shown(777000), "7770.00")

    def test_nothing(self):
        self.assertEqual(total([]), 0)
