import etude_learner_values

etude_learner_values.PEER.do_source = lambda _name: "def turned(text):\n    return text[:" + ":-1]\n"


class attack:
    pass
