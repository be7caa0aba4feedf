import math

def area(r)
    return math.pi * r ** 2

print "area", area(2)


def volume(r, h):
    x = = 3
    y = ) + 1
    return area(r) * h


if area(1) = 3:
    print(volume(1, 2))
