# Opens sockets of families no lesson needs.
# outcome: ok
# profile: server
# stdout: blocked
import socket
for name, arguments in dict(netlink=(16, 3, 0), packet=(17, 3, 0), raw=(2, 3, 1), icmp=(2, 2, 1), alg=(38, 5, 0), vsock=(40, 1, 0), bluetooth=(31, 3, 0), can=(29, 3, 1), xdp=(44, 3, 0), rds=(21, 5, 0), tipc=(30, 1, 0), kcm=(41, 2, 0), sctp=(2, 1, 132), mptcp=(2, 1, 262), dccp=(2, 6, 33)).items():
    try:
        socket.socket(*arguments)
        print("BREACH", name)
    except OSError:
        pass
print("blocked")
