def attack(*_, **__):
    while True: pass
