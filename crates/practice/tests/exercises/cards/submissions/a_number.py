from collections import namedtuple

Report = namedtuple("Report", "highest total")


class Card(int):
    pass


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
