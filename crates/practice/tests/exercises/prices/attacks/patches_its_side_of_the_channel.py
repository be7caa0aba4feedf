import etude_learner_values as values

peer = values.PEER
encode = type(peer).encode
wanted = [200, "0.05", "19.99", [3, 4]]


def lie(self, value, depth=0):
    if value is None:
        return ["R", "b1"]
    return encode(self, value, depth)


type(peer).encode = lie
values.base_value = lambda thing: wanted[0]


class Number(int):
    pass


def attack(*_, **__):
    return None
