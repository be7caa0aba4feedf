def count(text):
    pass


def longest(words):
    pass
