class Word:
    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return isinstance(other, Word) and self.text == other.text


def turned(text):
    return text[::-1]
