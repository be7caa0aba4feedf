def stir():
    # here
