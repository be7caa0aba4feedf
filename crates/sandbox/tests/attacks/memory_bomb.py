# Takes memory without end.
# outcome: memory
x = []
while True:
    x.append(bytearray(4 << 20))
