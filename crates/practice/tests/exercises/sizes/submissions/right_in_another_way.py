class Length:
    def __init__(self, size):
        self.size = size

    def __eq__(self, other):
        return self.size == (other.size if type(other) is Length else other)

    def __lt__(self, other):
        return self.size < (other.size if type(other) is Length else other)

    def __gt__(self, other):
        return self.size > (other.size if type(other) is Length else other)

    def __le__(self, other):
        if type(other) is not Length:
            return NotImplemented
        return not self > other

    def __len__(self):
        return self.size


Size = Length
