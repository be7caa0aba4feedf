CUPS = [2, 3]
