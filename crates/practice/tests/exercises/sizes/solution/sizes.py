import functools


@functools.total_ordering
class Size:
    """A length; a plain number is one in millimetres."""

    def __init__(self, millimetres):
        self.millimetres = millimetres

    def __eq__(self, other):
        return self.millimetres == _millimetres(other)

    def __lt__(self, other):
        return self.millimetres < _millimetres(other)

    def __len__(self):
        return self.millimetres


def _millimetres(other):
    return other.millimetres if isinstance(other, Size) else other
