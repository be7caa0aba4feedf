def initials(names):
    pass
