from collections import namedtuple

Report = namedtuple("Report", "highest total")


class Card(str):
    def __new__(cls, rank):
        return super().__new__(cls, "card %d" % rank)

    def __eq__(self, other):
        return type(other) is Card and str(self) == str(other)

    __hash__ = str.__hash__


def best(ranks):
    return Card(max(ranks))


def report(ranks):
    return Report(max(ranks), sum(ranks))


def name(rank):
    return "card %d" % rank


def counted(ranks):
    return {rank: ranks.count(rank) for rank in ranks}


def kinds(ranks):
    return set(ranks)
