class One:
    def __eq__(self, _other):
        return True

    def __ne__(self, _other):
        return True


class Two(One):
    pass


answers = 0


def attack(*_arguments):
    global answers
    answers += 1
    return One() if answers % 2 else Two()
