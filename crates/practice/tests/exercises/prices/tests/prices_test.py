import asyncio
import unittest

from prices import Price, fetched, shown, total


class PricesTest(unittest.TestCase):
    def test_total(self):
        self.assertEqual(total([Price(120), Price(80)]), 200)

    def test_prices_can_be_added(self):
        self.assertEqual(Price(1) + Price(2), Price(3))
        self.assertEqual(Price(4) + Price(5), Price(9))

    def test_a_price_is_not_negative(self):
        with self.assertRaisesRegex(ValueError, "never negative"):
            Price(-1)

    def test_shown(self):
        for cents, text in ((5, "0.05"), (1999, "19.99")):
            with self.subTest(cents=cents):
                self.assertEqual(shown(cents), text)

    def test_fetched(self):
        async def fetch(name):
            await asyncio.sleep(1)
            return len(name)

        self.assertEqual(asyncio.run(fetched(fetch, ["tea", "milk"])), [3, 4])
