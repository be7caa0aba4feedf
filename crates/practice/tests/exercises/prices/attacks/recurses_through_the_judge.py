def attack(fetch=None, *_):
    def again(*arguments):
        return attack(again)

    return again
