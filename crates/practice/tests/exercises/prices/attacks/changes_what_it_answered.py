answers = []


def attack(*_, **__):
    class Watched:
        def __eq__(self, other):
            answers[0][:] = [3, 4]
            return True

    answers.insert(0, [Watched(), Watched()])
    return answers[0]
