print "hello"
exec "code"
raise ValueError, "no"
try:
    pass
except ValueError, e:
    print e
