# Unpacks more than there is room for.
# outcome: memory timeout
import zlib
data = zlib.compress(b"\0" * (64 << 20), 9)
print(len(data))
blocks = []
while True:
    blocks.append(zlib.decompress(data))
