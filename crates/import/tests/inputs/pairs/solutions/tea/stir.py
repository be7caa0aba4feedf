def stir():
    return "stirred"
