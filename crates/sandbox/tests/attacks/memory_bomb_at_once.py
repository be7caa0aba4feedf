# Asks for a terabyte.
# outcome: memory
bytearray(1 << 40)
