def cups():
    return 2
