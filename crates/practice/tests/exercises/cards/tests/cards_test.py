"""Answers that may be of many classes."""
import unittest

import cards


class CardsTest(unittest.TestCase):
    def test_best(self):
        self.assertEqual(cards.best([1, 5, 3]), cards.Card(5))

    def test_best_of_others(self):
        self.assertEqual(cards.best([1, 9, 3]), cards.Card(9))

    def test_among_others(self):
        self.assertTrue(cards.best([2, 7]) in [cards.Card(8), cards.Card(7)])
        self.assertIn(cards.best([2, 4]), [cards.Card(4), cards.Card(8)])

    def test_report(self):
        self.assertEqual(cards.report([1, 5]).total, 6)
        self.assertEqual(cards.report([1, 5]).highest, 5)

    def test_name(self):
        self.assertEqual(cards.name(3).upper(), "CARD 3")
        self.assertTrue(cards.name(3).endswith("3"))

    def test_counted(self):
        self.assertEqual(cards.counted([1, 5, 1]), {1: 2, 5: 1})
        self.assertEqual(sorted(cards.counted([1, 5, 1]).items()), [(1, 2), (5, 1)])

    def test_kinds(self):
        self.assertEqual(cards.kinds([1, 5, 1]), {1, 5})
