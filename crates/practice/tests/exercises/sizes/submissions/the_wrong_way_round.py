class Size:
    def __init__(self, size):
        self.size = size

    def __eq__(self, other):
        return self.size == getattr(other, "size", other)

    def __lt__(self, other):
        return self.size > getattr(other, "size", other)

    def __le__(self, other):
        return self < other or self == other
