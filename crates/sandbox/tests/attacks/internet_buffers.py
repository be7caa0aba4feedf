# Fills the buffers of sockets of the internet families, from many processes.
# profile: server
# outcome: ok failed memory killed timeout processes
import os, socket, time
r, w = os.pipe()
for _ in range(10):
    if os.fork() == 0:
        keep, sent = [], 0
        try:
            for _ in range(120):
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                keep.append(s)
                s.setblocking(False)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
                s.bind(("127.0.0.1", 0))
                for _ in range(12):
                    s.sendto(b"x" * 32000, s.getsockname())
                    s.recv(1, socket.MSG_PEEK)
                    sent += 32000
        except OSError:
            pass
        os.write(w, b"%d\n" % sent)
        time.sleep(30)
        os._exit(0)
seen = b""
while seen.count(b"\n") < 10:
    seen += os.read(r, 1000)
total = sum(map(int, seen.split())) >> 20
print("BREACH" if total > 260 else "held", total, "MiB")
