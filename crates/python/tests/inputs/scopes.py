counter = 0


class Registry:
    limit = default_limit
    table = {key: limit for key in keys}
    label = label

    def find(self, key):
        return limit, self.table[key], __class__


def outer(a, b=fallback):
    seen = []

    def inner():
        nonlocal seen
        global counter, made
        counter += 1
        made = seen
        return [last := item for item in a], last

    squares = lambda n, m=b: n**m + offset
    del b
    return inner, squares, (e for e in b if e)


with open("f") as handle, lock:
    data = handle.read()
for (x, *y), z.attr in pairs:
    pass
try:
    pass
except Missing as problem:
    pass
del data
total += made
