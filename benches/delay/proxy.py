#!/usr/bin/env python3
"""proxy.py - a link with delay: forwards TCP connections, every byte so many milliseconds after it came.

    proxy.py TO_PORT MILLISECONDS       listens on a free port of this machine and prints it; ends with its standard input

What comes in one read goes out in one write, in order; a reader that is slow is not waited for (the queue grows), so that the
link has delay and no limit of its rate."""
import asyncio
import os
import sys


async def forward(reader, writer, delay):
    loop = asyncio.get_running_loop()
    queue = asyncio.Queue()

    async def send():
        while (item := await queue.get()) is not None:
            due, chunk = item
            await asyncio.sleep(max(0.0, due - loop.time()))
            writer.write(chunk)
        writer.close()

    sending = asyncio.create_task(send())
    while chunk := await reader.read(262144):
        queue.put_nowait((loop.time() + delay, chunk))
    queue.put_nowait(None)
    await sending


async def main(port, delay):
    async def serve(reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(forward(reader, back, delay), forward(there, writer, delay), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)     # whatever is under way


asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) / 1000))
