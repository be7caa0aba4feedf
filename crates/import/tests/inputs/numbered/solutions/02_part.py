def part(name):
    return "bye " + name
