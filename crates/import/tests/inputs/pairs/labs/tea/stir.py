def stir():
