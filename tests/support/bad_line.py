#!/usr/bin/env python3
"""bad_line.py PORT TARGET: takes connections on PORT of 127.0.0.1 and passes the bytes on to TARGET, as well as it is told to, line by line, on its
standard input, each answered by a line `ok`; it ends when that does.

    plain             as they are
    delay SECONDS     each piece so much later
    cut BYTES         the next connection that has sent so many ends there, in order, in both directions
    reset BYTES       the same, with a reset
    stall BYTES       that connection passes nothing on any more
    answer BYTES      the next connection is reset when so many bytes have come back

What is told is done once, but for delay; a line tells how often something was done: count.
"""
import socket
import struct
import sys
import threading
import time


class Line:
    def __init__(self):
        self.lock, self.mode, self.amount, self.done = threading.Lock(), "plain", 0.0, 0

    def tell(self, mode, amount):
        with self.lock:
            self.mode, self.amount, self.done = mode, amount, 0

    def met(self, direction, passed):
        """What happens to a connection that has passed so many bytes on in that direction; None where nothing does."""
        with self.lock:
            if direction != ("back" if self.mode == "answer" else "out") or self.mode in ("plain", "delay") or passed < self.amount:
                return None
            happens, self.mode = self.mode, "plain"
            self.done += 1
            return happens


class Connection:
    def __init__(self, ends):
        self.ends, self.is_over = ends, False

    def end(self, with_reset):
        self.is_over = True
        for each in self.ends:
            try:
                if with_reset:
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # Also wakes the thread that reads there, until which nothing would be closed.
                each.shutdown(socket.SHUT_RD if with_reset else socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def pass_on(self, line, direction, source, target):
        passed = 0
        try:
            while data := source.recv(16384):
                with line.lock:
                    pause = line.amount if line.mode == "delay" else 0
                time.sleep(pause)
                passed += len(data)
                happens = line.met(direction, passed)
                if happens == "stall":
                    while source.recv(16384):
                        pass
                    break
                if happens:
                    self.end(happens != "cut")
                    return
                target.sendall(data)
        except OSError:
            pass
        for each in () if self.is_over else self.ends:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(line, client, port):
    try:
        server = socket.create_connection(("127.0.0.1", port))
    except OSError:
        client.close()
        return
    connection = Connection((client, server))
    threading.Thread(target=connection.pass_on, args=(line, "back", server, client), daemon=True).start()
    connection.pass_on(line, "out", client, server)


def main():
    line = Line()
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))

    def accept():
        while True:
            threading.Thread(target=serve, args=(line, listener.accept()[0], int(sys.argv[2])), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    for told in sys.stdin:
        words = told.split()
        if words == ["count"]:
            print(line.done, flush=True)
            continue
        line.tell(words[0], float(words[1]) if len(words) > 1 else 0.0)
        print("ok", flush=True)


if __name__ == "__main__":
    main()
