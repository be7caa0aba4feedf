# outcome: timeout
# limit: wall_ms 300
while True:
    pass
