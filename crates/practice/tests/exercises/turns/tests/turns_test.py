"""Answers that are compared with answers only, by assertions and by `==` itself."""
import inspect
import unittest

import turns
from turns import Word, turned


class TurnsTest(unittest.TestCase):
    def test_many_times(self):
        for number in range(1, 20):
            self.assertEqual(turned("tea" * number), turned(turned(turned("tea" * number))))
            self.assertNotEqual(turned("tea" * number), turned("milk"))

    def test_once_more(self):
        self.assertEqual(turned("milk"), turned(turned(turned("milk"))))
        self.assertNotEqual(turned("milk"), turned("tea"))

    def test_asked_directly(self):
        self.assertTrue(turned("milk") == turned(turned(turned("milk"))))
        self.assertTrue(turned("milk") != turned("tea"))

    def test_words(self):
        self.assertTrue(Word("tea") == Word("tea"))
        self.assertTrue(Word("tea") != Word("milk"))

    def test_is_written_without_a_loop(self):
        self.assertIn("[::-1]", inspect.getsource(turns))
