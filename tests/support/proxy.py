#!/usr/bin/env python3
"""proxy.py DIR: a proxy on 127.0.0.1 that wants the user `maker` with `pass word`, for CONNECT alone. DIR/port has its port, DIR/log a line a request."""
import base64
import pathlib
import select
import socket
import sys
import threading

wanted = b"Proxy-Authorization: Basic " + base64.b64encode(b"maker:pass word")
folder = pathlib.Path(sys.argv[1])
server = socket.create_server(("127.0.0.1", 0))


def serve(client):
    with client:
        while True:
            head = b""
            while b"\r\n\r\n" not in head:
                part = client.recv(65536)
                if not part:
                    return
                head += part
            with open(folder / "log", "ab") as log:
                log.write(head.split(b"\r\n")[0] + b"\n")
            if wanted in head:
                break
            # The connection stays: who was not asked before gives a password now.
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
        host, port = head.split()[1].decode().rsplit(":", 1)
        with socket.create_connection((host, int(port))) as upstream:
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            both = [client, upstream]
            while True:
                for one in select.select(both, [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    (upstream if one is client else client).sendall(data)


(folder / "port").write_text(str(server.getsockname()[1]))
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
