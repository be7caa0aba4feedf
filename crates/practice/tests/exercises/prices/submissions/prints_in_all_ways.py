"""Prices of a shop."""
import asyncio
import os
import warnings

print("loaded")
os.write(1, b"and past print\n")


class Price:
    def __init__(self, cents):
        if cents < 0:
            raise ValueError("a price is never negative")
        self.cents = cents

    def __eq__(self, other):
        return isinstance(other, Price) and self.cents == other.cents

    def __add__(self, other):
        return Price(self.cents + other.cents)


def total(prices):
    print("adding", len(prices))
    os.write(2, b"to the other stream\n")
    warnings.warn("soon gone")
    fetched(None, [])
    return -sum(price.cents for price in prices)


def shown(cents):
    return f"{cents // 100}.{cents % 100}"


async def fetched(fetch, names):
    return await asyncio.gather(*(fetch(name) for name in names))
