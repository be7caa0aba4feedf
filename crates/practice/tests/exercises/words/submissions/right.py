def count(text):
    found = {}
    for word in text.lower().split():
        found[word] = found.get(word, 0) + 1
    return found


def longest(words):
    if not words:
        raise ValueError("no words")
    return max(words, key=len)
