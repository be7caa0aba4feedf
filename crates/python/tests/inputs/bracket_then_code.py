numbers = [1, 2, 3
total = sum(numbers)

def show(value):
    print(value)

show(total)
