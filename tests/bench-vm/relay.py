#!/usr/bin/env python3
"""relay.py - QEMU's guestfwd starts one for each connection: stdin and stdout to the port that the file names."""
import os
import pathlib
import select
import socket
import sys

far = socket.create_connection(("127.0.0.1", int(pathlib.Path(sys.argv[1]).read_text())))
while True:
    for ready in select.select([0, far], [], [])[0]:
        data = os.read(0, 65536) if ready == 0 else far.recv(65536)
        if not data:
            sys.exit(0)
        if ready == 0:
            far.sendall(data)
        else:
            while data:
                data = data[os.write(1, data):]
