print(“hello”)
total = 3 − 1
x = 5 ¿ 2
