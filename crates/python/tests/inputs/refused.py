def f(a, a):
    x = 1
    global x
    return 1




async def g():
    yield from f(1)




def h():
    await g()




for i in h():
    pass
else:
    break




class C:
    nonlocal y
