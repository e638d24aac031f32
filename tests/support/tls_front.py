#!/usr/bin/env python3
"""tls_front.py CERTIFICATE KEY PORT: takes TLS on a port of 127.0.0.1, prints its number, and passes the bytes on to PORT as they are. It ends when
its standard input does. (One thread: two of them must not read and write one TLS connection at once.)"""
import asyncio
import os
import ssl
import sys
import threading


async def pass_on(source, target):
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except OSError:
        pass
    target.close()


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])

    async def serve(source, target):
        try:
            inner_source, inner_target = await asyncio.open_connection("127.0.0.1", int(sys.argv[3]))
        except OSError:
            target.close()
            return
        await asyncio.gather(pass_on(source, inner_target), pass_on(inner_source, target))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()  # pylint: disable=protected-access
    asyncio.run(main())
