class Word:
    def __init__(self, text):
        self.text = text


def turned(text):
    raise NotImplementedError
