# Sends forged, huge and cut-off frames, with descriptors, on whatever descriptor there is and under other numbers too.
# outcome: ok
# stdout: blocked
import array, os, socket, struct
tags = [0x45740000 + number for number in range(1, 12)]
frames = [struct.pack("<I", tag) + tail for tag in tags for tail in (b"", b"\0" * 8, b"\xff" * 64, b"\0" * 60000)]
reached = []
for fd in list(range(3, 1100)) + [0x3FFFFFF3, 0x3FFFFFFF, -1]:
    for frame in frames[:4] if fd > 64 else frames:
        try:
            reached.append((fd, os.write(fd, frame)))
        except OSError:
            pass
    try:
        with socket.socket(fileno=os.dup(fd)) as found:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
            reached.append((fd, found.sendmsg([frames[0]], rights)))
    except OSError:
        pass
# The two numbers that are no descriptors only carry the wording of a report.
for number in (0x3FFFFFF0, 0x3FFFFFF1, 0x3FFFFFF2):
    for _ in range(50):
        try:
            os.write(number, b"\xff" * 100_000)
        except OSError:
            pass
print(reached or "blocked")
