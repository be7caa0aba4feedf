"""What is compared with each other, and with plain numbers."""
import unittest

from sizes import Size


class SizesTest(unittest.TestCase):
    def test_less(self):
        self.assertLess(Size(1), Size(2))
        self.assertTrue(Size(4) < Size(9))

    def test_greater(self):
        self.assertGreater(Size(9), Size(4))

    def test_at_most(self):
        self.assertLessEqual(Size(3), Size(3))
        self.assertGreaterEqual(Size(5), Size(4))

    def test_less_than_a_number(self):
        self.assertLess(Size(3), 5)
        self.assertGreater(Size(7), 5)

    def test_a_number(self):
        self.assertEqual(Size(3), 3)

    def test_length(self):
        self.assertEqual(len(Size(7)), 7)
