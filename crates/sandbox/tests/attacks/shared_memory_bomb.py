# Takes shared memory.
# outcome: memory
import mmap
blocks = []
while True:
    block = mmap.mmap(-1, 8 << 20)
    block.write(b"x" * (8 << 20))
    blocks.append(block)
