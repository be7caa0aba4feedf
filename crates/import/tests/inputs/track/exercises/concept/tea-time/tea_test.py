import unittest
import pytest

from tea import brew
from cups import CUPS


class TeaTest(unittest.TestCase):
    @pytest.mark.task(taskno=1)
    def test_one(self):
        self.assertEqual(brew(1), 3)

    @pytest.mark.task(taskno=2)
    def test_all(self):
        self.assertEqual([brew(cups) for cups in CUPS], [6, 9])
