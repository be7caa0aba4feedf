def attack(*_, **__):
    value = ()
    for _ in range(100_000):
        value = (value,)
    return value
