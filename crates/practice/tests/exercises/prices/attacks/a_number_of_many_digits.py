def attack(*_, **__):
    return 7 ** 3_000_000
