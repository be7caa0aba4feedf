def attack(*_, **__):
    return "x" * (1 << 26)
