import pickle


class Bomb:
    def __reduce__(self):
        return print, ("unpickled",)


def attack(*_, **__):
    raise ValueError(pickle.dumps(Bomb()), Bomb())
