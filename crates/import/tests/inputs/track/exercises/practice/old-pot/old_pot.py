def pot():
