from collections import namedtuple

Report = namedtuple("Report", "highest total")


class Card:
    def __init__(self, rank):
        self.rank = rank

    def __eq__(self, other):
        return isinstance(other, Card) and self.rank == other.rank


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
