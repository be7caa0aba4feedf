import etude_learner_values as values


async def attack(fetch, pages, *_):
    return [values.PEER.ask("begin", fetch), values.PEER.ask("turn", None, (), None)]
