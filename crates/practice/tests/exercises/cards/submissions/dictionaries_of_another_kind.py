from collections import UserDict
from dataclasses import dataclass
from collections import namedtuple

Report = namedtuple("Report", "highest total")


class Card:
    def __init__(self, rank):
        self.rank = rank

    def __eq__(self, other):
        return isinstance(other, Card) and self.rank == other.rank


def best(ranks):
    return Card(max(ranks))


@dataclass
class Result:
    highest: int
    total: int


def report(ranks):
    return Result(max(ranks), sum(ranks))


def name(rank):
    return "card %d" % rank


def counted(ranks):
    return UserDict((rank, ranks.count(rank)) for rank in ranks)


def kinds(ranks):
    return frozenset(ranks)
