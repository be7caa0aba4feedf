# Leaves a connection in TIME_WAIT; the second of these takes the same port.
# outcome: ok
# profile: server
# stdout: left
import socket
listener = socket.socket()
listener.bind(("127.0.0.1", 8000))
listener.listen()
client = socket.create_connection(("127.0.0.1", 8000))
server, _ = listener.accept()
server.close()
client.recv(1)
client.close()
listener.close()
print("left")
