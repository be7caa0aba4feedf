def attack(*_, **__):
    for _ in range(300):
        print("x" * 100_000)
